/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that is known of a run. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "history_export.h"
#include "input.h"
#include "number.h"
#include "program.h"
#include "sheet.h"
#include "verbs.h"

static const struct a4nn_option options[] = {
    A4NN_VERB_HISTORY, A4NN_OPTION_OUTPUT("table"), A4NN_OPTION_QUIET, A4NN_VERB_TASK, {0},
};

const struct a4nn_cli a4nn_verb_show_cli = {
    .program = "a4nn-history show",
    .operands = "run ...",
    .about = "Show all that is known of a run.",
    .options = options,
    .more = "A run is told by its name, of all tasks that have it, or by #id.\n"
            "Status: 0 done, 1 there is no such run, 2 trouble.\n",
};

static const struct a4nn_sheet_column columns[] = {
    {"epoch", "epoch", -1, false},       {"value", "value", -1, false},
    {"forecast", "forecast", -1, false}, {"low", "low", -1, false},
    {"high", "high", -1, false},         {"verdict", "verdict", 0, true},
    {"reason", "reason", 0, true},       {"metrics", "other metrics", 0, true},
};

struct job {
    struct a4nn_verb_query query;
    struct a4nn_db *db;
    struct a4nn_sheet *sheet;
    struct a4nn_stream_writer *writer;
    struct a4nn_err err;
    bool any, failed;
};

static int
print_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct a4nn_buf text = {0};
    char safe[4000], safe_name[200];

    (void)arg;
    if (a4nn_json_kind(value) == A4NN_JSON_NULL)
        return 0;
    a4nn_json_say(value, &text);
    printf("%-18s %s\n", a4nn_escape(safe_name, sizeof safe_name, name),
           a4nn_escape(safe, sizeof safe, text.data));
    a4nn_buf_release(&text);
    return 0;
}

static int
add_metric(void *arg, const char *name, struct a4nn_json *value)
{
    struct a4nn_buf *out = arg;

    a4nn_buf_addf(out, "%s%s=", out->len > 0 ? " " : "", name);
    a4nn_json_dump(value, out);
    return 0;
}

static int
add_row(void *arg, struct a4nn_record *r)
{
    static const enum a4nn_field numbers[] = {A4NN_EPOCH, A4NN_VALUE, A4NN_FORECAST, A4NN_LOW,
                                              A4NN_HIGH},
                                 others[] = {A4NN_VAL_LOSS, A4NN_LR};
    struct job *job = arg;
    struct a4nn_buf metrics = {0};
    char number[32];
    size_t i;

    for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
        a4nn_sheet_number(job->sheet, a4nn_record_num(r, numbers[i]));
    a4nn_sheet_text(job->sheet, a4nn_record_text(r, A4NN_VERDICT, NULL));
    a4nn_sheet_text(job->sheet, a4nn_record_text(r, A4NN_REASON, NULL));
    for (i = 0; i < sizeof others / sizeof *others; i++)
        if (a4nn_record_has(r, others[i]))
            a4nn_buf_addf(&metrics, "%s%s=%s", metrics.len > 0 ? " " : "",
                          a4nn_field_name(others[i]),
                          a4nn_number_format(number, r->num[others[i]]));
    a4nn_json_members(a4nn_json_get(r->extra, "metrics"), add_metric, &metrics);
    a4nn_sheet_text(job->sheet, metrics.data);
    a4nn_buf_release(&metrics);
    return 0;
}

static int
write_record(void *arg, struct a4nn_record *record)
{
    struct job *job = arg;

    a4nn_stream_write(job->writer, record);
    return ferror(stdout);
}

static int
on_run(void *arg, const struct a4nn_history_run *run)
{
    struct job *job = arg;
    struct a4nn_json *object;

    if (job->query.encoding != A4NN_TABLE) {
        job->any = true;
        job->failed = a4nn_history_export(job->db, run, write_record, job, &job->err) < 0;
        return job->failed || ferror(stdout);
    }
    if (job->any)
        putchar('\n');
    job->any = true;
    object = a4nn_history_run_object(run);
    a4nn_json_members(object, print_member, NULL);
    a4nn_json_free(object);
    job->sheet = a4nn_sheet_new(columns, sizeof columns / sizeof *columns);
    job->failed = a4nn_history_export(job->db, run, add_row, job, &job->err) < 0;
    putchar('\n');
    if (!job->failed)
        a4nn_sheet_write(job->sheet, stdout, A4NN_TABLE);
    a4nn_sheet_free(job->sheet);
    return job->failed || ferror(stdout);
}

static bool
show(struct job *job, const char *run)
{
    struct a4nn_history_which which = job->query.which;
    struct a4nn_err err;

    a4nn_verb_name_run(&which, run);
    job->any = false;
    a4nn_verb_read(a4nn_history_runs(job->db, &which, on_run, job, &err), &err);
    a4nn_verb_read(job->failed ? -1 : 0, &job->err);
    if (!job->any)
        a4nn_verb_no_run(job->db, run);
    return job->any;
}

int
a4nn_verb_show(int argc, char **argv)
{
    struct job job = {.query = {.encoding = A4NN_TABLE}};
    int code, first, status = A4NN_OK;
    const char *arg;

    while ((code = a4nn_cli_next(&a4nn_verb_show_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        a4nn_verb_option(&job.query, code, arg);
    if (first == argc)
        a4nn_die(A4NN_TROUBLE, "no run named");
    job.db = a4nn_verb_open(job.query.history, A4NN_DB_READ);
    job.writer = a4nn_stream_writer_new(stdout, job.query.encoding,
                                        A4NN_OBSERVATION_FIELDS | A4NN_FORECAST_FIELDS);
    for (; first < argc; first++)
        if (!show(&job, argv[first]))
            status = A4NN_NO;
    a4nn_stream_writer_free(job.writer);
    a4nn_db_close(job.db);
    return a4nn_program_end(status);
}
