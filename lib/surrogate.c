/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "surrogate.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "rowmath.h"
#include "solve.h"
#include "xalloc.h"

enum {
    LEARN = 150, /* results that the hyper-parameters are learned from, at most */
    STEPS = 20   /* towards the most probable ones */
};

/* Logarithms of the hyper-parameters: a reach for each group, then these. */
enum { HEIGHT, NOISE, LINE, KINSHIP, OTHERS }; /* kinship: logarithm of its odds */
static const double prior_mean[OTHERS] = {0, -1.6, -1.2, 0}, prior_sd[OTHERS] = {0.5, 1, 1, 1.5};
static const double jitter = 1e-8;

struct a4nn_surrogate {
    const struct a4nn_features *features;
    size_t n, d, groups;
    const double **x; /* n rows */
    const double *variance;
    const size_t *task;
    double *z, *theta, *weight; /* weight: what a group's squared distance counts */
    double *factor;             /* n times n */
    double *strength;           /* inverse covariance times z */
};

/* ---- covariances ---- */

static double
group_distance2(const struct a4nn_surrogate *s, size_t g, const double *a, const double *b)
{
    const struct a4nn_feature_group *group = a4nn_features_group(s->features, g);

    return a4nn_row_distance2(a + group->first, b + group->first, group->count);
}

static void
weigh(const struct a4nn_surrogate *s, const double *theta)
{
    size_t g, j;

    for (g = 0; g < s->groups; g++) {
        const struct a4nn_feature_group *group = a4nn_features_group(s->features, g);

        for (j = group->first; j < group->first + group->count; j++)
            s->weight[j] = exp(-2 * theta[g]);
    }
}

static double
matern(double r2)
{
    double r = sqrt(5 * r2);

    return (1 + r + r * r / 3) * exp(-r);
}

/* Derivative of matern by r2. */
static double
matern_slope(double r2)
{
    double r = sqrt(5 * r2);

    return -5.0 / 6 * (1 + r) * exp(-r);
}

static void
compare(const struct a4nn_surrogate *s, const double *a, const double *b, double *r2, double *line)
{
    double distance = 0, product = 0;
    size_t j;

    for (j = 0; j < s->d; j++) {
        distance += s->weight[j] * (a[j] - b[j]) * (a[j] - b[j]);
        product += a[j] * b[j];
    }
    *r2 = distance;
    *line = product / (double)(s->groups > 0 ? s->groups : 1);
}

static double
kinship(const struct a4nn_surrogate *s, const double *theta)
{
    return 1 / (1 + exp(-theta[s->groups + KINSHIP]));
}

/* Of the values at a and b, of the same task or of two. */
static double
covariance(const struct a4nn_surrogate *s, const double *a, const double *b, bool same)
{
    const double *theta = s->theta;
    double r2, line, common;

    compare(s, a, b, &r2, &line);
    common =
        exp(2 * theta[s->groups + HEIGHT]) * matern(r2) + exp(2 * theta[s->groups + LINE]) * line;
    return same ? 1 + common : kinship(s, theta) * common;
}

/* Of the value at x, of the task of the questions, with the i-th result. */
static double
covariance_with(const struct a4nn_surrogate *s, const double *x, size_t i)
{
    return covariance(s, x, s->x[i], s->task[i] == 0);
}

/* ---- hyper-parameters ---- */

static double
reach_prior(const struct a4nn_surrogate *s)
{
    return log(sqrt((double)(s->groups > 0 ? s->groups : 1)));
}

static double
add_prior(const struct a4nn_surrogate *s, const double *theta, double *gradient)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < s->groups + OTHERS; i++) {
        double mean = i < s->groups ? reach_prior(s) : prior_mean[i - s->groups];
        double sd = i < s->groups ? 1 : prior_sd[i - s->groups], off = (theta[i] - mean) / sd;

        sum += off * off / 2;
        gradient[i] += off / sd;
    }
    return sum;
}

