/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PROPOSE_H
#define A4NN_PROPOSE_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "features.h"
#include "metric.h"

/*
 * Which candidates to train next.  A Gaussian process (surrogate.h) learns the final values, on a
 * scale without outliers (yardstick.h), from the results; the candidate with the largest
 *
 *     expected value + boldness * standard deviation
 *
 * comes first (an upper confidence bound; Srinivas et al. 2010).  Where costs are given, 0.2 times
 * the logarithm of the cost, in natural units of that and on the scale of the values, is taken off:
 * what costs twice as much has to be better by 0.14 of the spread of the results.  Runs that are
 * pending, and proposals already made, are taken to have the result expected of them (kriging
 * believer; Ginsbourger et al. 2010), so that proposals differ.
 */

/* From a normal standard deviation to the end of its 90 % interval. */
#define A4NN_TO_INTERVAL 1.6448536269514722

enum a4nn_result_state { A4NN_RESULT_VALUE, A4NN_RESULT_FAILED, A4NN_RESULT_PENDING };

struct a4nn_result {
    size_t row;  /* of the features */
    size_t task; /* 0: that of the search, else one of the similar ones */
    enum a4nn_result_state state;
    double value; /* final or forecast, in the metric's own unit; NAN where there is none, or none
                   * yet of what is pending */
    double sd;    /* standard deviation of a forecast, 0: the value is known */
};

struct a4nn_proposal {
    size_t candidate;            /* its place among them */
    double predicted, low, high; /* final value and its 90 % interval; NAN: no model yet */
    double cost;                 /* as given, NAN: not known */
    struct a4nn_buf why;         /* for people; owned */
};

struct a4nn_propose_opts {
    const struct a4nn_features *features;
    const struct a4nn_result *result;
    size_t results;
    /* Results of similar tasks, or NULL: their values are scores within their task, of which more
     * is better, as of kindred.h. */
    const struct a4nn_result *kin;
    size_t kins;
    const size_t *row; /* candidates, not tried yet */
    size_t candidates;
    const double *cost; /* of each candidate, more than 0, NAN: not known; or NULL */
    size_t count;       /* proposals wanted */
    double least, most; /* what the metric can be; not least < most: anything */
    enum a4nn_mode mode;
    uint64_t seed;
    double boldness; /* standard deviations that a proposal is worth more for; 0: the usual half */
};

/* Fills at most opts->count proposals, in order, and returns how many: fewer when there are not as
 * many candidates. */
size_t a4nn_propose(const struct a4nn_propose_opts *opts, struct a4nn_proposal *out);

/* What is expected of these candidates, each for itself: fills `out` in their order. */
void a4nn_propose_predict(const struct a4nn_propose_opts *opts, const size_t *candidate, size_t n,
                          struct a4nn_proposal *out);

void a4nn_proposals_release(struct a4nn_proposal *proposal, size_t n);

#endif
