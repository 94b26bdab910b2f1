/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Forecasters that fit one family by least squares and read the curve at the last planned epoch.
 *
 * Two of them are the published method in its two variants:
 *
 * penguin  TauferLab/PENGUIN, commit a0eb04d8, PredictionAnalyzer.py, CurveFit.py:
 *          x = the epochs divided by the first one (x = 1, 2, 3, ... for half epochs too), read
 *          at E in the same unit.  Fits begin at two points, although the comments there say
 *          three.  A fit whose a lies at its upper bound voids the forecasts before it.
 * a4nn     TauferLab/A4NN_workflow, commit 767778ce, penguino.py, and the engine behind
 *          the histories of Reproducibility_A4NN_ICPP23: x = 0, 1, 2, ... read at x = E, which is
 *          one past the last; from the observation after the cmin-th on.  Where validation is
 *          more frequent than once an epoch, x = 1, 2, 3, ... read at E / (first epoch).
 *
 * Both fit a - b^(c-x) with a in [0.5, 200], b >= 1, c >= 0 to percent points; for losses
 * a + b^(c-x) (their lossDefaultFn) with a >= 0.  Their solver starts from one point, for penguin
 * (10, 1.001, 100), and may end in a local minimum.  For penguin we take the minimum that lies
 * downhill from there, as their documented run depends on it; for a4nn the best fit there is.
 */
#include <math.h>
#include <stdlib.h>

#include "fit.h"
#include "forecast.h"
#include "xalloc.h"

enum { CMIN, ALO, AHI, BLO, BHI, CLO, CHI };

static const double at_bound = 0.01; /* how close to its bound an a counts as at it (PENGUIN) */

#define BOUNDS                                                                                     \
    {"alo", "lower bound of a, in points", NAN, -1e12, 1e12, false, NULL, NULL},                   \
        {"ahi", "upper bound of a, in points", NAN, -1e12, 1e12, false, NULL, NULL},               \
        {"blo", "lower bound of b", NAN, 1, 1e12, false, NULL, NULL},                              \
        {"bhi", "upper bound of b", NAN, 1, 1e12, false, NULL, NULL},                              \
        {"clo", "lower bound of c, in epochs", NAN, -1e12, 1e12, false, NULL, NULL},               \
    {                                                                                              \
        "chi", "upper bound of c, in epochs", NAN, -1e12, 1e12, false, NULL, NULL                  \
    }

static const struct a4nn_param penguin_params[] = {
    {"cmin", "points a fit needs at least", 2, 2, 1e6, true, NULL, NULL},
    BOUNDS,
};

static const struct a4nn_param a4nn_params[] = {
    {"cmin", "observations before the first that is forecast from", 3, 1, 1e6, true, NULL, NULL},
    BOUNDS,
};

/* The points of a run that can be fitted, grown as it grows. */
struct points {
    double *x, *y;
    size_t n, cap;
};

static void *
points_open(const struct a4nn_values *values, void *shared)
{
    (void)values;
    (void)shared;
    return a4nn_xcalloc(1, sizeof(struct points));
}

static void
points_close(void *state)
{
    struct points *p = state;

    free(p->x);
    free(p->y);
    free(p);
}

/* Collects the finite points, x by `x_of`; n is their number, not the curve's. */
static void
collect(struct points *p, const struct a4nn_run_view *run,
        double (*x_of)(const struct a4nn_curve *curve, size_t i))
{
    const struct a4nn_curve *curve = run->curve;
    size_t i;

    if (p->cap < curve->n) {
        p->cap = curve->cap;
        p->x = a4nn_xreallocarray(p->x, p->cap, sizeof *p->x);
        p->y = a4nn_xreallocarray(p->y, p->cap, sizeof *p->y);
    }
    p->n = 0;
    for (i = 0; i < curve->n; i++)
        if (isfinite(curve->value[i])) {
            p->x[p->n] = x_of(curve, i);
            p->y[p->n++] = a4nn_to_points(&run->points, curve->value[i]);
        }
}

static void
bounds_of(const struct a4nn_values *values, const struct a4nn_run_view *run,
          struct a4nn_fit_opts *opts)
{
    size_t i;

    a4nn_fit_opts_init(opts);
    if (!run->points.minimise && isinf(run->points.hi)) {
        opts->lo[0] = -HUGE_VAL; /* the published bounds are for percent */
        opts->hi[0] = HUGE_VAL;
    }
    for (i = 0; i < 3; i++) {
        if (values->given[ALO + 2 * i])
            opts->lo[i] = values->v[ALO + 2 * i];
        if (values->given[AHI + 2 * i])
            opts->hi[i] = values->v[AHI + 2 * i];
    }
}

