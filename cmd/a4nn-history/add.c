/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records into the database as they stream: live, or from a log that has ended. */
#include "intake.h"
#include "program.h"

enum { PASS = 256 };

static const struct a4nn_option options[] = {
    A4NN_OPTION_EPOCHS,
    A4NN_OPTION_FORMAT,
    A4NN_VERB_HISTORY,
    A4NN_OPTION_METRIC,
    A4NN_OPTION_MAX,
    A4NN_OPTION_MIN,
    A4NN_OPTION_OUTPUT("as the input"),
    A4NN_OPTION_OVER,
    {PASS, "pass", NULL, "write each record on, once it is in the database", NULL},
    A4NN_OPTION_QUIET,
    A4NN_OPTION_RUN,
    A4NN_OPTION_TASK,
    {0},
};

const struct a4nn_cli a4nn_verb_add_cli = {
    .program = "a4nn-history add",
    .operands = "[file|folder|archive ...]",
    .about = "Bring observations, forecasts, verdicts and results into the database.",
    .options = options,
    .more = "Input: streams of a4nn, results of a4nn-train-wrap, or training logs of any kind.\n"
            "What is there stays, and what comes again changes nothing.\n"
            "Status: 0 all is in the database and on the disk, 1 there was nothing, 2 trouble.\n",
};

int
a4nn_verb_add(int argc, char **argv)
{
    struct a4nn_intake intake = {0};
    const char *arg;
    int code, first;

    a4nn_intake_init(&intake);
    while ((code = a4nn_cli_next(&a4nn_verb_add_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        if (code == PASS)
            intake.pass = true;
        else
            a4nn_intake_option(&intake, &a4nn_verb_add_cli, code, arg);
    return a4nn_program_end(a4nn_intake_run(&intake, argv + first, argc - first));
}
