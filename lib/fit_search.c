/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fits of the families that have no search of their own.
 *
 * The linear parameters are eliminated: for given others they are a small bounded linear problem,
 * solved exactly, and what remains is a least squares problem in the others (variable projection,
 * Golub and Pereyra 1973) with Kaufman's (1975) form of its Jacobian, whose gradient is exact.
 * The family's guesses are compared on that footing; the best few start a trust region search.
 * Bounds are kept by the changes of variable known from MINUIT (James and Roos 1975).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "boxls.h"
#include "fit_parts.h"
#include "solve.h"
#include "xalloc.h"

enum { MAX_LINEAR = 2, MAX_STARTS = 6 };
/* A residual where the formula is not defined: so large that no step leads there. */
#define OFF_LIMITS 1e100
/* How far inside its bounds a start must lie, as a share of the distance or of 1. */
#define INSIDE 1e-3

#define PERFECT 1e-24

struct search {
    const struct a4nn_family *family;
    const struct a4nn_point_set *points;
    const struct a4nn_box *box;
    size_t nfree, free[A4NN_MAX_PAR]; /* the parameters searched over, t[] in this order */
    size_t nlin, lin[MAX_LINEAR];
    double base[A4NN_MAX_PAR];       /* values of the fixed ones */
    double *f0, *column[MAX_LINEAR]; /* n each: the formula is f0 + sum coef * column */
    bool held[MAX_LINEAR];           /* at a bound at the place last projected */
    size_t rows;                     /* n, or nfree if that is more */
    /* Of the residuals: GSL calls gradients small beside 1, whatever the unit of y. */
    double scale;
};

struct start {
    double par[A4NN_MAX_PAR], rss;
};

static double
clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static double
from_t(double t, double lo, double hi)
{
    if (isfinite(lo) && isfinite(hi))
        return clamp(lo + (hi - lo) * (sin(t) + 1) / 2, lo, hi);
    if (isfinite(lo))
        return lo + (t * t) / (sqrt(t * t + 1) + 1); /* sqrt(t^2 + 1) - 1 */
    if (isfinite(hi))
        return hi - (t * t) / (sqrt(t * t + 1) + 1);
    return t;
}

static double
to_t(double v, double lo, double hi)
{
    if (isfinite(lo) && isfinite(hi))
        return asin(clamp(2 * (v - lo) / (hi - lo) - 1, -1, 1));
    if (isfinite(lo))
        return sqrt((v - lo) * (v - lo + 2));
    if (isfinite(hi))
        return sqrt((hi - v) * (hi - v + 2));
    return v;
}

/* d from_t / dt */
static double
rate_t(double t, double lo, double hi)
{
    if (isfinite(lo) && isfinite(hi))
        return (hi - lo) * cos(t) / 2;
    if (isfinite(lo))
        return t / sqrt(t * t + 1);
    if (isfinite(hi))
        return -t / sqrt(t * t + 1);
    return 1;
}

static double
dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Evaluates f0 and the columns at the place par, whose linear parameters count as 0. */
static bool
fill_columns(const struct search *s, const double *par)
{
    double at[A4NN_MAX_PAR], grad[A4NN_MAX_PAR], sum = 0;

    memcpy(at, par, sizeof at);
    for (size_t l = 0; l < s->nlin; l++)
        at[s->lin[l]] = 0;
    for (size_t i = 0; i < s->points->n; i++) {
        s->f0[i] = s->family->gradient(s->points->x[i], at, grad);
        sum += fabs(s->f0[i]);
        for (size_t l = 0; l < s->nlin; l++) {
            s->column[l][i] = grad[s->lin[l]];
            sum += fabs(grad[s->lin[l]]);
        }
    }
    return isfinite(sum) && sum < OFF_LIMITS;
}

/* The problem in the linear parameters; the missing ones are columns of zeros. */
static struct a4nn_boxls
linear_part(const struct search *s)
{
    struct a4nn_boxls ls = {.weight = 0};
    size_t n = s->points->n;

    for (size_t l = 0; l < s->nlin; l++) {
        ls.lo[l] = s->box->lo[s->lin[l]];
        ls.hi[l] = s->box->hi[s->lin[l]];
    }
    ls.weight = dot(s->column[0], s->column[0], n);
    for (size_t i = 0; i < n && ls.weight > 0; i++)
        ls.mean += s->column[0][i] * (s->points->y[i] - s->f0[i]) / ls.weight;
    if (s->nlin < 2)
        return ls;
    if (ls.weight > 0)
        ls.slope = -dot(s->column[0], s->column[1], n) / ls.weight;
    for (size_t i = 0; i < n; i++) {
        double second = s->column[1][i] + ls.slope * s->column[0][i];
        ls.square += second * second;
        ls.cross += second * (s->points->y[i] - s->f0[i] - ls.mean * s->column[0][i]);
    }
    /* What is left of a column parallel to the first is rounding. */
    if (ls.square <= 1e-24 * dot(s->column[1], s->column[1], n))
        ls.square = ls.cross = 0;
    return ls;
}

