/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_EFFECTS_H
#define A4NN_EFFECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "propose.h"

/*
 * What the parameters do to the final value, as the model of propose.h sees it: functional analysis
 * of variance (Hutter, Hoos and Leyton-Brown 2014) of the Gaussian process.  The effect of a level
 * is the expected value with the parameter at that level, averaged over the other parameters of the
 * configurations there are; of two parameters' interaction what their pairs of levels add to the
 * sum of both.  An average of a Gaussian process is normal, so intervals come from draws of its
 * joint distribution.  Numbers of many values are cut into five levels with equally many
 * configurations.
 */
struct a4nn_level {
    struct a4nn_buf name;    /* of a parameter's level; owned */
    double value, low, high; /* average final value and its 90 % interval, metric's unit */
    double drop;  /* probability that another level of the parameter is better on average */
    size_t count; /* configurations that have it */
    size_t tried; /* those of them that are results */
};

struct a4nn_effect {
    size_t group, with;       /* features' groups; equal: a main effect */
    double share, low, high;  /* of the variance of final values, and its 90 % interval: 0 to 1 */
    struct a4nn_level *level; /* of a main effect; owned */
    size_t levels;
};

struct a4nn_effects {
    struct a4nn_effect
        *effect; /* main effects, then interactions, the largest share first; owned */
    size_t n;
    double noise; /* share that no parameter explains */
    size_t results;
};

/* Of the results and candidates of `opts` (its count and seed are not those of proposals). False:
 * there is no model, as results are too few or have no value. */
bool a4nn_effects_find(const struct a4nn_propose_opts *opts, struct a4nn_effects *out);

void a4nn_effects_release(struct a4nn_effects *effects);

#endif
