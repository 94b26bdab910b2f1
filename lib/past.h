/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PAST_H
#define A4NN_PAST_H

#include <stdbool.h>
#include <stddef.h>

#include "metric.h"
#include "observation.h"
#include "scale.h"

/*
 * Complete runs of the past, for a policy to learn from (session.h): what a history holds of the
 * tasks at hand, in memory.
 *
 * Runs belong together when their task and their metric have the same names; a run without a task
 * belongs to none.  Of each task the newest A4NN_PAST_RUNS runs are kept, as a search moves on and
 * the last ones are most like what comes next, of each of them A4NN_PAST_VALUES observations at
 * most, evenly chosen, and of all others the best final value: memory is bounded for each task,
 * however many runs are added, and so is the time it takes to learn from them.
 */
struct a4nn_past;

enum { A4NN_PAST_RUNS = 128, A4NN_PAST_VALUES = 1000 };

/* A run as whoever has it says. Nothing of it is kept but copies. */
struct a4nn_past_run {
    const char *task, *metric;
    enum a4nn_mode mode;         /* of the metric, when its name is not to decide */
    enum a4nn_scale scale;       /* likewise */
    double epochs;               /* planned total */
    const double *epoch, *value; /* n of each, epochs increasing; values in the metric's unit */
    size_t n;
};

/* What is kept of one. */
struct a4nn_past_curve {
    struct a4nn_curve curve;
    double epochs;
};

/* The runs of one task and metric. */
struct a4nn_past_task {
    enum a4nn_mode mode;
    struct a4nn_points points; /* of all values added; the unit may be percent here and not there */
    double best;               /* best final value of all, in points */
    size_t complete;           /* how many there were */
    struct a4nn_past_curve run[A4NN_PAST_RUNS]; /* the oldest first from `first` on in a ring */
    size_t n, first;
    /* To find the points. */
    enum a4nn_scale scale;
    double smallest, largest;
};

struct a4nn_past *a4nn_past_new(void);

/*
 * Adds a run, the oldest first.  One that teaches nothing is passed over, with false: it has no
 * task, its metric has no known direction, it has not come to its planned end or not with a finite
 * value, or its epochs are not in order.
 */
bool a4nn_past_add(struct a4nn_past *past, const struct a4nn_past_run *run);

/* The runs of a task and metric, by `i` in the order of age; NULL where there are none. */
const struct a4nn_past_task *a4nn_past_find(const struct a4nn_past *past, const char *task,
                                            const char *metric);
const struct a4nn_past_curve *a4nn_past_at(const struct a4nn_past_task *task, size_t i);

void a4nn_past_free(struct a4nn_past *past);

#endif
