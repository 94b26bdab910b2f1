/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules on a forecast that says how sure it is.
 *
 * converged  the expected absolute error of the forecast has been at most tol on n observations
 *            in a row: in percent points for shares, in units of 2.5 % for losses, of 1 % of the
 *            range covered for open-ended metrics.
 * hopeless   the probability that the run ends better than the best of the complete runs of the
 *            stream, or than a given value, is below p.
 *
 * Neither stops a run before `min` observations, nor before `share` percent of its epochs.
 */
#include <math.h>
#include <stdlib.h>

#include "rule.h"
#include "xalloc.h"

enum { MIN, SHARE, OWN };

#define EARLIEST                                                                                   \
    {"min", "observations before a stop", 4, 1, 1e6, true, NULL, NULL},                            \
    {                                                                                              \
        "share", "epochs before a stop, in % of the planned", 10, 0, 100, false, NULL, NULL        \
    }

/* May any stop be made yet?  And is there still something to save? */
static bool
in_time(const struct a4nn_values *values, const struct a4nn_run_view *run)
{
    const struct a4nn_curve *curve = run->curve;
    double epoch = curve->epoch[curve->n - 1];

    return (double)curve->n >= values->v[MIN] && epoch >= values->v[SHARE] / 100 * run->epochs &&
           epoch < run->epochs;
}

/* ---- converged ---- */

enum { TOL = OWN, N };

static const struct a4nn_param converged_params[] = {
    EARLIEST,
    {"tol", "expected error of the forecast, in points", 1, 0, 1e12, false, NULL, NULL},
    {"n", "observations in a row", 2, 1, 1e6, true, NULL, NULL},
};

struct streak {
    size_t n;
};

static void *
converged_open(const struct a4nn_values *values)
{
    (void)values;
    return a4nn_xcalloc(1, sizeof(struct streak));
}

static bool
converged_stop(void *state, void *shared, const struct a4nn_values *values,
               const struct a4nn_rule_view *view)
{
    struct streak *s = state;

    (void)shared;
    if (view->forecast->kind == A4NN_FORECAST_MADE &&
        view->forecast->relative_error <= values->v[TOL])
        s->n++;
    else
        s->n = 0;
    return s->n >= (size_t)values->v[N] && in_time(values, view->run);
}

const struct a4nn_rule a4nn_rule_converged = {
    .name = "converged",
    .about = "the forecast's expected error is small enough",
    .forecaster = "ensemble",
    .needs_forecast = true,
    .params = converged_params,
    .nparams = sizeof converged_params / sizeof converged_params[0],
    .open = converged_open,
    .stop = converged_stop,
    .close = free,
};

/* ---- hopeless ---- */

enum { P = OWN, TARGET };

static const struct a4nn_param hopeless_params[] = {
    EARLIEST,
    {"p", "probability of beating the target below which a run is stopped", 0.05, 0, 1, false, NULL,
     NULL},
    {"target", "value to beat, in the metric's unit, or the best complete run's", NAN, -1e300,
     1e300, false, NULL, "best"},
};

static bool
hopeless_stop(void *state, void *shared, const struct a4nn_values *values,
              const struct a4nn_rule_view *view)
{
    const struct a4nn_forecast *f = view->forecast;
    double value = isnan(values->v[TARGET]) ? view->peers->best : values->v[TARGET];
    double target = a4nn_to_points(&view->run->points, value);

    (void)state;
    (void)shared;
    if (f->kind != A4NN_FORECAST_MADE || f->better == NULL || isnan(target) ||
        !in_time(values, view->run))
        return false;
    return f->better(f->context, target) < values->v[P];
}

const struct a4nn_rule a4nn_rule_hopeless = {
    .name = "hopeless",
    .about = "too unlikely to beat the best complete run",
    .forecaster = "ensemble",
    .compares = true,
    .needs_forecast = true,
    .params = hopeless_params,
    .nparams = sizeof hopeless_params / sizeof hopeless_params[0],
    .stop = hopeless_stop,
};
