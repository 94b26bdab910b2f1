/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_read.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

static enum a4nn_mode
mode_of(const char *metric, const struct a4nn_db_value *stated)
{
    const struct a4nn_metric asked = {0};
    struct a4nn_metric m;

    a4nn_metric_settle(metric, &asked, a4nn_mode_find(a4nn_db_string(stated, "")), &m);
    return m.mode;
}

/* ---- tasks ---- */

struct task_reader {
    int (*each)(void *arg, const struct a4nn_history_task *task);
    void *arg;
};

static int
take_task(void *arg, const struct a4nn_db_value *c, size_t count)
{
    const struct task_reader *r = arg;
    struct a4nn_history_task t = {
        .id = a4nn_db_integer(&c[0]),
        .name = a4nn_db_string(&c[1], ""),
        .metric = a4nn_db_string(&c[2], ""),
        .epochs = a4nn_db_number(&c[4]),
        .runs = a4nn_db_integer(&c[5]),
        .complete = a4nn_db_integer(&c[6]),
        .stopped = a4nn_db_integer(&c[7]),
        .failed = a4nn_db_integer(&c[8]),
        .observations = a4nn_db_integer(&c[9]),
        .first = a4nn_db_number(&c[12]),
        .last = a4nn_db_number(&c[13]),
        .best = NAN,
    };

    (void)count;
    t.mode = mode_of(t.metric, &c[3]);
    if (t.mode != A4NN_MODE_UNKNOWN)
        t.best = a4nn_db_number(&c[t.mode == A4NN_MIN ? 10 : 11]);
    return r->each(r->arg, &t);
}

/* Sums of whole numbers are cast: PostgreSQL makes them a type of their own. */
#define COUNT_OF(status)                                                                           \
    "CAST(coalesce(sum(CASE WHEN run.status = '" status "' THEN 1 ELSE 0 END), 0) AS BIGINT)"

int
a4nn_history_tasks(struct a4nn_db *db, int (*each)(void *arg, const struct a4nn_history_task *task),
                   void *arg, struct a4nn_err *err)
{
    struct task_reader reader = {each, arg};

    return a4nn_db_query(db,
                         "SELECT task.id, task.name, task.metric, task.mode, task.epochs, "
                         "count(run.id), " COUNT_OF("complete") ", " COUNT_OF(
                             "stopped") ", " COUNT_OF("failed") ", "
                                                                "CAST(coalesce(sum(run."
                                                                "observations), 0) AS BIGINT), "
                                                                "min(CASE WHEN run.status = "
                                                                "'complete' THEN run.last_value "
                                                                "END), "
                                                                "max(CASE WHEN run.status = "
                                                                "'complete' THEN run.last_value "
                                                                "END), "
                                                                "min(run.started), max(run.ended) "
                                                                "FROM task LEFT JOIN run ON "
                                                                "run.task = task.id "
                                                                "GROUP BY task.id, task.name, "
                                                                "task.metric, task.mode, "
                                                                "task.epochs ORDER BY task.id",
                         NULL, 0, take_task, &reader, err);
}

/* ---- runs ---- */

enum { PAGE = 500 }; /* runs that are in memory at once */

struct page {
    struct a4nn_history_run run[PAGE];
    size_t n;
};

void
a4nn_history_run_copy(struct a4nn_history_run *to, const struct a4nn_history_run *from)
{
    int i;

    *to = *from;
    to->task = a4nn_xstrdup(from->task);
    to->metric = a4nn_xstrdup(from->metric);
    to->name = a4nn_xstrdup(from->name);
    for (i = 0; i < A4NN_FACTS; i++)
        to->facts.text[i] = a4nn_xstrdup(from->facts.text[i]);
}

void
a4nn_history_run_release(struct a4nn_history_run *run)
{
    free(run->task);
    free(run->metric);
    free(run->name);
    a4nn_facts_release(&run->facts);
}

