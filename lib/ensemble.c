/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ensemble.h"

#include <math.h>
#include <stdlib.h>

#include "vecmath.h"
#include "xalloc.h"

enum {
    SHAPES = 14,
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
/* A last x not beyond this leaves no room for a shape. */
static const double one_observation = 1 + 1e-6;
/* Cells of less weight than this do not count in a forecast. */
static const double negligible = 2e-4;
/* Smallest share of an observation that is taken for regular. */
static const double least_regular = 1e-4;

/*
 * The search for a quantile ends with a step this small in units of the narrowest cell's sd.  Its
 * error is of the third power of that: less than a thousandth of a point.
 */
static const double close_enough = 0.03;

static const double inv_sqrt_2pi = 0.398942280401432678;

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
    double at_first[SHAPES], span[SHAPES]; /* to scale the raw shapes to psi(1) = 0, psi(E) = 1 */
    double psi[SHAPES];                    /* at the newest x */
    double last, lo, hi;
    size_t observed;
};

/* What the kinds of each shape share, for one update. */
struct kinds {
    double noise[KINDS]; /* variance of the observation */
    double odds[KINDS];  /* share of outliers */
    double scale[KINDS]; /* of the outliers, without the sd of the prediction */
    double grow;         /* of the covariance, where old observations fade */
    double jump;         /* probability of a new level, where they do not */
};

/* ---- shapes ---- */

/* Shapes before scaling: power laws, exponentials, Hill curves, and late risers. */
static void
raw_shapes(double x, double last, double *f)
{
    static const double hill_at[4] = {0.1, 0.17, 0.28, 0.48};
    static const int hill_power[4] = {2, 2, 4, 2};
    double root = sqrt(x);
    int i;

    f[0] = x;
    f[1] = -exp(-(x - 1) / (0.2 * last));
    f[2] = -exp(-(x - 1) / last);
    f[3] = -1 / root;
    f[4] = -1 / x;
    f[5] = -1 / (x * root);
    f[6] = -1 / (x + 6);
    for (i = 0; i < 4; i++) {
        double h = x / fmax(1.2, hill_at[i] * last);
        h = hill_power[i] == 2 ? h * h : h * h * h * h;
        f[7 + i] = h / (1 + h);
    }
    f[11] = -exp(-(x - 1) / (0.1 * last)); /* parts of the last three, put together below */
}

static void
scaled_shapes(const struct a4nn_ensemble *e, double x, double *psi)
{
    const double pi = 3.14159265358979323846;
    double f[SHAPES] = {0}, u, fast, wave;
    int i;

    if (!(e->last > one_observation) || x >= e->last) {
        for (i = 0; i < SHAPES; i++)
            psi[i] = 1;
        return;
    }
    raw_shapes(x, e->last, f);
    for (i = 0; i < 12; i++)
        psi[i] = (f[i] - e->at_first[i]) / e->span[i];
    u = psi[0];
    fast = psi[11];
    wave = (1 - cos(pi * u)) / 2;
    psi[11] = 0.6 * fast + 0.4 * wave;
    psi[12] = 0.85 * fast + 0.15 * wave;
    psi[13] = 0.85 * psi[3] + 0.15 * u * u;
}

