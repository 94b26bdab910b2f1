/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "fit_parts.h"
#include "solve.h"
#include "xalloc.h"

enum { FEWEST_POINTS = 2 }; /* the published method begins with its second observation */

struct point {
    double x, y;
};

void
a4nn_fit_opts_init(struct a4nn_fit_opts *opts)
{
    for (size_t j = 0; j < A4NN_MAX_PAR; j++)
        opts->lo[j] = opts->hi[j] = opts->start[j] = NAN;
    opts->downhill = false;
}

const char *
a4nn_fit_status_name(enum a4nn_fit_status status)
{
    switch (status) {
    case A4NN_FIT_OK: return "ok";
    case A4NN_FIT_NOT_CONVERGED: return "not-converged";
    case A4NN_FIT_TOO_FEW: return "too-few";
    }
    return "unknown";
}

static int
merge_bounds(const struct a4nn_family *f, const struct a4nn_fit_opts *opts, struct a4nn_box *box,
             struct a4nn_err *err)
{
    box->downhill = opts != NULL && opts->downhill;
    for (size_t j = 0; j < A4NN_MAX_PAR; j++) {
        box->lo[j] = opts != NULL && !isnan(opts->lo[j]) ? opts->lo[j] : f->lo[j];
        box->hi[j] = opts != NULL && !isnan(opts->hi[j]) ? opts->hi[j] : f->hi[j];
        box->start[j] = opts != NULL && !isnan(opts->start[j]) ? opts->start[j] : f->first[j];
        if (j >= f->npar)
            continue;
        if (box->lo[j] > box->hi[j] || box->lo[j] == INFINITY || box->hi[j] == -INFINITY)
            return a4nn_err_set(err, "no value of '%s' is within %g and %g", f->par[j], box->lo[j],
                                box->hi[j]);
    }
    if (f->decay != 0 && box->hi[1] <= 0)
        return a4nn_err_set(err, "'b' cannot be %g or less: it is raised to powers", box->hi[1]);
    return 0;
}

static int
by_x(const void *one, const void *two)
{
    const struct point *a = one, *b = two;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    return (a->y > b->y) - (a->y < b->y);
}

/* Sorts, by way of pairs, what did not come in order. */
static void
sort_points(struct a4nn_point_set *points)
{
    struct point *pairs = a4nn_xcalloc(points->n, sizeof *pairs);

    for (size_t i = 0; i < points->n; i++)
        pairs[i] = (struct point){points->x[i], points->y[i]};
    qsort(pairs, points->n, sizeof *pairs, by_x);
    for (size_t i = 0; i < points->n; i++) {
        points->x[i] = pairs[i].x;
        points->y[i] = pairs[i].y;
    }
    free(pairs);
}

/* Takes over the usable points; the caller frees points->x, which holds both. */
static void
take_points(const struct a4nn_family *f, const double *x, const double *y, size_t n,
            struct a4nn_point_set *points)
{
    bool sorted = true;

    points->n = 0;
    points->x = a4nn_xcalloc(n + 1, 2 * sizeof *points->x);
    points->y = points->x + n;
    for (size_t i = 0; i < n; i++) {
        size_t at = points->n;
        if (!isfinite(x[i]) || !isfinite(y[i]) || x[i] < f->min_x)
            continue;
        sorted = sorted && (at == 0 || points->x[at - 1] <= x[i]);
        points->x[at] = x[i];
        points->y[at] = y[i];
        points->n++;
    }
    if (!sorted)
        sort_points(points);
}

static double
sum_of_squares(const struct a4nn_family *f, const struct a4nn_point_set *points, const double *par)
{
    double rss = 0;

    for (size_t i = 0; i < points->n; i++) {
        double r = points->y[i] - f->value(points->x[i], par);
        rss += r * r;
    }
    return rss;
}

static bool
at_bound(double v, double lo, double hi)
{
    double tolerance = 1e-9 * fmax(fabs(v), isfinite(hi - lo) ? hi - lo : 0);
    return v - lo <= tolerance || hi - v <= tolerance;
}

static void
standard_errors(const struct a4nn_point_set *points, const struct a4nn_box *box,
                struct a4nn_fit_result *out)
{
    const struct a4nn_family *f = out->family;
    size_t moving[A4NN_MAX_PAR], p = 0;
    double grad[A4NN_MAX_PAR], variance[A4NN_MAX_PAR], *jac, noise;

    for (size_t j = 0; j < A4NN_MAX_PAR; j++) {
        out->se[j] = NAN;
        if (j < f->npar && !at_bound(out->par[j], box->lo[j], box->hi[j]))
            moving[p++] = j;
    }
    if (points->n <= f->npar || p == 0 || !isfinite(out->rss))
        return;
    jac = a4nn_xcalloc(points->n * p, sizeof *jac);
    for (size_t i = 0; i < points->n; i++) {
        f->gradient(points->x[i], out->par, grad);
        for (size_t j = 0; j < p; j++)
            jac[i * p + j] = grad[moving[j]];
    }
    a4nn_solve_variances(jac, points->n, p, variance);
    noise = out->rss / (double)(points->n - f->npar);
    for (size_t j = 0; j < p; j++)
        out->se[moving[j]] = sqrt(variance[j] * noise);
    free(jac);
}

static double
corrected_aic(double rss, size_t points, size_t npar)
{
    double n = (double)points, k = (double)npar + 1;

    if (n <= k + 1 || !(rss > 0))
        return NAN;
    return n * log(rss / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1);
}

static bool
all_finite(const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

static void
fit_points(const struct a4nn_point_set *points, const struct a4nn_box *box,
           struct a4nn_fit_result *out)
{
    const struct a4nn_family *f = out->family;
    bool found = f->decay != 0 ? a4nn_fit_decay(f->decay, points, box, out->par)
                               : a4nn_fit_search(f, points, box, out->par);

    out->rss = sum_of_squares(f, points, out->par);
    found = found && isfinite(out->rss) && all_finite(out->par, f->npar);
    out->status = found ? A4NN_FIT_OK : A4NN_FIT_NOT_CONVERGED;
    out->aicc = corrected_aic(out->rss, points->n, f->npar);
    standard_errors(points, box, out);
}

int
a4nn_fit(const struct a4nn_family *family, const double *x, const double *y, size_t n,
         const struct a4nn_fit_opts *opts, struct a4nn_fit_result *out, struct a4nn_err *err)
{
    struct a4nn_point_set points;
    struct a4nn_box box;

    memset(out, 0, sizeof *out);
    out->family = family;
    if (merge_bounds(family, opts, &box, err) < 0)
        return -1;
    take_points(family, x, y, n, &points);
    out->n = points.n;
    if (points.n < FEWEST_POINTS)
        out->status = A4NN_FIT_TOO_FEW;
    else
        fit_points(&points, &box, out);
    free(points.x);
    return out->status == A4NN_FIT_OK ? A4NN_OK : A4NN_NO;
}
