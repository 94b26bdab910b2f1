/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-history: the model database. Its verbs lie in cmd/a4nn-history/. */
#include <signal.h>

#include "a4nn-history/verbs.h"
#include "cli_verbs.h"
#include "program.h"

static const struct a4nn_verb verbs[] = {
    {"add", "bring records in, as they stream", &a4nn_verb_add_cli, a4nn_verb_add},
    {"import", "bring whole archives in, with their configurations", &a4nn_verb_import_cli,
     a4nn_verb_import},
    {"list", "the tasks, and how many runs of each", &a4nn_verb_list_cli, a4nn_verb_list},
    {"runs", "the runs that meet a condition", &a4nn_verb_runs_cli, a4nn_verb_runs},
    {"show", "all that is known of a run", &a4nn_verb_show_cli, a4nn_verb_show},
    {"similar", "the runs that are most like one, and why", &a4nn_verb_similar_cli,
     a4nn_verb_similar},
    {"export", "the records of runs, as a stream", &a4nn_verb_export_cli, a4nn_verb_export},
    {"publish", "runs as a data package with a web page", &a4nn_verb_publish_cli,
     a4nn_verb_publish},
    {"check", "is the database whole?", &a4nn_verb_check_cli, a4nn_verb_check},
    {"compact", "give back to the disk what is not needed", &a4nn_verb_compact_cli,
     a4nn_verb_compact},
    {0},
};

static const struct a4nn_cli_verbs cli = {
    .program = "a4nn-history",
    .about = "Keep every training in a model database, and ask it.",
    .verbs = verbs,
    .more =
        "\nThe database is -H NAME, else $A4NN_HISTORY, else a4nn/history.db in $XDG_DATA_HOME:\n"
        "a file, or postgresql://... for one that many machines share.\n"
        "$A4NN_HISTORY_PATIENCE: seconds to wait for others that are writing (default 60).\n"
        "Status: 0 done, 1 nothing was found, 2 trouble.\n",
};

int
main(int argc, char **argv)
{
    a4nn_program_begin("a4nn-history");
    /* a file that may not grow is a failure to be told of, as a full disk is */
    signal(SIGXFSZ, SIG_IGN);
    return a4nn_cli_verb(&cli, argc, argv);
}
