/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the web page shows, as scripts beside it: a page from a disk may load scripts, but no data.
 * page/runs.js has a row for each run, page/tasks.js the tasks with a picture of their curves, and
 * page/curves-N.js the curves of some runs each, loaded when one of them is looked at.  They call
 * the functions of page.js, which says what the columns are.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "history_export.h"
#include "publish_parts.h"
#include "xalloc.h"

enum {
    SHOWN = 20000,        /* runs on the page at most */
    CHUNK = 256 << 10,    /* bytes of a file of curves, about */
    CHUNK_RUNS = 200,     /* runs in one at most */
    POINTS = 1000,        /* of a curve at most */
    PICTURE_TASKS = 60,   /* tasks with a picture */
    PICTURE_CURVES = 150, /* curves in one at most */
    PICTURE_POINTS = 50   /* of each at most */
};

struct series {   /* a metric of the run at hand */
    char *metric; /* owned */
    double *epoch, *value;
    size_t n, cap_epoch, cap_value;
};

struct guess {
    struct a4nn_history_forecast f; /* its texts are constants or NULL */
    char *reason;                   /* owned */
};

struct a4nn_pub_page {
    struct a4nn_pubfile *runs, *curves; /* curves: NULL between two files */
    struct a4nn_buf chunks, out;
    int64_t number, chunk_runs, files, first;
    /* the run at hand */
    bool shown;
    const struct a4nn_history_run *run;
    const struct a4nn_json *config;
    struct series *series;
    size_t nseries, used, series_cap;
    struct guess *guess;
    size_t guesses, guess_cap;
};

/* ---- JavaScript ---- */

/* JSON is JavaScript but for two line separators; and what ends a script in HTML is in no text. */
static void
write_js(struct a4nn_pubfile *file, struct a4nn_buf *json)
{
    const char *at = json->data, *end = json->data + json->len, *c;

    for (c = at; c < end; c++) {
        if (*c == '<') {
            a4nn_pubfile_add(file, at, (size_t)(c - at));
            a4nn_pubfile_add(file, "\\u003c", 6);
            at = c + 1;
        } else if (end - c >= 3 && memcmp(c, "\xe2\x80", 2) == 0 &&
                   (c[2] == '\xa8' || c[2] == '\xa9')) {
            a4nn_pubfile_add(file, at, (size_t)(c - at));
            a4nn_pubfile_add(file, c[2] == '\xa8' ? "\\u2028" : "\\u2029", 6);
            at = c + 3;
        }
    }
    a4nn_pubfile_add(file, at, (size_t)(end - at));
    a4nn_buf_reset(json);
}

static void
add_text(struct a4nn_buf *out, const char *text)
{
    if (text == NULL)
        a4nn_buf_adds(out, "null");
    else
        a4nn_json_quote(out, text);
}

/* [a,b,...] of every `step`-th number and the last. */
static void
add_numbers(struct a4nn_buf *out, const double *v, size_t n, size_t step)
{
    size_t i;

    a4nn_buf_addc(out, '[');
    for (i = 0; i < n; i++) {
        if (i % step != 0 && i + 1 != n)
            continue;
        if (i > 0)
            a4nn_buf_addc(out, ',');
        a4nn_json_add_number(out, v[i]);
    }
    a4nn_buf_addc(out, ']');
}

static size_t
step_for(size_t n, size_t most)
{
    return n > most ? (n + most - 1) / most : 1;
}

/* ---- files ---- */

void
a4nn_pub_page_begin(struct a4nn_pub *pub)
{
    static const char head[] = "/* data of this page, made by a4nn-history publish */\n";

    pub->page = a4nn_xcalloc(1, sizeof *pub->page);
    pub->page->runs = a4nn_pubfile_open(pub->folder, "page/runs.js");
    a4nn_pubfile_add(pub->page->runs, head, sizeof head - 1);
}

