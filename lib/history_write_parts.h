/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_WRITE_PARTS_H
#define A4NN_HISTORY_WRITE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "history_facts.h"
#include "history_write.h"
#include "metric.h"
#include "strmap.h"

/* What history_write.c collects and history_flush.c writes. */

struct a4nn_waiting_run {
    char *task, *metric, *name; /* owned */
    enum a4nn_mode mode;
    double epochs;                /* planned total, NAN: not stated */
    struct a4nn_facts facts;      /* stated since the last flush */
    size_t metric_number;         /* of `metric` among all metrics */
    int64_t task_id, id;          /* in the database; 0: not asked for yet */
    double last;                  /* last epoch that came, -INFINITY when there is none */
    double last_stored;           /* last epoch the database had, likewise */
    double first_time, last_time; /* of what waits, NAN */
    bool touched;                 /* something of it waits */
    bool observed;                /* ... and observations are among it */
    bool counted, unplanned;      /* among those flushed; among those without a planned total */
};

struct a4nn_waiting_observation {
    size_t run, metric; /* numbers in the writer */
    double epoch, value, time;
    bool again; /* the run may have this epoch already */
    bool known; /* if it has, that one stays */
};

struct a4nn_waiting_forecast {
    size_t run, reason; /* numbers in the writer */
    double epoch, forecast, low, high, expected_error, p_beat;
    char verdict; /* 's', 'c', or 0 */
    bool known;   /* one of that epoch that is there stays ... */
    bool late;    /* ... and so does one of any epoch */
};

struct a4nn_history_writer {
    const struct a4nn_history_write_opts *opts;
    struct a4nn_strmap keys; /* of runs: the numbers of `run` */
    struct a4nn_waiting_run *run;
    size_t run_cap;
    struct a4nn_strmap metrics; /* names; ids beside them */
    int64_t *metric_id;         /* 0: not asked for yet */
    size_t metric_cap;
    struct a4nn_strmap reasons;
    size_t *touched; /* runs */
    size_t ntouched, touched_cap;
    struct a4nn_waiting_observation *observation;
    size_t observations, observation_cap;
    struct a4nn_waiting_forecast *forecast;
    size_t forecasts, forecast_cap;
    struct a4nn_strmap said; /* names that could not be kept */
    size_t flushed;          /* runs */
    int64_t *unplanned; /* ids of those without a planned total, some of which may have one now */
    size_t nunplanned, unplanned_cap;
};

/*
 * Finds the run of the database that a run with its task_id is, or makes it: sets its id and
 * last_stored.  0, or as db.h says.
 */
int a4nn_history_identify(struct a4nn_history_writer *w, size_t number, struct a4nn_err *err);

/* Writes all that waits, within a transaction that has begun. 0, or as db.h says. */
int a4nn_history_write_all(struct a4nn_history_writer *w, struct a4nn_err *err);

#endif
