/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ensemble of ensemble.h, on each run by itself, as a forecaster. */
#include <math.h>
#include <stdlib.h>

#include "follower.h"
#include "forecast.h"
#include "xalloc.h"

struct run {
    struct a4nn_follower follower;
    struct a4nn_ensemble_answer answer; /* the newest */
};

static void *
open_run(const struct a4nn_values *values, void *shared)
{
    struct run *r = a4nn_xcalloc(1, sizeof *r);

    (void)values;
    (void)shared;
    a4nn_follower_init(&r->follower);
    return r;
}

static void
close_run(void *state)
{
    struct run *r = state;

    a4nn_follower_release(&r->follower);
    free(r);
}

static double
better(const void *context, double target)
{
    const struct run *r = context;

    return a4nn_follower_above(&r->follower, &r->answer, a4nn_to_z(&r->follower.scale, target));
}

static void
next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *view,
     struct a4nn_forecast *out)
{
    struct run *r = state;

    (void)values;
    a4nn_forecast_none(out);
    if (!isfinite(view->epochs))
        return;
    a4nn_follower_take(&r->follower, view);
    if (!a4nn_follower_read(&r->follower, &r->answer))
        return;
    a4nn_follower_forecast(&r->follower, &r->answer, out);
    out->better = better;
    out->context = r;
}

static void
rest(void *state)
{
    struct run *r = state;

    a4nn_follower_rest(&r->follower);
}

static bool
explain(const void *state, struct a4nn_explanation *out)
{
    const struct run *r = state;

    return a4nn_follower_explain(&r->follower, out);
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
