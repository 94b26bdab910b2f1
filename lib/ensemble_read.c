/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reading of the ensemble: from the cells of ensemble.c to a forecast. */
#include "ensemble.h"

#include <math.h>

#include "ensemble_parts.h"
#include "vecmath.h"

/*
 * The cells as a mixture of normal distributions.  Of the weights most are too small to matter for
 * a quantile, though their far means do for an expected error; those that count are once more
 * together at the beginning of arrays of their own.
 */
struct mixture {
    double weight[CELLS], sd[CELLS], inverse[CELLS]; /* inverse: 1 / sd; the means are m1 */
    /* Weight, mean, sd and its inverse of those that count, and as many nothings as fill the lanes.
     */
    double part[CELLS + 1], mean[CELLS + 1], wide[CELLS + 1], steep[CELLS + 1];
    int counting;
    double share;          /* weight of those that count */
    double narrowest;      /* smallest sd among them */
    double least, most;    /* what no quantile is beyond */
    double centre, spread; /* their mean and standard deviation */
    /* To be added to all means; its variance is in all sd: what drops of the rate will release. */
    double rise, rise_variance;
};

/* As many as the longest vector has numbers; CELLS is a multiple of it. */
enum { LANES = 8 };

static inline double
sum_of(const double lane[LANES])
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

EVERY_INSTRUCTION_SET
static void
weigh(double *restrict w, const double *restrict lw)
{
    double high[LANES], sum[LANES] = {0}, most, share;
    int i, k;

    for (k = 0; k < LANES; k++)
        high[k] = lw[k];
    for (i = LANES; i < CELLS; i += LANES) {
#pragma GCC unroll 1
        for (k = 0; k < LANES; k++)
            high[k] = lw[i + k] > high[k] ? lw[i + k] : high[k];
    }
    most = high[0];
    for (k = 1; k < LANES; k++)
        most = high[k] > most ? high[k] : most;
    for (i = 0; i < CELLS; i += LANES) {
#pragma GCC unroll 1
        for (k = 0; k < LANES; k++) {
            w[i + k] = a4nn_vexp(density_exponent(lw[i + k] - most));
            sum[k] += w[i + k];
        }
    }
    share = 1 / sum_of(sum);
    for (i = 0; i < CELLS; i++)
        w[i] *= share;
}

