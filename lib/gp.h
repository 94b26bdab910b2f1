/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_GP_H
#define A4NN_GP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Regression by a Gaussian process: what is not known is a plane plus a smooth deviation from it,
 *
 *     y(x) = b'x + f(x) + noise,    b ~ N(0, plane I),
 *     cov f(x), f(x') = bend exp(-|x - x'|^2 / (2 reach^2)),
 *
 * the first feature being 1.  Bend and reach are those of a short table under which the
 * observations are most likely (Rasmussen and Williams 2006, chapters 2 and 5): none at all where
 * the points are few or lie on a plane.  n points cost n^3.
 */
struct a4nn_gp;

/* n points of d features each, row by row; `noise` are the variances of their noise, more than 0.
 * Variances of f are multiples of `unit`.  Returns NULL when there is no answer in numbers. Freed
 * by a4nn_gp_free. */
struct a4nn_gp *a4nn_gp_fit(const double *x, const double *y, const double *noise, size_t n,
                            size_t d, double plane, double unit);

/* The expected y at x. */
double a4nn_gp_mean(const struct a4nn_gp *gp, const double *x);

/* y of the i-th point minus what all others say about it. */
double a4nn_gp_residual(const struct a4nn_gp *gp, size_t i);

/* The table's entry: bend in units, reach; 0 and 0 for a plane. */
void a4nn_gp_chosen(const struct a4nn_gp *gp, double *bend, double *reach);

void a4nn_gp_free(struct a4nn_gp *gp);

#endif
