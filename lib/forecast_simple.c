/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forecasters that compute next to nothing: the baselines, and forecasts that are already there. */
#include <math.h>
#include <string.h>

#include "forecast.h"
#include "shape.h"

static void
made(struct a4nn_forecast *out, double value)
{
    a4nn_forecast_none(out);
    if (isfinite(value)) {
        out->kind = A4NN_FORECAST_MADE;
        out->value = value;
    }
}

static void
last_next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *run,
          struct a4nn_forecast *out)
{
    size_t n = run->curve->n;

    (void)state;
    (void)values;
    while (n > 0 && !isfinite(run->curve->value[n - 1]))
        n--;
    made(out, n > 0 ? a4nn_to_points(&run->points, run->curve->value[n - 1]) : NAN);
}

static void
best_next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *run,
          struct a4nn_forecast *out)
{
    double best = NAN;
    size_t i;

    (void)state;
    (void)values;
    for (i = 0; i < run->curve->n; i++) {
        double z = a4nn_to_points(&run->points, run->curve->value[i]);
        if (isfinite(z) && (isnan(best) || (run->points.minimise ? z < best : z > best)))
            best = z;
    }
    made(out, best);
}

/* The curve a fit record describes, read at the last planned epoch; in points already. */
static double
fitted(const struct a4nn_run_view *run)
{
    const struct a4nn_record *r = run->record;
    const struct a4nn_family *family = a4nn_family_find(a4nn_record_text(r, A4NN_FAMILY, ""));
    double par[A4NN_MAX_PAR];
    size_t i;

    if (family == NULL || strcmp(a4nn_record_text(r, A4NN_FIT, ""), "ok") != 0)
        return NAN;
    for (i = 0; i < family->npar; i++)
        par[i] = a4nn_record_num(r, (enum a4nn_field)(A4NN_A + i));
    return family->value(run->epochs, par);
}

static void
given_next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *run,
           struct a4nn_forecast *out)
{
    const struct a4nn_record *r = run->record;

    (void)state;
    (void)values;
    if (!a4nn_record_has(r, A4NN_FORECAST)) {
        made(out, fitted(run));
        return;
    }
    made(out, a4nn_to_points(&run->points, r->num[A4NN_FORECAST]));
    out->low = a4nn_to_points(&run->points, a4nn_record_num(r, A4NN_LOW));
    out->high = a4nn_to_points(&run->points, a4nn_record_num(r, A4NN_HIGH));
    if (out->low > out->high) { /* a share that is minimised has been turned over */
        double low = out->high;
        out->high = out->low;
        out->low = low;
    }
    out->error = a4nn_record_num(r, A4NN_EXPECTED_ERROR) * fabs(run->points.scale);
}

const struct a4nn_forecaster a4nn_forecaster_last = {
    .name = "last",
    .about = "the last value: the baseline every method must beat",
    .rule = "budget",
    .next = last_next,
};

const struct a4nn_forecaster a4nn_forecaster_best = {
    .name = "best",
    .about = "the best value so far",
    .rule = "budget",
    .next = best_next,
};

const struct a4nn_forecaster a4nn_forecaster_given = {
    .name = "given",
    .about = "the forecasts, or the fitted curves, that the input already holds",
    .rule = "a4nn",
    .next = given_next,
};