/* What learning needs of memory: n is at most LEARN. */
struct learning {
    const struct a4nn_surrogate *s;
    size_t n;
    double *c, *k, *r2, *line, *strength; /* n times n each, `strength` n */
};

/* Fills the covariance matrix; false when it has no factor, which is in l->c otherwise. */
static bool
learn_factor(struct learning *l, const double *theta)
{
    const struct a4nn_surrogate *s = l->s;
    double height = exp(2 * theta[s->groups + HEIGHT]), line = exp(2 * theta[s->groups + LINE]);
    double noise = exp(2 * theta[s->groups + NOISE]), kin = kinship(s, theta);
    size_t n = l->n, i, j;

    weigh(s, theta);
    for (i = 0; i < n; i++)
        for (j = 0; j <= i; j++) {
            size_t at = i * n + j;

            compare(s, s->x[i], s->x[j], &l->r2[at], &l->line[at]);
            l->k[at] = matern(l->r2[at]);
            l->c[at] = height * l->k[at] + line * l->line[at];
            l->c[at] = s->task[i] == s->task[j] ? 1 + l->c[at] : kin * l->c[at];
            l->c[at] += i == j ? noise + s->variance[i] + jitter : 0;
            l->c[j * n + i] = l->c[at];
        }
    return a4nn_solve_factor(l->c, n);
}

/* Adds the pair's part of the gradient; w is 1/2 (C^-1 - a a') of it, twice off the diagonal. */
static void
learn_pair(const struct learning *l, const double *theta, size_t i, size_t j, double w,
           double *gradient)
{
    const struct a4nn_surrogate *s = l->s;
    double height = exp(2 * theta[s->groups + HEIGHT]), line = exp(2 * theta[s->groups + LINE]);
    double kin = s->task[i] == s->task[j] ? 1 : kinship(s, theta);
    double slope = -2 * w * kin * height * matern_slope(l->r2[i * l->n + j]);
    double k = height * l->k[i * l->n + j], b = line * l->line[i * l->n + j];
    size_t g;

    for (g = 0; i != j && g < s->groups; g++)
        gradient[g] += slope * exp(-2 * theta[g]) * group_distance2(s, g, s->x[i], s->x[j]);
    gradient[s->groups + HEIGHT] += 2 * w * kin * k;
    gradient[s->groups + LINE] += 2 * w * kin * b;
    if (s->task[i] != s->task[j])
        gradient[s->groups + KINSHIP] += w * kin * (1 - kin) * (k + b);
    if (i == j)
        gradient[s->groups + NOISE] += 2 * w * exp(2 * theta[s->groups + NOISE]);
}

/* Minus the logarithm of how probable the hyper-parameters are (Rasmussen and Williams, eq. 5.8 and
 * 5.9), and its gradient. */
static double
improbability(const double *theta, void *arg, double *gradient)
{
    struct learning *l = arg;
    const struct a4nn_surrogate *s = l->s;
    size_t n = l->n, i, j;
    double sum;

    for (i = 0; i < s->groups + OTHERS; i++) {
        gradient[i] = 0;
        if (!(fabs(theta[i]) < 20))
            return INFINITY;
    }
    if (!learn_factor(l, theta))
        return INFINITY;
    memcpy(l->strength, s->z, n * sizeof *l->strength);
    a4nn_solve_factored(l->c, n, l->strength);
    sum = add_prior(s, theta, gradient);
    for (i = 0; i < n; i++)
        sum += s->z[i] * l->strength[i] / 2 + log(l->c[i * n + i]);
    a4nn_solve_inverse(l->c, n);
    for (i = 0; i < n; i++)
        for (j = 0; j <= i; j++)
            learn_pair(l, theta, i, j,
                       (l->c[i * n + j] - l->strength[i] * l->strength[j]) / (i == j ? 2 : 1),
                       gradient);
    return sum;
}

