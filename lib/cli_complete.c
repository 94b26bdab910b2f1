/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli_complete.h"

#include <stdio.h>
#include <string.h>

#include "program.h"

enum { LETTERS = 256 }; /* codes below it are letters */

static const char *
words(const struct a4nn_option *o)
{
    return o->complete != NULL && strncmp(o->complete, "words ", 6) == 0 ? o->complete + 6 : NULL;
}

/* ---- bash ---- */

/* What completes the options of one table, from a word "$cur" behind a word "$prev". */
static void
bash_options(const struct a4nn_cli *cli)
{
    const struct a4nn_option *o;
    size_t i;

    puts("    case $prev in");
    for (i = 0; (o = a4nn_cli_option(cli, i)) != NULL; i++) {
        if (o->arg == NULL || o->arg[0] == '[')
            continue;
        if (o->code < LETTERS)
            printf("    -%c|--%s) ", o->code, o->name);
        else
            printf("    --%s) ", o->name);
        if (words(o) != NULL)
            printf("mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")", words(o));
        else if (o->complete != NULL)
            printf("mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")");
        else
            printf("COMPREPLY=()");
        puts("; return ;;");
    }
    printf("    esac\n    if [[ $cur == -* ]]; then\n"
           "        mapfile -t COMPREPLY < <(compgen -W '");
    for (i = 0; (o = a4nn_cli_option(cli, i)) != NULL; i++)
        printf("%s--%s", i != 0 ? " " : "", o->name);
    printf("' -- \"$cur\")\n    else\n        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
           "    fi\n");
}

static void
bash_begin(const char *program)
{
    printf("# bash completion for %s, generated from its option table\n", program);
    printf("_%s() {\n    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n",
           program);
}

static void
bash_end(const char *program)
{
    printf("}\ncomplete -o filenames -F _%s %s\n", program, program);
}

static void
bash_verbs(const struct a4nn_cli_verbs *cli)
{
    const struct a4nn_verb *v;

    bash_begin(cli->program);
    printf("    if [[ $COMP_CWORD == 1 ]]; then\n        mapfile -t COMPREPLY < <(compgen -W '");
    for (v = cli->verbs; v->name != NULL; v++)
        printf("%s ", v->name);
    puts("--help --version' -- \"$cur\")\n        return\n    fi\n    case ${COMP_WORDS[1]} in");
    for (v = cli->verbs; v->name != NULL; v++) {
        printf("    %s)\n", v->name);
        bash_options(v->cli);
        puts("    ;;");
    }
    puts("    esac");
    bash_end(cli->program);
}

/* ---- zsh ---- */

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
zsh_options(const struct a4nn_cli *cli)
{
    const struct a4nn_option *o;
    size_t i;

    puts("_arguments -s \\");
    for (i = 0; (o = a4nn_cli_option(cli, i)) != NULL; i++) {
        if (o->code < LETTERS)
            printf("  '(-%c --%s)'{-%c,--%s}'[", o->code, o->name, o->code, o->name);
        else
            printf("  '--%s[", o->name);
        zsh_quote(o->help);
        putchar(']');
        if (o->arg != NULL) {
            putchar(':');
            zsh_quote(o->arg);
            if (words(o) != NULL)
                printf(":(%s)", words(o));
            else
                printf(":%s", o->complete != NULL ? "_files" : " ");
        }
        puts("' \\");
    }
    puts("  '*:file:_files'");
}

static void
zsh_begin(const char *program)
{
    printf("#compdef %s\n# zsh completion, generated from its option table\n", program);
}

static void
zsh_verbs(const struct a4nn_cli_verbs *cli)
{
    const struct a4nn_verb *v;

    zsh_begin(cli->program);
    puts("if (( CURRENT == 2 )); then\n  _values verb \\");
    for (v = cli->verbs; v->name != NULL; v++) {
        printf("    '%s[", v->name);
        zsh_quote(v->about);
        puts("]' \\");
    }
    puts("    && return\nfi\nshift words; (( CURRENT-- ))\ncase $words[1] in");
    for (v = cli->verbs; v->name != NULL; v++) {
        printf("%s)\n", v->name);
        zsh_options(v->cli);
        puts(";;");
    }
    puts("esac");
}

/* ---- either ---- */

static bool
is_bash(const char *shell)
{
    if (strcmp(shell, "bash") != 0 && strcmp(shell, "zsh") != 0)
        a4nn_die(A4NN_TROUBLE, "--completion: not bash or zsh: '%s'", shell);
    return shell[0] == 'b';
}

void
a4nn_cli_complete(const struct a4nn_cli *cli, const char *shell)
{
    if (is_bash(shell)) {
        bash_begin(cli->program);
        bash_options(cli);
        bash_end(cli->program);
    } else {
        zsh_begin(cli->program);
        zsh_options(cli);
    }
}

void
a4nn_cli_complete_verbs(const struct a4nn_cli_verbs *cli, const char *shell)
{
    if (is_bash(shell))
        bash_verbs(cli);
    else
        zsh_verbs(cli);
}
