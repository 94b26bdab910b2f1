/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CLI_VERBS_H
#define A4NN_CLI_VERBS_H

#include "cli.h"

/* A command of several verbs: `a4nn-history list ...`; each verb has an option table of its own. */
struct a4nn_verb {
    const char *name;
    const char *about;                 /* one line */
    const struct a4nn_cli *cli;        /* its program is "a4nn-history list" */
    int (*run)(int argc, char **argv); /* what main is to a command */
};

struct a4nn_cli_verbs {
    const char *program;
    const char *about;             /* what it does, one sentence */
    const struct a4nn_verb *verbs; /* ends with {0} */
    const char *more;              /* text after the verbs, or NULL */
};

/*
 * Runs the verb that argv names, with argv from there on, and returns what it returns.  Help,
 * version and completions are printed here and end the program, as does a mistake (cli.h).
 */
int a4nn_cli_verb(const struct a4nn_cli_verbs *cli, int argc, char **argv);

#endif