static void
begin_curves(struct a4nn_pub *pub, struct a4nn_pub_page *p)
{
    struct a4nn_buf name = {0};

    p->first = p->number;
    p->files++;
    p->chunk_runs = 0;
    a4nn_buf_addf(&p->chunks, "%s%lld", p->files > 1 ? "," : "", (long long)p->number);
    a4nn_buf_addf(&name, "page/curves-%05lld.js", (long long)p->files);
    p->curves = a4nn_pubfile_open(pub->folder, name.data);
    a4nn_buf_release(&name);
    a4nn_buf_addf(&p->out, "a4nn.curves(%lld,[", (long long)p->number);
    write_js(p->curves, &p->out);
}

static void
end_curves(struct a4nn_pub_page *p)
{
    if (p->curves == NULL)
        return;
    a4nn_pubfile_add(p->curves, "]);\n", 4);
    a4nn_pubfile_close(p->curves);
    p->curves = NULL;
}

static void
write_tasks(struct a4nn_pub *pub, struct a4nn_pub_page *p)
{
    struct a4nn_pubfile *file = a4nn_pubfile_open(pub->folder, "page/tasks.js");
    size_t i;

    a4nn_buf_addf(&p->out, "a4nn.tasks({\"runs\":%lld,\"chunks\":[%s],\"tasks\":[\n",
                  (long long)pub->counts->runs, p->chunks.data != NULL ? p->chunks.data : "");
    for (i = 0; i < pub->tasks; i++) {
        struct a4nn_pub_task *t = &pub->task[i];
        const double numbers[] = {t->epochs,          (double)t->runs,   (double)t->complete,
                                  (double)t->stopped, (double)t->failed, t->best};
        a4nn_buf_addc(&p->out, '[');
        add_text(&p->out, t->name);
        a4nn_buf_addc(&p->out, ',');
        add_text(&p->out, t->metric);
        a4nn_buf_addc(&p->out, ',');
        add_text(&p->out, t->mode != A4NN_MODE_UNKNOWN ? a4nn_mode_name(t->mode) : NULL);
        a4nn_buf_addc(&p->out, ',');
        add_numbers(&p->out, numbers, sizeof numbers / sizeof *numbers, 1);
        a4nn_buf_addf(&p->out, ",[%s]]%s\n", t->curves.data != NULL ? t->curves.data : "",
                      i + 1 < pub->tasks ? "," : "");
        write_js(file, &p->out);
    }
    a4nn_pubfile_add(file, "]});\n", 5);
    a4nn_pubfile_close(file);
}

void
a4nn_pub_page_end(struct a4nn_pub *pub)
{
    struct a4nn_pub_page *p = pub->page;
    size_t i;

    end_curves(p);
    a4nn_pubfile_close(p->runs);
    write_tasks(pub, p);
    pub->counts->shown = p->number;
    for (i = 0; i < p->nseries; i++) {
        free(p->series[i].metric);
        free(p->series[i].epoch);
        free(p->series[i].value);
    }
    free(p->series);
    free(p->guess);
    a4nn_buf_release(&p->chunks);
    a4nn_buf_release(&p->out);
    free(p);
    pub->page = NULL;
}

/* ---- a run ---- */

void
a4nn_pub_page_run(struct a4nn_pub *pub, int64_t number, const struct a4nn_history_run *run,
                  const struct a4nn_json *config)
{
    struct a4nn_pub_page *p = pub->page;

    p->run = run;
    p->config = config;
    p->shown = number <= SHOWN;
    if (p->shown)
        p->number = number;
}

static struct series *
series_of(struct a4nn_pub_page *p, const char *metric)
{
    size_t i;

    for (i = 0; i < p->used; i++)
        if (strcmp(p->series[i].metric, metric) == 0)
            return &p->series[i];
    if (p->used == p->nseries) {
        p->series = a4nn_xgrow(p->series, p->nseries, &p->series_cap, sizeof *p->series);
        p->series[p->nseries++] = (struct series){0};
    }
    a4nn_xreplace(&p->series[p->used].metric, metric);
    p->series[p->used].n = 0;
    return &p->series[p->used++];
}

