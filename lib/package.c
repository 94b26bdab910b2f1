/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "package.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "csv.h"
#include "csvfile.h"
#include "history_records.h"
#include "number.h"
#include "package_parts.h"
#include "xalloc.h"

enum { ROWS_AT_ONCE = 1 << 16, COLUMNS = 40 };

struct task {
    int64_t number;
    char *name, *metric; /* owned */
    enum a4nn_mode mode;
};

struct table {
    struct a4nn_csvfile *file;
    const struct a4nn_pub_table *is;
    char **cell; /* of the row at hand; NULL at the end */
    int64_t run; /* it belongs to; of tables under a run */
};

struct job {
    struct a4nn_history_writer *writer;
    struct table table[A4NN_PUB_TABLES];
    struct task *task;
    size_t tasks, task_cap;
    struct a4nn_run_records *records;
    struct a4nn_err *err;
    int64_t runs;
};

/* ---- cells ---- */

static size_t
column(const struct table *t, const char *name)
{
    size_t i;

    for (i = 0; i + 1 < t->is->columns && strcmp(t->is->column[i].name, name) != 0; i++)
        ;
    return i;
}

static int
bad_cell(struct job *job, const struct table *t, size_t col, const char *what)
{
    return a4nn_err_set(job->err, "%s.csv:%lu: %s is not %s: '%.100s'", t->is->name,
                        a4nn_csvfile_line(t->file), t->is->column[col].name, what, t->cell[col]);
}

/* A blank cell is NAN. */
static int
get_number(struct job *job, const struct table *t, size_t col, double *out)
{
    const char *text = t->cell[col];

    *out = NAN;
    if (text[0] == '\0' || a4nn_number_parse(text, strlen(text), out))
        return 0;
    return bad_cell(job, t, col, "a number");
}

static int
get_finite(struct job *job, const struct table *t, size_t col, double *out)
{
    int result = get_number(job, t, col, out);

    return result == 0 && !isfinite(*out) ? bad_cell(job, t, col, "a finite number") : result;
}

static int
get_id(struct job *job, const struct table *t, size_t col, int64_t *out)
{
    double v;

    if (get_number(job, t, col, &v) < 0 || !(v >= 1 && v < 1e15) || v != floor(v))
        return bad_cell(job, t, col, "a whole number from 1");
    *out = (int64_t)v;
    return 0;
}

/* A text that is never missing; one that may be: NULL for a blank cell. */
static const char *
get_text(const struct table *t, size_t col)
{
    a4nn_csv_unguard(t->cell[col]);
    return t->cell[col];
}

static const char *
get_optional(const struct table *t, size_t col)
{
    const char *text = t->cell[col];

    if (text[0] == '\0')
        return NULL;
    return text[strspn(text, "'")] == '\0' ? text + 1 : get_text(t, col);
}

/* ---- rows ---- */

static int
advance(struct job *job, size_t table)
{
    struct table *t = &job->table[table];
    int result = a4nn_csvfile_next(t->file, &t->cell, job->err);

    if (result <= 0)
        t->cell = NULL;
    if (result > 0 && table != A4NN_PUB_TASKS && get_id(job, t, 0, &t->run) < 0)
        return -1;
    return result < 0 ? -1 : 0;
}

static int
read_tasks(struct job *job)
{
    struct table *t = &job->table[A4NN_PUB_TASKS];
    size_t name = column(t, "name"), metric = column(t, "metric"), mode = column(t, "mode");
    int result = advance(job, A4NN_PUB_TASKS);

    for (; result == 0 && t->cell != NULL; result = advance(job, A4NN_PUB_TASKS)) {
        struct task *task;
        job->task = a4nn_xgrow(job->task, job->tasks, &job->task_cap, sizeof *job->task);
        task = &job->task[job->tasks];
        if (get_id(job, t, 0, &task->number) < 0)
            return -1;
        if (task->number != (int64_t)job->tasks + 1)
            return bad_cell(job, t, 0, "the next number");
        task->mode = a4nn_mode_find(t->cell[mode]);
        task->name = a4nn_xstrdup(get_text(t, name));
        task->metric = a4nn_xstrdup(get_text(t, metric));
        job->tasks++;
    }
    return result;
}

static int
read_run(struct job *job, struct a4nn_history_run *run)
{
    const struct table *t = &job->table[A4NN_PUB_RUNS];
    const size_t task = column(t, "task"), config = column(t, "config");
    int i;

    if (get_id(job, t, task, &run->task_id) < 0)
        return -1;
    if ((size_t)run->task_id > job->tasks)
        return bad_cell(job, t, task, "a task of tasks.csv");
    run->task = job->task[run->task_id - 1].name;
    run->metric = job->task[run->task_id - 1].metric;
    run->mode = job->task[run->task_id - 1].mode;
    if (get_number(job, t, column(t, "epochs"), &run->epochs) < 0)
        return -1;
    a4nn_xreplace(&run->name, get_text(t, column(t, "name")));
    for (i = 0; i < A4NN_FACTS; i++) {
        enum a4nn_fact fact = (enum a4nn_fact)i;
        if (a4nn_fact_is_text(fact))
            a4nn_facts_set_text(&run->facts, fact, get_optional(t, config + (size_t)i));
        else if (get_number(job, t, config + (size_t)i, &run->facts.num[i]) < 0)
            return -1;
    }
    return 0;
}

