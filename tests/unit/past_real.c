/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What complete runs of the past do to the forecasts of real trainings (tests/data/SOURCES.md),
 * each run forecast as if it were alone: those of the same collection help; those of another one
 * given under a wrong name do no harm worth the name; those under another name do nothing.
 *
 * Errors are those at stops that save the same share of the epochs: each run is stopped when its
 * expected error has been below a tolerance twice in a row, which is chosen for the savings.
 */
#include "unit.h"

#include <stdlib.h>

#include "buf.h"
#include "past.h"
#include "session.h"
#include "source.h"
#include "xalloc.h"

enum { COLLECTIONS = 8, RUNS = 300, EPOCHS = 256, PAST = 30, SCORED = 12, SAVINGS = 3 };

static const double saved[SAVINGS] = {0.35, 0.5, 0.65};

/* ---- reading ---- */

struct training {
    char name[200];
    double value[EPOCHS];
    size_t n;
};

struct collection {
    char name[100], metric[20];
    struct training *run;
    size_t n, column[3]; /* of run (none: a new one begins with epoch 0), epoch and value */
};

static struct collection all[COLLECTIONS];
static size_t collections;
static struct a4nn_buf file;

static int
begin_file(void *arg, const struct a4nn_source_member *m)
{
    size_t len = strlen(m->name);

    (void)arg;
    a4nn_buf_reset(&file);
    if (len < 4 || strcmp(m->name + len - 4, ".csv") != 0)
        return 1;
    snprintf(all[collections].name, sizeof all[0].name, "%.99s", m->name);
    snprintf(all[collections].metric, sizeof all[0].metric, "%s",
             strstr(m->name, "ptb") != NULL ? "val_perplexity" : "val_acc");
    return 0;
}

static int
bytes_of_file(void *arg, const char *bytes, size_t len)
{
    (void)arg;
    a4nn_buf_add(&file, bytes, len);
    return 0;
}

/* The i-th field of a line, which holds no comma within the ones asked for; "" where there is none.
 */
static const char *
field(const char *line, size_t i, char *out, size_t size)
{
    const char *end;

    for (; i > 0 && line != NULL; i--)
        line = (line = strchr(line, ',')) != NULL ? line + 1 : NULL;
    end = line != NULL ? line + strcspn(line, ",") : line;
    snprintf(out, size, "%.*s", line != NULL ? (int)(end - line) : 0, line != NULL ? line : "");
    return out;
}

static void
read_header(struct collection *c, const char *line)
{
    char name[100];
    size_t i;

    c->column[0] = EPOCHS;
    for (i = 0; i < 10; i++) {
        field(line, i, name, sizeof name);
        if (strcmp(name, "run") == 0)
            c->column[0] = i;
        else if (strcmp(name, "epoch") == 0)
            c->column[1] = i;
        else if (strcmp(name, "metric") == 0 || strcmp(name, "val_accs") == 0)
            c->column[2] = i;
    }
}

static void
read_row(struct collection *c, const char *line)
{
    char run[200], epoch[100], value[100];
    struct training *t = c->n > 0 ? &c->run[c->n - 1] : NULL;

    field(line, c->column[0], run, sizeof run);
    field(line, c->column[1], epoch, sizeof epoch);
    field(line, c->column[2], value, sizeof value);
    if (t == NULL || (run[0] != '\0' ? strcmp(run, t->name) != 0 : strcmp(epoch, "0") == 0)) {
        if (c->n == RUNS)
            return;
        t = &c->run[c->n++];
        snprintf(t->name, sizeof t->name, "%s", run);
    }
    if (t->n < EPOCHS)
        t->value[t->n++] = strtod(value, NULL);
}

static void
end_file(void *arg)
{
    struct collection *c = &all[collections];
    char *line, *rest = file.data;

    (void)arg;
    if (file.len == 0)
        return;
    c->run = a4nn_xcalloc(RUNS, sizeof *c->run);
    read_header(c, strtok_r(rest, "\n", &rest));
    while ((line = strtok_r(NULL, "\n", &rest)) != NULL)
        read_row(c, line);
    collections++;
}

static void
read_all(void)
{
    static struct a4nn_diag quiet;
    const struct a4nn_source_sink sink = {begin_file, bytes_of_file, end_file, NULL, &quiet};

    CHECK(a4nn_source_walk("tests/data/curves.tar.xz", &sink) == 0);
    CHECK(a4nn_source_walk("tests/data/authors.tar.xz", &sink) == 0);
    CHECK(collections >= 5);
    a4nn_buf_release(&file);
}

/* ---- forecasting ---- */

/* The i-th of the runs of a collection in an order that mixes them; the scored come first. */
static const struct training *
pick(const struct collection *c, size_t i)
{
    size_t step = 7;

    while (c->n % step == 0)
        step += 2;
    return &c->run[(i * step + 3) % c->n];
}