/* Gives the linear members of par their best values. Returns the rss, or infinity off limits. */
static double
project(struct search *s, double *par)
{
    double rss = 0;

    if (!fill_columns(s, par))
        return INFINITY;
    if (s->nlin > 0) {
        struct a4nn_boxls ls = linear_part(s);
        struct a4nn_boxls_solution solution = a4nn_boxls_solve(&ls);
        for (size_t l = 0; l < s->nlin; l++) {
            par[s->lin[l]] = solution.coef[l];
            s->held[l] = solution.held[l];
        }
    }
    for (size_t i = 0; i < s->points->n; i++) {
        double r = s->points->y[i] - s->f0[i];
        for (size_t l = 0; l < s->nlin; l++)
            r -= par[s->lin[l]] * s->column[l][i];
        rss += r * r;
    }
    return isfinite(rss) ? rss : INFINITY;
}

static void
place(const struct search *s, const double *t, double *par)
{
    memcpy(par, s->base, sizeof s->base);
    for (size_t j = 0; j < s->nfree; j++) {
        size_t at = s->free[j];
        par[at] = from_t(t[j], s->box->lo[at], s->box->hi[at]);
    }
}

static void
residuals(const double *t, void *arg, double *r)
{
    struct search *s = arg;
    double par[A4NN_MAX_PAR];
    bool defined;

    place(s, t, par);
    defined = isfinite(project(s, par));
    for (size_t i = 0; i < s->rows; i++) {
        r[i] = i >= s->points->n ? 0 : OFF_LIMITS;
        if (i >= s->points->n || !defined)
            continue;
        r[i] = s->f0[i] - s->points->y[i];
        for (size_t l = 0; l < s->nlin; l++)
            r[i] += par[s->lin[l]] * s->column[l][i];
        r[i] *= s->scale;
    }
}

/* Makes the columns of the linear parameters that may move orthonormal. */
static size_t
orthonormalise(struct search *s, double *basis[MAX_LINEAR])
{
    size_t count = 0, n = s->points->n;

    for (size_t l = 0; l < s->nlin; l++) {
        double *v = s->column[l], before = sqrt(dot(v, v, n)), length;
        if (s->held[l])
            continue;
        for (size_t b = 0; b < count; b++) {
            double along = dot(basis[b], v, n);
            for (size_t i = 0; i < n; i++)
                v[i] -= along * basis[b][i];
        }
        length = sqrt(dot(v, v, n));
        if (!(length > 1e-12 * before))
            continue;
        for (size_t i = 0; i < n; i++)
            v[i] /= length;
        basis[count++] = v;
    }
    return count;
}

static void
jacobian(const double *t, void *arg, double *jac)
{
    struct search *s = arg;
    double par[A4NN_MAX_PAR], grad[A4NN_MAX_PAR], *basis[MAX_LINEAR];
    size_t n = s->points->n, p = s->nfree, count;

    memset(jac, 0, s->rows * p * sizeof *jac);
    place(s, t, par);
    if (isinf(project(s, par)))
        return;
    for (size_t i = 0; i < n; i++) {
        s->family->gradient(s->points->x[i], par, grad);
        for (size_t j = 0; j < p; j++) {
            size_t at = s->free[j];
            double v = grad[at] * rate_t(t[j], s->box->lo[at], s->box->hi[at]);
            jac[i * p + j] = fabs(v) < OFF_LIMITS ? v * s->scale : 0;
        }
    }
    count = orthonormalise(s, basis);
    for (size_t b = 0; b < count; b++)
        for (size_t j = 0; j < p; j++) {
            double along = 0;
            for (size_t i = 0; i < n; i++)
                along += basis[b][i] * jac[i * p + j];
            for (size_t i = 0; i < n; i++)
                jac[i * p + j] -= along * basis[b][i];
        }
}

