/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ensemble of ensemble.h, on each run by itself, as a forecaster. */
#include <math.h>
#include <stdlib.h>

#include "follower.h"
#include "forecast.h"
#include "xalloc.h"

static void *
open_run(const struct a4nn_values *values, void *shared)
{
    struct a4nn_follower *f = a4nn_xcalloc(1, sizeof *f);

    (void)values;
    (void)shared;
    a4nn_follower_init(f);
    return f;
}

static void
close_run(void *state)
{
    a4nn_follower_release(state);
    free(state);
}

static double
better(const void *context, double target)
{
    const struct a4nn_follower *f = context;

    return a4nn_ensemble_above(f->ensemble, a4nn_to_z(&f->scale, target));
}

static void
next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *run,
     struct a4nn_forecast *out)
{
    struct a4nn_follower *f = state;
    struct a4nn_ensemble_answer answer;

    (void)values;
    a4nn_forecast_none(out);
    if (!isfinite(run->epochs))
        return;
    a4nn_follower_take(f, run);
    if (!a4nn_follower_read(f, &answer))
        return;
    a4nn_follower_forecast(f, &answer, out);
    out->better = better;
    out->context = f;
}

static void
rest(void *state)
{
    a4nn_follower_rest(state);
}

static bool
explain(const void *state, struct a4nn_explanation *out)
{
    return a4nn_follower_explain(state, out);
}

const struct a4nn_forecaster a4nn_forecaster_ensemble = {
    .name = "ensemble",
    .about = "Bayesian average over shapes of curves, with an interval",
    .rule = "converged",
    .needs_epochs = true,
    .odds = true,
    .open = open_run,
    .next = next,
    .explain = explain,
    .rest = rest,
    .close = close_run,
};
