/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_BOXLS_H
#define A4NN_BOXLS_H

#include <stdbool.h>

/*
 * Linear least squares of two coefficients, each within an interval, solved exactly.
 *
 * The problem is given by sums over the points, with the second column made orthogonal to the
 * first, which for a constant first column is the usual subtraction of the means: the residual
 * sum of squares of coefficients (p, q) is
 *
 *   rest - 2 q cross + q^2 square + weight (p - mean - q slope)^2
 */
struct a4nn_boxls {
    double weight;        /* |first|^2 */
    double mean;          /* first . y / weight */
    double slope;         /* minus first . second / weight */
    double square, cross; /* |second'|^2 and second' . y, second' = second + slope * first */
    double rest;          /* |y - mean * first|^2 */
    double lo[2], hi[2];  /* bounds of p and q; infinite where there is none */
};

struct a4nn_boxls_solution {
    double coef[2];
    bool held[2]; /* the coefficient is at a bound that the minimum would like to cross */
};

/*
 * The minimum within the bounds.  Where q is not determined (square = 0) it is the value nearest
 * to 0 that its bounds allow.  Bounds must not contradict each other.
 */
struct a4nn_boxls_solution a4nn_boxls_solve(const struct a4nn_boxls *ls);

#endif