static void
learn(struct a4nn_surrogate *s)
{
    size_t n = s->n < LEARN ? s->n : LEARN, i;
    struct learning l = {.s = s, .n = n};

    for (i = 0; i < s->groups + OTHERS; i++)
        s->theta[i] = i < s->groups ? reach_prior(s) : prior_mean[i - s->groups];
    l.c = a4nn_xcalloc(n * n, sizeof *l.c);
    l.k = a4nn_xcalloc(n * n, sizeof *l.k);
    l.r2 = a4nn_xcalloc(n * n, sizeof *l.r2);
    l.line = a4nn_xcalloc(n * n, sizeof *l.line);
    l.strength = a4nn_xcalloc(n, sizeof *l.strength);
    a4nn_solve_minimum(improbability, &l, s->groups + OTHERS, s->theta, STEPS);
    free(l.c);
    free(l.k);
    free(l.r2);
    free(l.line);
    free(l.strength);
}

/* ---- the fit ---- */

static bool
fit(struct a4nn_surrogate *s)
{
    size_t n = s->n, i, j;

    weigh(s, s->theta);
    for (i = 0; i < n; i++)
        for (j = 0; j <= i; j++)
            s->factor[i * n + j] = s->factor[j * n + i] =
                covariance(s, s->x[i], s->x[j], s->task[i] == s->task[j]) +
                (i == j ? a4nn_surrogate_noise(s) + s->variance[i] + jitter : 0);
    if (!a4nn_solve_factor(s->factor, n))
        return false;
    memcpy(s->strength, s->z, n * sizeof *s->strength);
    a4nn_solve_factored(s->factor, n, s->strength);
    for (i = 0; i < n; i++)
        if (!isfinite(s->strength[i]))
            return false;
    return true;
}

struct a4nn_surrogate *
a4nn_surrogate_fit(const struct a4nn_features *features, const size_t *row, const double *z,
                   const double *variance, const size_t *task, size_t n)
{
    struct a4nn_surrogate *s = a4nn_xcalloc(1, sizeof *s);
    size_t i;

    s->features = features;
    s->n = n;
    s->d = a4nn_features_columns(features);
    s->groups = a4nn_features_groups(features);
    s->x = a4nn_xcalloc(n + 1, sizeof *s->x);
    for (i = 0; i < n; i++)
        s->x[i] = a4nn_features_row(features, row[i]);
    s->variance = variance;
    s->task = task;
    s->z = a4nn_xcalloc(n + 1, sizeof *s->z);
    memcpy(s->z, z, n * sizeof *z);
    s->theta = a4nn_xcalloc(s->groups + OTHERS, sizeof *s->theta);
    s->weight = a4nn_xcalloc(s->d + 1, sizeof *s->weight);
    s->factor = a4nn_xcalloc(n * n + 1, sizeof *s->factor);
    s->strength = a4nn_xcalloc(n + 1, sizeof *s->strength);
    if (n > 0)
        learn(s);
    if (n > 0 && fit(s))
        return s;
    a4nn_surrogate_free(s);
    return NULL;
}

double
a4nn_surrogate_mean(const struct a4nn_surrogate *s, const double *x)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < s->n; i++)
        sum += s->strength[i] * covariance_with(s, x, i);
    return sum;
}

double
a4nn_surrogate_noise(const struct a4nn_surrogate *s)
{
    return exp(2 * s->theta[s->groups + NOISE]);
}

void
a4nn_surrogate_ends(const struct a4nn_surrogate *s, double *mean, double *variance, double *others)
{
    double *inverse = a4nn_xcalloc(s->n * s->n + 1, sizeof *inverse);
    size_t i;

    memcpy(inverse, s->factor, s->n * s->n * sizeof *inverse);
    a4nn_solve_inverse(inverse, s->n);
    for (i = 0; i < s->n; i++) {
        double precision = inverse[i * s->n + i], own = s->variance[i];
        double spread = fmax(1 / precision - own, 0); /* of the end about that */

        others[i] = s->z[i] - s->strength[i] / precision;
        mean[i] =
            spread + own > 0 ? (spread * s->z[i] + own * others[i]) / (spread + own) : s->z[i];
        variance[i] = spread + own > 0 ? spread * own / (spread + own) : 0;
    }
    free(inverse);
}

