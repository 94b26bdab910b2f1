/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules that compare a run with the others of its stream, as the frameworks define them.
 *
 * median  Optuna's MedianPruner (optuna/pruners/_percentile.py): the run's best value so far is
 *         worse than the median, over the complete runs, of their values at this epoch.  Unlike
 *         there a run without any finite value is left to the rule diverged.
 * asha    Ray Tune's AsyncHyperBandScheduler with one bracket (async_hyperband.py): at the rungs
 *         min, min eta, min eta^2, ... below E a run goes on when its value is no worse than the
 *         best 1/eta of those that came to the rung before it.
 */
#include <math.h>
#include <stdlib.h>

#include "rule.h"
#include "xalloc.h"

/* Value in points, larger is better. */
static double
score(const struct a4nn_curve *curve, const struct a4nn_points *points, size_t i)
{
    double z = a4nn_to_points(points, curve->value[i]);
    return points->minimise ? -z : z;
}

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Percentile with linear interpolation, as numpy.percentile; sorts. q in [0, 1]. */
static double
quantile(double *values, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t below = (size_t)at;

    qsort(values, n, sizeof *values, ascending);
    if (below + 1 >= n)
        return values[n - 1];
    return values[below] + (at - (double)below) * (values[below + 1] - values[below]);
}

/* ---- median ---- */

enum { M_STARTUP, M_WARMUP, M_INTERVAL, M_MIN };

static const struct a4nn_param median_params[] = {
    {"startup", "complete runs before any is stopped", 5, 0, 1e9, true, NULL},
    {"warmup", "epochs before a run is stopped", 0, 0, 1e9, false, NULL},
    {"interval", "epochs between two looks", 1, 1, 1e9, true, NULL},
    {"min", "complete runs that must have a value at the epoch", 1, 1, 1e9, true, NULL},
};

/* The score of a curve at exactly this epoch, NAN if it has none. */
static double
score_at(const struct a4nn_peer *peer, double epoch)
{
    const struct a4nn_curve *c = peer->curve;
    size_t lo = 0, hi = c->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->epoch[mid] < epoch)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == c->n || c->epoch[lo] > epoch)
        return NAN;
    return score(c, &peer->points, lo);
}

/* Optuna looks at the first report in each interval; with one report an epoch, at its beginning. */
static bool
due(const struct a4nn_curve *curve, double warmup, double interval)
{
    double now = curve->epoch[curve->n - 1] - 1 - warmup, before;

    if (now < 0)
        return false;
    if (curve->n < 2)
        return true;
    before = curve->epoch[curve->n - 2] - 1 - warmup;
    return before < floor(now / interval) * interval;
}

static bool
median_stop(void *state, void *shared, const struct a4nn_values *values,
            const struct a4nn_rule_view *view)
{
    const struct a4nn_peers *peers = view->peers;
    const struct a4nn_curve *curve = view->run->curve;
    double best = NAN, epoch = curve->epoch[curve->n - 1], *at, middle;
    size_t complete = 0, n = 0, i;

    (void)state;
    (void)shared;
    if (!due(curve, values->v[M_WARMUP], values->v[M_INTERVAL]))
        return false;
    for (i = 0; i < curve->n; i++)
        best = fmax(best, score(curve, &view->run->points, i)); /* passes over NaN */
    at = a4nn_xcalloc(peers->n, sizeof *at);
    for (i = 0; i < peers->n; i++) {
        double z;
        if (i == peers->self || !peers->peer[i]->complete)
            continue;
        complete++;
        z = score_at(peers->peer[i], epoch);
        if (!isnan(z))
            at[n++] = z;
    }
    middle = n > 0 && n >= (size_t)values->v[M_MIN] ? quantile(at, n, 0.5) : NAN;
    free(at);
    return complete >= (size_t)values->v[M_STARTUP] && best < middle;
}

const struct a4nn_rule a4nn_rule_median = {
    .name = "median",
    .about = "worse than the median of the complete runs (Optuna MedianPruner)",
    .forecaster = "last",
    .params = median_params,
    .nparams = sizeof median_params / sizeof median_params[0],
    .stop = median_stop,
};

/* ---- asha ---- */

enum { A_ETA, A_MIN, MAX_RUNGS = 64 };

static const struct a4nn_param asha_params[] = {
    {"eta", "one in eta goes on at each rung", 4, 1.01, 1e6, false, NULL},
    {"min", "first rung, in epochs", 1, 1e-6, 1e9, false, NULL},
};

struct rungs {
    double at[MAX_RUNGS]; /* epochs, smallest first */
    size_t n;
    double *score[MAX_RUNGS]; /* of the runs that came by */
    size_t count[MAX_RUNGS], cap[MAX_RUNGS];
};

struct climber {
    bool passed[MAX_RUNGS]; /* rungs at which the run was counted */
};

static void *
asha_open(const struct a4nn_values *values)
{
    (void)values;
    return a4nn_xcalloc(1, sizeof(struct climber));
}

static void *
asha_open_shared(const struct a4nn_values *values)
{
    (void)values;
    return a4nn_xcalloc(1, sizeof(struct rungs));
}

static void
asha_close_shared(void *shared)
{
    struct rungs *r = shared;
    size_t i;

    for (i = 0; i < r->n; i++)
        free(r->score[i]);
    free(r);
}

/* Ray: int(log(max_t / min) / log(eta) + 1) rungs, known once E is. */
static void
build(struct rungs *r, const struct a4nn_values *values, double epochs)
{
    double n = floor(log(epochs / values->v[A_MIN]) / log(values->v[A_ETA]) + 1);

    while (r->n < MAX_RUNGS && (double)r->n < n) {
        r->at[r->n] = values->v[A_MIN] * pow(values->v[A_ETA], (double)r->n);
        r->n++;
    }
}

static bool
asha_stop(void *state, void *shared, const struct a4nn_values *values,
          const struct a4nn_rule_view *view)
{
    const struct a4nn_curve *curve = view->run->curve;
    double epoch = curve->epoch[curve->n - 1];
    double z = score(curve, &view->run->points, curve->n - 1);
    struct climber *c = state;
    struct rungs *r = shared;
    bool stop = false;
    size_t i;

    if (r->n == 0 && isfinite(view->run->epochs))
        build(r, values, view->run->epochs);
    if (isnan(z))
        return false;
    for (i = r->n; i-- > 0;) {
        if (epoch < r->at[i] || c->passed[i])
            continue;
        if (r->count[i] > 0)
            stop = z < quantile(r->score[i], r->count[i], 1 - 1 / values->v[A_ETA]);
        r->score[i] = a4nn_xgrow(r->score[i], r->count[i], &r->cap[i], sizeof(double));
        r->score[i][r->count[i]++] = z;
        c->passed[i] = true;
        break;
    }
    return stop;
}

const struct a4nn_rule a4nn_rule_asha = {
    .name = "asha",
    .about = "not among the best 1/eta at a rung (Ray Tune ASHA)",
    .forecaster = "last",
    .params = asha_params,
    .nparams = sizeof asha_params / sizeof asha_params[0],
    .open = asha_open,
    .open_shared = asha_open_shared,
    .stop = asha_stop,
    .close = free,
    .close_shared = asha_close_shared,
};
