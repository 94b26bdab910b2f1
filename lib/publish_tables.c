/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second reading: rows of the tables, and what the page shows of each run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "number.h"
#include "publish_parts.h"
#include "utf8.h"
#include "xalloc.h"

struct rows { /* a table that is being written */
    struct a4nn_pubfile *file;
    struct a4nn_buf line, text;
};

struct job {
    struct a4nn_pub *pub;
    struct rows rows[A4NN_PUB_TABLES];
    struct a4nn_err *err;
    struct a4nn_strmap metrics; /* names of metrics ... */
    char **clean;               /* ... and how they are published; owned */
    size_t clean_cap;
    int64_t number; /* of the run at hand */
    bool failed;
};

/* ---- cells ---- */

static void
next_cell(struct rows *r)
{
    if (r->line.len > 0)
        a4nn_buf_addc(&r->line, ',');
}

static void
end_row(struct rows *r)
{
    a4nn_buf_adds(&r->line, "\r\n");
    a4nn_pubfile_take(r->file, &r->line);
}

/* A text that is never missing. Bytes that are not UTF-8 become U+FFFD. */
static void
add_text(struct rows *r, const char *text)
{
    size_t len = strlen(text), at, n;
    unsigned long code;

    next_cell(r);
    a4nn_buf_reset(&r->text);
    for (at = 0; at < len; at += n) {
        n = a4nn_utf8_decode(text + at, len - at, &code);
        if (n != 0)
            a4nn_buf_add(&r->text, text + at, n);
        else
            a4nn_buf_adds(&r->text, "\xef\xbf\xbd");
        n += n == 0;
    }
    a4nn_csv_add_cell(&r->line, r->text.data != NULL && len > 0 ? r->text.data : "");
}

/* A missing text is a blank cell; one that is there and empty is an apostrophe, as it is in a
 * spreadsheet. */
static void
add_optional(struct rows *r, const char *text)
{
    if (text == NULL) {
        next_cell(r);
    } else if (text[strspn(text, "'")] == '\0') {
        next_cell(r);
        a4nn_buf_addc(&r->line, '\'');
        a4nn_buf_adds(&r->line, text);
    } else {
        add_text(r, text);
    }
}

/* As Frictionless spells what is no number. */
static void
add_value(struct rows *r, double v)
{
    char number[32];

    next_cell(r);
    if (isnan(v))
        a4nn_buf_adds(&r->line, "NaN");
    else if (isinf(v))
        a4nn_buf_adds(&r->line, v < 0 ? "-INF" : "INF");
    else
        a4nn_buf_adds(&r->line, a4nn_number_format(number, v));
}

static void
add_number(struct rows *r, double v)
{
    if (isnan(v))
        next_cell(r);
    else
        add_value(r, v);
}

static void
add_integer(struct rows *r, int64_t v)
{
    next_cell(r);
    a4nn_buf_addf(&r->line, "%lld", (long long)v);
}

/* ---- rows ---- */

static void
write_task(struct rows *r, size_t index, const struct a4nn_pub_task *t)
{
    add_integer(r, (int64_t)index + 1);
    add_text(r, t->name);
    add_text(r, t->metric);
    add_optional(r, t->mode != A4NN_MODE_UNKNOWN ? a4nn_mode_name(t->mode) : NULL);
    add_number(r, t->epochs);
    add_integer(r, t->runs);
    add_integer(r, t->complete);
    add_integer(r, t->stopped);
    add_integer(r, t->failed);
    add_integer(r, t->observations);
    add_number(r, t->best);
    add_number(r, t->first);
    add_number(r, t->last);
    end_row(r);
}

static void
add_member(struct rows *r, const struct a4nn_json *v)
{
    double number = NAN;

    switch (a4nn_json_kind(v)) {
    case A4NN_JSON_BOOL:
        next_cell(r);
        a4nn_buf_adds(&r->line, a4nn_json_true(v) ? "true" : "false");
        break;
    case A4NN_JSON_NUMBER:
        next_cell(r);
        a4nn_json_dump(v, &r->line); /* all digits of a seed */
        break;
    case A4NN_JSON_STRING:
        if (a4nn_json_number(v, &number) && !isfinite(number))
            add_value(r, number);
        else
            add_optional(r, a4nn_json_string(v));
        break;
    case A4NN_JSON_NULL:
    case A4NN_JSON_ARRAY:
    case A4NN_JSON_OBJECT: next_cell(r); break;
    }
}

static void
write_run(struct job *job, const struct a4nn_history_run *run, const struct a4nn_json *config)
{
    struct rows *r = &job->rows[A4NN_PUB_RUNS];
    size_t i;
    int fact;

    add_integer(r, job->number);
    add_integer(r, (int64_t)a4nn_pub_task_of(job->pub, run) + 1);
    add_text(r, run->name);
    add_number(r, run->epochs);
    add_integer(r, run->observations);
    add_number(r, run->last_epoch);
    add_number(r, run->last_value);
    add_number(r, run->best_value);
    for (fact = 0; fact < A4NN_FACTS; fact++)
        if (a4nn_fact_is_text((enum a4nn_fact)fact))
            add_optional(r, run->facts.text[fact]);
        else
            add_number(r, run->facts.num[fact]);
    for (i = 0; i < job->pub->members.n; i++)
        add_member(r, a4nn_json_get(config, job->pub->members.key[i]));
    end_row(r);
}

