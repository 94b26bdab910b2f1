/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ensemble.h"

#include <math.h>
#include <stdlib.h>

#include "ensemble_parts.h"
#include "vecmath.h"
#include "xalloc.h"

static const double inv_sqrt_2pi = 0.398942280401432678;

/* What the kinds of each shape share, for one update. */
struct kinds {
    double noise[KINDS]; /* variance of the observation */
    double odds[KINDS];  /* share of outliers */
    double scale[KINDS]; /* of the outliers, without the sd of the prediction */
    double grow;         /* of the covariance, where old observations fade */
    double jump;         /* probability of a new level, where they do not */
};

struct a4nn_ensemble *
a4nn_ensemble_new(double last, double lo, double hi)
{
    struct a4nn_ensemble *e = a4nn_xcalloc(1, sizeof *e);

    e->last = last;
    e->lo = lo;
    e->hi = hi;
    a4nn_shapes_begin(&e->shapes, last);
    return e;
}

size_t
a4nn_ensemble_size(void)
{
    return sizeof(struct a4nn_ensemble);
}

void
a4nn_ensemble_free(struct a4nn_ensemble *e)
{
    free(e);
}

/* ---- update ---- */

static void
begin(struct cells *c, double z)
{
    int j;

    for (j = 0; j < CELLS; j++) {
        c->m0[j] = z;
        c->m1[j] = z + prior_gain;
        c->p00[j] = c->p01[j] = prior_sd * prior_sd;
        c->p11[j] = prior_sd * prior_sd + prior_gain_sd * prior_gain_sd;
        c->lw[j] = 0;
    }
}

static void
set_kinds(const struct a4nn_ensemble *e, double x, struct kinds *k)
{
    double u = e->last > 1 ? (x - 1) / (e->last - 1) : 1, spread = pow(noise_first, 1 - u);
    bool later = e->observed > 2;
    int i;

    for (i = 0; i < KINDS; i++) {
        double sd = sigma[i / 2] * spread;
        k->noise[i] = sd * sd;
        k->odds[i] = outliers[i % 2];
        k->scale[i] = out_0 + out_sigma * sigma[i / 2];
    }
    k->grow = later ? fading : 1;
    k->jump = later ? jump_share : 0;
}

/* Density of a normal distribution at e, `inverse` being 1 / sd. */
static inline double
normal(double e, double inverse)
{
    double t = e * inverse;

    return inv_sqrt_2pi * inverse * a4nn_vexp(density_exponent(-0.5 * t * t));
}

/*
 * Kalman update of the KINDS cells of one shape and one dynamics, from `at` on.  Inlined into each
 * clone, with `grow` and `jump` known to be 1 or 0 in one dynamics each.
 */
static inline __attribute__((always_inline)) void
update_kinds(struct cells *restrict c, int at, const struct kinds *restrict k, double grow,
             double jump, double h1, double z)
{
    const double h0 = 1 - h1, jump_variance = jump_sd * jump_sd;
    int i;

#pragma GCC unroll 1 /* unrolled it would not be run on vectors */
    for (i = 0; i < KINDS; i++) {
        int j = at + i;
        double odds = k->odds[i];
        double p00 = c->p00[j] * grow, p01 = c->p01[j] * grow, p11 = c->p11[j] * grow;
        double a = p00 * h0 + p01 * h1, b = p01 * h0 + p11 * h1, h = h0 * a + h1 * b;
        double s = h + k->noise[i], e = z - (c->m0[j] * h0 + c->m1[j] * h1), size = fabs(e);
        double root = sqrt(s), steep = 1 / (k->scale[i] + root);
        double regular = (1 - odds) * normal(e, 1 / root), weight, gain;
        double all = regular + odds * steep * (e < 0 ? out_down : 1 - out_down) *
                                   a4nn_vexp(density_exponent(-size * steep));

        if (jump > 0) {
            double jumped = jump * normal(e, 1 / sqrt(s + jump_variance)), shift;
            all += jumped;
            regular += jumped;
            shift = jump_variance * jumped / all;
            p00 += shift;
            p01 += shift;
            p11 += shift;
            a += shift;
            b += shift;
            h += shift;
        }
        c->lw[j] = forgetting * c->lw[j] + tempering * a4nn_vlog(all);
        weight = regular / all;
        weight = weight < least_regular ? least_regular : weight;
        gain = weight / (h * weight + k->noise[i]);
        c->m0[j] += gain * a * e;
        c->m1[j] += gain * b * e;
        c->p00[j] = p00 - gain * a * a;
        c->p01[j] = p01 - gain * a * b;
        c->p11[j] = p11 - gain * b * b;
    }
}

EVERY_INSTRUCTION_SET
static void
update_cells(struct cells *restrict c, const struct kinds *restrict k, const double *restrict psi,
             double z)
{
    int s;

    for (s = 0; s < SHAPES; s++) {
        update_kinds(c, s * VARIANTS, k, k->grow, 0, psi[s], z);
        update_kinds(c, s * VARIANTS + KINDS, k, 1, k->jump, psi[s], z);
    }
}

void
a4nn_ensemble_update(struct a4nn_ensemble *e, double x, double z)
{
    struct kinds k;

    x = x > e->last ? e->last : x;
    a4nn_shapes_at(&e->shapes, x, e->psi);
    if (!isfinite(z))
        return;
    if (e->observed++ == 0)
        begin(&e->cells, z);
    set_kinds(e, x, &k);
    update_cells(&e->cells, &k, e->psi, z);
}
