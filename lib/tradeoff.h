/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_TRADEOFF_H
#define A4NN_TRADEOFF_H

#include <stdbool.h>
#include <stddef.h>

#include "objective.h"
#include "propose.h"

/*
 * Several objectives, the metric and others, none of which is worth so and so much of another: what
 * is wanted are the runs of which no other is better in one and not worse in all, Pareto's front.
 *
 * Each proposal is the best for weights of its own, drawn evenly: the results are scored by their
 * shortfalls d from the best of each objective, on a scale without outliers (yardstick.h) and in
 * shares of its range,
 *
 *     -(max of w d + 0.05 sum of w d),
 *
 * the augmented Chebyshev norm of ParEGO (Knowles 2006, IEEE Trans. Evol. Comput. 10), and the
 * model of propose.h learns that score.
 */
struct a4nn_tradeoff {
    const struct a4nn_objective *objective; /* those besides the metric */
    size_t n;
    const double *value; /* n for each result, NAN: not known */
};

/* As a4nn_propose, whose opts it takes; the values predicted are those of the metric. A result of
 * which an objective is not known is as good as pending. */
size_t a4nn_tradeoff_propose(const struct a4nn_tradeoff *t, const struct a4nn_propose_opts *opts,
                             struct a4nn_proposal *out);

/* Sets front[i] for each result that is known in all objectives, and of which no other is better in
 * one and as good in all; returns how many. */
size_t a4nn_tradeoff_front(const struct a4nn_tradeoff *t, const struct a4nn_propose_opts *opts,
                           bool *front);

#endif
