/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SURROGATE_H
#define A4NN_SURROGATE_H

#include <stddef.h>

#include "features.h"

/*
 * What a training would come to, by the results of others: a Gaussian process over features,
 *
 *     z(x) = c + b'x + f(x) + noise,    c ~ N(0, 1),    b ~ N(0, line^2 / d),
 *     cov f(x), f(x') = height^2 matern(r),    r^2 = sum over groups of |x_g - x'_g|^2 / reach_g^2,
 *
 * with Matern's covariance for nu = 5/2 (Rasmussen and Williams 2006, eq. 4.17).  Height, line, the
 * noise and one reach for each group, which is a parameter's, are the most probable ones given the
 * results, with log-normal priors; of many groups each is a priori worth less.
 *
 * Results may be of other tasks.  Each task then has a constant of its own, and b and f of two
 * tasks have the correlation `kinship`, from 0 to 1, which is learned with the rest (a model of
 * coregionalisation; Bonilla, Chai and Williams 2008): where the others mislead it becomes small.
 */
struct a4nn_surrogate;

/*
 * n results: rows of the features, values in units of about their own spread, variances of what is
 * known to be uncertain in them beyond the model's own noise, and their tasks: 0 is that of the
 * questions.  NULL when there is no answer in numbers.  `features`, `variance` and `task` must
 * outlive it.
 */
struct a4nn_surrogate *a4nn_surrogate_fit(const struct a4nn_features *features, const size_t *row,
                                          const double *z, const double *variance,
                                          const size_t *task, size_t n);

/* The correlation of what two tasks have in common, from 0 to 1. */
double a4nn_surrogate_kinship(const struct a4nn_surrogate *s);

/* The expected value, noise apart, of a row of as many columns as the features have. */
double a4nn_surrogate_mean(const struct a4nn_surrogate *s, const double *x);

/* Variance of the noise. */
double a4nn_surrogate_noise(const struct a4nn_surrogate *s);

/*
 * The end of each result, its own noise included, by all other results and what is known of itself:
 * means and variances of the n of them (Rasmussen and Williams, eq. 5.12, leaving one out, times
 * the density of its own value); and what is expected by the others alone.
 */
void a4nn_surrogate_ends(const struct a4nn_surrogate *s, double *mean, double *variance,
                         double *others);

/*
 * For averages of the process over rows: the covariance of its values at two rows, a priori; those
 * with the results, n of them, added to `out`; what these make of the expected value; and their
 * factor's inverse times them, whose product of two is what results take from a covariance.
 */
double a4nn_surrogate_covariance(const struct a4nn_surrogate *s, const double *a, const double *b);
size_t a4nn_surrogate_results(const struct a4nn_surrogate *s);
void a4nn_surrogate_against(const struct a4nn_surrogate *s, const double *x, double *out);
double a4nn_surrogate_expect(const struct a4nn_surrogate *s, const double *against);
void a4nn_surrogate_halve(const struct a4nn_surrogate *s, double *against);

/* The reach of a group: a parameter with a large one hardly matters, except in a straight line. */
double a4nn_surrogate_reach(const struct a4nn_surrogate *s, size_t group);

/*
 * Candidates: rows of the features whose means and variances (noise apart) are kept up to date
 * while results are supposed for some of them.
 */
struct a4nn_prospects {
    size_t n;
    const size_t *row; /* the caller's */
    double *mean, *variance;
    double *half; /* n times `cap`: the factor's inverse times the covariances */
    size_t used, cap;
};

/* `room`: how many times a4nn_prospects_suppose will be called at most. Released below. */
void a4nn_prospects_init(struct a4nn_prospects *p, const struct a4nn_surrogate *s,
                         const size_t *row, size_t n, size_t room);

/* The i-th has the result that is expected of it: its mean stays, all variances become less. */
void a4nn_prospects_suppose(struct a4nn_prospects *p, const struct a4nn_surrogate *s, size_t i);

void a4nn_prospects_release(struct a4nn_prospects *p);

void a4nn_surrogate_free(struct a4nn_surrogate *s);

#endif