/* Fits what was collected and reads the curve at x; false when there is no finite answer. */
static bool
fit_and_read(const struct points *p, const struct a4nn_family *family,
             const struct a4nn_fit_opts *opts, double x, struct a4nn_fit_result *fit,
             struct a4nn_forecast *out)
{
    struct a4nn_err err;
    double value;

    if (!isfinite(x) || a4nn_fit(family, p->x, p->y, p->n, opts, fit, &err) != A4NN_OK)
        return false;
    value = family->value(x, fit->par);
    if (!isfinite(value))
        return false;
    out->kind = A4NN_FORECAST_MADE;
    out->value = value;
    return true;
}

static const struct a4nn_family *
published_family(const struct a4nn_run_view *run)
{
    return a4nn_family_find(run->points.minimise ? "loss" : "penguin");
}

/* ---- penguin ---- */

static double
scaled_epoch(const struct a4nn_curve *curve, size_t i)
{
    return curve->epoch[0] > 0 ? curve->epoch[i] / curve->epoch[0] : curve->epoch[i];
}

static void
penguin_next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *run,
             struct a4nn_forecast *out)
{
    const struct a4nn_family *family = published_family(run);
    double first = run->curve->epoch[0];
    struct points *p = state;
    struct a4nn_fit_opts opts;
    struct a4nn_fit_result fit;
    double top;

    a4nn_forecast_none(out);
    collect(p, run, scaled_epoch);
    if (p->n < (size_t)values->v[CMIN])
        return;
    bounds_of(values, run, &opts);
    opts.downhill = true;
    if (!fit_and_read(p, family, &opts, run->epochs / (first > 0 ? first : 1), &fit, out))
        return;
    top = isnan(opts.hi[0]) ? family->hi[0] : opts.hi[0];
    if (fit.par[0] >= top - at_bound)
        out->kind = A4NN_FORECAST_RESET;
}

/* ---- a4nn ---- */

static double
from_zero(const struct a4nn_curve *curve, size_t i)
{
    return curve->epoch[0] < 1 && curve->epoch[0] > 0 ? (double)(i + 1) : (double)i;
}

static void
a4nn_next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *run,
          struct a4nn_forecast *out)
{
    double first = run->curve->epoch[0];
    struct points *p = state;
    struct a4nn_fit_opts opts;
    struct a4nn_fit_result fit;

    a4nn_forecast_none(out);
    if (run->curve->n < (size_t)values->v[CMIN] + 1)
        return;
    collect(p, run, from_zero);
    bounds_of(values, run, &opts);
    fit_and_read(p, published_family(run), &opts,
                 run->epochs / (first < 1 && first > 0 ? first : 1), &fit, out);
}

/* ---- any family ---- */

enum { FAMILY, FAMILY_CMIN };

static const struct a4nn_param curve_params[] = {
    {"family", "family of curves (a4nn-fit --list-models)", A4NN_FAMILY_EXP3, 0, 0, false,
     a4nn_family_names, NULL},
    {"cmin", "points a fit needs at least", 4, 2, 1e6, true, NULL, NULL},
};

static double
plain_epoch(const struct a4nn_curve *curve, size_t i)
{
    return curve->epoch[i];
}

static void
curve_next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *run,
           struct a4nn_forecast *out)
{
    const struct a4nn_family *family =
        a4nn_family_find(a4nn_family_names[(size_t)values->v[FAMILY]]);
    struct points *p = state;
    struct a4nn_fit_result fit;

    a4nn_forecast_none(out);
    collect(p, run, plain_epoch);
    if (p->n >= (size_t)values->v[FAMILY_CMIN])
        fit_and_read(p, family, NULL, run->epochs, &fit, out);
}

const struct a4nn_forecaster a4nn_forecaster_penguin = {
    .name = "penguin",
    .about = "the published method as in the PENGUIN repository",
    .rule = "penguin",
    .needs_epochs = true,
    .params = penguin_params,
    .nparams = sizeof penguin_params / sizeof penguin_params[0],
    .open = points_open,
    .next = penguin_next,
    .close = points_close,
};

const struct a4nn_forecaster a4nn_forecaster_a4nn = {
    .name = "a4nn",
    .about = "the published method as in the later A4NN workflow",
    .rule = "a4nn",
    .needs_epochs = true,
    .params = a4nn_params,
    .nparams = sizeof a4nn_params / sizeof a4nn_params[0],
    .open = points_open,
    .next = a4nn_next,
    .close = points_close,
};

const struct a4nn_forecaster a4nn_forecaster_curve = {
    .name = "curve",
    .about = "least squares of one family of curves",
    .rule = "a4nn",
    .needs_epochs = true,
    .params = curve_params,
    .nparams = sizeof curve_params / sizeof curve_params[0],
    .open = points_open,
    .next = curve_next,
    .close = points_close,
};
