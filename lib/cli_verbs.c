/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli_verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_complete.h"
#include "program.h"

static const struct a4nn_option none[] = {
    {0},
};

static void
print_help(const struct a4nn_cli_verbs *cli)
{
    const struct a4nn_verb *v;

    printf("usage: %s verb [options] [operands]\n%s\n\n", cli->program, cli->about);
    for (v = cli->verbs; v->name != NULL; v++)
        printf("  %-10s %s\n", v->name, v->about);
    printf("\n'%s verb --help' shows the options of a verb.\n", cli->program);
    if (cli->more != NULL)
        printf("%s", cli->more);
}

/* What stands before a verb is an option of the command itself: there are only the common ones. */
static _Noreturn void
take_option(const struct a4nn_cli_verbs *cli, int argc, char **argv)
{
    const struct a4nn_cli own = {
        .program = cli->program, .options = none, .operands = "", .about = cli->about};
    const char *arg;
    int first;

    if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
        print_help(cli);
    else if (argc > 2 && strcmp(argv[1], "--completion") == 0)
        a4nn_cli_complete_verbs(cli, argv[2]);
    else if (a4nn_cli_next(&own, argc, argv, &arg, &first) == A4NN_CLI_END)
        a4nn_die(A4NN_TROUBLE, "no verb (see '%s --help')", cli->program);
    exit(a4nn_program_end(A4NN_OK));
}

int
a4nn_cli_verb(const struct a4nn_cli_verbs *cli, int argc, char **argv)
{
    const struct a4nn_verb *v;

    if (argc < 2)
        a4nn_die(A4NN_TROUBLE, "no verb (see '%s --help')", cli->program);
    if (argv[1][0] == '-')
        take_option(cli, argc, argv);
    for (v = cli->verbs; v->name != NULL; v++)
        if (strcmp(v->name, argv[1]) == 0) {
            argv[1] = (char *)cli->program; /* for getopt's messages */
            return v->run(argc - 1, argv + 1);
        }
    a4nn_die(A4NN_TROUBLE, "no such verb: '%s' (see '%s --help')", argv[1], cli->program);
}
