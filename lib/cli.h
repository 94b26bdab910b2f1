/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CLI_H
#define A4NN_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/*
 * A command's options as one table: it is parsed by, printed by --help, and turned into shell
 * completions, so the three cannot disagree.  Every command has -h/--help and -V/--version
 * besides its own, and --completion for the build.
 */

struct a4nn_option {
    int code;             /* the letter, or a number above 255 for a long option alone */
    const char *name;     /* long name without dashes */
    const char *arg;      /* name of its argument, NULL if it takes none */
    const char *help;     /* one line for --help */
    const char *complete; /* "file", "words one two ...", or NULL */
};

struct a4nn_cli {
    const char *program;
    const char *operands;              /* "[file ...]" */
    const char *about;                 /* what it does, one sentence */
    const struct a4nn_option *options; /* sorted; ends with {0} */
    const char *more;                  /* text after the options, or NULL */
    bool first_operand_ends; /* for wrappers: options after the command are the command's */
};

/* The i-th option, the command's own first, then the common ones; NULL after the last. */
const struct a4nn_option *a4nn_cli_option(const struct a4nn_cli *cli, size_t i);

/* What a4nn_cli_next returns when there is no further option. */
enum { A4NN_CLI_END = -1 };

/*
 * Reads the next option of argv, as getopt_long does; its argument comes in *arg.  Returns its
 * code, or A4NN_CLI_END with *first the index of the first operand.  Asked-for help and version
 * are printed here on standard output and end the program with 0, a mistake is reported on
 * standard error and ends it with 2.
 */
int a4nn_cli_next(const struct a4nn_cli *cli, int argc, char **argv, const char **arg, int *first);

/*
 * Values of options; a value that does not fit ends the program with 2 and a message that names
 * the option.
 */
double a4nn_cli_number(const struct a4nn_cli *cli, int code, const char *arg, double lo, double hi);
long a4nn_cli_count(const struct a4nn_cli *cli, int code, const char *arg, long lo, long hi);

#endif