/* Moves a value off its bounds, where a change of variable would hold it for ever. */
static double
inside(double v, double lo, double hi)
{
    double margin = isfinite(hi - lo) ? INSIDE * (hi - lo) : INSIDE * fmax(1, fabs(v));
    if (isfinite(lo) && v < lo + margin && !(v > lo))
        v = lo + margin;
    if (isfinite(hi) && v > hi - margin && !(v < hi))
        v = hi - margin;
    return isfinite(lo) || isfinite(hi) ? clamp(v, lo, hi) : v;
}

/* Puts *one into the ordered list of the best. */
static void
insert(struct start *list, size_t *count, const struct start *one)
{
    size_t at = *count;

    while (at > 0 && one->rss < list[at - 1].rss)
        at--;
    if (at == MAX_STARTS)
        return;
    if (*count < MAX_STARTS)
        (*count)++;
    memmove(&list[at + 1], &list[at], (*count - 1 - at) * sizeof *list);
    list[at] = *one;
}

static size_t
find_starts(struct search *s, struct start *list)
{
    size_t n = s->points->n, count = 0;
    struct a4nn_extent extent = {s->points->x[0], s->points->x[n - 1], s->points->y[0],
                                 s->points->y[0]};
    bool more = true;

    for (size_t i = 0; i < n; i++) {
        extent.y_lo = fmin(extent.y_lo, s->points->y[i]);
        extent.y_hi = fmax(extent.y_hi, s->points->y[i]);
    }
    for (size_t i = 0; more; i++) {
        struct start one;
        double guess[A4NN_MAX_PAR];
        more = s->family->guess(&extent, i, guess);
        memcpy(one.par, s->base, sizeof one.par);
        for (size_t j = 0; j < s->nfree; j++) {
            size_t at = s->free[j];
            one.par[at] = inside(guess[at], s->box->lo[at], s->box->hi[at]);
        }
        one.rss = project(s, one.par);
        if (isfinite(one.rss))
            insert(list, &count, &one);
    }
    return count;
}

/* Improves a start; returns whether a minimum was reached. */
static bool
descend(struct search *s, struct start *one)
{
    struct a4nn_solve_problem problem = {s->rows, s->nfree, s, residuals, jacobian};
    double t[A4NN_MAX_PAR];
    struct start moved;
    double perfect = PERFECT * dot(s->points->y, s->points->y, s->points->n);
    bool converged;

    if (one->rss <= perfect)
        return true;
    s->scale = 1 / sqrt(one->rss);
    for (size_t j = 0; j < s->nfree; j++)
        t[j] = to_t(one->par[s->free[j]], s->box->lo[s->free[j]], s->box->hi[s->free[j]]);
    converged = a4nn_solve_least_squares(&problem, t);
    place(s, t, moved.par);
    moved.rss = project(s, moved.par);
    if (moved.rss <= one->rss)
        *one = moved;
    /* nothing is left to improve on, which the tests of steps and gradients may not see */
    return converged || one->rss <= perfect;
}

static void
split_parameters(struct search *s)
{
    for (size_t j = 0; j < s->family->npar; j++) {
        s->base[j] = clamp(0, s->box->lo[j], s->box->hi[j]);
        if (s->family->linear[j])
            s->lin[s->nlin++] = j;
        else if (s->box->lo[j] < s->box->hi[j])
            s->free[s->nfree++] = j;
    }
}

static bool
best_descent(struct search *s, double *par)
{
    struct start list[MAX_STARTS];
    size_t count = find_starts(s, list), best = 0;
    bool converged = false;

    if (count == 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        bool minimum = descend(s, &list[i]);
        if (i == 0 || list[i].rss < list[best].rss) {
            best = i;
            converged = minimum;
        }
    }
    memcpy(par, list[best].par, sizeof list[best].par);
    return converged;
}

bool
a4nn_fit_search(const struct a4nn_family *family, const struct a4nn_point_set *points,
                const struct a4nn_box *box, double *par)
{
    struct search s = {.family = family, .points = points, .box = box};
    double *space = a4nn_xcalloc(3 * points->n, sizeof *space);
    bool converged;

    s.f0 = space;
    s.column[0] = space + points->n;
    s.column[1] = space + 2 * points->n;
    split_parameters(&s);
    s.rows = points->n > s.nfree ? points->n : s.nfree;
    memcpy(par, s.base, sizeof s.base);
    if (s.nfree > 0)
        converged = best_descent(&s, par);
    else
        converged = isfinite(project(&s, par));
    free(space);
    return converged;
}