/* ---- under a run ---- */

static const char *
clean_metric(struct job *job, const char *metric)
{
    struct a4nn_buf out = {0};
    bool added;
    size_t i = a4nn_strmap_put(&job->metrics, metric, &added);

    if (added) {
        job->clean = a4nn_xgrow(job->clean, i, &job->clean_cap, sizeof *job->clean);
        a4nn_secrets_text(job->pub->secrets, NULL, metric, &out);
        job->clean[i] = out.data;
    }
    return job->clean[i];
}

static int
on_point(void *arg, const struct a4nn_history_point *p)
{
    struct job *job = arg;
    struct rows *r = &job->rows[A4NN_PUB_OBSERVATIONS];
    struct a4nn_history_point clean = *p;

    clean.metric = clean_metric(job, p->metric);
    add_integer(r, job->number);
    add_text(r, clean.metric);
    add_number(r, p->epoch);
    add_value(r, p->value);
    add_number(r, p->time);
    end_row(r);
    job->pub->counts->observations++;
    a4nn_pub_page_point(job->pub, &clean);
    return 0;
}

static int
on_forecast(void *arg, const struct a4nn_history_forecast *f)
{
    struct job *job = arg;
    struct rows *r = &job->rows[A4NN_PUB_FORECASTS];

    add_integer(r, job->number);
    add_number(r, f->epoch);
    add_number(r, f->forecast);
    add_number(r, f->low);
    add_number(r, f->high);
    add_number(r, f->expected_error);
    add_number(r, f->p_beat);
    add_optional(r, f->verdict);
    add_optional(r, f->reason);
    end_row(r);
    job->pub->counts->forecasts++;
    a4nn_pub_page_forecast(job->pub, f);
    return 0;
}

static int
on_run(void *arg, const struct a4nn_history_run *run)
{
    struct job *job = arg;
    struct a4nn_history_run clean;
    struct a4nn_json *config;

    if (a4nn_pub_interrupted(job->pub))
        return 1;
    if (!a4nn_where_met(job->pub->opts->where, run))
        return 0;
    job->number++;
    a4nn_pub_clean(job->pub, job->pub->secrets, run, job->number, &clean, &config);
    clean.metric = (char *)(uintptr_t)clean_metric(job, run->metric);
    write_run(job, &clean, config);
    a4nn_pub_page_run(job->pub, job->number, &clean, config);
    job->failed = a4nn_history_points(job->pub->db, run->id, on_point, job, job->err) < 0 ||
                  a4nn_history_forecasts(job->pub->db, run->id, on_forecast, job, job->err) < 0;
    a4nn_pub_page_run_end(job->pub);
    a4nn_pub_clean_release(&clean, config);
    return job->failed;
}

/* ---- tables ---- */

static void
add_heading(void *arg, const struct a4nn_pub_column *column)
{
    add_text(arg, column->name);
}

static void
begin_tables(struct job *job)
{
    size_t i;

    for (i = 0; i < A4NN_PUB_TABLES; i++) {
        struct a4nn_buf name = {0};
        a4nn_buf_addf(&name, "%s.csv", a4nn_pub_table(i)->name);
        job->rows[i].file = a4nn_pubfile_open(job->pub->folder, name.data);
        a4nn_pub_columns(job->pub, i, add_heading, &job->rows[i]);
        end_row(&job->rows[i]);
        a4nn_buf_release(&name);
    }
}

static void
end_tables(struct job *job)
{
    size_t i;

    for (i = 0; i < A4NN_PUB_TABLES; i++) {
        a4nn_pubfile_close(job->rows[i].file);
        a4nn_buf_release(&job->rows[i].line);
        a4nn_buf_release(&job->rows[i].text);
    }
    for (i = 0; i < job->metrics.n; i++)
        free(job->clean[i]);
    free(job->clean);
    a4nn_strmap_release(&job->metrics);
}

int
a4nn_pub_tables(struct a4nn_pub *pub, struct a4nn_err *err)
{
    struct job job = {.pub = pub, .err = err};
    int result;
    size_t i;

    begin_tables(&job);
    for (i = 0; i < pub->tasks; i++)
        write_task(&job.rows[A4NN_PUB_TASKS], i, &pub->task[i]);
    a4nn_pub_page_begin(pub);
    result = a4nn_history_runs(pub->db, pub->opts->which, on_run, &job, err);
    a4nn_pub_page_end(pub);
    end_tables(&job);
    return job.failed ? -1 : result;
}
