/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole archives of logs into the database, with the configurations that were trained. */
#include "intake.h"
#include "program.h"
#include "restore.h"

enum { CONFIGS = 256 };

static const struct a4nn_option options[] = {
    {CONFIGS, "configs", "FILE", "table of configurations, joined by its column run", "file"},
    A4NN_OPTION_EPOCHS,
    A4NN_OPTION_FORMAT,
    A4NN_VERB_HISTORY,
    A4NN_OPTION_METRIC,
    A4NN_OPTION_MAX,
    A4NN_OPTION_MIN,
    A4NN_OPTION_OVER,
    A4NN_OPTION_QUIET,
    A4NN_OPTION_RUN,
    A4NN_OPTION_TASK,
    {0},
};

const struct a4nn_cli a4nn_verb_import_cli = {
    .program = "a4nn-history import",
    .operands = "[file|folder|archive ...]",
    .about = "Bring whole archives of training logs, or publications, into the database.",
    .options = options,
    .more = "A folder that 'a4nn-history publish' wrote comes in as it was, if all its checksums\n"
            "are right.  The table is CSV or JSON Lines; columns with the name of a fact "
            "(parameters, flops,\n"
            "seed, ...) and task are that, all others make the configuration of the run.\n"
            "Status: 0 all is in the database and on the disk, 1 there was nothing, 2 trouble.\n",
};

int
a4nn_verb_import(int argc, char **argv)
{
    struct a4nn_intake intake = {.bulk = true};
    struct a4nn_err err;
    const char *arg, *configs = NULL;
    int code, first, count, restored, status = A4NN_NO;

    a4nn_intake_init(&intake);
    while ((code = a4nn_cli_next(&a4nn_verb_import_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        if (code == CONFIGS)
            configs = arg;
        else
            a4nn_intake_option(&intake, &a4nn_verb_import_cli, code, arg);
    if (configs != NULL &&
        (intake.configs = a4nn_configs_read(configs, &intake.in.diag, &err)) == NULL)
        a4nn_die(A4NN_TROUBLE, "--configs: %s", err.msg);
    count = argc - first;
    restored = a4nn_restore(intake.in.history_name, argv + first, &count);
    if (count > 0 || first == argc)
        status = a4nn_intake_run(&intake, argv + first, count);
    else
        a4nn_intake_release(&intake);
    return a4nn_program_end(status == A4NN_NO || restored == A4NN_TROUBLE ? restored : status);
}