void
a4nn_pub_page_point(struct a4nn_pub *pub, const struct a4nn_history_point *point)
{
    struct series *s;

    if (!pub->page->shown)
        return;
    s = series_of(pub->page, point->metric);
    s->epoch = a4nn_xgrow(s->epoch, s->n, &s->cap_epoch, sizeof *s->epoch);
    s->value = a4nn_xgrow(s->value, s->n, &s->cap_value, sizeof *s->value);
    s->epoch[s->n] = point->epoch;
    s->value[s->n++] = point->value;
}

void
a4nn_pub_page_forecast(struct a4nn_pub *pub, const struct a4nn_history_forecast *f)
{
    struct a4nn_pub_page *p = pub->page;
    struct guess *g;

    if (!p->shown)
        return;
    p->guess = a4nn_xgrow(p->guess, p->guesses, &p->guess_cap, sizeof *p->guess);
    g = &p->guess[p->guesses++];
    g->f = *f;
    g->f.verdict = f->verdict != NULL && strcmp(f->verdict, "stop") == 0 ? "stop" : NULL;
    g->reason = a4nn_xstrdup(f->reason);
}

static const struct guess *
first_stop(const struct a4nn_pub_page *p)
{
    size_t i;

    for (i = 0; i < p->guesses; i++)
        if (p->guess[i].f.verdict != NULL)
            return &p->guess[i];
    return NULL;
}

/* The forecast that counted: at the stop, else the last. */
static const struct guess *
main_guess(const struct a4nn_pub_page *p)
{
    const struct guess *stop = first_stop(p);
    size_t i = p->guesses;

    while (stop == NULL && i-- > 0)
        if (isfinite(p->guess[i].f.forecast))
            return &p->guess[i];
    return stop;
}

static void
write_row(struct a4nn_pub_page *p, size_t task)
{
    const struct guess *g = main_guess(p), *stop = first_stop(p);
    const double numbers[] = {p->run->epochs,
                              (double)p->run->observations,
                              p->run->last_epoch,
                              p->run->last_value,
                              p->run->best_value,
                              g != NULL ? g->f.epoch : (double)NAN,
                              g != NULL ? g->f.forecast : (double)NAN,
                              g != NULL ? g->f.low : (double)NAN,
                              g != NULL ? g->f.high : (double)NAN,
                              stop != NULL ? stop->f.epoch : (double)NAN};
    const char *reason = p->run->facts.text[A4NN_FACT_REASON];

    a4nn_buf_addf(&p->out, "a4nn.run([%zu,", task);
    add_text(&p->out, p->run->name);
    a4nn_buf_addc(&p->out, ',');
    add_text(&p->out, p->run->facts.text[A4NN_FACT_STATUS]);
    a4nn_buf_addc(&p->out, ',');
    add_text(&p->out, reason != NULL || stop == NULL ? reason : stop->reason);
    a4nn_buf_addc(&p->out, ',');
    add_numbers(&p->out, numbers, sizeof numbers / sizeof *numbers, 1);
    a4nn_buf_addc(&p->out, ',');
    if (a4nn_json_kind(p->config) == A4NN_JSON_OBJECT)
        a4nn_json_dump(p->config, &p->out);
    else
        a4nn_buf_adds(&p->out, "null");
    a4nn_buf_adds(&p->out, "]);\n");
    write_js(p->runs, &p->out);
}

