/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CLI_COMPLETE_H
#define A4NN_CLI_COMPLETE_H

#include "cli.h"
#include "cli_verbs.h"

/* Shell completions from option tables, on standard output; `shell` is "bash" or "zsh", anything
 * else ends the program with 2. */
void a4nn_cli_complete(const struct a4nn_cli *cli, const char *shell);
void a4nn_cli_complete_verbs(const struct a4nn_cli_verbs *cli, const char *shell);

#endif
