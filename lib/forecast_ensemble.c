/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ensemble of ensemble.h as a forecaster: metrics to z, epochs to planned observations.
 *
 * The ensemble counts observations, x = 1 for the first one that a run can have.  The unit is the
 * smallest distance between two observations so far: one epoch, or half an epoch, or four.  What
 * is missing or off that grid lies where it lies, and the x of the last planned epoch need not be
 * whole.  A run that counts from epoch 0, the untrained network, has x = 1 there; one whose first
 * observations are not known (epoch 7 and 8 are the first) begins at its x, here 7.
 */
#include <math.h>
#include <stdlib.h>

#include "ensemble.h"
#include "forecast.h"
#include "xalloc.h"
#include "zscale.h"

/* One run. */
struct follower {
    struct a4nn_ensemble *ensemble;
    struct a4nn_zscale scale;
    double origin, unit; /* epoch of x = 1, epochs per x */
    double smallest, largest;
    size_t taken; /* observations given to the ensemble */
};

static void *
follower_open(const struct a4nn_values *values, void *shared)
{
    struct follower *f = a4nn_xcalloc(1, sizeof *f);

    (void)values;
    (void)shared;
    f->smallest = HUGE_VAL;
    f->largest = -HUGE_VAL;
    return f;
}

static void
follower_close(void *state)
{
    struct follower *f = state;

    a4nn_ensemble_free(f->ensemble);
    free(f);
}

static double
x_of(const struct follower *f, double epoch)
{
    return 1 + (epoch - f->origin) / f->unit;
}

/* Where x = 1 is, with this unit. */
static double
origin(double first, double unit)
{
    double before = round(first / unit) - 1; /* observations there may have been before the first */

    return before >= 1 ? first - before * unit : first;
}

/* Begins the ensemble anew; what has been observed is given to it again. */
static void
restart(struct follower *f, const struct a4nn_run_view *run)
{
    double lo, hi, last;

    a4nn_ensemble_free(f->ensemble);
    f->origin = origin(run->curve->epoch[0], f->unit);
    last = x_of(f, run->epochs);
    a4nn_z_bounds(&f->scale, &lo, &hi);
    f->ensemble = a4nn_ensemble_new(last > 1 ? last : 1, lo, hi);
    f->taken = 0;
}

/* Keeps the unit; true when it has changed.  A clock's small unevenness does not change it. */
static bool
unit_changes(struct follower *f, const struct a4nn_curve *curve)
{
    const double clearly = 0.75;
    double first = curve->epoch[0], gap;

    if (curve->n == 1) {
        f->unit = first > 0 ? first : 1;
        return true;
    }
    gap = curve->epoch[curve->n - 1] - curve->epoch[curve->n - 2];
    if (curve->n > 2 && gap >= clearly * f->unit)
        return false;
    f->unit = gap;
    return true;
}

static bool
scale_differs(const struct a4nn_zscale *a, const struct a4nn_zscale *b)
{
    return a->kind != b->kind || a->range < b->range || a->range > b->range ||
           a->origin < b->origin || a->origin > b->origin;
}

static void
take_range(struct follower *f, double points)
{
    if (!isfinite(points))
        return;
    f->smallest = fmin(f->smallest, points);
    f->largest = fmax(f->largest, points);
}

/* The first finite value of the curve, in points. */
static double
first_value(const struct a4nn_run_view *run)
{
    size_t i;

    for (i = 0; i < run->curve->n; i++)
        if (isfinite(run->curve->value[i]))
            return a4nn_to_points(&run->points, run->curve->value[i]);
    return NAN;
}

/* Brings the ensemble up to the newest observation. */
static void
follow(struct follower *f, const struct a4nn_run_view *run)
{
    const struct a4nn_curve *curve = run->curve;
    struct a4nn_zscale scale;
    bool changed;

    take_range(f, a4nn_to_points(&run->points, curve->value[curve->n - 1]));
    scale = a4nn_zscale_make(&run->points, first_value(run), f->smallest, f->largest);
    changed = unit_changes(f, curve) || scale_differs(&scale, &f->scale);
    f->scale = scale;
    if (changed)
        restart(f, run);
    for (; f->taken < curve->n; f->taken++)
        a4nn_ensemble_update(
            f->ensemble, x_of(f, curve->epoch[f->taken]),
            a4nn_to_z(&f->scale, a4nn_to_points(&run->points, curve->value[f->taken])));
}

static double
better(const void *context, double target)
{
    const struct follower *f = context;

    return a4nn_ensemble_above(f->ensemble, a4nn_to_z(&f->scale, target));
}

static void
follower_next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *run,
              struct a4nn_forecast *out)
{
    struct follower *f = state;
    struct a4nn_ensemble_answer answer;
    double low, high;

    (void)values;
    a4nn_forecast_none(out);
    if (!isfinite(run->epochs))
        return;
    follow(f, run);
    if (!a4nn_z_known(&f->scale) || !a4nn_ensemble_read(f->ensemble, &answer) ||
        !isfinite(answer.median) || !isfinite(answer.error))
        return;
    low = a4nn_from_z(&f->scale, answer.low);
    high = a4nn_from_z(&f->scale, answer.high);
    out->kind = A4NN_FORECAST_MADE;
    out->value = a4nn_from_z(&f->scale, answer.median);
    out->low = fmin(low, high);
    out->high = fmax(low, high);
    out->error = a4nn_z_error(&f->scale, answer.error, out->value);
    out->relative_error = answer.error;
    out->better = better;
    out->context = f;
}

const struct a4nn_forecaster a4nn_forecaster_ensemble = {
    .name = "ensemble",
    .about = "Bayesian average over shapes of curves, with an interval",
    .rule = "converged",
    .needs_epochs = true,
    .odds = true,
    .open = follower_open,
    .next = follower_next,
    .close = follower_close,
};
