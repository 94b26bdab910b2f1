/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_ROWMATH_H
#define A4NN_ROWMATH_H

#include <stddef.h>

/* Rows of d numbers.  Inline, as the models spend their time here. */

static inline double
a4nn_row_product(const double *a, const double *b, size_t d)
{
    double sum = 0;
    size_t j;

    for (j = 0; j < d; j++)
        sum += a[j] * b[j];
    return sum;
}

/* The square of their distance. */
static inline double
a4nn_row_distance2(const double *a, const double *b, size_t d)
{
    double sum = 0;
    size_t j;

    for (j = 0; j < d; j++)
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
}

#endif
