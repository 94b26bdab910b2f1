/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_REPLAY_TABLE_H
#define A4NN_REPLAY_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "replay.h"

/*
 * What a policy would have saved and cost, from its decisions.
 *
 * Final value of a run: the value of its last observation up to the last planned epoch E.  When
 * that is not finite the run has diverged: its epochs count, but there is nothing to compare a
 * forecast with.  Value of a run under a policy: of a stopped one the forecast at the stop (the
 * last finite value then, where there is no forecast), of the others the final value.  A run is
 * judged when it has both.
 *
 * Epochs trained: the last epoch observed up to E, for a stopped run that of the stop.
 *
 * Errors are in points (scale.h): percent points for shares, the metric's own unit for losses.
 *
 * Baseline of a policy in a collection: no forecast at all, each run's last finite value at one
 * fixed epoch (its first observation from there on, or its end), at the same total of epochs.
 * That lies between two epochs at which runs were observed; the baseline is the mixture of the
 * two, each with such a weight that the epochs are the same: its counts, means and quantiles are
 * over both with these weights, its rankings the weighted mean of both.
 */

/* A stop whose forecast is the furthest off. */
struct a4nn_worst_stop {
    char *run;                            /* owned; NULL: no run was stopped, or none judged */
    double epoch, forecast, final, error; /* metric's own unit; the error in points */
};

struct a4nn_replay_row {
    size_t collection; /* or A4NN_REPLAY_TOTAL */
    size_t policy;
    bool baseline;
    double at; /* baseline of one collection: the epoch read, between the two */

    double runs, judged;
    double diverged;  /* without final value */
    double shortened; /* ended before the last planned epoch */
    double trained;   /* epochs, without stops */
    double saved;     /* share of them, 0..1 */
    double factor;    /* trained / trained with stops: how many times as many runs it allows */
    double stopped;   /* share of runs, 0..1 */
    /* Over the runs that were stopped and are judged. */
    double error, median, p95;              /* absolute error */
    double within_half, within_1, within_2; /* share with an error of at most so much, 0..1 */
    /* Over all judged runs; those that were not stopped have error 0. */
    double mae;
    /* Rankings of the judged runs of a collection by their value under the policy against the
     * final one; NAN when the final values are all equal.  Totals are means over collections. */
    double tau;     /* Kendall's tau-b; 0 where the policy gives all runs one value */
    double regret;  /* final value lost by keeping the run that ranks first */
    double best;    /* is nothing lost so?  0 or 1 */
    double top5;    /* share of the best 5 that rank among the first 5 */
    double top5pct; /* the same of the best 5 %, at least one */
    struct a4nn_worst_stop worst;
};

#define A4NN_REPLAY_TOTAL ((size_t)-1)

/*
 * All rows: for each collection by name, then for all together, each policy in order, followed
 * by its baseline if asked for.  The array is the caller's to free with a4nn_replay_table_free; it
 * counts only if a4nn_replay_failed then says no.
 *
 * Memory: some 100 bytes for each run of the collection at hand, for a policy at a time.
 */
struct a4nn_replay_row *a4nn_replay_table(struct a4nn_replay *replay, bool baseline, size_t *count);
void a4nn_replay_table_free(struct a4nn_replay_row *rows, size_t count);

#endif
