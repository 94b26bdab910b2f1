/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FOLLOWER_H
#define A4NN_FOLLOWER_H

#include <stddef.h>

#include "ensemble.h"
#include "forecast.h"
#include "zscale.h"

/*
 * A run followed by the ensemble: metrics to z, epochs to planned observations.
 *
 * The ensemble counts observations, x = 1 for the first one that a run can have.  The unit is the
 * smallest distance between two observations so far: one epoch, or half an epoch, or four.  What
 * is missing or off that grid lies where it lies, and the x of the last planned epoch need not be
 * whole.  A run that counts from epoch 0, the untrained network, has x = 1 there; one whose first
 * observations are not known (epoch 7 and 8 are the first) begins at its x, here 7.
 */
struct a4nn_follower {
    struct a4nn_ensemble *ensemble; /* NULL before the first observation, and at rest */
    struct a4nn_zscale scale;
    double origin, unit;      /* epoch of x = 1, epochs per x */
    double smallest, largest; /* finite values so far, in points */
    double level;             /* newest finite value, in z; NAN before */
    size_t taken;             /* observations given to the ensemble */
    size_t drops;             /* what the ensemble has been told of the schedule */
    double warmup;
};

void a4nn_follower_init(struct a4nn_follower *f);

/* Takes the run's newest observation; to be called once per observation, in order, with a finite
 * total of epochs. */
void a4nn_follower_take(struct a4nn_follower *f, const struct a4nn_run_view *run);

/* Where an epoch is, in planned observations. */
double a4nn_follower_x(const struct a4nn_follower *f, double epoch);

/* What the ensemble says, in z, with a doubt about what it puts beyond a bound of the metric; false
 * while it can say nothing finite. */
bool a4nn_follower_read(const struct a4nn_follower *f, struct a4nn_ensemble_answer *out);

/*
 * Probability that the final value is above z, by the ensemble with that answer, the newest: what
 * it puts beyond a bound of the metric counts as spread about the median by the expected error.
 */
double a4nn_follower_above(const struct a4nn_follower *f, const struct a4nn_ensemble_answer *answer,
                           double z);

/* An answer in z as a forecast in points, none when those are not finite; `better` and `context`
 * are left to the caller. */
void a4nn_follower_forecast(const struct a4nn_follower *f,
                            const struct a4nn_ensemble_answer *answer, struct a4nn_forecast *out);

/* What the newest forecast is made of, as explain.h says; false where there was none. */
bool a4nn_follower_explain(const struct a4nn_follower *f, struct a4nn_explanation *out);

/*
 * Gives up what only another observation would need, most of the memory; one that comes all the
 * same makes it anew from the curve.  What the answers rest on is gone with it.
 */
void a4nn_follower_rest(struct a4nn_follower *f);

void a4nn_follower_release(struct a4nn_follower *f);

#endif