static int
take_run(void *arg, const struct a4nn_db_value *c, size_t count)
{
    struct page *page = arg;
    struct a4nn_history_run *run = &page->run[page->n++];
    int i;

    (void)count;
    *run = (struct a4nn_history_run){
        .id = a4nn_db_integer(&c[0]),
        .task_id = a4nn_db_integer(&c[1]),
        .task = a4nn_xstrdup(a4nn_db_string(&c[2], "")),
        .metric = a4nn_xstrdup(a4nn_db_string(&c[3], "")),
        .mode = mode_of(a4nn_db_string(&c[3], ""), &c[4]),
        .name = a4nn_xstrdup(a4nn_db_string(&c[5], "")),
        .epochs = a4nn_db_number(&c[6]),
        .observations = a4nn_db_integer(&c[7]),
        .last_epoch = a4nn_db_number(&c[8]),
        .last_value = a4nn_db_number(&c[9]),
        .best_value = a4nn_db_number(&c[10]),
    };
    a4nn_facts_init(&run->facts);
    for (i = 0; i < A4NN_FACTS; i++)
        if (!a4nn_fact_is_text((enum a4nn_fact)i))
            run->facts.num[i] = a4nn_db_number(&c[11 + i]);
        else
            a4nn_facts_set_text(&run->facts, (enum a4nn_fact)i, a4nn_db_string(&c[11 + i], NULL));
    return 0;
}

/* $1: the last id seen; a condition on a column that was not asked for is always met. */
static int
read_page(struct a4nn_db *db, const struct a4nn_history_which *which, int64_t after,
          struct page *page, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {a4nn_db_int(after),          a4nn_db_int(which->id),
                                      a4nn_db_int(which->task_id), a4nn_db_text(which->task),
                                      a4nn_db_text(which->metric), a4nn_db_text(which->name),
                                      a4nn_db_text(which->status), a4nn_db_int(PAGE)};

    page->n = 0;
    return a4nn_db_query(
        db,
        "SELECT run.id, run.task, task.name, task.metric, task.mode, run.name, run.epochs, "
        "run.observations, run.last_epoch, run.last_value, run.best_value, run.config, "
        "run.parameters, run.flops, run.seed, run.host, run.job, run.command, run.started, "
        "run.ended, run.status, run.stop_reason, run.exit_status, run.signal, run.wall_seconds, "
        "run.user_seconds, run.system_seconds, run.max_rss_bytes, run.code_version, "
        "run.checkpoint, run.checkpoint_sha256 "
        "FROM run JOIN task ON task.id = run.task WHERE run.id > $1 "
        "AND (CAST($2 AS BIGINT) = 0 OR run.id = $2) "
        "AND (CAST($3 AS BIGINT) = 0 OR run.task = $3) "
        "AND (CAST($4 AS TEXT) IS NULL OR task.name = $4) "
        "AND (CAST($5 AS TEXT) IS NULL OR task.metric = $5) "
        "AND (CAST($6 AS TEXT) IS NULL OR run.name = $6) "
        "AND (CAST($7 AS TEXT) IS NULL OR run.status = $7) ORDER BY run.id LIMIT $8",
        v, sizeof v / sizeof *v, take_run, page, err);
}

int
a4nn_history_runs(struct a4nn_db *db, const struct a4nn_history_which *which,
                  int (*each)(void *arg, const struct a4nn_history_run *run), void *arg,
                  struct a4nn_err *err)
{
    struct page *page = a4nn_xcalloc(1, sizeof *page);
    int64_t after = 0;
    bool enough = false;
    int result;
    size_t i;

    do {
        result = read_page(db, which, after, page, err);
        for (i = 0; i < page->n; i++) {
            enough = enough || result < 0 || each(arg, &page->run[i]) != 0;
            after = page->run[i].id;
            a4nn_history_run_release(&page->run[i]);
        }
    } while (result == 0 && !enough && page->n == PAGE);
    free(page);
    return result < 0 ? -1 : 0;
}

