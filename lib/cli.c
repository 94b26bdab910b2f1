/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
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

/* The i-th option, the command's own first, then the common ones; NULL after the last. */
static const struct a4nn_option *
option_at(const struct a4nn_cli *cli, size_t i)
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

    for (i = 0; (o = option_at(cli, i)) != NULL; i++)
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
    for (i = 0; (o = option_at(cli, i)) != NULL; i++)
        print_option(out, o);
    if (cli->more != NULL)
        fprintf(out, "\n%s", cli->more);
}

static void
complete_bash(const struct a4nn_cli *cli)
{
    const struct a4nn_option *o;
    size_t i;

    printf("# bash completion for %s, generated from its option table\n", cli->program);
    printf("_%s() {\n    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n",
           cli->program);
    puts("    case $prev in");
    for (i = 0; (o = option_at(cli, i)) != NULL; i++) {
        if (o->arg == NULL || o->arg[0] == '[')
            continue;
        if (o->code < 256)
            printf("    -%c|--%s) ", o->code, o->name);
        else
            printf("    --%s) ", o->name);
        if (o->complete != NULL && strncmp(o->complete, "words ", 6) == 0)
            printf("mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")", o->complete + 6);
        else if (o->complete != NULL)
            printf("mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")");
        else
            printf("COMPREPLY=()");
        puts("; return ;;");
    }
    printf("    esac\n    if [[ $cur == -* ]]; then\n"
           "        mapfile -t COMPREPLY < <(compgen -W '");
    for (i = 0; (o = option_at(cli, i)) != NULL; i++)
        printf("%s--%s", i != 0 ? " " : "", o->name);
    printf("' -- \"$cur\")\n    else\n        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
           "    fi\n}\ncomplete -o filenames -F _%s %s\n",
           cli->program, cli->program);
}

static void
zsh_quote(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("[]:\\", *text) != NULL)
            putchar('\\');
        if (*text == '\'')
            fputs("'\\'", stdout);
        putchar(*text);
    }
}

static void
complete_zsh(const struct a4nn_cli *cli)
{
    const struct a4nn_option *o;
    size_t i;

    printf("#compdef %s\n# zsh completion, generated from its option table\n_arguments -s \\\n",
           cli->program);
    for (i = 0; (o = option_at(cli, i)) != NULL; i++) {
        if (o->code < 256)
            printf("  '(-%c --%s)'{-%c,--%s}'[", o->code, o->name, o->code, o->name);
        else
            printf("  '--%s[", o->name);
        zsh_quote(o->help);
        putchar(']');
        if (o->arg != NULL) {
            putchar(':');
            zsh_quote(o->arg);
            if (o->complete != NULL && strncmp(o->complete, "words ", 6) == 0)
                printf(":(%s)", o->complete + 6);
            else
                printf(":%s", o->complete != NULL ? "_files" : " ");
        }
        puts("' \\");
    }
    puts("  '*:file:_files'");
}

static _Noreturn void
complete(const struct a4nn_cli *cli, const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        complete_bash(cli);
    else if (strcmp(shell, "zsh") == 0)
        complete_zsh(cli);
    else
        a4nn_die(A4NN_TROUBLE, "--completion: not bash or zsh: '%s'", shell);
    exit(a4nn_program_end(A4NN_OK));
}

static struct option *
long_options(const struct a4nn_cli *cli, struct a4nn_buf *letters)
{
    struct option *table = NULL;
    size_t n = 0, cap = 0;
    const struct a4nn_option *o;

    a4nn_buf_adds(letters, cli->first_operand_ends ? "+" : "");
    for (; (o = option_at(cli, n)) != NULL; n++) {
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
    case COMPLETION: complete(cli, optarg);
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
