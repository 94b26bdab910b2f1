/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_ENSEMBLE_H
#define A4NN_ENSEMBLE_H

#include <stdbool.h>
#include <stddef.h>

#include "explain.h"

/*
 * A streaming Bayesian average over shapes of learning curves.
 *
 * A run has E planned observations at x = 1 ... E.  Each cell of a grid (shape x noise x dynamics
 * x share of outliers) is a Kalman filter with two states, the value at x = 1 and the value at E,
 *
 *     z(x) = y1 (1 - psi(x)) + yE psi(x) + noise,    psi(1) = 0, psi(E) = 1,
 *
 * and is weighted by how well it foretold the observations so far; the forecast is the mixture of
 * the cells' posteriors of yE.  Values are in z: larger is better, one unit is about one point of
 * accuracy.  An update costs the same at any x and allocates nothing.  The digits do not depend on
 * the instruction set or the compiler's optimisation.
 *
 * All constants stand in one table at the top of ensemble_parts.h.
 */
struct a4nn_ensemble;

/* What a run will end at, in z. */
struct a4nn_ensemble_answer {
    double median;
    double low, high; /* 5 % and 95 % quantile */
    double error; /* expected absolute error of the median, what lies beyond lo and hi cut off */
    double beyond_low, beyond_high; /* probability of what lies there */
};

/*
 * What a run's schedule of learning rates says, in x.
 *
 * At a drop a new stretch of the run begins, with shapes of its own from there to the next drop or
 * the end.  What the cells know of the value there becomes y1; yE lies above it by what the drop
 * may release.  Rises that the drops ahead may release are added to every cell's forecast, and
 * their standard deviation to its spread.
 *
 * How much a drop releases: the rate keeps a floor of noise under the error, so the noise from one
 * observation to the next is the best guide there is, and what is left to the upper bound another:
 * the expected rise is the geometric mean of a multiple of the first and a share of the second,
 * give or take as much.  A run without noise is expected to gain nothing.
 */
enum { A4NN_ENSEMBLE_DROPS = 16 };

struct a4nn_ensemble_drop {
    double before; /* x that surely lies before it */
    double size;   /* share of the rate that it takes away */
};

struct a4nn_ensemble_plan {
    double warm; /* values before this x say nothing about the curve's shape; 0: all do */
    double late; /* a drop may show so much later than right behind `before` */
    struct a4nn_ensemble_drop drop[A4NN_ENSEMBLE_DROPS];
    size_t drops;
};

/*
 * A new run with `last` planned observations (the x of the last one, 1 or more, need not be whole)
 * of a value within [lo, hi].  The caller frees it with a4nn_ensemble_free.
 */
struct a4nn_ensemble *a4nn_ensemble_new(double last, double lo, double hi);

/*
 * What is known of the schedule; to be called before the first observation, and again before the
 * one that shows a drop nobody knew of, with that drop added at the end.
 */
void a4nn_ensemble_schedule(struct a4nn_ensemble *e, const struct a4nn_ensemble_plan *plan);

/*
 * The observation z at x; x must not be smaller than the last one.  A z that is not finite only
 * lets time pass.
 */
void a4nn_ensemble_update(struct a4nn_ensemble *e, double x, double z);

/* The forecast; false while nothing finite has been observed. Linear in the number of cells. */
bool a4nn_ensemble_read(const struct a4nn_ensemble *e, struct a4nn_ensemble_answer *out);

/* Probability that the final value is above z; NAN while nothing finite has been observed. */
double a4nn_ensemble_above(const struct a4nn_ensemble *e, double z);

/*
 * What the forecast is made of, in z: the shapes with their weights, and where the variance of
 * the mixture comes from.  With w, m, s2 the weights, means and variances of the cells and M the
 * mean of the mixture, its variance is the sum of w s2, whose terms are noise, the covariance of
 * the state and the discrepancy, and of w (m - M)^2, which is that between the shapes' means and
 * that within each shape.  False while nothing finite has been observed.
 */
bool a4nn_ensemble_explain(const struct a4nn_ensemble *e, struct a4nn_explanation *out);

/* Bytes one run takes. */
size_t a4nn_ensemble_size(void);

void a4nn_ensemble_free(struct a4nn_ensemble *e);

#endif