/* ---- what lies under a run ---- */

/* Sorted here: stores order texts each in its own way, and a run's observations are few. */
struct points {
    struct a4nn_history_point *point; /* their names are owned */
    size_t n, cap;
};

static int
take_point(void *arg, const struct a4nn_db_value *c, size_t count)
{
    struct points *p = arg;

    (void)count;
    p->point = a4nn_xgrow(p->point, p->n, &p->cap, sizeof *p->point);
    p->point[p->n++] =
        (struct a4nn_history_point){a4nn_xstrdup(a4nn_db_string(&c[0], "")), a4nn_db_number(&c[1]),
                                    a4nn_db_number(&c[2]), a4nn_db_number(&c[3])};
    return 0;
}

static int
compare_points(const void *a, const void *b)
{
    const struct a4nn_history_point *x = a, *y = b;

    if (x->epoch != y->epoch)
        return x->epoch < y->epoch ? -1 : 1;
    return strcmp(x->metric, y->metric);
}

int
a4nn_history_points(struct a4nn_db *db, int64_t run,
                    int (*each)(void *arg, const struct a4nn_history_point *point), void *arg,
                    struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {a4nn_db_int(run)};
    struct points p = {0};
    int result;
    size_t i;

    result = a4nn_db_query(db,
                           "SELECT metric.name, epoch, value, time FROM observation "
                           "JOIN metric ON metric.id = observation.metric WHERE run = $1 "
                           "ORDER BY epoch",
                           v, 1, take_point, &p, err);
    if (p.n > 1)
        qsort(p.point, p.n, sizeof *p.point, compare_points);
    for (i = 0; i < p.n && result == 0; i++)
        if (each(arg, &p.point[i]) != 0)
            break;
    for (i = 0; i < p.n; i++)
        free((char *)p.point[i].metric);
    free(p.point);
    return result < 0 ? -1 : 0;
}

static int
take_value(void *arg, const struct a4nn_db_value *c, size_t count)
{
    (void)count;
    a4nn_curve_add(arg, a4nn_db_number(&c[0]), a4nn_db_number(&c[1]), NAN, NULL);
    return 0;
}

int
a4nn_history_curve(struct a4nn_db *db, int64_t run, const char *metric, struct a4nn_curve *curve,
                   struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {a4nn_db_int(run), a4nn_db_text(metric)};

    return a4nn_db_query(db,
                         "SELECT epoch, value FROM observation WHERE run = $1 AND metric = "
                         "(SELECT id FROM metric WHERE name = $2) ORDER BY epoch",
                         v, 2, take_value, curve, err) < 0
               ? -1
               : 0;
}

struct forecast_reader {
    int (*each)(void *arg, const struct a4nn_history_forecast *forecast);
    void *arg;
};

static int
take_forecast(void *arg, const struct a4nn_db_value *c, size_t count)
{
    const struct forecast_reader *r = arg;
    const struct a4nn_history_forecast f = {
        a4nn_db_number(&c[0]),       a4nn_db_number(&c[1]),      a4nn_db_number(&c[2]),
        a4nn_db_number(&c[3]),       a4nn_db_number(&c[4]),      a4nn_db_number(&c[5]),
        a4nn_db_string(&c[6], NULL), a4nn_db_string(&c[7], NULL)};

    (void)count;
    return r->each(r->arg, &f);
}

int
a4nn_history_forecasts(struct a4nn_db *db, int64_t run,
                       int (*each)(void *arg, const struct a4nn_history_forecast *forecast),
                       void *arg, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {a4nn_db_int(run)};
    struct forecast_reader reader = {each, arg};

    return a4nn_db_query(db,
                         "SELECT epoch, forecast, low, high, expected_error, p_beat, verdict, "
                         "reason FROM forecast WHERE run = $1 ORDER BY epoch",
                         v, 1, take_forecast, &reader, err) < 0
               ? -1
               : 0;
}
