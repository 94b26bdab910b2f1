/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_READ_H
#define A4NN_HISTORY_READ_H

#include <stddef.h>
#include <stdint.h>

#include "db.h"
#include "err.h"
#include "history_facts.h"
#include "metric.h"
#include "observation.h"

/* The model database, read. */

/* A task: what its runs have in common. Values and bounds are in the metric's own unit. */
struct a4nn_history_task {
    int64_t id;
    const char *name, *metric;
    enum a4nn_mode mode; /* as stated, or as the metric's name tells */
    double epochs;       /* planned total stated last, NAN: none */
    int64_t runs;        /* in all ... */
    int64_t complete, stopped, failed;
    int64_t observations; /* of the metric */
    double best;          /* final value of the best complete run, NAN: none */
    double first, last;   /* when the first run started and the last ended, seconds since
                           * 1970, NAN: not known */
};

/* Calls `each` for every task in the order of their making; nonzero ends it. 0, or -1 with *err. */
int a4nn_history_tasks(struct a4nn_db *db,
                       int (*each)(void *arg, const struct a4nn_history_task *task), void *arg,
                       struct a4nn_err *err) A4NN_MUST_USE;

struct a4nn_history_run {
    int64_t id, task_id;
    char *task, *metric, *name;                /* owned */
    enum a4nn_mode mode;                       /* as stated, or as the metric's name tells */
    double epochs;                             /* planned total, NAN: not stated */
    int64_t observations;                      /* of the metric */
    double last_epoch, last_value, best_value; /* of the metric, NAN: none */
    struct a4nn_facts facts;
};

/* A copy that outlives the call it came with; and freeing what a run owns. */
void a4nn_history_run_copy(struct a4nn_history_run *to, const struct a4nn_history_run *from);
void a4nn_history_run_release(struct a4nn_history_run *run);

/* Which runs. Zero or NULL: any. */
struct a4nn_history_which {
    const char *task, *metric, *name; /* just these */
    int64_t id, task_id;
    const char *status;
};

/*
 * Calls `each` for every such run, in the order in which they came into the database; nonzero ends
 * it.  The run is valid during the call; `each` may use the database.  0, or -1 with *err filled.
 */
int a4nn_history_runs(struct a4nn_db *db, const struct a4nn_history_which *which,
                      int (*each)(void *arg, const struct a4nn_history_run *run), void *arg,
                      struct a4nn_err *err) A4NN_MUST_USE;

/* One number at one epoch. */
struct a4nn_history_point {
    const char *metric;
    double epoch, value, time; /* value: NAN where it diverged; time: seconds since 1970 or NAN */
};

/* Every observation of a run, by epoch, those of one epoch by the metric's name (strcmp). The point
 * is valid during the call, and `each` may use the database. */
int a4nn_history_points(struct a4nn_db *db, int64_t run,
                        int (*each)(void *arg, const struct a4nn_history_point *point), void *arg,
                        struct a4nn_err *err) A4NN_MUST_USE;

/* One metric of a run, as a curve: *curve is zero or released, and the caller's to release. */
int a4nn_history_curve(struct a4nn_db *db, int64_t run, const char *metric,
                       struct a4nn_curve *curve, struct a4nn_err *err) A4NN_MUST_USE;

/* What was forecast and decided at one epoch, as given at the time. */
struct a4nn_history_forecast {
    double epoch, forecast, low, high, expected_error, p_beat; /* NAN: not given */
    const char *verdict, *reason;                              /* NULL: not given */
};

/* Every forecast of a run, by epoch. */
int a4nn_history_forecasts(struct a4nn_db *db, int64_t run,
                           int (*each)(void *arg, const struct a4nn_history_forecast *forecast),
                           void *arg, struct a4nn_err *err) A4NN_MUST_USE;

#endif