double
a4nn_surrogate_covariance(const struct a4nn_surrogate *s, const double *a, const double *b)
{
    return covariance(s, a, b, true);
}

size_t
a4nn_surrogate_results(const struct a4nn_surrogate *s)
{
    return s->n;
}

void
a4nn_surrogate_against(const struct a4nn_surrogate *s, const double *x, double *out)
{
    size_t i;

    for (i = 0; i < s->n; i++)
        out[i] += covariance_with(s, x, i);
}

double
a4nn_surrogate_expect(const struct a4nn_surrogate *s, const double *against)
{
    return a4nn_row_product(against, s->strength, s->n);
}

void
a4nn_surrogate_halve(const struct a4nn_surrogate *s, double *against)
{
    a4nn_solve_half(s->factor, s->n, against);
}

double
a4nn_surrogate_kinship(const struct a4nn_surrogate *s)
{
    return kinship(s, s->theta);
}

double
a4nn_surrogate_reach(const struct a4nn_surrogate *s, size_t group)
{
    return exp(s->theta[group]);
}

void
a4nn_surrogate_free(struct a4nn_surrogate *s)
{
    if (s == NULL)
        return;
    free(s->x);
    free(s->z);
    free(s->theta);
    free(s->weight);
    free(s->factor);
    free(s->strength);
    free(s);
}

/* ---- candidates ---- */

void
a4nn_prospects_init(struct a4nn_prospects *p, const struct a4nn_surrogate *s, const size_t *row,
                    size_t n, size_t room)
{
    size_t i, j;

    *p = (struct a4nn_prospects){.n = n, .row = row, .used = s->n, .cap = s->n + room};
    p->mean = a4nn_xcalloc(n + 1, sizeof *p->mean);
    p->variance = a4nn_xcalloc(n + 1, sizeof *p->variance);
    p->half = a4nn_xcalloc(n + 1, p->cap * sizeof *p->half);
    for (i = 0; i < n; i++) {
        const double *x = a4nn_features_row(s->features, row[i]);
        double *half = p->half + i * p->cap;

        for (j = 0; j < s->n; j++) {
            half[j] = covariance_with(s, x, j);
            p->mean[i] += half[j] * s->strength[j];
        }
        a4nn_solve_half(s->factor, s->n, half);
        p->variance[i] = covariance(s, x, x, true);
        for (j = 0; j < s->n; j++)
            p->variance[i] -= half[j] * half[j];
        p->variance[i] = fmax(p->variance[i], jitter);
    }
}

void
a4nn_prospects_suppose(struct a4nn_prospects *p, const struct a4nn_surrogate *s, size_t i)
{
    const double *x = a4nn_features_row(s->features, p->row[i]), *own = p->half + i * p->cap;
    double total = p->variance[i] + a4nn_surrogate_noise(s);
    size_t j, k;

    if (p->used == p->cap)
        return;
    for (j = 0; j < p->n; j++) {
        double *half = p->half + j * p->cap;
        double c = covariance(s, a4nn_features_row(s->features, p->row[j]), x, true);

        for (k = 0; k < p->used; k++)
            c -= half[k] * own[k];
        half[p->used] = c / sqrt(total);
        /* its own variance is that of the others' turn, too: `own` is not longer than `used` */
        p->variance[j] = fmax(p->variance[j] - half[p->used] * half[p->used], jitter);
    }
    p->used++;
}

void
a4nn_prospects_release(struct a4nn_prospects *p)
{
    free(p->mean);
    free(p->variance);
    free(p->half);
    *p = (struct a4nn_prospects){0};
}
