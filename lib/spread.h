/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SPREAD_H
#define A4NN_SPREAD_H

#include <stddef.h>

#include "dice.h"

/*
 * n points that fill the unit cube of d dimensions evenly, row by row, each coordinate from 0 to
 * below 1: in the first 40 dimensions Sobol's sequence with a random digital shift (Sobol' 1967;
 * L'Ecuyer and Lemieux 2002), in those behind a Latin hypercube (McKay, Beckman and Conover 1979).
 */
void a4nn_spread_cube(struct a4nn_dice *dice, size_t d, size_t n, double *out);

/*
 * Picks `count` of n points, rows of d numbers, that lie far from each other and from those that
 * are there already: each the one whose nearest is farthest (Gonzalez 1985); of equals the first.
 * Their places in order go to `out`; how many there are, fewer when there are not as many points.
 */
size_t a4nn_spread_pick(const double *const *point, size_t n, const double *const *there,
                        size_t there_n, size_t d, size_t count, size_t *out);

#endif
