/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_EXPENSE_H
#define A4NN_EXPENSE_H

#include <stddef.h>

#include "features.h"

/*
 * What trainings cost, in whatever unit, but more than 0.  Of a candidate whose cost nobody states
 * it is learned from the others': a Gaussian process over features, that of surrogate.h, of the
 * logarithm of the cost, as in "expected improvement per second" (Snoek, Larochelle and Adams 2012,
 * NIPS 25).
 */
struct a4nn_expense {
    const size_t *row;  /* of the features */
    const double *cost; /* NAN: not known */
    size_t n;
};

/*
 * What each candidate costs, an array for the caller to free: as stated, else as learned from
 * `known`, else NAN, where too few are known or they make no model.
 */
double *a4nn_expense_tell(const struct a4nn_features *features, const struct a4nn_expense *known,
                          const struct a4nn_expense *candidates);

#endif
