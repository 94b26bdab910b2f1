/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_RANKING_H
#define A4NN_RANKING_H

#include <stddef.h>

/*
 * How well one series of numbers ranks what another says is the truth; larger is better in both.
 * Ties are drawn by lot: what depends on the draw is answered by its mean, so that no answer
 * depends on the order of the numbers.  All numbers must be finite.
 */

/*
 * Kendall's tau-b (Kendall 1945, "The treatment of ties in ranking problems"), in n log n steps
 * (Knight 1966).  NAN when one of the series is constant or n < 2: it then ranks nothing.
 */
double a4nn_kendall_tau(const double *x, const double *y, size_t n);

/*
 * What is lost by keeping the one ranked best: largest truth minus the truth of the one with the
 * largest x.  NAN when n = 0.
 */
double a4nn_top_regret(const double *x, const double *truth, size_t n);

/* Share, 0..1, of the k best by truth that are among the k best by x; k is at most n. NAN when
 * n = 0 or k = 0. */
double a4nn_top_overlap(const double *x, const double *truth, size_t n, size_t k);

/* A number that counts for more or less than one. */
struct a4nn_weighted {
    double value, weight; /* weight > 0 */
};

/*
 * Quantile q (0..1) of weighted numbers, which it sorts; linear between neighbours, whose
 * positions are the middles of their weights.  With equal weights it is the usual one
 * (numpy.quantile, type 7 of Hyndman and Fan 1996).  NAN when n = 0.
 */
double a4nn_weighted_quantile(struct a4nn_weighted *values, size_t n, double q);

#endif
