/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of the runs that meet a condition, as a stream. */
#include <stdio.h>

#include "history_export.h"
#include "input.h"
#include "program.h"
#include "verbs.h"

static const struct a4nn_option options[] = {
    A4NN_VERB_HISTORY,
    A4NN_OPTION_OUTPUT("jsonl"),
    A4NN_OPTION_QUIET,
    A4NN_VERB_RUN,
    A4NN_VERB_TASK,
    A4NN_VERB_WHERE,
    {0},
};

const struct a4nn_cli a4nn_verb_export_cli = {
    .program = "a4nn-history export",
    .operands = "",
    .about = "Write the observations, forecasts and verdicts of runs as a stream.",
    .options = options,
    .more = "JSON Lines hold everything, the facts of a run with its first record; CSV holds the\n"
            "metric, its forecasts and verdicts.  'a4nn-history add' takes either back.\n"
            "Status: 0 done, 1 there is none, 2 trouble.\n",
};

struct job {
    struct a4nn_verb_query query;
    struct a4nn_db *db;
    struct a4nn_stream_writer *writer;
    struct a4nn_err err;
    bool any, failed;
};

static int
on_record(void *arg, struct a4nn_record *record)
{
    struct job *job = arg;

    job->any = true;
    a4nn_stream_write(job->writer, record);
    return ferror(stdout);
}

static int
on_run(void *arg, const struct a4nn_history_run *run)
{
    struct job *job = arg;

    if (a4nn_where_met(job->query.where, run))
        job->failed = a4nn_history_export(job->db, run, on_record, job, &job->err) < 0;
    return job->failed || ferror(stdout);
}

int
a4nn_verb_export(int argc, char **argv)
{
    struct job job = {.query = {.encoding = A4NN_JSONL}};
    struct a4nn_err err;
    const char *arg;
    int code, first;

    while ((code = a4nn_cli_next(&a4nn_verb_export_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        a4nn_verb_option(&job.query, code, arg);
    a4nn_verb_no_operands(argc, argv, first);
    job.db = a4nn_verb_open(job.query.history, A4NN_DB_READ);
    job.writer = a4nn_stream_writer_new(stdout, job.query.encoding,
                                        A4NN_OBSERVATION_FIELDS | A4NN_FORECAST_FIELDS);
    a4nn_verb_read(a4nn_history_runs(job.db, &job.query.which, on_run, &job, &err), &err);
    a4nn_verb_read(job.failed ? -1 : 0, &job.err);
    a4nn_stream_writer_free(job.writer);
    a4nn_where_free(job.query.where);
    a4nn_db_close(job.db);
    return a4nn_program_end(job.any ? A4NN_OK : A4NN_NO);
}
