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

/* ---- the schedule ---- */

/* Begins the shapes that hold from here to the next drop. */
static void
begin_stretch(struct a4nn_ensemble *e, double from)
{
    const struct a4nn_ensemble_plan *plan = &e->plan;
    bool ahead = e->drop < plan->drops;
    double to = ahead ? plan->drop[e->drop].before : e->last;
    enum a4nn_stretch stretch = e->drop > 0 ? A4NN_STRETCH_DROPPED
                                : ahead     ? A4NN_STRETCH_STEADY
                                            : A4NN_STRETCH_ANY;

    a4nn_shapes_begin(&e->shapes, stretch, from, to, plan->late);
    e->recent[0] = e->recent[1] = NAN;
}

void
a4nn_ensemble_schedule(struct a4nn_ensemble *e, const struct a4nn_ensemble_plan *plan)
{
    e->plan = *plan;
    if (e->observed == 0)
        begin_stretch(e, 1);
}

struct outlook
a4nn_ensemble_outlook(const struct a4nn_ensemble *e, const double weight[CELLS])
{
    const struct a4nn_ensemble_plan *plan = &e->plan;
    struct outlook out = {0};
    double level = 0, rise;
    size_t k;
    int j;

    if (e->drop >= plan->drops)
        return out;
    for (j = 0; j < CELLS; j++)
        level += weight[j] * e->cells.m1[j];
    rise = rise_share * (e->hi - e->lo < bounds_far ? fmax(e->hi - level, 0) : room_unbounded) *
           pow(rise_further, (double)e->drop);
    if (!isnan(e->noise))
        rise = sqrt(rise * rise_noise * e->noise);
    out.next = rise * plan->drop[e->drop].size;
    for (k = e->drop; k < plan->drops; k++) {
        out.rise += rise * plan->drop[k].size;
        rise *= sqrt(rise_further * noise_further);
    }
    out.sd = fmax(rise_sd * out.rise, rise_sd_least);
    return out;
}

/*
 * Keeps the noise from the second differences of the values, whose standard deviation is sqrt(6)
 * times that of the noise and sqrt(pi/2) times their mean size.
 */
static void
take_noise(struct a4nn_ensemble *e, double x, double z)
{
    const double size = 1.9544; /* sqrt(6 * 2 / pi) */
    double bend = fabs(z - 2 * e->recent[0] + e->recent[1]) / size;

    if (isfinite(bend)) {
        double news = fmax(1 / (double)++e->bends, 1 - noise_memory);
        double most = e->bends > 1 ? noise_most * e->noise + rise_sd_least : HUGE_VAL;
        e->noise = (e->bends > 1 ? (1 - news) * e->noise : 0) + news * fmin(bend, most);
    }
    e->recent[1] = e->recent[0];
    e->recent[0] = z;
    if (e->drop > 0 && x <= e->plan.drop[e->drop - 1].before + e->plan.late + 2)
        e->recent[0] = NAN; /* what the drop releases is no noise */
}

/*
 * At the beginning of a stretch: the shapes of the last one mean nothing any more, while noise,
 * dynamics and outliers still do.  What the shapes of a variant say of the value at x is put
 * together, by its mean and variance, and all of them begin from there.
 */
static void
pass_on(struct a4nn_ensemble *e, double x)
{
    struct cells *c = &e->cells;
    double psi[SHAPES], weight[CELLS], rise, variance;
    int v, s;

    a4nn_ensemble_weights(e, weight);
    a4nn_shapes_at(&e->shapes, x, psi);
    rise = a4nn_ensemble_outlook(e, weight).next;
    variance = fmax(rise_sd * rise, rise_sd_least) * fmax(rise_sd * rise, rise_sd_least);
    for (v = 0; v < VARIANTS; v++) {
        double share = 1e-300, mean = 0, square = 0;
        for (s = 0; s < SHAPES; s++)
            share += weight[s * VARIANTS + v];
        for (s = 0; s < SHAPES; s++) {
            int j = s * VARIANTS + v;
            double h1 = psi[s], h0 = 1 - h1, w = weight[j] / share;
            double z = h0 * c->m0[j] + h1 * c->m1[j];
            mean += w * z;
            square +=
                w * (z * z + h0 * h0 * c->p00[j] + 2 * h0 * h1 * c->p01[j] + h1 * h1 * c->p11[j]);
        }
        square = fmax(square - mean * mean, 1e-6); /* rounding */
        for (s = 0; s < SHAPES; s++) {
            int j = s * VARIANTS + v;
            c->m0[j] = mean;
            c->m1[j] = mean + rise;
            c->p00[j] = c->p01[j] = square;
            c->p11[j] = square + variance;
            c->lw[j] = a4nn_vlog(share);
        }
    }
}

/* Enters the stretches that begin before x. */
static void
advance(struct a4nn_ensemble *e, double x)
{
    const struct a4nn_ensemble_plan *plan = &e->plan;

    while (e->drop < plan->drops && x > plan->drop[e->drop].before) {
        double from = plan->drop[e->drop].before;
        if (e->observed > 0)
            pass_on(e, from);
        e->drop++;
        e->noise *= noise_further;
        begin_stretch(e, from);
    }
}

struct a4nn_ensemble *
a4nn_ensemble_new(double last, double lo, double hi)
{
    struct a4nn_ensemble *e = a4nn_xcalloc(1, sizeof *e);

    e->last = last;
    e->lo = lo;
    e->hi = hi;
    e->noise = NAN;
    begin_stretch(e, 1);
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
        double root = sqrt(s), wide = k->scale[i] + root;
        double over = 1 / (root * wide), steep = over * root; /* 1 / wide; one division for two */
        double regular = (1 - odds) * normal(e, over * wide), weight, gain, share;
        double all = regular + odds * steep * (e < 0 ? out_down : 1 - out_down) *
                                   a4nn_vexp(density_exponent(-size * steep));

        if (jump > 0) {
            double jumped = jump * normal(e, 1 / sqrt(s + jump_variance)), shift;
            all += jumped;
            regular += jumped;
            share = 1 / all;
            shift = jump_variance * jumped * share;
            p00 += shift;
            p01 += shift;
            p11 += shift;
            a += shift;
            b += shift;
            h += shift;
        } else {
            share = 1 / all;
        }
        c->lw[j] = forgetting * c->lw[j] + tempering * a4nn_vlog(all);
        weight = regular * share;
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
    advance(e, x);
    if (x <= e->plan.warm && isfinite(z)) {
        e->observed = 0; /* this one is the first */
        begin_stretch(e, x);
    }
    a4nn_shapes_at(&e->shapes, x, e->psi);
    if (!isfinite(z))
        return;
    if (e->observed++ == 0)
        begin(&e->cells, z);
    if (e->drop < e->plan.drops)
        take_noise(e, x, z);
    set_kinds(e, x, &k);
    update_cells(&e->cells, &k, e->psi, z);
}