/* Standard deviations of the cells' forecasts, and their inverses. */
EVERY_INSTRUCTION_SET
static void
spread(double *restrict sd, double *restrict inverse, const struct cells *restrict c,
       const double *restrict psi, double variance)
{
    double noise[VARIANTS];
    int s, i;

    for (i = 0; i < VARIANTS; i++)
        noise[i] = sigma[i % KINDS / 2] * sigma[i % KINDS / 2] + variance;
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

/* Collects the cells that count, and fills the lanes up with nothing. */
static void
collect(const struct cells *c, struct mixture *m)
{
    int j, n = 0;

    for (j = 0; j < CELLS; j++) { /* each is written where the next that counts will be */
        m->part[n] = m->weight[j];
        m->mean[n] = c->m1[j];
        m->wide[n] = m->sd[j];
        m->steep[n] = m->inverse[j];
        n += m->weight[j] > negligible;
    }
    for (j = n; j % LANES != 0; j++) {
        m->part[j] = 0;
        m->mean[j] = m->mean[0];
        m->wide[j] = m->wide[0];
        m->steep[j] = m->steep[0];
    }
    m->counting = j;
}

/* What there is to know of the cells that count as a whole. */
EVERY_INSTRUCTION_SET
static void
survey(struct mixture *m)
{
    double share[LANES] = {0}, mean[LANES] = {0}, square[LANES] = {0};
    double least[LANES], most[LANES], narrow[LANES];
    int i, k;

    for (k = 0; k < LANES; k++) {
        least[k] = narrow[k] = HUGE_VAL;
        most[k] = -HUGE_VAL;
    }
    for (i = 0; i < m->counting; i += LANES) {
#pragma GCC unroll 1
        for (k = 0; k < LANES; k++) {
            double w = m->part[i + k], at = m->mean[i + k], sd = m->wide[i + k];
            share[k] += w;
            mean[k] += w * at;
            square[k] += w * (sd * sd + at * at);
            narrow[k] = sd < narrow[k] ? sd : narrow[k];
            least[k] = at - 5 * sd < least[k] ? at - 5 * sd : least[k];
            most[k] = at + 5 * sd > most[k] ? at + 5 * sd : most[k];
        }
    }
    for (k = 1; k < LANES; k++) {
        narrow[0] = narrow[k] < narrow[0] ? narrow[k] : narrow[0];
        least[0] = least[k] < least[0] ? least[k] : least[0];
        most[0] = most[k] > most[0] ? most[k] : most[0];
    }
    m->narrowest = narrow[0];
    m->least = least[0];
    m->most = most[0];
    m->share = sum_of(share);
    m->centre = sum_of(mean) / m->share;
    share[0] = sum_of(square) / m->share - m->centre * m->centre;
    m->spread = sqrt(share[0] > 0 ? share[0] : 0);
}

void
a4nn_ensemble_weights(const struct a4nn_ensemble *e, double weight[CELLS])
{
    weigh(weight, e->cells.lw);
}

static void
mix(const struct a4nn_ensemble *e, struct mixture *m)
{
    struct outlook outlook;

    a4nn_ensemble_weights(e, m->weight);
    outlook = a4nn_ensemble_outlook(e, m->weight);
    m->rise = outlook.rise;
    m->rise_variance = outlook.sd * outlook.sd;
    spread(m->sd, m->inverse, &e->cells, e->psi, m->rise_variance);
    collect(&e->cells, m);
    survey(m);
}

/* The distribution function of a mixture at a point, and its first two derivatives. */
struct at_point {
    double below, density, slope;
};

/*
 * Sums over n cells, a multiple of LANES, in as many lanes, so that the order of additions is the
 * same however they are made.
 */
EVERY_INSTRUCTION_SET
static void
add_up(struct at_point *restrict out, const double *restrict weight, const double *restrict mean,
       const double *restrict inverse, double c, int n)
{
    double below[LANES] = {0}, density[LANES] = {0}, slope[LANES] = {0};
    int i, k;

    for (i = 0; i < n; i += LANES) {
#pragma GCC unroll 1 /* unrolled it would not be run on vectors */
        for (k = 0; k < LANES; k++) {
            double w = weight[i + k], steep = inverse[i + k];
            double t = (c - mean[i + k]) * steep, here, tail = a4nn_vtail(fabs(t), &here);
            double d = w * here * steep;
            below[k] += w * (t < 0 ? tail : 1 - tail);
            density[k] += d;
            slope[k] -= d * t * steep;
        }
    }
    *out = (struct at_point){sum_of(below), sum_of(density), sum_of(slope)};
}

/*
 * The next step of Halley's method towards where the distribution function of the cells that count
 * is p, as what to take from c; *above says whether c is beyond it.
 */
static double
halley(struct mixture *m, double p, double c, bool *above)
{
    struct at_point at;
    double f, step, bent;

    add_up(&at, m->part, m->mean, m->steep, c, m->counting);
    f = at.below - p * m->share;
    *above = !(f < 0);
    step = f / at.density;
    bent = 1 - step * at.slope / (2 * at.density);
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

/* The expected |X - c|. */
EVERY_INSTRUCTION_SET
static void
add_errors(double *restrict out, const struct mixture *restrict m, const double *restrict mean,
           double c)
{
    double sum[LANES] = {0};
    int i, k;

    for (i = 0; i < CELLS; i += LANES) {
#pragma GCC unroll 1
        for (k = 0; k < LANES; k++) {
            double size = fabs(mean[i + k] - c) * m->inverse[i + k], density;
            double tail = a4nn_vtail(size, &density);
            sum[k] += m->weight[i + k] * m->sd[i + k] * (2 * density + size * (1 - 2 * tail));
        }
    }
    *out = sum_of(sum);
}

/* What lies beyond a bound: how probable it is, and by how much the error is less for it. */
struct beyond {
    double share, error;
};

/*
 * What lies beyond counts as at the bound: sd E(X - v)+ of a standard normal X, v the distance of
 * the bound.  `side` is 1 for an upper bound, -1 for a lower one.
 */
EVERY_INSTRUCTION_SET
static void
cut_off(struct beyond *restrict out, const struct mixture *restrict m, const double *restrict mean,
        double bound, double side)
{
    double share[LANES] = {0}, error[LANES] = {0};
    int i, k;

    for (i = 0; i < CELLS; i += LANES) {
#pragma GCC unroll 1
        for (k = 0; k < LANES; k++) {
            double v = side * (bound - mean[i + k]) * m->inverse[i + k], density;
            double tail = a4nn_vtail(fabs(v), &density);
            tail = v < 0 ? 1 - tail : tail;
            share[k] += m->weight[i + k] * tail;
            error[k] += m->weight[i + k] * m->sd[i + k] * (density - v * tail);
        }
    }
    *out = (struct beyond){sum_of(share), sum_of(error)};
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

/* Fills in the error about the median that is there, and what lies beyond the bounds. */
static void
expect_error(const struct a4nn_ensemble *e, const struct mixture *m,
             struct a4nn_ensemble_answer *out)
{
    const double *mean = e->cells.m1;
    struct beyond low = {0}, high = {0};
    double sum;

    add_errors(&sum, m, mean, out->median - m->rise);
    if (reaches(m, mean, e->hi - m->rise, 1))
        cut_off(&high, m, mean, e->hi - m->rise, 1);
    if (reaches(m, mean, e->lo - m->rise, -1))
        cut_off(&low, m, mean, e->lo - m->rise, -1);
    sum = sum - high.error - low.error;
    out->error = sum > 0 ? sum : 0; /* rounding */
    out->beyond_low = low.share;
    out->beyond_high = high.share;
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
    out->median = clip(e, median + m.rise);
    out->low = clip(e, quantile(&m, 0.05, median - 1.6 * m.spread, m.least, median) + m.rise);
    out->high = clip(e, quantile(&m, 0.95, median + 1.6 * m.spread, median, m.most) + m.rise);
    expect_error(e, &m, out);
    return true;
}

double
a4nn_ensemble_above(const struct a4nn_ensemble *e, double z)
{
    struct at_point at;
    struct mixture m;

    if (e->observed == 0)
        return NAN;
    mix(e, &m);
    add_up(&at, m.weight, e->cells.m1, m.inverse, z - m.rise, CELLS);
    return 1 - at.below;
}

/* ---- what it is made of ---- */

enum source { NOISE, STATES, EXTRAPOLATION, AMONG, WITHIN, DROPS, SOURCES };

static const struct a4nn_source sources[SOURCES] = {
    {"noise", "noise of the final observation", 0},
    {"states", "what the observations leave open", 0},
    {"extrapolation", "distrust of what lies ahead", 0},
    {"shapes", "the shapes disagree", 0},
    {"settings", "within a shape: more or less noise, with or without jumps", 0},
    {"drops", "what drops of the learning rate ahead will release", 0},
};

/* Adds the cells of shape `s` to the sources, `centre` being the mean of all cells, and the shape
 * to the parts. */
static void
explain_shape(const struct a4nn_ensemble *e, const struct mixture *m, int s, double centre,
              double *variance, struct a4nn_explanation *out)
{
    const struct cells *c = &e->cells;
    double weight = 0, mean = 0, own = 0;
    char name[A4NN_SHAPE_NAME];
    int i, at = s * VARIANTS;

    for (i = at; i < at + VARIANTS; i++) {
        weight += m->weight[i];
        mean += m->weight[i] * c->m1[i];
    }
    mean = weight > 0 ? mean / weight : c->m1[at];
    for (i = at; i < at + VARIANTS; i++) {
        double w = m->weight[i], noise = sigma[(i - at) % KINDS / 2], off = c->m1[i] - mean;
        double ahead = discrepancy * (1 - e->psi[s]) * (c->m1[i] - c->m0[i]);
        variance[NOISE] += w * noise * noise;
        variance[STATES] += w * c->p11[i];
        variance[EXTRAPOLATION] += w * ahead * ahead;
        variance[WITHIN] += w * off * off;
        own += w * (m->sd[i] * m->sd[i] + off * off);
    }
    variance[AMONG] += weight * (mean - centre) * (mean - centre);
    a4nn_shape_name(&e->shapes, s, name);
    a4nn_explain_part(out, name, weight, mean + m->rise, weight > 0 ? sqrt(own / weight) : 0);
}

bool
a4nn_ensemble_explain(const struct a4nn_ensemble *e, struct a4nn_explanation *out)
{
    double variance[SOURCES] = {0}, whole = 0;
    struct mixture m;
    int i;

    if (e->observed == 0)
        return false;
    mix(e, &m);
    out->mean = 0;
    for (i = 0; i < CELLS; i++)
        out->mean += m.weight[i] * e->cells.m1[i];
    for (i = 0; i < CELLS; i++) {
        double off = e->cells.m1[i] - out->mean;
        whole += m.weight[i] * (m.sd[i] * m.sd[i] + off * off);
    }
    out->variance = whole;
    for (i = 0; i < SHAPES; i++)
        explain_shape(e, &m, i, out->mean, variance, out);
    out->mean += m.rise;
    variance[DROPS] = m.rise_variance;
    for (i = 0; i < SOURCES; i++)
        if (i != DROPS || variance[i] > 0)
            a4nn_explain_source(out, sources[i].name, sources[i].about, variance[i]);
    return true;
}
