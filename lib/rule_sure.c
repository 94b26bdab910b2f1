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

static void
explain_time(const struct a4nn_values *values, const struct a4nn_run_view *run,
             struct a4nn_account *out)
{
    const struct a4nn_curve *curve = run->curve;
    double epoch = curve->epoch[curve->n - 1];

    a4nn_account_add(out, (double)curve->n, A4NN_AT_LEAST, values->v[MIN], "", "observations");
    a4nn_account_add(out, epoch, A4NN_AT_LEAST, values->v[SHARE] / 100 * run->epochs, "",
                     "epoch, at %g %% of those planned", values->v[SHARE]);
    a4nn_account_add(out, epoch, A4NN_BELOW, run->epochs, "", "epoch, before the last planned");
}

/* ---- converged ---- */

enum { TOL = OWN, N };

static const struct a4nn_param converged_params[] = {
    EARLIEST,
    {"tol",
     "expected error: percent points of a share, units of 2.5 % of a loss, else % of the range", 1,
     0, 1e12, false, NULL, NULL},
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

static void
converged_explain(const void *state, const void *shared, const struct a4nn_values *values,
                  const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    const struct streak *s = state;

    (void)shared;
    a4nn_account_add(out, view->forecast->relative_error, A4NN_AT_MOST, values->v[TOL],
                     a4nn_points_unit(&view->run->points), "expected error");
    a4nn_account_add(out, (double)s->n, A4NN_AT_LEAST, values->v[N], "",
                     "observations in a row with such an error");
    explain_time(values, view->run, out);
}

const struct a4nn_rule a4nn_rule_converged = {
    .name = "converged",
    .about = "the forecast's expected error is small enough",
    .forecaster = "pool",
    .needs_forecast = true,
    .params = converged_params,
    .nparams = sizeof converged_params / sizeof converged_params[0],
    .open = converged_open,
    .stop = converged_stop,
    .explain = converged_explain,
    .close = free,
};

/* ---- hopeless ---- */

enum { P = OWN, TARGET, STARTUP };

static const struct a4nn_param hopeless_params[] = {
    EARLIEST,
    {"p", "probability of beating the target below which a run is stopped", 0.05, 0, 1, false, NULL,
     NULL},
    {"target", "value to beat, in the metric's unit, or the best complete run's", NAN, -1e300,
     1e300, false, NULL, "best"},
    {"startup", "complete runs before any is stopped, where the target is theirs", 3, 1, 1e6, true,
     NULL, NULL},
};

/* The value to beat, in the metric's unit, or NAN. */
static double
target_of(const struct a4nn_values *values, const struct a4nn_rule_view *view)
{
    return isnan(values->v[TARGET]) ? view->peers->best : values->v[TARGET];
}

/* Runs trained to their end show how far the forecasts of this search can be trusted. */
static bool
enough_complete(const struct a4nn_values *values, const struct a4nn_rule_view *view)
{
    return !isnan(values->v[TARGET]) || (double)view->peers->complete >= values->v[STARTUP];
}

/* The probability of beating the target, or NAN. */
static double
chance(const struct a4nn_values *values, const struct a4nn_rule_view *view)
{
    const struct a4nn_forecast *f = view->forecast;
    double target = a4nn_to_points(&view->run->points, target_of(values, view));

    if (f->kind != A4NN_FORECAST_MADE || f->better == NULL || isnan(target))
        return NAN;
    return f->better(f->context, target);
}

static bool
hopeless_stop(void *state, void *shared, const struct a4nn_values *values,
              const struct a4nn_rule_view *view)
{
    (void)state;
    (void)shared;
    return in_time(values, view->run) && enough_complete(values, view) &&
           chance(values, view) < values->v[P];
}

static void
hopeless_explain(const void *state, const void *shared, const struct a4nn_values *values,
                 const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    double target = target_of(values, view), p = chance(values, view);

    (void)state;
    (void)shared;
    if (isnan(target))
        a4nn_account_add(out, NAN, A4NN_BELOW, values->v[P], "",
                         "probability of beating the best complete run (there is none)");
    else
        a4nn_account_add(out, p, A4NN_BELOW, values->v[P], "", "probability of beating %g%s",
                         target,
                         isnan(values->v[TARGET]) ? ", the best complete run" : ", the target");
    if (isnan(values->v[TARGET]))
        a4nn_account_add(out, (double)view->peers->complete, A4NN_AT_LEAST, values->v[STARTUP], "",
                         "complete runs");
    explain_time(values, view->run, out);
}

const struct a4nn_rule a4nn_rule_hopeless = {
    .name = "hopeless",
    .about = "too unlikely to beat the best complete run",
    .forecaster = "pool",
    .compares = true,
    .needs_forecast = true,
    .params = hopeless_params,
    .nparams = sizeof hopeless_params / sizeof hopeless_params[0],
    .stop = hopeless_stop,
    .explain = hopeless_explain,
};
