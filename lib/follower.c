/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "follower.h"

#include <math.h>

/* Error to expect of a change that is foretold, over the change. */
static const double doubted_change = 0.3;
/* 95 % quantile of a Laplace distribution over its expected absolute value: ln 10. */
static const double tail = 2.302585092994046;

void
a4nn_follower_init(struct a4nn_follower *f)
{
    *f = (struct a4nn_follower){.level = NAN, .smallest = HUGE_VAL, .largest = -HUGE_VAL};
}

void
a4nn_follower_release(struct a4nn_follower *f)
{
    a4nn_ensemble_free(f->ensemble);
    f->ensemble = NULL;
}

double
a4nn_follower_x(const struct a4nn_follower *f, double epoch)
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

/* The schedule in x. */
static struct a4nn_ensemble_plan
plan_of(const struct a4nn_follower *f, const struct a4nn_run_view *run)
{
    const double rounding = 1e-9;
    const struct a4nn_schedule *s = run->schedule;
    struct a4nn_ensemble_plan plan = {
        .warm = s->warmup > 0 ? a4nn_follower_x(f, s->warmup) + rounding : 0,
        .late = ceil(1 / f->unit - rounding)};
    size_t i;

    for (i = 0; i < s->drops; i++) {
        /* it shows from the epoch stated on, or from the one after that */
        double before = floor(a4nn_follower_x(f, s->drop[i].epoch - 1) + rounding);
        if (s->drop[i].epoch < run->epochs)
            plan.drop[plan.drops++] = (struct a4nn_ensemble_drop){before, 1 - s->drop[i].factor};
    }
    return plan;
}

/* Begins the ensemble anew; what has been observed is given to it again. */
static void
restart(struct a4nn_follower *f, const struct a4nn_run_view *run)
{
    double lo, hi, last;

    a4nn_ensemble_free(f->ensemble);
    f->origin = origin(run->curve->epoch[0], f->unit);
    last = a4nn_follower_x(f, run->epochs);
    a4nn_z_bounds(&f->scale, &lo, &hi);
    f->ensemble = a4nn_ensemble_new(last > 1 ? last : 1, lo, hi);
    f->taken = 0;
    f->drops = 0;
    f->warmup = 0;
}

/* Tells the ensemble of the schedule, if there is news. */
static void
heed(struct a4nn_follower *f, const struct a4nn_run_view *run)
{
    const struct a4nn_schedule *s = run->schedule;
    struct a4nn_ensemble_plan plan;

    if (s == NULL || (s->drops == f->drops && !(s->warmup > f->warmup)))
        return;
    plan = plan_of(f, run);
    a4nn_ensemble_schedule(f->ensemble, &plan);
    f->drops = s->drops;
    f->warmup = s->warmup;
}

/* Keeps the unit; true when it has changed.  A clock's small unevenness does not change it. */
static bool
unit_changes(struct a4nn_follower *f, const struct a4nn_curve *curve)
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
take_range(struct a4nn_follower *f, double points)
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
void
a4nn_follower_take(struct a4nn_follower *f, const struct a4nn_run_view *run)
{
    const struct a4nn_curve *curve = run->curve;
    struct a4nn_zscale scale;
    double newest;
    bool changed;

    take_range(f, a4nn_to_points(&run->points, curve->value[curve->n - 1]));
    scale = a4nn_zscale_make(&run->points, first_value(run), f->smallest, f->largest);
    changed = unit_changes(f, curve) || scale_differs(&scale, &f->scale);
    f->scale = scale;
    if (changed || f->ensemble == NULL)
        restart(f, run);
    heed(f, run);
    for (; f->taken < curve->n; f->taken++)
        a4nn_ensemble_update(
            f->ensemble, a4nn_follower_x(f, curve->epoch[f->taken]),
            a4nn_to_z(&f->scale, a4nn_to_points(&run->points, curve->value[f->taken])));
    newest = a4nn_to_z(&f->scale, a4nn_to_points(&run->points, curve->value[curve->n - 1]));
    if (isfinite(newest))
        f->level = newest;
}

