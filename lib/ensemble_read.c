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
    double part[CELLS], mean[CELLS], steep[CELLS];   /* weight, mean, inverse of those that count */
    double term[CELLS], slope[CELLS], bend[CELLS];
    int counting;
    double share;        /* weight of those that count */
    double narrowest;    /* smallest sd among them */
    double least, most;  /* what no quantile is beyond */
    double centre, wide; /* their mean and standard deviation */
    /* To be added to all means; its variance is in all sd: what drops of the rate will release. */
    double rise, rise_variance;
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

void
a4nn_ensemble_weights(const struct a4nn_ensemble *e, double weight[CELLS])
{
    const double *lw = e->cells.lw;
    double most = lw[0], sum;
    int j;

    for (j = 1; j < CELLS; j++)
        most = lw[j] > most ? lw[j] : most;
    weigh(weight, lw, most);
    sum = total(weight, CELLS);
    for (j = 0; j < CELLS; j++)
        weight[j] /= sum;
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
    if (reaches(m, mean, e->hi - m->rise, 1))
        cut_off(term, m, mean, e->hi - m->rise, 1);
    if (reaches(m, mean, e->lo - m->rise, -1))
        cut_off(term, m, mean, e->lo - m->rise, -1);
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
    out->median = clip(e, median + m.rise);
    out->low = clip(e, quantile(&m, 0.05, median - 1.6 * m.wide, m.least, median) + m.rise);
    out->high = clip(e, quantile(&m, 0.95, median + 1.6 * m.wide, median, m.most) + m.rise);
    out->error = expected_error(e, &m, out->median - m.rise);
    return true;
}

double
a4nn_ensemble_above(const struct a4nn_ensemble *e, double z)
{
    struct mixture m;

    if (e->observed == 0)
        return NAN;
    mix(e, &m);
    add_up(m.term, m.slope, m.bend, m.weight, e->cells.m1, m.inverse, z - m.rise, CELLS);
    return 1 - total(m.term, CELLS);
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
