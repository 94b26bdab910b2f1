/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tasks. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "input.h"
#include "program.h"
#include "sheet.h"
#include "verbs.h"

static const struct a4nn_option options[] = {
    A4NN_VERB_HISTORY, A4NN_OPTION_OUTPUT("table"), A4NN_OPTION_QUIET, A4NN_VERB_TASK, {0},
};

const struct a4nn_cli a4nn_verb_list_cli = {
    .program = "a4nn-history list",
    .operands = "",
    .about = "List the tasks, and how many runs of each ended how.",
    .options = options,
    .more = "Status: 0 done, 1 there is none, 2 trouble.\n",
};

static const struct a4nn_sheet_column columns[] = {
    {"task", "task", 0, true},        {"metric", "metric", 0, true},
    {"mode", "mode", 0, true},        {"epochs", "epochs", -1, false},
    {"runs", "runs", 0, false},       {"complete", "complete", 0, false},
    {"stopped", "stopped", 0, false}, {"failed", "failed", 0, false},
    {"observations", NULL, 0, false}, {"best", "best", -1, false},
    {"started", NULL, -1, false},     {"ended", NULL, -1, false},
};

struct job {
    struct a4nn_verb_query query;
    struct a4nn_sheet *sheet;
    bool any;
};

static int
on_task(void *arg, const struct a4nn_history_task *t)
{
    struct job *job = arg;

    if (job->query.which.task != NULL && strcmp(job->query.which.task, t->name) != 0)
        return 0;
    job->any = true;
    a4nn_sheet_text(job->sheet, t->name);
    a4nn_sheet_text(job->sheet, t->metric);
    a4nn_sheet_text(job->sheet, a4nn_mode_name(t->mode));
    a4nn_sheet_number(job->sheet, t->epochs);
    a4nn_sheet_number(job->sheet, (double)t->runs);
    a4nn_sheet_number(job->sheet, (double)t->complete);
    a4nn_sheet_number(job->sheet, (double)t->stopped);
    a4nn_sheet_number(job->sheet, (double)t->failed);
    a4nn_sheet_number(job->sheet, (double)t->observations);
    a4nn_sheet_number(job->sheet, t->best);
    a4nn_sheet_number(job->sheet, t->first);
    a4nn_sheet_number(job->sheet, t->last);
    return 0;
}

int
a4nn_verb_list(int argc, char **argv)
{
    struct job job = {.query = {.encoding = A4NN_TABLE}};
    struct a4nn_err err;
    struct a4nn_db *db;
    const char *arg;
    int code, first;

    while ((code = a4nn_cli_next(&a4nn_verb_list_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        a4nn_verb_option(&job.query, code, arg);
    a4nn_verb_no_operands(argc, argv, first);
    db = a4nn_verb_open(job.query.history, A4NN_DB_READ);
    job.sheet = a4nn_sheet_new(columns, sizeof columns / sizeof *columns);
    a4nn_verb_read(a4nn_history_tasks(db, on_task, &job, &err), &err);
    if (job.any)
        a4nn_sheet_write(job.sheet, stdout, job.query.encoding);
    a4nn_sheet_free(job.sheet);
    a4nn_db_close(db);
    return a4nn_program_end(job.any ? A4NN_OK : A4NN_NO);
}
