/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the database whole? */
#include <stdio.h>

#include "history_check.h"
#include "input.h"
#include "program.h"
#include "verbs.h"

static const struct a4nn_option options[] = {
    A4NN_VERB_HISTORY,
    A4NN_OPTION_QUIET,
    {0},
};

const struct a4nn_cli a4nn_verb_check_cli = {
    .program = "a4nn-history check",
    .operands = "",
    .about = "Look the database over, from its pages to what its rows say of each other.",
    .options = options,
    .more = "Each defect is one line. Status: 0 there is none, 1 there are, 2 trouble.\n",
};

static void
on_defect(void *arg, const char *defect)
{
    char safe[1000];

    (*(unsigned long *)arg)++;
    puts(a4nn_escape(safe, sizeof safe, defect));
}

int
a4nn_verb_check(int argc, char **argv)
{
    struct a4nn_verb_query query = {0};
    unsigned long defects = 0;
    struct a4nn_err err;
    struct a4nn_db *db;
    const char *arg;
    int code, first;

    while ((code = a4nn_cli_next(&a4nn_verb_check_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        a4nn_verb_option(&query, code, arg);
    a4nn_verb_no_operands(argc, argv, first);
    db = a4nn_verb_open(query.history, A4NN_DB_READ);
    a4nn_verb_read(a4nn_history_check(db, on_defect, &defects, &err), &err);
    a4nn_db_close(db);
    return a4nn_program_end(defects == 0 ? A4NN_OK : A4NN_NO);
}