static struct a4nn_past *
past_of(const struct collection *c, const char *task, const char *metric)
{
    struct a4nn_past *past = a4nn_past_new();
    double epoch[EPOCHS];
    size_t i;

    for (i = 0; i < EPOCHS; i++)
        epoch[i] = (double)(i + 1);
    for (i = SCORED; i < SCORED + PAST && i < c->n; i++) {
        const struct training *t = pick(c, i);
        const struct a4nn_past_run run = {.task = task,
                                          .metric = metric,
                                          .epochs = (double)t->n,
                                          .epoch = epoch,
                                          .value = t->value,
                                          .n = t->n};
        a4nn_past_add(past, &run);
    }
    return past;
}

/* Forecast and expected error after each epoch, on a scale like that of accuracies. */
struct answers {
    double value[EPOCHS], error[EPOCHS], end;
    size_t n;
};

static void
forecast(const struct collection *c, const struct training *t, const struct a4nn_past *past,
         struct answers *out)
{
    struct a4nn_policy_opts opts = {.epochs = NAN, .explain_at = NAN, .past = past};
    struct a4nn_err err;
    struct a4nn_policy *policy = a4nn_policy_new(&opts, &err);
    struct a4nn_record r = {0};
    bool loss = strcmp(c->metric, "val_acc") != 0;
    size_t i;

    a4nn_record_set_text(&r, A4NN_TASK, "t");
    a4nn_record_set_text(&r, A4NN_METRIC, c->metric);
    a4nn_record_set_num(&r, A4NN_EPOCHS, (double)t->n);
    for (i = 0; i < t->n; i++) {
        double f;
        a4nn_record_set_num(&r, A4NN_EPOCH, (double)(i + 1));
        a4nn_record_set_num(&r, A4NN_VALUE, t->value[i]);
        a4nn_policy_feed(policy, &r);
        f = a4nn_record_num(&r, A4NN_FORECAST);
        out->value[i] = loss ? -40 * log(f) : f;
        out->error[i] = a4nn_record_num(&r, A4NN_EXPECTED_ERROR) / (loss ? f / 40 : 1);
    }
    out->n = t->n;
    out->end = loss ? -40 * log(t->value[t->n - 1]) : t->value[t->n - 1];
    a4nn_record_release(&r);
    a4nn_policy_free(policy);
}

/* ---- scoring ---- */

/* The epoch index at which a run stops, or its last. */
static size_t
stop_of(const struct answers *a, double tolerance)
{
    size_t i = a->n / 10 > 3 ? a->n / 10 : 3;

    for (; i + 1 < a->n; i++)
        if (a->error[i] <= tolerance && a->error[i - 1] <= tolerance)
            return i;
    return a->n - 1;
}

/* Mean error when so much is saved. */
static double
error_at(const struct answers *a, double share)
{
    double low = 1e-3, high = 1e3, sum = 0, spared;
    int k, i;

    for (k = 0; k < 60; k++) {
        double tolerance = sqrt(low * high);
        for (spared = 0, i = 0; i < SCORED; i++)
            spared += 1 - (double)(stop_of(&a[i], tolerance) + 1) / (double)a[i].n;
        if (spared / SCORED >= share)
            high = tolerance;
        else
            low = tolerance;
    }
    for (i = 0; i < SCORED; i++) {
        size_t at = stop_of(&a[i], high);
        sum += at + 1 < a[i].n ? fabs(a[i].value[at] - a[i].end) : 0;
    }
    return sum / SCORED;
}

static void
score(const struct collection *c, const struct a4nn_past *past, double *error)
{
    struct answers *a = a4nn_xcalloc(SCORED, sizeof *a);
    size_t i;

    for (i = 0; i < SCORED; i++)
        forecast(c, pick(c, i), past, &a[i]);
    for (i = 0; i < SAVINGS; i++)
        error[i] = error_at(a, saved[i]);
    free(a);
}

static void
score_with(const struct collection *c, const struct collection *history, const char *task,
           double *error)
{
    struct a4nn_past *past = past_of(history, task, c->metric);

    score(c, past, error);
    a4nn_past_free(past);
}

int
main(void)
{
    double alone[SAVINGS], with[SAVINGS], right = 0, wrong = 0;
    size_t i, k, s, rights = 0, wrongs = 0;

    read_all();
    for (i = 0; i < collections; i++) {
        score(&all[i], NULL, alone);
        score_with(&all[i], &all[(i + 1) % collections], "another", with);
        for (s = 0; s < SAVINGS; s++)
            CHECK_NEAR(with[s], alone[s], 0);
        for (k = 0; k < collections; k++) {
            if (strcmp(all[k].metric, all[i].metric) != 0)
                continue;
            score_with(&all[i], &all[k], "t", with);
            for (s = 0; s < SAVINGS; s++)
                *(i == k ? &right : &wrong) += with[s] / alone[s];
            *(i == k ? &rights : &wrongs) += SAVINGS;
        }
    }
    printf("error over that without a history: %.3f with the right one, %.3f with wrong ones\n",
           right / (double)rights, wrong / (double)wrongs);
    CHECK(right / (double)rights < 0.85);
    CHECK(wrong / (double)wrongs < 1.05);
    for (i = 0; i < collections; i++)
        free(all[i].run);
    return unit_end();
}
