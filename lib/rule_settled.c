/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The published rules: the last n forecasts lie within t of their median.
 *
 * penguin  PENGUIN commit a0eb04d8, PredictionAnalyzer.py, analyzerThresholdFunctions.py.  An
 *          epoch without forecast leaves the window as it is; one whose fit ran into its bound
 *          empties it; the newest forecast must lie in (lo, hi].  With losscheck=L a network
 *          expected never to learn (forecast at most `never`) is stopped only when its validation
 *          loss has had no new minimum for L epochs; as in the code there, the epoch counted from
 *          is the next one, not the one just finished.
 * a4nn     A4NN_workflow commit 767778ce, penguino.py.  An epoch without forecast counts as one
 *          out of range; all of the last n must lie in [lo, hi].
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"
#include "xalloc.h"

enum { N, T, LO, HI, CMIN, LOSSCHECK, NEVER, MAX_WINDOW = 1000 };

#define WINDOW_PARAMS                                                                              \
    {"n", "forecasts that must agree", 3, 1, MAX_WINDOW, true, NULL, NULL},                        \
        {"t", "how closely, in points, or in % of their median", 0.5, 0, 1e12, false, NULL, NULL}, \
        {"lo", "smallest forecast believed, in points", NAN, -1e12, 1e12, false, NULL, NULL},      \
        {"hi", "largest forecast believed, in points", NAN, -1e12, 1e12, false, NULL, NULL},       \
    {                                                                                              \
        "cmin", "observations before a stop", 3, 1, 1e6, true, NULL, NULL                          \
    }

static const struct a4nn_param a4nn_params[] = {WINDOW_PARAMS};

static const struct a4nn_param penguin_params[] = {
    WINDOW_PARAMS,
    {"losscheck", "epochs without a new minimum of val_loss, 0 = do not ask", 0, 0, 1e6, false,
     NULL, NULL},
    {"never", "a forecast up to this means the network never learns, in points", 10, -1e12, 1e12,
     false, NULL, NULL},
};

/* The last forecasts, oldest first. */
struct window {
    size_t n;
    double value[]; /* room for as many as the rule asks for */
};

static void *
window_open(const struct a4nn_values *values)
{
    size_t room = (size_t)values->v[N];

    return a4nn_xcalloc(1, sizeof(struct window) + room * sizeof(double));
}

static void
push(struct window *w, size_t longest, double value)
{
    if (w->n == longest)
        memmove(w->value, w->value + 1, --w->n * sizeof *w->value);
    w->value[w->n++] = value;
}

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double
median(const struct window *w)
{
    double sorted[MAX_WINDOW];

    memcpy(sorted, w->value, w->n * sizeof *sorted);
    qsort(sorted, w->n, sizeof *sorted, ascending);
    return w->n % 2 != 0 ? sorted[w->n / 2] : (sorted[w->n / 2 - 1] + sorted[w->n / 2]) / 2;
}

/* All within t of their median; with t in percent, within that share of it. */
static bool
agree(const struct window *w, const struct a4nn_values *values)
{
    double middle = median(w), t = values->v[T];
    size_t i;

    if (values->percent[T])
        t = middle * t / 100;
    for (i = 0; i < w->n; i++)
        if (w->value[i] > middle + t || w->value[i] < middle - t)
            return false;
    return true;
}

static double
low_of(const struct a4nn_values *values, const struct a4nn_rule_view *view)
{
    return values->given[LO] ? values->v[LO] : view->run->points.lo;
}

static double
high_of(const struct a4nn_values *values, const struct a4nn_rule_view *view)
{
    return values->given[HI] ? values->v[HI] : view->run->points.hi;
}

/* ---- a4nn ---- */

static bool
a4nn_stop(void *state, void *shared, const struct a4nn_values *values,
          const struct a4nn_rule_view *view)
{
    double lo = low_of(values, view), hi = high_of(values, view);
    struct window *w = state;
    size_t i;

    (void)shared;
    push(w, (size_t)values->v[N],
         view->forecast->kind == A4NN_FORECAST_MADE ? view->forecast->value : HUGE_VAL);
    if (w->n < (size_t)values->v[N] || view->run->curve->n < (size_t)values->v[CMIN])
        return false;
    for (i = 0; i < w->n; i++)
        if (!isfinite(w->value[i]) || w->value[i] < lo || w->value[i] > hi)
            return false;
    return agree(w, values);
}

/* ---- penguin ---- */

/* Has the validation loss had no new minimum for long enough? Epochs in the run's own count. */
static bool
loss_has_settled(const struct a4nn_curve *curve, double epochs)
{
    double least = HUGE_VAL, at = NAN, next;
    size_t i, last = curve->n - 1;

    for (i = 0; i < curve->n; i++)
        if (curve->loss[i] < least) {
            least = curve->loss[i];
            at = curve->epoch[i];
        }
    next = curve->epoch[last] + (last > 0 ? curve->epoch[last] - curve->epoch[last - 1] : 1);
    return next - at >= epochs; /* false without any loss, as at is NaN */
}

static bool
penguin_stop(void *state, void *shared, const struct a4nn_values *values,
             const struct a4nn_rule_view *view)
{
    const struct a4nn_curve *curve = view->run->curve;
    double newest = view->forecast->value;
    struct window *w = state;

    (void)shared;
    if (view->forecast->kind == A4NN_FORECAST_RESET)
        w->n = 0;
    if (view->forecast->kind != A4NN_FORECAST_MADE)
        return false;
    push(w, (size_t)values->v[N], newest);
    if (w->n < (size_t)values->v[N] || curve->n < (size_t)values->v[CMIN] ||
        curve->epoch[curve->n - 1] >= view->run->epochs) /* the last epoch ends by itself */
        return false;
    if (!agree(w, values) || newest > high_of(values, view) || !(newest > low_of(values, view)))
        return false;
    if (values->v[LOSSCHECK] > 0 && newest <= values->v[NEVER])
        return loss_has_settled(curve, values->v[LOSSCHECK]);
    return true;
}

const struct a4nn_rule a4nn_rule_a4nn = {
    .name = "a4nn",
    .about = "the forecast has settled, as the published A4NN workflow decides it",
    .forecaster = "a4nn",
    .needs_forecast = true,
    .params = a4nn_params,
    .nparams = sizeof a4nn_params / sizeof a4nn_params[0],
    .open = window_open,
    .stop = a4nn_stop,
    .close = free,
};

const struct a4nn_rule a4nn_rule_penguin = {
    .name = "penguin",
    .about = "the forecast has settled, as the published PENGUIN code decides it",
    .forecaster = "penguin",
    .needs_forecast = true,
    .params = penguin_params,
    .nparams = sizeof penguin_params / sizeof penguin_params[0],
    .open = window_open,
    .stop = penguin_stop,
    .close = free,
};