void
a4nn_follower_rest(struct a4nn_follower *f)
{
    if (f->drops > 0)
        return; /* it was told of them when they came, and would now know them from the start */
    a4nn_ensemble_free(f->ensemble);
    f->ensemble = NULL;
}

/*
 * What the ensemble puts beyond a bound of the metric it counts as at the bound, without any
 * error; a run at 80 % whose shapes all end above 100 % would be certain to end at 100 %.  But a
 * shape that says so is wrong: it is worth no more than a change by that much is elsewhere.
 */
static void
doubt_bounds(const struct a4nn_follower *f, struct a4nn_ensemble_answer *a)
{
    double lo, hi, doubt = 0;

    if (f->scale.kind != A4NN_Z_SHARE || isnan(f->level))
        return;
    a4nn_z_bounds(&f->scale, &lo, &hi);
    if (a->high >= hi)
        doubt += doubted_change * (hi - f->level) * a->beyond_high;
    if (a->low <= lo)
        doubt += doubted_change * (f->level - lo) * a->beyond_low;
    if (!(doubt > 0))
        return;
    a->error += doubt;
    a->low = fmax(lo, fmin(a->low, a->median - tail * a->error));
    a->high = fmin(hi, fmax(a->high, a->median + tail * a->error));
}

bool
a4nn_follower_read(const struct a4nn_follower *f, struct a4nn_ensemble_answer *out)
{
    if (f->ensemble == NULL || !a4nn_z_known(&f->scale) || !a4nn_ensemble_read(f->ensemble, out) ||
        !isfinite(out->median) || !isfinite(out->error))
        return false;
    doubt_bounds(f, out);
    return true;
}

/* Of a Laplace distribution with that median and expected distance from it. */
static double
laplace_above(double z, double median, double error)
{
    double far = exp(-fabs(z - median) / error) / 2;

    return z < median ? 1 - far : far;
}

double
a4nn_follower_above(const struct a4nn_follower *f, const struct a4nn_ensemble_answer *a, double z)
{
    double above = a4nn_ensemble_above(f->ensemble, z), beyond, lo, hi;

    if (f->scale.kind != A4NN_Z_SHARE || isnan(above) || !(a->error > 0))
        return above;
    a4nn_z_bounds(&f->scale, &lo, &hi);
    beyond = a->beyond_low + a->beyond_high;
    if (z >= hi)
        above = 0;
    else if (z <= lo)
        above = 1 - beyond;
    else
        above = fmax(above - a->beyond_high, 0);
    return fmin(above + beyond * laplace_above(z, a->median, a->error), 1);
}

void
a4nn_follower_forecast(const struct a4nn_follower *f, const struct a4nn_ensemble_answer *answer,
                       struct a4nn_forecast *out)
{
    double low = a4nn_from_z(&f->scale, answer->low), high = a4nn_from_z(&f->scale, answer->high);

    a4nn_forecast_none(out);
    out->value = a4nn_from_z(&f->scale, answer->median);
    out->low = fmin(low, high);
    out->high = fmax(low, high);
    out->error = a4nn_z_error(&f->scale, answer->error, out->value);
    out->relative_error = answer->error;
    if (isfinite(out->value) && isfinite(out->error)) /* a loss may be beyond all numbers */
        out->kind = A4NN_FORECAST_MADE;
}

bool
a4nn_follower_explain(const struct a4nn_follower *f, struct a4nn_explanation *out)
{
    size_t i;

    if (f->ensemble == NULL || !a4nn_z_known(&f->scale) || !a4nn_ensemble_explain(f->ensemble, out))
        return false;
    out->mean = a4nn_from_z(&f->scale, out->mean);
    for (i = 0; i < out->nparts; i++) {
        struct a4nn_part *part = &out->part[i];
        part->value = a4nn_from_z(&f->scale, part->value);
        part->sd = a4nn_z_error(&f->scale, part->sd, part->value);
    }
    return true;
}
