/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_past.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

/* What is left out is no more than this many names, or else fewer runs teach. */
enum { SPARE = 1024 };

struct lesson {
    int64_t id;
    double epochs;
};

struct lessons {
    const char *task, *metric;
    const struct a4nn_strmap *but;
    enum a4nn_mode mode;
    int64_t task_id;
    struct lesson lesson[1 + A4NN_PAST_RUNS]; /* the best, then the newest first */
    size_t n, limit;
};

static int
take_task(void *arg, const struct a4nn_db_value *c, size_t count)
{
    const struct a4nn_metric asked = {0};
    struct lessons *l = arg;
    struct a4nn_metric m;

    (void)count;
    a4nn_metric_settle(l->metric, &asked, a4nn_mode_find(a4nn_db_string(&c[1], "")), &m);
    l->task_id = a4nn_db_integer(&c[0]);
    l->mode = m.mode;
    return 0;
}

/* Is it one of those that are left out, be it under its own name or with the "~2" that a second one
 * of a name gets? */
static bool
left_out(const struct lessons *l, const char *name)
{
    const char *tilde = strrchr(name, '~');
    char *base;
    long found = l->but != NULL ? a4nn_strmap_find(l->but, name) : A4NN_STRMAP_NONE;

    if (l->but == NULL || found != A4NN_STRMAP_NONE || tilde == NULL ||
        tilde[1 + strspn(tilde + 1, "0123456789")] != '\0')
        return found != A4NN_STRMAP_NONE;
    base = a4nn_xstrndup(name, (size_t)(tilde - name));
    found = a4nn_strmap_find(l->but, base);
    free(base);
    return found != A4NN_STRMAP_NONE;
}

static int
take_run(void *arg, const struct a4nn_db_value *c, size_t count)
{
    struct lessons *l = arg;

    (void)count;
    if (left_out(l, a4nn_db_string(&c[2], "")))
        return 0;
    l->lesson[l->n++] = (struct lesson){a4nn_db_integer(&c[0]), a4nn_db_number(&c[1])};
    return l->n == l->limit;
}

#define RUNS                                                                                       \
    "SELECT id, epochs, name FROM run WHERE task = $1 AND status = 'complete' "                    \
    "AND last_value BETWEEN -1.7e308 AND 1.7e308 ORDER BY "

static int
choose(struct a4nn_db *db, struct lessons *l, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {a4nn_db_int(l->task_id), a4nn_db_int(SPARE + A4NN_PAST_RUNS)};
    int result;

    l->limit = 1;
    result = a4nn_db_query(db,
                           l->mode == A4NN_MIN ? RUNS "last_value, id LIMIT $2"
                                               : RUNS "last_value DESC, id LIMIT $2",
                           v, 2, take_run, l, err);
    l->limit = l->n + A4NN_PAST_RUNS;
    if (result == 0 && l->n > 0)
        result = a4nn_db_query(db, RUNS "id DESC LIMIT $2", v, 2, take_run, l, err);
    return result;
}

struct curve {
    double *epoch, *value;
    size_t n, epoch_cap, value_cap;
};

static int
take_point(void *arg, const struct a4nn_db_value *c, size_t count)
{
    struct curve *curve = arg;

    (void)count;
    curve->epoch = a4nn_xgrow(curve->epoch, curve->n, &curve->epoch_cap, sizeof *curve->epoch);
    curve->value = a4nn_xgrow(curve->value, curve->n, &curve->value_cap, sizeof *curve->value);
    curve->epoch[curve->n] = a4nn_db_number(&c[0]);
    curve->value[curve->n++] = a4nn_db_number(&c[1]);
    return 0;
}

static int
teach(struct a4nn_db *db, const struct lessons *l, const struct lesson *lesson, struct curve *curve,
      struct a4nn_past *past, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {a4nn_db_int(lesson->id), a4nn_db_text(l->metric)};
    int result;

    curve->n = 0;
    result = a4nn_db_query(db,
                           "SELECT epoch, value FROM observation WHERE run = $1 AND metric = "
                           "(SELECT id FROM metric WHERE name = $2) ORDER BY epoch",
                           v, 2, take_point, curve, err);
    if (result < 0)
        return result;
    return a4nn_past_add(past, &(struct a4nn_past_run){.task = l->task,
                                                       .metric = l->metric,
                                                       .mode = l->mode,
                                                       .epochs = lesson->epochs,
                                                       .epoch = curve->epoch,
                                                       .value = curve->value,
                                                       .n = curve->n});
}

long
a4nn_history_teach(struct a4nn_db *db, const char *task, const char *metric,
                   const struct a4nn_strmap *but, struct a4nn_past *past, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {a4nn_db_text(task), a4nn_db_text(metric)};
    struct lessons l = {.task = task, .metric = metric, .but = but};
    struct curve curve = {0};
    int result = a4nn_db_query(db, "SELECT id, mode FROM task WHERE name = $1 AND metric = $2", v,
                               2, take_task, &l, err);
    long taught = 0;
    size_t i;

    if (result == 0 && l.task_id != 0)
        result = choose(db, &l, err);
    /* the best may be among the newest too, and teaches once */
    for (i = 0; i < l.n && result >= 0; i++) {
        size_t k = i == 0 ? 0 : l.n - i;
        if (k > 0 && l.lesson[k].id == l.lesson[0].id)
            continue;
        if ((result = teach(db, &l, &l.lesson[k], &curve, past, err)) > 0)
            taught++;
    }
    free(curve.epoch);
    free(curve.value);
    return result < 0 ? -1 : taught;
}
