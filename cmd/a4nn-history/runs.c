/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs that meet a condition. */
#include <stdio.h>
#include <stdlib.h>

#include "history_export.h"
#include "input.h"
#include "program.h"
#include "sheet.h"
#include "verbs.h"

static const struct a4nn_option options[] = {
    A4NN_VERB_HISTORY,
    A4NN_OPTION_OUTPUT("table"),
    A4NN_OPTION_QUIET,
    A4NN_VERB_RUN,
    A4NN_VERB_TASK,
    A4NN_VERB_WHERE,
    {0},
};

const struct a4nn_cli a4nn_verb_runs_cli = {
    .program = "a4nn-history runs",
    .operands = "",
    .about = "List the runs that meet a condition.",
    .options = options,
    .more = "A condition joins comparisons (= != < <= > >= ~) by and, or, not and parentheses.\n"
            "Names: task, metric, run, epochs, last_epoch, last_value, best_value, observations,\n"
            "the facts (status, flops, seed, ...), and members of the configuration.\n"
            "Status: 0 done, 1 there is none, 2 trouble.\n",
};

static const struct a4nn_sheet_column columns[] = {
    {"task", "task", 0, true},
    {"metric", "metric", 0, true},
    {"run", "run", 0, true},
    {"status", "status", 0, true},
    {"stop_reason", "reason", 0, true},
    {"epochs", "epochs", -1, false},
    {"observations", NULL, 0, false},
    {"last_epoch", "epoch", -1, false},
    {"last_value", "value", -1, false},
    {"best_value", "best", -1, false},
    {"parameters", NULL, -1, false},
    {"flops", NULL, -1, false},
    {"seed", NULL, 0, true},
    {"host", NULL, 0, true},
    {"job", NULL, 0, true},
    {"started", NULL, -1, false},
    {"ended", NULL, -1, false},
    {"config", "configuration", 0, true},
};

struct job {
    struct a4nn_verb_query query;
    struct a4nn_sheet *sheet;
    bool any;
};

static void
add_row(struct a4nn_sheet *sheet, const struct a4nn_history_run *run)
{
    a4nn_sheet_text(sheet, run->task);
    a4nn_sheet_text(sheet, run->metric);
    a4nn_sheet_text(sheet, run->name);
    a4nn_sheet_text(sheet, run->facts.text[A4NN_FACT_STATUS]);
    a4nn_sheet_text(sheet, run->facts.text[A4NN_FACT_REASON]);
    a4nn_sheet_number(sheet, run->epochs);
    a4nn_sheet_number(sheet, (double)run->observations);
    a4nn_sheet_number(sheet, run->last_epoch);
    a4nn_sheet_number(sheet, run->last_value);
    a4nn_sheet_number(sheet, run->best_value);
    a4nn_sheet_number(sheet, run->facts.num[A4NN_FACT_PARAMETERS]);
    a4nn_sheet_number(sheet, run->facts.num[A4NN_FACT_FLOPS]);
    a4nn_sheet_text(sheet, run->facts.text[A4NN_FACT_SEED]);
    a4nn_sheet_text(sheet, run->facts.text[A4NN_FACT_HOST]);
    a4nn_sheet_text(sheet, run->facts.text[A4NN_FACT_JOB]);
    a4nn_sheet_number(sheet, run->facts.num[A4NN_FACT_STARTED]);
    a4nn_sheet_number(sheet, run->facts.num[A4NN_FACT_ENDED]);
    a4nn_sheet_text(sheet, run->facts.text[A4NN_FACT_CONFIG]);
}

/* In JSON Lines a run is an object, with its configuration as an object in it. */
static int
on_run(void *arg, const struct a4nn_history_run *run)
{
    struct job *job = arg;
    struct a4nn_buf line = {0};
    struct a4nn_json *object;

    if (!a4nn_where_met(job->query.where, run))
        return 0;
    job->any = true;
    if (job->query.encoding != A4NN_JSONL) {
        add_row(job->sheet, run);
        return ferror(stdout);
    }
    object = a4nn_history_run_object(run);
    a4nn_json_dump(object, &line);
    a4nn_json_free(object);
    puts(line.data);
    a4nn_buf_release(&line);
    return ferror(stdout);
}

int
a4nn_verb_runs(int argc, char **argv)
{
    struct job job = {.query = {.encoding = A4NN_TABLE}};
    struct a4nn_err err;
    struct a4nn_db *db;
    const char *arg;
    int code, first;

    while ((code = a4nn_cli_next(&a4nn_verb_runs_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        a4nn_verb_option(&job.query, code, arg);
    a4nn_verb_no_operands(argc, argv, first);
    db = a4nn_verb_open(job.query.history, A4NN_DB_READ);
    job.sheet = a4nn_sheet_new(columns, sizeof columns / sizeof *columns);
    if (job.query.encoding == A4NN_CSV)
        a4nn_sheet_stream(job.sheet, stdout, job.query.encoding);
    a4nn_verb_read(a4nn_history_runs(db, &job.query.which, on_run, &job, &err), &err);
    if (job.any && job.query.encoding != A4NN_JSONL)
        a4nn_sheet_write(job.sheet, stdout, job.query.encoding);
    a4nn_sheet_free(job.sheet);
    a4nn_where_free(job.query.where);
    a4nn_db_close(db);
    return a4nn_program_end(job.any ? A4NN_OK : A4NN_NO);
}
