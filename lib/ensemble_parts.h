/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_ENSEMBLE_PARTS_H
#define A4NN_ENSEMBLE_PARTS_H

#include <stddef.h>

#include "ensemble.h"
#include "ensemble_shapes.h"

/* What the halves of the ensemble share: ensemble.c (update) and ensemble_read.c. */

enum {
    SHAPES = A4NN_SHAPES,
    SIGMAS = 4,
    KINDS = SIGMAS * 2,   /* noise x outlier share: as many as the longest vector has numbers */
    VARIANTS = 2 * KINDS, /* dynamics x kind */
    CELLS = SHAPES * VARIANTS
};

/* Noise of the last observation, sd in z; at x = 1 it is noise_first times as large. */
static const double sigma[SIGMAS] = {0.05, 0.2, 0.8, 3.2};
static const double noise_first = 4;
/* Dynamics A: old observations fade, the covariance grows by this factor per observation; */
static const double fading = 1 / 0.8;
/* dynamics B: no fading, but with this probability an observation begins a new level, */
static const double jump_share = 0.02;
static const double jump_sd = 6; /* which lies so far from the old one. */
/* Outliers: Laplace with scale out_0 + out_sigma sigma + sqrt(S), this share of them downward. */
static const double outliers[2] = {0.02, 0.4};
static const double out_0 = 5, out_sigma = 2, out_down = 0.9;
/* Evidence: forgetting per observation, and tempering, since no shape is true. */
static const double forgetting = 0.8, tempering = 0.9;
/* A long extrapolation is worth less: sd added per unit of predicted remaining change. */
static const double discrepancy = 0.3;
/* Prior: y1 about the first observation, yE about prior_gain above it. */
static const double prior_sd = 20, prior_gain = 15, prior_gain_sd = 25;
/* Cells of less weight than this do not count in a forecast. */
static const double negligible = 2e-4;
/* What follows on drops is rough: twice or half as much of any of it changes the mean error on the
 * collections of tests/bench/schedule.py by a tenth at most.  Expected rise of a drop of the rate:
 * geometric mean of so many standard deviations of noise, */
static const double rise_noise = 5;
/* and this share of what is left to the upper bound, or where there is none, of so much; */
static const double rise_share = 0.25, room_unbounded = 20;
/* of a further drop this factor less by what is left, and by the noise, which it reduces too. */
static const double rise_further = 0.4, noise_further = 0.3;
/* Standard deviation of the rise, as a share of it, and what that is at least. */
static const double rise_sd = 1, rise_sd_least = 0.2;
/* Bounds further apart than that are none. */
static const double bounds_far = 1e5;
/* Forgetting of the noise per observation; an observation counts for so many times the noise. */
static const double noise_memory = 0.85, noise_most = 4;
/* Smallest share of an observation that is taken for regular. */
static const double least_regular = 1e-4;

/*
 * The search for a quantile ends with a step this small in units of the narrowest cell's sd.  Its
 * error is of the third power of that: less than a thousandth of a point.
 */
static const double close_enough = 0.03;

/*
 * The loops over cells are plain arithmetic on arrays in a fixed order, for the compiler to run on
 * vectors; one clone of each per instruction set, all with the same digits.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__)
#define EVERY_INSTRUCTION_SET __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define EVERY_INSTRUCTION_SET
#endif

/* Cell (shape * 2 + dynamics) * KINDS + kind: means and covariance of the state, log weight. */
struct cells {
    double m0[CELLS], m1[CELLS], p00[CELLS], p01[CELLS], p11[CELLS], lw[CELLS];
};

struct a4nn_ensemble {
    struct cells cells;
    struct a4nn_shapes shapes;
    double psi[SHAPES]; /* of the shapes at the newest x */
    double last, lo, hi;
    size_t observed;
    struct a4nn_ensemble_plan plan;
    size_t drop;      /* the next of its drops */
    double recent[2]; /* the newest values of this stretch, NAN */
    double noise;     /* sd from one observation to the next, NAN ... */
    size_t bends;     /* ... before there are three of them; second differences so far */
};

/* What the drops that are ahead may release: expected rise, sd, and the rise of the next alone. */
struct outlook {
    double rise, sd, next;
};
struct outlook a4nn_ensemble_outlook(const struct a4nn_ensemble *e, const double weight[CELLS]);

/* Weights of the cells, of sum 1. */
void a4nn_ensemble_weights(const struct a4nn_ensemble *e, double weight[CELLS]);

/* Keeps an exponent where the exponential is no denormal number. */
static inline double
density_exponent(double t)
{
    return t < -700 ? -700 : t;
}

#endif
