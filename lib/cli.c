/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cli_complete.h"
#include "number.h"
#include "program.h"
#include "version.h"
#include "xalloc.h"

enum { HELP = 'h', VERSION = 'V', COMPLETION = 1000, HELP_COLUMN = 26 };

static const struct a4nn_option common[] = {
    {HELP, "help", NULL, "show this help", NULL},
    {VERSION, "version", NULL, "show the version", NULL},
    {0},
};

const struct a4nn_option *
a4nn_cli_option(const struct a4nn_cli *cli, size_t i)
{
    size_t own = 0;

    while (cli->options[own].code != 0)
        own++;
    if (i < own)
        return &cli->options[i];
    return common[i - own].code != 0 ? &common[i - own] : NULL;
}

static const struct a4nn_option *
option_find(const struct a4nn_cli *cli, int code)
{
    const struct a4nn_option *o;
    size_t i;

    for (i = 0; (o = a4nn_cli_option(cli, i)) != NULL; i++)
        if (o->code == code)
            return o;
    return NULL;
}

static void
print_option(FILE *out, const struct a4nn_option *o)
{
    struct a4nn_buf left = {0};

    if (o->code < 256)
        a4nn_buf_addf(&left, "  -%c, --%s", o->code, o->name);
    else
        a4nn_buf_addf(&left, "      --%s", o->name);
    if (o->arg != NULL)
        a4nn_buf_addf(&left, o->arg[0] == '[' ? "%s" : " %s", o->arg);
    if (left.len + 1 < HELP_COLUMN)
        fprintf(out, "%-*s%s\n", HELP_COLUMN, left.data, o->help);
    else
        fprintf(out, "%s\n%*s%s\n", left.data, HELP_COLUMN, "", o->help);
    a4nn_buf_release(&left);
}

static void
print_help(const struct a4nn_cli *cli, FILE *out)
{
    const struct a4nn_option *o;
    size_t i;

    fprintf(out, "usage: %s [options] %s\n%s\n\n", cli->program, cli->operands, cli->about);
    for (i = 0; (o = a4nn_cli_option(cli, i)) != NULL; i++)
        print_option(out, o);
    if (cli->more != NULL)
        fprintf(out, "\n%s", cli->more);
}

static struct option *
long_options(const struct a4nn_cli *cli, struct a4nn_buf *letters)
{
    struct option *table = NULL;
    size_t n = 0, cap = 0;
    const struct a4nn_option *o;

    a4nn_buf_adds(letters, cli->first_operand_ends ? "+" : "");
    for (; (o = a4nn_cli_option(cli, n)) != NULL; n++) {
        int how = o->arg == NULL     ? no_argument
                  : o->arg[0] == '[' ? optional_argument
                                     : required_argument;
        table = a4nn_xgrow(table, n, &cap, sizeof *table);
        table[n] = (struct option){o->name, how, NULL, o->code};
        if (o->code < 256)
            a4nn_buf_addf(letters, "%c%s", o->code,
                          how == no_argument         ? ""
                          : how == optional_argument ? "::"
                                                     : ":");
    }
    table = a4nn_xgrow(table, n, &cap, sizeof *table);
    table[n] = (struct option){"completion", required_argument, NULL, COMPLETION};
    table = a4nn_xgrow(table, n + 1, &cap, sizeof *table);
    table[n + 1] = (struct option){NULL, 0, NULL, 0};
    return table;
}

int
a4nn_cli_next(const struct a4nn_cli *cli, int argc, char **argv, const char **arg, int *first)
{
    struct a4nn_buf letters = {0};
    struct option *table = long_options(cli, &letters);
    int code = getopt_long(argc, argv, letters.data, table, NULL);

    a4nn_buf_release(&letters);
    free(table);
    *arg = optarg;
    *first = optind;
    switch (code) {
    case HELP: print_help(cli, stdout); exit(a4nn_program_end(A4NN_OK));
    case VERSION: printf("%s %s\n", cli->program, A4NN_VERSION); exit(a4nn_program_end(A4NN_OK));
    case COMPLETION: a4nn_cli_complete(cli, optarg); exit(a4nn_program_end(A4NN_OK));
    case '?': fprintf(stderr, "Try '%s --help'.\n", cli->program); exit(a4nn_program_trouble());
    default: return code;
    }
}

static _Noreturn void
bad_value(const struct a4nn_cli *cli, int code, const char *what, const char *arg)
{
    const struct a4nn_option *o = option_find(cli, code);

    a4nn_die(A4NN_TROUBLE, "--%s: not %s: '%s'", o != NULL ? o->name : "?", what, arg);
}

double
a4nn_cli_number(const struct a4nn_cli *cli, int code, const char *arg, double lo, double hi)
{
    char what[100];
    double v;

    if (a4nn_number_parse(arg, strlen(arg), &v) && v >= lo && v <= hi)
        return v;
    snprintf(what, sizeof what, "a number from %g to %g", lo, hi);
    bad_value(cli, code, what, arg);
}

long
a4nn_cli_count(const struct a4nn_cli *cli, int code, const char *arg, long lo, long hi)
{
    char what[100];
    double v;

    if (a4nn_number_parse(arg, strlen(arg), &v) && v >= (double)lo && v <= (double)hi &&
        v == (double)(long)v)
        return (long)v;
    snprintf(what, sizeof what, "a whole number from %ld to %ld", lo, hi);
    bad_value(cli, code, what, arg);
}