static int
take_points(struct job *job, int64_t run)
{
    const struct table *t = &job->table[A4NN_PUB_OBSERVATIONS];
    struct a4nn_history_point p;

    while (t->cell != NULL && t->run == run) {
        if (get_finite(job, t, 2, &p.epoch) < 0 || get_number(job, t, 3, &p.value) < 0 ||
            get_number(job, t, 4, &p.time) < 0)
            return -1;
        p.metric = get_text(t, 1);
        a4nn_run_records_point(job->records, &p);
        if (advance(job, A4NN_PUB_OBSERVATIONS) < 0)
            return -1;
    }
    return 0;
}

static int
take_forecasts(struct job *job, int64_t run)
{
    const struct table *t = &job->table[A4NN_PUB_FORECASTS];
    struct a4nn_history_forecast f;

    while (t->cell != NULL && t->run == run) {
        if (get_finite(job, t, 1, &f.epoch) < 0 || get_number(job, t, 2, &f.forecast) < 0 ||
            get_number(job, t, 3, &f.low) < 0 || get_number(job, t, 4, &f.high) < 0 ||
            get_number(job, t, 5, &f.expected_error) < 0 || get_number(job, t, 6, &f.p_beat) < 0)
            return -1;
        f.verdict = get_optional(t, 7);
        f.reason = get_optional(t, 8);
        a4nn_run_records_forecast(job->records, &f);
        if (advance(job, A4NN_PUB_FORECASTS) < 0)
            return -1;
    }
    return 0;
}

static int
put_record(void *arg, struct a4nn_record *record)
{
    struct job *job = arg;

    a4nn_history_put(job->writer, record);
    return 0;
}

/* ---- all of it ---- */

static int
take_run(struct job *job, struct a4nn_history_run *run)
{
    int64_t number = job->table[A4NN_PUB_RUNS].run;

    if (number <= job->runs)
        return bad_cell(job, &job->table[A4NN_PUB_RUNS], 0, "larger than that of the run before");
    job->runs = number;
    if (read_run(job, run) < 0)
        return -1;
    a4nn_run_records_begin(job->records, run);
    if (take_points(job, number) < 0 || take_forecasts(job, number) < 0)
        return -1;
    a4nn_run_records_give(job->records, put_record, job);
    if (a4nn_history_waiting(job->writer) >= ROWS_AT_ONCE &&
        a4nn_history_flush(job->writer, job->err) < 0)
        return -1;
    return advance(job, A4NN_PUB_RUNS);
}

static int
read_all(struct job *job)
{
    struct a4nn_history_run run = {0};
    int64_t count = 0;
    int result = read_tasks(job);
    size_t i;

    a4nn_facts_init(&run.facts);
    for (i = A4NN_PUB_RUNS; i < A4NN_PUB_TABLES && result == 0; i++)
        result = advance(job, i);
    for (; result == 0 && job->table[A4NN_PUB_RUNS].cell != NULL; count++)
        result = take_run(job, &run);
    for (i = A4NN_PUB_OBSERVATIONS; i < A4NN_PUB_TABLES && result == 0; i++)
        if (job->table[i].cell != NULL)
            result = bad_cell(job, &job->table[i], 0, "a run of runs.csv, in the order there");
    if (result == 0)
        result = a4nn_history_flush(job->writer, job->err);
    job->runs = count;
    free(run.name);
    a4nn_facts_release(&run.facts);
    return result;
}

/* Takes the descriptors over. */
static int
open_tables(struct job *job, const int fd[A4NN_PUB_TABLES])
{
    const char *name[COLUMNS];
    struct a4nn_buf file = {0};
    int result = 0;
    size_t i, k;

    for (i = 0; i < A4NN_PUB_TABLES; i++) {
        struct table *t = &job->table[i];
        t->is = a4nn_pub_table(i);
        for (k = 0; k < t->is->columns && k < COLUMNS; k++)
            name[k] = t->is->column[k].name;
        a4nn_buf_reset(&file);
        a4nn_buf_addf(&file, "%s.csv", t->is->name);
        if (result < 0)
            close(fd[i]);
        else if ((t->file = a4nn_csvfile_new(fd[i], file.data, name, k, job->err)) == NULL)
            result = -1;
    }
    a4nn_buf_release(&file);
    return result;
}

int
a4nn_package_import(const char *folder, struct a4nn_history_writer *writer, int64_t *runs,
                    struct a4nn_err *err)
{
    struct job job = {.writer = writer, .err = err};
    int fd[A4NN_PUB_TABLES], result;
    size_t i;

    if (a4nn_package_open(folder, fd, err) < 0)
        return -1;
    job.records = a4nn_run_records_new();
    result = open_tables(&job, fd);
    if (result == 0)
        result = read_all(&job);
    if (runs != NULL)
        *runs = job.runs;
    for (i = 0; i < A4NN_PUB_TABLES; i++)
        a4nn_csvfile_free(job.table[i].file);
    for (i = 0; i < job.tasks; i++) {
        free(job.task[i].name);
        free(job.task[i].metric);
    }
    free(job.task);
    a4nn_run_records_free(job.records);
    return result;
}
