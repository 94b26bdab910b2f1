/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_OTHERS_H
#define A4NN_LOG_OTHERS_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "log/epochs.h"

/*
 * The numbers that a run states besides its metric, by the epochs of the metric's values: all of
 * an epoch go with its value, of a name the last that was stated.
 *
 * A number with an epoch belongs to the first value of that epoch which is not before it; one with
 * a step, where the metric has steps only, to the first value at that step or a later one; one
 * with neither to the next value in the log.  What is stated behind the last value, as the test at
 * the end, goes with it unless it has one of that name.
 */

/* What to do with the numbers of a name. */
struct a4nn_log_other {
    const char *name; /* to give them under, NULL: leave them out */
    bool known;       /* they are a field of the observations: only elsewhere they are missing */
};

/* Of a run that is complete. All values, and the array, are the caller's. */
struct a4nn_log_others {
    struct a4nn_json **metrics;     /* of each value an object, or NULL */
    struct a4nn_json *observations; /* at epochs without a value: [name, epoch, value, time] */
    size_t n;
};

/* `other` says it for each name; `sample` are the n numbers that `metric` was made of. */
void a4nn_log_others_place(struct a4nn_log_others *out, const struct a4nn_epoch_series *metric,
                           const struct a4nn_log_sample *sample, size_t n,
                           const struct a4nn_log_other *other, size_t names);

/*
 * The same for a run that is still written: what has been stated since the last value.
 * Zero-initialise it ({0}), release it in the end.
 */
struct a4nn_log_pending {
    struct a4nn_log_number {
        bool set, given; /* it waits; the last value had one of this name */
        double epoch, value, time;
    } * number; /* by name */
    size_t names;
    struct a4nn_log_apart {
        size_t name;
        double epoch, value, time;
    } * apart; /* the last of epochs that are over and had no value yet */
    size_t n, cap;
    bool full;    /* some had no room */
    bool begun;   /* there was a value, ... */
    double epoch; /* ... the last of them at this epoch */
};

void a4nn_log_pending_put(struct a4nn_log_pending *p, const struct a4nn_log_sample *sample);

/*
 * A value of the metric at `epoch`, which the log calls `stated` (NAN: it states steps) and which
 * is `shift` more: what goes with it into *metrics and *observations, NULL where there is nothing.
 * With `over` no other will come.
 */
void a4nn_log_pending_take(struct a4nn_log_pending *p, double stated, double epoch, double shift,
                           bool over, const struct a4nn_log_other *other,
                           struct a4nn_json **metrics, struct a4nn_json **observations);

void a4nn_log_pending_release(struct a4nn_log_pending *p);

#endif
