/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gives the disk back what is not needed. */
#include <stdio.h>

#include "input.h"
#include "program.h"
#include "verbs.h"

static const struct a4nn_option options[] = {
    A4NN_VERB_HISTORY,
    A4NN_OPTION_QUIET,
    {0},
};

const struct a4nn_cli a4nn_verb_compact_cli = {
    .program = "a4nn-history compact",
    .operands = "",
    .about = "Give back to the disk what the database does not need, and order the rest.",
    .options = options,
    .more = "No run, observation or forecast goes. Status: 0 done, 2 trouble.\n",
};

int
a4nn_verb_compact(int argc, char **argv)
{
    struct a4nn_verb_query query = {0};
    struct a4nn_err err;
    struct a4nn_db *db;
    double before, after;
    const char *arg;
    int code, first;

    while ((code = a4nn_cli_next(&a4nn_verb_compact_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        a4nn_verb_option(&query, code, arg);
    a4nn_verb_no_operands(argc, argv, first);
    db = a4nn_verb_open(query.history, A4NN_DB_WRITE);
    before = a4nn_db_size(db);
    a4nn_verb_read(a4nn_db_compact(db, &err), &err);
    after = a4nn_db_size(db);
    a4nn_db_close(db);
    if (a4nn_verbosity > 0 && before == before && after == after)
        a4nn_warn("%.0f bytes, %.0f before", after, before);
    return a4nn_program_end(A4NN_OK);
}
