/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ensemble.h"

#include <math.h>
#include <stdlib.h>

#include "vecmath.h"
#include "xalloc.h"

enum {
    SHAPES = 14,
    SIGMAS = 4,
    VARIANTS = SIGMAS * 2 * 2, /* noise x dynamics x outlier share */
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
/* Smallest share of an observation that is taken for regular. */
static const double least_regular = 1e-4;

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

struct a4nn_ensemble {
    double m0[CELLS], m1[CELLS], p00[CELLS], p01[CELLS], p11[CELLS], lw[CELLS];
    double at_first[SHAPES], span[SHAPES]; /* to scale the raw shapes to psi(1) = 0, psi(E) = 1 */
    double psi[SHAPES];                    /* at the newest x */
    double last, lo, hi;
    size_t observed;
};

/* What the 16 variants of each shape share, for one update. */
struct variants {
    double sigma[VARIANTS], noise[VARIANTS], grow[VARIANTS], jump[VARIANTS], outlier[VARIANTS];
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

    if (!(e->last > 1) || x >= e->last) {
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
begin(struct a4nn_ensemble *e, double z)
{
    int j;

    for (j = 0; j < CELLS; j++) {
        e->m0[j] = z;
        e->m1[j] = z + prior_gain;
        e->p00[j] = e->p01[j] = prior_sd * prior_sd;
        e->p11[j] = prior_sd * prior_sd + prior_gain_sd * prior_gain_sd;
        e->lw[j] = 0;
    }
}

static void
set_variants(const struct a4nn_ensemble *e, double x, struct variants *v)
{
    double u = e->last > 1 ? (x - 1) / (e->last - 1) : 1, spread = pow(noise_first, 1 - u);
    bool later = e->observed > 2;
    int i;

    for (i = 0; i < VARIANTS; i++) {
        bool fades = (i & 2) == 0;
        v->sigma[i] = sigma[i / 4];
        v->noise[i] = v->sigma[i] * spread * (v->sigma[i] * spread);
        v->grow[i] = fades && later ? fading : 1;
        v->jump[i] = !fades && later ? jump_share : 0;
        v->outlier[i] = outliers[i & 1];
    }
}

static inline double
density_exponent(double t)
{
    return t < -700 ? -700 : t;
}

/* One shape's cells. */
EVERY_INSTRUCTION_SET
static void
update_cells(double *restrict m0, double *restrict m1, double *restrict p00, double *restrict p01,
             double *restrict p11, double *restrict lw, const struct variants *restrict v,
             double h1, double z)
{
    const double h0 = 1 - h1, jump = jump_sd * jump_sd;
    int i;

    for (i = 0; i < VARIANTS; i++) {
        double q00 = p00[i] * v->grow[i], q01 = p01[i] * v->grow[i], q11 = p11[i] * v->grow[i];
        double a = q00 * h0 + q01 * h1, b = q01 * h0 + q11 * h1, h = h0 * a + h1 * b;
        double s = h + v->noise[i], e = z - (m0[i] * h0 + m1[i] * h1), size = e < 0 ? -e : e;
        double root = sqrt(s), scale = out_0 + out_sigma * v->sigma[i] + root;
        double side = e < 0 ? out_down : 1 - out_down;
        double regular = (1 - v->outlier[i]) * inv_sqrt_2pi / root *
                         a4nn_vexp(density_exponent(-0.5 * e * e / s));
        double odd = v->outlier[i] / scale * side * a4nn_vexp(density_exponent(-size / scale));
        double wide = s + jump;
        double jumped = v->jump[i] * inv_sqrt_2pi / sqrt(wide) *
                        a4nn_vexp(density_exponent(-0.5 * e * e / wide));
        double all = regular + odd + jumped, weight, shift, d, k0, k1;

        lw[i] = forgetting * lw[i] + tempering * a4nn_vlog(all);
        weight = (regular + jumped) / all;
        weight = weight < least_regular ? least_regular : weight;
        shift = jump * jumped / all;
        q00 += shift;
        q01 += shift;
        q11 += shift;
        a += shift;
        b += shift;
        h += shift;
        d = h + v->noise[i] / weight;
        k0 = a / d;
        k1 = b / d;
        m0[i] += k0 * e;
        m1[i] += k1 * e;
        p00[i] = q00 - k0 * a;
        p01[i] = q01 - k0 * b;
        p11[i] = q11 - k1 * b;
    }
}

void
a4nn_ensemble_update(struct a4nn_ensemble *e, double x, double z)
{
    struct variants v;
    int s;

    x = x > e->last ? e->last : x;
    scaled_shapes(e, x, e->psi);
    if (!isfinite(z))
        return;
    if (e->observed++ == 0)
        begin(e, z);
    set_variants(e, x, &v);
    for (s = 0; s < SHAPES; s++) {
        int at = s * VARIANTS;
        update_cells(e->m0 + at, e->m1 + at, e->p00 + at, e->p01 + at, e->p11 + at, e->lw + at, &v,
                     e->psi[s], z);
    }
}

/* ---- reading ---- */

/*
 * The cells as a mixture of normal distributions, the ones that count first.  The others are too
 * many and too light to matter for a quantile, but their far means do for an expected error.
 */
struct mixture {
    double weight[CELLS], mean[CELLS], sd[CELLS], term[CELLS], slope[CELLS];
    int counting;
    double share; /* weight of those that count */
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

static void
put(struct mixture *m, int at, const struct a4nn_ensemble *e, int j, double weight)
{
    double noise = sigma[j % VARIANTS / 4];
    double ahead = discrepancy * (e->m1[j] - e->m0[j]) * (1 - e->psi[j / VARIANTS]);

    m->weight[at] = weight;
    m->mean[at] = e->m1[j];
    m->sd[at] = sqrt(e->p11[j] + noise * noise + ahead * ahead);
}

static void
mix(const struct a4nn_ensemble *e, struct mixture *m)
{
    double w[CELLS], most = e->lw[0], sum;
    int front = 0, back = CELLS, j;

    for (j = 1; j < CELLS; j++)
        most = e->lw[j] > most ? e->lw[j] : most;
    weigh(w, e->lw, most);
    sum = total(w, CELLS);
    for (j = 0; j < CELLS; j++)
        put(m, w[j] > negligible * sum ? front++ : --back, e, j, w[j] / sum);
    m->counting = front;
    m->share = total(m->weight, front);
}

/* Terms of the distribution function at c and of its derivative. */
EVERY_INSTRUCTION_SET
static void
add_up(double *restrict term, double *restrict slope, const double *restrict weight,
       const double *restrict mean, const double *restrict sd, double c, int n)
{
    int j;

    for (j = 0; j < n; j++) {
        double t = (c - mean[j]) / sd[j], tail, density;
        tail = a4nn_vtail(t < 0 ? -t : t, &density);
        term[j] = weight[j] * (t < 0 ? tail : 1 - tail);
        slope[j] = weight[j] / sd[j] * density;
    }
}

/* Distribution function of the cells that count at c; its derivative into *density. */
static double
distribution(struct mixture *m, double c, double *density)
{
    add_up(m->term, m->slope, m->weight, m->mean, m->sd, c, m->counting);
    *density = total(m->slope, m->counting) / m->share;
    return total(m->term, m->counting) / m->share;
}

/* Newton's method from `guess`, kept within a bracket that shrinks. */
static double
quantile(struct mixture *m, double p, double guess, double a, double b)
{
    double width = b - a, c = guess > a && guess < b ? guess : (a + b) / 2;
    int j;

    for (j = 0; j < 100 && b - a > 1e-10 * width; j++) {
        double density, f = distribution(m, c, &density) - p, step;
        if (f < 0)
            a = c;
        else
            b = c;
        step = f / density;
        if (fabs(step) < 1e-6 * width) /* not by f, which is small on all of a flat piece */
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

/* E(X - v)+ of a standard normal X. */
static inline double
over(double v)
{
    double density, tail = a4nn_vtail(v < 0 ? -v : v, &density);

    return density - v * (v < 0 ? 1 - tail : tail);
}

/* Terms of the expected |X - c|, where what lies beyond the bounds counts as at them. */
EVERY_INSTRUCTION_SET
static void
add_errors(double *restrict term, const double *restrict weight, const double *restrict mean,
           const double *restrict sd, double c, double lo, double hi)
{
    int j;

    for (j = 0; j < CELLS; j++) {
        double t = (mean[j] - c) / sd[j], size = t < 0 ? -t : t, density;
        double tail = a4nn_vtail(size, &density);
        term[j] = 2 * density + size * (1 - 2 * tail) - over((hi - mean[j]) / sd[j]) -
                  over((mean[j] - lo) / sd[j]);
        term[j] *= weight[j] * sd[j];
    }
}

static double
expected_error(const struct a4nn_ensemble *e, struct mixture *m, double c)
{
    add_errors(m->term, m->weight, m->mean, m->sd, c, e->lo, e->hi);
    return total(m->term, CELLS);
}

/* Mean, standard deviation and extremes of the cells that count, to begin the search from. */
static void
overview(struct mixture *m, double *mean, double *spread, double *a, double *b)
{
    int n = m->counting, j;

    *a = HUGE_VAL;
    *b = -HUGE_VAL;
    for (j = 0; j < n; j++) {
        double low = m->mean[j] - 5 * m->sd[j], high = m->mean[j] + 5 * m->sd[j];
        *a = low < *a ? low : *a;
        *b = high > *b ? high : *b;
        m->term[j] = m->weight[j] * m->mean[j];
    }
    *mean = total(m->term, n) / m->share;
    for (j = 0; j < n; j++)
        m->term[j] =
            m->weight[j] * (m->sd[j] * m->sd[j] + (m->mean[j] - *mean) * (m->mean[j] - *mean));
    *spread = sqrt(total(m->term, n) / m->share);
}

bool
a4nn_ensemble_read(struct a4nn_ensemble *e, struct a4nn_ensemble_answer *out)
{
    struct mixture m;
    double mean, spread, a, b, median;

    if (e->observed == 0)
        return false;
    mix(e, &m);
    overview(&m, &mean, &spread, &a, &b);
    median = quantile(&m, 0.5, mean, a, b);
    out->median = clip(e, median);
    out->low = clip(e, quantile(&m, 0.05, median - 1.6 * spread, a, median));
    out->high = clip(e, quantile(&m, 0.95, median + 1.6 * spread, median, b));
    out->error = expected_error(e, &m, out->median);
    return true;
}

double
a4nn_ensemble_above(struct a4nn_ensemble *e, double z)
{
    struct mixture m;

    if (e->observed == 0)
        return NAN;
    mix(e, &m);
    add_up(m.term, m.slope, m.weight, m.mean, m.sd, z, CELLS);
    return 1 - total(m.term, CELLS);
}
