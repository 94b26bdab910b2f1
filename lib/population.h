/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_POPULATION_H
#define A4NN_POPULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "features.h"
#include "propose.h"

/*
 * The first trainings of a search.
 *
 * With results of similar tasks a model of these (surrogate.h) says what did well there.  Three
 * quarters of the first trainings come from the tenth of the candidates that it expects most of
 * (but at least four times as many as are wanted), the best one and then always the one farthest
 * from those chosen; the others fill the space, in case that this task is different.
 */
struct a4nn_population_opts {
    const struct a4nn_features *features;
    const struct a4nn_result *result; /* of similar tasks: scores, of which more is better */
    size_t results;
    const size_t *there; /* rows of what this task has tried, or is trying */
    size_t there_n;
    const size_t *row; /* candidates */
    size_t candidates;
    size_t ordered; /* the first so many fill the space in their order; else all do, by distance */
    size_t count;
    uint64_t seed;
};

struct a4nn_first {
    size_t candidate; /* its place among them */
    bool taught;      /* did well in similar tasks; else it fills the space */
};

/* Fills at most opts->count and returns how many. */
size_t a4nn_population_choose(const struct a4nn_population_opts *opts, struct a4nn_first *out);

#endif