struct a4nn_ensemble *
a4nn_ensemble_new(double last, double lo, double hi)
{
    struct a4nn_ensemble *e = a4nn_xcalloc(1, sizeof *e);
    double end[SHAPES] = {0};
    int i;

    e->last = last;
    e->lo = lo;
    e->hi = hi;
    raw_shapes(1, last, e->at_first);
    raw_shapes(last, last, end);
    for (i = 0; i < SHAPES; i++)
        e->span[i] = end[i] - e->at_first[i];
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

static inline double
density_exponent(double t)
{
    return t < -700 ? -700 : t;
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
    scaled_shapes(e, x, e->psi);
    if (!isfinite(z))
        return;
    if (e->observed++ == 0)
        begin(&e->cells, z);
    set_kinds(e, x, &k);
    update_cells(&e->cells, &k, e->psi, z);
}

/* ---- reading ---- */

/*
 * The cells as a mixture of normal distributions.  Of the weights most are too small to matter for
 * a quantile, though their far means do for an expected error; those that count are once more
 * together at the beginning of arrays of their own.
 */
struct mixture {
    double weight[CELLS], sd[CELLS], inverse[CELLS]; /* inverse: 1 / sd; the means are m1 */
    double part[CELLS], mean[CELLS], steep[CELLS];   /* weight, mean, inverse of those that count */
    double term[CELLS], slope[CELLS], bend[CELLS];
    int counting;
    double share;        /* weight of those that count */
    double narrowest;    /* smallest sd among them */
    double least, most;  /* what no quantile is beyond */
    double centre, wide; /* their mean and standard deviation */
};

/* Sums in eight lanes, so that the order of additions is the same however they are made. */
static double
total(const double *restrict t, int n)
{
    double lane[8] = {0};
    int i, k;

    for (i = 0; i + 8 <= n; i += 8)
        for (k = 0; k < 8; k++)
            lane[k] += t[i + k];
    for (k = 0; i + k < n; k++)
        lane[k] += t[i + k];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

EVERY_INSTRUCTION_SET
static void
weigh(double *restrict w, const double *restrict lw, double most)
{
    int j;

    for (j = 0; j < CELLS; j++)
        w[j] = a4nn_vexp(density_exponent(lw[j] - most));
}

/* Standard deviations of the cells' forecasts, and their inverses. */
EVERY_INSTRUCTION_SET
static void
spread(double *restrict sd, double *restrict inverse, const struct cells *restrict c,
       const double *restrict psi)
{
    double noise[VARIANTS];
    int s, i;

    for (i = 0; i < VARIANTS; i++)
        noise[i] = sigma[i % KINDS / 2] * sigma[i % KINDS / 2];
    for (s = 0; s < SHAPES; s++) {
        double left = discrepancy * (1 - psi[s]);
        for (i = 0; i < VARIANTS; i++) {
            int j = s * VARIANTS + i;
            double ahead = left * (c->m1[j] - c->m0[j]);
            sd[j] = sqrt(c->p11[j] + noise[i] + ahead * ahead);
            inverse[j] = 1 / sd[j];
        }
    }
}

/* Collects the cells that count, and what there is to know of them as a whole. */
static void
collect(const struct cells *c, struct mixture *m)
{
    double square = 0, mean = 0;
    int j, n = 0;

    m->share = 0;
    m->narrowest = HUGE_VAL;
    m->least = HUGE_VAL;
    m->most = -HUGE_VAL;
    for (j = 0; j < CELLS; j++) {
        double w = m->weight[j], sd = m->sd[j], at = c->m1[j];
        if (!(w > negligible))
            continue;
        m->part[n] = w;
        m->mean[n] = at;
        m->steep[n++] = m->inverse[j];
        m->share += w;
        mean += w * at;
        square += w * (sd * sd + at * at);
        m->narrowest = sd < m->narrowest ? sd : m->narrowest;
        m->least = at - 5 * sd < m->least ? at - 5 * sd : m->least;
        m->most = at + 5 * sd > m->most ? at + 5 * sd : m->most;
    }
    m->counting = n;
    m->centre = mean / m->share;
    square = square / m->share - m->centre * m->centre;
    m->wide = sqrt(square > 0 ? square : 0);
}

static void
mix(const struct a4nn_ensemble *e, struct mixture *m)
{
    const double *lw = e->cells.lw;
    double most = lw[0], sum;
    int j;

    for (j = 1; j < CELLS; j++)
        most = lw[j] > most ? lw[j] : most;
    weigh(m->weight, lw, most);
    sum = total(m->weight, CELLS);
    for (j = 0; j < CELLS; j++)
        m->weight[j] /= sum;
    spread(m->sd, m->inverse, &e->cells, e->psi);
    collect(&e->cells, m);
}

/* Terms of the distribution function at c and of its first two derivatives. */
EVERY_INSTRUCTION_SET
static void
add_up(double *restrict term, double *restrict slope, double *restrict bend,
       const double *restrict weight, const double *restrict mean, const double *restrict inverse,
       double c, int n)
{
    int j;

    for (j = 0; j < n; j++) {
        double t = (c - mean[j]) * inverse[j], density, tail = a4nn_vtail(fabs(t), &density);
        term[j] = weight[j] * (t < 0 ? tail : 1 - tail);
        slope[j] = weight[j] * density * inverse[j];
        bend[j] = -slope[j] * t * inverse[j];
    }
}

/*
 * The next step of Halley's method towards where the distribution function of the cells that count
 * is p, as what to take from c; *above says whether c is beyond it.
 */
static double
halley(struct mixture *m, double p, double c, bool *above)
{
    double f, density, curvature, step, bent;

    add_up(m->term, m->slope, m->bend, m->part, m->mean, m->steep, c, m->counting);
    f = total(m->term, m->counting) - p * m->share;
    density = total(m->slope, m->counting);
    curvature = total(m->bend, m->counting);
    *above = !(f < 0);
    step = f / density;
    bent = 1 - step * curvature / (2 * density);
    return bent > 0.5 && bent < 2 ? step / bent : step;
}

/* From `guess`, kept within a bracket [a, b] that shrinks. */
static double
quantile(struct mixture *m, double p, double guess, double a, double b)
{
    double c = guess > a && guess < b ? guess : (a + b) / 2;
    int j;

    for (j = 0; j < 100 && b - a > m->narrowest * 1e-6; j++) {
        bool above;
        double step = halley(m, p, c, &above);
        if (above)
            b = c;
        else
            a = c;
        if (fabs(step) < m->narrowest * close_enough)
            return c - step;
        c = c - step > a && c - step < b ? c - step : (a + b) / 2;
    }
    return c;
}

static double
clip(const struct a4nn_ensemble *e, double z)
{
    return z < e->lo ? e->lo : z > e->hi ? e->hi : z;
}

/* Terms of the expected |X - c|. */
EVERY_INSTRUCTION_SET
static void
add_errors(double *restrict term, const struct mixture *restrict m, const double *restrict mean,
           double c)
{
    int j;

    for (j = 0; j < CELLS; j++) {
        double size = fabs(mean[j] - c) * m->inverse[j], density;
        double tail = a4nn_vtail(size, &density);
        term[j] = m->weight[j] * m->sd[j] * (2 * density + size * (1 - 2 * tail));
    }
}

/*
 * Takes away what lies beyond a bound, which counts as at it: sd E(X - v)+ of a standard normal X,
 * v the distance of the bound.  `side` is 1 for an upper bound, -1 for a lower one.
 */
EVERY_INSTRUCTION_SET
static void
cut_off(double *restrict term, const struct mixture *restrict m, const double *restrict mean,
        double bound, double side)
{
    int j;

    for (j = 0; j < CELLS; j++) {
        double v = side * (bound - mean[j]) * m->inverse[j], density;
        double tail = a4nn_vtail(fabs(v), &density);
        term[j] -= m->weight[j] * m->sd[j] * (density - v * (v < 0 ? 1 - tail : tail));
    }
}

/* Does any cell reach so far that its part beyond the bound matters? */
static bool
reaches(const struct mixture *m, const double *mean, double bound, double side)
{
    const double far = 7; /* beyond it lies 1e-13 sd */
    int j, any = 0;

    for (j = 0; j < CELLS; j++)
        any |= side * (bound - mean[j]) < far * m->sd[j];
    return any != 0;
}

static double
expected_error(const struct a4nn_ensemble *e, const struct mixture *m, double c)
{
    const double *mean = e->cells.m1;
    double term[CELLS], sum;

    add_errors(term, m, mean, c);
    if (reaches(m, mean, e->hi, 1))
        cut_off(term, m, mean, e->hi, 1);
    if (reaches(m, mean, e->lo, -1))
        cut_off(term, m, mean, e->lo, -1);
    sum = total(term, CELLS);
    return sum > 0 ? sum : 0; /* rounding */
}

bool
a4nn_ensemble_read(const struct a4nn_ensemble *e, struct a4nn_ensemble_answer *out)
{
    struct mixture m;
    double median;

    if (e->observed == 0)
        return false;
    mix(e, &m);
    median = quantile(&m, 0.5, m.centre, m.least, m.most);
    out->median = clip(e, median);
    out->low = clip(e, quantile(&m, 0.05, median - 1.6 * m.wide, m.least, median));
    out->high = clip(e, quantile(&m, 0.95, median + 1.6 * m.wide, median, m.most));
    out->error = expected_error(e, &m, out->median);
    return true;
}

double
a4nn_ensemble_above(const struct a4nn_ensemble *e, double z)
{
    struct mixture m;

    if (e->observed == 0)
        return NAN;
    mix(e, &m);
    add_up(m.term, m.slope, m.bend, m.weight, e->cells.m1, m.inverse, z, CELLS);
    return 1 - total(m.term, CELLS);
}
