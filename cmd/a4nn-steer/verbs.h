/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_STEER_VERBS_H
#define A4NN_STEER_VERBS_H

#include "cli.h"

/* The verbs of a4nn-steer. */

extern const struct a4nn_cli a4nn_steer_init_cli, a4nn_steer_next_cli, a4nn_steer_explain_cli,
    a4nn_steer_convert_cli, a4nn_steer_continue_cli;

int a4nn_steer_convert(int argc, char **argv);
int a4nn_steer_init(int argc, char **argv);
int a4nn_steer_next(int argc, char **argv);
int a4nn_steer_continue(int argc, char **argv);
int a4nn_steer_explain(int argc, char **argv);

#endif
