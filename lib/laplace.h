/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LAPLACE_H
#define A4NN_LAPLACE_H

/*
 * Laplace's distribution, of density exp(-|x - centre| / error) / (2 error): what is known of a
 * value of which there is an estimate and the mean distance to be expected from it (Johnson, Kotz
 * and Balakrishnan, Continuous Univariate Distributions, vol. 2, ch. 24).  Errors are positive.
 */
struct a4nn_laplace {
    double centre, error; /* in one unit */
};

/* Logarithm of the density at x. */
double a4nn_laplace_log_density(const struct a4nn_laplace *l, double x);

/* The probability of less than x. */
double a4nn_laplace_below(const struct a4nn_laplace *l, double x);

/* The mean distance from x. */
double a4nn_laplace_distance(const struct a4nn_laplace *l, double x);

/*
 * One of two is true, `a` with probability `weight`: the median, which has the least mean distance
 * from the value, and that distance.
 */
struct a4nn_laplace a4nn_laplace_either(const struct a4nn_laplace *a, const struct a4nn_laplace *b,
                                        double weight);

#endif
