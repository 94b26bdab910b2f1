/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kindred.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "history_read.h"
#include "outcomes.h"
#include "similar_tasks.h"
#include "xalloc.h"
#include "yardstick.h"

static const double least_similarity = 0.5;

struct asking {
    const char *task;
    size_t complete; /* metrics of the task that have complete runs */
};

static int
on_task(void *arg, const struct a4nn_history_task *t)
{
    struct asking *a = arg;

    a->complete += strcmp(t->name, a->task) == 0 && t->complete > 0 ? 1 : 0;
    return 0;
}

/* The tasks in question, as a4nn_similar_tasks gives them. */
static long
find_tasks(struct a4nn_db *db, const char *task, const struct a4nn_strmap *members,
           struct a4nn_similar_task **out, struct a4nn_err *err)
{
    struct asking a = {.task = task};

    *out = NULL;
    if (task != NULL && a4nn_history_tasks(db, on_task, &a, err) < 0)
        return -1;
    return a.complete == 1 ? a4nn_similar_tasks(db, task, NULL, out, err)
                           : a4nn_similar_tasks_to(db, task, members, out, err);
}

static void
put_run(struct a4nn_kindred *k, struct a4nn_outcome *o, double score)
{
    k->run = a4nn_xgrow(k->run, k->runs, &k->cap, sizeof *k->run);
    k->run[k->runs++] = (struct a4nn_kindred_run){o->config, score, k->tasks};
    o->config = NULL; /* taken over */
}

/* Puts those in that are over; how many, or 0 when no value tells which are good. */
static size_t
put_runs(struct a4nn_kindred *k, struct a4nn_outcomes *o)
{
    double *value = a4nn_xcalloc(o->runs.n + 1, sizeof *value);
    struct a4nn_yardstick *yardstick = NULL;
    size_t i, n = 0, valued = 0, before = k->runs;

    for (i = 0; i < o->runs.n; i++)
        if (o->run[i].state != A4NN_RESULT_PENDING && o->run[i].config != NULL) {
            value[n] = o->run[i].state == A4NN_RESULT_VALUE ? o->run[i].value : NAN;
            valued += isfinite(value[n++]) ? 1 : 0;
        }
    if (valued > 1)
        yardstick = a4nn_yardstick_new(value, n, o->mode);
    for (i = 0, n = 0; i < o->runs.n && yardstick != NULL; i++)
        if (o->run[i].state != A4NN_RESULT_PENDING && o->run[i].config != NULL)
            put_run(k, &o->run[i], a4nn_yardstick_z(yardstick, value[n++]));
    a4nn_yardstick_free(yardstick);
    free(value);
    return k->runs - before;
}

static int
take_task(struct a4nn_db *db, const struct a4nn_similar_task *t, struct a4nn_kindred *out,
          struct a4nn_err *err)
{
    struct a4nn_outcomes o = {.task = t->name, .metric = t->metric};
    int result = a4nn_outcomes_history(&o, db, err);
    size_t runs;

    if (result == 0) {
        a4nn_outcomes_settle(&o);
        if ((runs = put_runs(out, &o)) > 0)
            out->task[out->tasks++] =
                (struct a4nn_kindred_task){a4nn_xstrdup(t->name), t->similarity, runs};
    }
    a4nn_outcomes_release(&o);
    return result;
}

static int
best_first(const void *a, const void *b)
{
    const struct a4nn_kindred_run *x = a, *y = b;

    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->task > y->task) - (x->task < y->task);
}

int
a4nn_kindred_read(struct a4nn_db *db, const char *task, const struct a4nn_strmap *members,
                  struct a4nn_kindred *out, struct a4nn_err *err)
{
    struct a4nn_similar_task *found;
    long n = find_tasks(db, task, members, &found, err), i;
    int result = n < 0 ? -1 : 0;

    for (i = 0; i < n && result == 0 && out->tasks < A4NN_KINDRED_TASKS; i++)
        if (found[i].similarity >= least_similarity && found[i].members > 0)
            result = take_task(db, &found[i], out, err);
    a4nn_similar_tasks_release(found, n);
    if (out->runs > 1)
        qsort(out->run, out->runs, sizeof *out->run, best_first);
    return result;
}

void
a4nn_kindred_release(struct a4nn_kindred *kindred)
{
    size_t i;

    for (i = 0; i < kindred->tasks; i++)
        free(kindred->task[i].name);
    for (i = 0; i < kindred->runs; i++)
        a4nn_json_free(kindred->run[i].config);
    free(kindred->run);
    *kindred = (struct a4nn_kindred){0};
}
