/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "strmap.h"
#include "xalloc.h"

struct a4nn_past {
    struct a4nn_strmap names;
    struct a4nn_past_task **task;
    size_t cap;
};

struct a4nn_past *
a4nn_past_new(void)
{
    return a4nn_xcalloc(1, sizeof(struct a4nn_past));
}

static void
forget(struct a4nn_past_curve *c)
{
    a4nn_curve_release(&c->curve);
    *c = (struct a4nn_past_curve){.epochs = NAN};
}

void
a4nn_past_free(struct a4nn_past *past)
{
    size_t i, k;

    if (past == NULL)
        return;
    for (i = 0; i < past->names.n; i++) {
        for (k = 0; k < past->task[i]->n; k++)
            forget(&past->task[i]->run[k]);
        free(past->task[i]);
    }
    free(past->task);
    a4nn_strmap_release(&past->names);
    free(past);
}

/* A name that no other task and metric have. */
static void
key_of(const char *task, const char *metric, struct a4nn_buf *out)
{
    a4nn_buf_addf(out, "%zu:%s%s", strlen(task), task, metric != NULL ? metric : "");
}

static bool
in_order(const struct a4nn_past_run *r)
{
    size_t i;

    for (i = 0; i < r->n; i++)
        if (!isfinite(r->epoch[i]) || (i > 0 && r->epoch[i] <= r->epoch[i - 1]))
            return false;
    return true;
}

/* How many values there are up to the planned end; 0 when it was not reached with a value. */
static size_t
complete(const struct a4nn_past_run *r)
{
    size_t i;

    for (i = 0; i < r->n; i++)
        if (r->epoch[i] >= r->epochs)
            return isfinite(r->value[i]) ? i + 1 : 0;
    return 0;
}

static struct a4nn_past_task *
task_of(struct a4nn_past *past, const struct a4nn_past_run *r, const struct a4nn_metric *metric)
{
    struct a4nn_buf key = {0};
    struct a4nn_past_task *t;
    bool added;
    size_t i;

    key_of(r->task, r->metric, &key);
    i = a4nn_strmap_put(&past->names, key.data, &added);
    a4nn_buf_release(&key);
    if (!added)
        return past->task[i];
    past->task = a4nn_xgrow(past->task, i, &past->cap, sizeof(struct a4nn_past_task *));
    t = past->task[i] = a4nn_xcalloc(1, sizeof *t);
    t->mode = metric->mode;
    t->scale = metric->scale;
    t->smallest = HUGE_VAL;
    t->largest = -HUGE_VAL;
    t->best = NAN;
    return t;
}

static void
copy(struct a4nn_past_curve *to, const struct a4nn_past_run *r, size_t n)
{
    size_t apart = (n + A4NN_PAST_VALUES - 1) / A4NN_PAST_VALUES, i;

    forget(to);
    to->epochs = r->epochs;
    for (i = (n - 1) % apart; i < n; i += apart) /* the last one is among them */
        a4nn_curve_add(&to->curve, r->epoch[i], r->value[i], NAN, NULL);
}

/* The points of all values; what was the best before is told in the new ones. */
static void
find_points(struct a4nn_past_task *t, const struct a4nn_past_run *r, size_t n)
{
    double best = t->complete > 0 ? a4nn_from_points(&t->points, t->best) : NAN, score;
    size_t i;

    for (i = 0; i < n; i++)
        if (isfinite(r->value[i])) {
            t->smallest = fmin(t->smallest, r->value[i]);
            t->largest = fmax(t->largest, r->value[i]);
        }
    t->points = a4nn_points_make(t->mode, t->scale, t->smallest, t->largest);
    score = a4nn_to_points(&t->points, r->value[n - 1]);
    t->best = a4nn_to_points(&t->points, best);
    if (isnan(best) || (t->points.minimise ? score < t->best : score > t->best))
        t->best = score;
}

bool
a4nn_past_add(struct a4nn_past *past, const struct a4nn_past_run *r)
{
    const struct a4nn_metric asked = {.mode = r->mode, .scale = r->scale};
    const char *name = r->metric != NULL ? r->metric : "";
    struct a4nn_metric metric;
    struct a4nn_past_task *t;
    size_t n = complete(r);

    a4nn_metric_settle(name, &asked, A4NN_MODE_UNKNOWN, &metric);
    if (r->task == NULL || r->task[0] == '\0' || metric.mode == A4NN_MODE_UNKNOWN || n == 0 ||
        !in_order(r))
        return false;
    t = task_of(past, r, &metric);
    if (t->mode != metric.mode)
        return false;
    find_points(t, r, n);
    t->complete++;
    if (t->n < A4NN_PAST_RUNS) {
        copy(&t->run[t->n++], r, n);
    } else {
        copy(&t->run[t->first], r, n);
        t->first = (t->first + 1) % A4NN_PAST_RUNS;
    }
    return true;
}

const struct a4nn_past_task *
a4nn_past_find(const struct a4nn_past *past, const char *task, const char *metric)
{
    struct a4nn_buf key = {0};
    long i;

    if (past == NULL || task == NULL || task[0] == '\0')
        return NULL;
    key_of(task, metric, &key);
    i = a4nn_strmap_find(&past->names, key.data);
    a4nn_buf_release(&key);
    return i == A4NN_STRMAP_NONE ? NULL : past->task[i];
}

const struct a4nn_past_curve *
a4nn_past_at(const struct a4nn_past_task *t, size_t i)
{
    return &t->run[(t->first + i) % A4NN_PAST_RUNS];
}