static void
add_guesses(struct a4nn_buf *out, const struct a4nn_pub_page *p)
{
    size_t i, step = step_for(p->guesses, POINTS);
    const char *sep = "";

    a4nn_buf_addc(out, '[');
    for (i = 0; i < p->guesses; i++) {
        const struct a4nn_history_forecast *f = &p->guess[i].f;
        const double numbers[] = {f->epoch, f->forecast, f->low, f->high, f->p_beat};
        if (i % step != 0 && i + 1 != p->guesses && f->verdict == NULL)
            continue;
        a4nn_buf_adds(out, sep);
        sep = ",";
        a4nn_buf_addc(out, '[');
        add_numbers(out, numbers, sizeof numbers / sizeof *numbers, 1);
        a4nn_buf_adds(out, f->verdict != NULL ? ",1," : ",0,");
        add_text(out, p->guess[i].reason);
        a4nn_buf_addc(out, ']');
    }
    a4nn_buf_addc(out, ']');
}

static void
write_curves(struct a4nn_pub *pub, struct a4nn_pub_page *p)
{
    struct a4nn_facts facts = p->run->facts;
    struct a4nn_json *object = a4nn_json_object();
    size_t i;

    if (p->curves == NULL)
        begin_curves(pub, p);
    facts.text[A4NN_FACT_CONFIG] = NULL; /* it is with the row */
    a4nn_history_add_facts(object, &facts);
    a4nn_buf_adds(&p->out, p->number > p->first ? ",\n[[" : "\n[[");
    for (i = 0; i < p->used; i++) {
        const struct series *s = &p->series[i];
        size_t step = step_for(s->n, POINTS);
        a4nn_buf_adds(&p->out, i > 0 ? ",[" : "[");
        a4nn_json_quote(&p->out, s->metric);
        a4nn_buf_addf(&p->out, ",%zu,", step);
        add_numbers(&p->out, s->epoch, s->n, step);
        a4nn_buf_addc(&p->out, ',');
        add_numbers(&p->out, s->value, s->n, step);
        a4nn_buf_addc(&p->out, ']');
    }
    a4nn_buf_adds(&p->out, "],");
    add_guesses(&p->out, p);
    a4nn_buf_addc(&p->out, ',');
    a4nn_json_dump(object, &p->out);
    a4nn_buf_addc(&p->out, ']');
    a4nn_json_free(object);
    write_js(p->curves, &p->out);
    if (++p->chunk_runs >= CHUNK_RUNS || a4nn_pubfile_size(p->curves) >= CHUNK)
        end_curves(p);
}

/* As many as a picture can hold, from all over the task. */
static bool
is_pictured(const struct a4nn_pub_task *t, size_t task)
{
    int64_t i = t->seen;

    if (task >= PICTURE_TASKS)
        return false;
    return t->runs <= PICTURE_CURVES ||
           i * PICTURE_CURVES / t->runs != (i - 1) * PICTURE_CURVES / t->runs || i == 0;
}

static void
add_to_picture(struct a4nn_pub_page *p, struct a4nn_pub_task *t, const struct series *s)
{
    size_t step = step_for(s->n, PICTURE_POINTS);

    a4nn_buf_addf(&t->curves, "%s[%lld,", t->curves.len > 0 ? "," : "", (long long)p->number);
    add_numbers(&t->curves, s->epoch, s->n, step);
    a4nn_buf_addc(&t->curves, ',');
    add_numbers(&t->curves, s->value, s->n, step);
    a4nn_buf_addc(&t->curves, ']');
}

void
a4nn_pub_page_run_end(struct a4nn_pub *pub)
{
    struct a4nn_pub_page *p = pub->page;
    size_t i, task = a4nn_pub_task_of(pub, p->run);
    struct a4nn_pub_task *t = &pub->task[task];

    if (p->shown) {
        write_row(p, task);
        write_curves(pub, p);
        for (i = 0; i < p->used; i++)
            if (is_pictured(t, task) && strcmp(p->series[i].metric, p->run->metric) == 0)
                add_to_picture(p, t, &p->series[i]);
        for (i = 0; i < p->guesses; i++)
            free(p->guess[i].reason);
        p->used = p->guesses = 0;
    }
    t->seen++;
}
