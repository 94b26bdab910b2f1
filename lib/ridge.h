/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_RIDGE_H
#define A4NN_RIDGE_H

#include <stddef.h>

/*
 * Ridge regression that outliers do not spoil: y = x'b + noise, where each b is a priori 0 as if
 * `prior` points with a feature of 1 had said so, and points count with Cauchy weights: 1 / (1 +
 * (r / 2 sd)^2) for a residual r, found by iteration.
 */
enum { A4NN_RIDGE_MOST = 8 }; /* features */

struct a4nn_ridge {
    size_t n, d;      /* points, features */
    const double *x;  /* n rows of d */
    const double *y;  /* n */
    double prior;     /* more than 0 */
    double least;     /* added to the standard deviation of the noise, in units of y */
    double *weight;   /* n, of each point: an answer */
    double *residual; /* n, the same */
    double coefficient[A4NN_RIDGE_MOST]; /* the same; 0 when there is none in numbers */
};

void a4nn_ridge_fit(struct a4nn_ridge *r);

/* Shares of the points in the fit of their own values: x'(X'WX + prior)^-1 x times the weight. */
void a4nn_ridge_leverages(const struct a4nn_ridge *r, double *leverage);

/* The median of n values, which it puts into order. */
double a4nn_ridge_median(double *values, size_t n);

/* From the median of absolute residuals to the standard deviation, of a normal distribution. */
#define A4NN_OF_MEDIAN 1.4826

#endif
