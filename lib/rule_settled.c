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

/* What the two rules have in common. */
static void
explain_window(const struct window *w, const struct a4nn_values *values,
               const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    double middle = w->n > 0 ? median(w) : NAN, far = NAN, t = values->v[T];
    size_t i;

    a4nn_account_add(out, (double)w->n, A4NN_AT_LEAST, values->v[N], "", "forecasts to compare");
    a4nn_account_add(out, (double)view->run->curve->n, A4NN_AT_LEAST, values->v[CMIN], "",
                     "observations");
    for (i = 0; i < w->n; i++)
        far = fmax(far, fabs(w->value[i] - middle));
    if (values->percent[T])
        t = middle * t / 100;
    a4nn_account_add(out, far, A4NN_AT_MOST, t, "points",
                     "largest distance of a forecast from the median of the last %zu", w->n)
        ->holds = w->n > 0 && agree(w, values);
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

static void
a4nn_explain(const void *state, const void *shared, const struct a4nn_values *values,
             const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    double lo = low_of(values, view), hi = high_of(values, view), least = NAN, most = NAN;
    const struct window *w = state;
    size_t without = 0, i;

    (void)shared;
    explain_window(w, values, view, out);
    for (i = 0; i < w->n; i++) {
        if (!isfinite(w->value[i]))
            without++;
        least = fmin(least, w->value[i]);
        most = fmax(most, w->value[i]);
    }
    a4nn_account_add(out, (double)without, A4NN_AT_MOST, 0, "",
                     "epochs without a forecast among them");
    if (isfinite(lo))
        a4nn_account_add(out, least, A4NN_AT_LEAST, lo, "points", "smallest of them");
    if (isfinite(hi))
        a4nn_account_add(out, most, A4NN_AT_MOST, hi, "points", "largest of them");
}

/* ---- penguin ---- */

/* For how many epochs, in the run's own count, the validation loss has had no new minimum; NAN
 * without any loss. */
static double
loss_settled_for(const struct a4nn_curve *curve)
{
    double least = HUGE_VAL, at = NAN, next;
    size_t i, last = curve->n - 1;

    for (i = 0; i < curve->n; i++)
        if (curve->loss[i] < least) {
            least = curve->loss[i];
            at = curve->epoch[i];
        }
    next = curve->epoch[last] + (last > 0 ? curve->epoch[last] - curve->epoch[last - 1] : 1);
    return next - at;
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
        return loss_settled_for(curve) >= values->v[LOSSCHECK];
    return true;
}

static void
penguin_explain(const void *state, const void *shared, const struct a4nn_values *values,
                const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    const struct a4nn_curve *curve = view->run->curve;
    double lo = low_of(values, view), hi = high_of(values, view), newest = view->forecast->value;
    const struct window *w = state;

    (void)shared;
    explain_window(w, values, view, out);
    a4nn_account_add(out, view->forecast->kind == A4NN_FORECAST_MADE, A4NN_AT_LEAST, 1, "",
                     "forecasts at this epoch");
    if (isfinite(lo))
        a4nn_account_add(out, newest, A4NN_ABOVE, lo, "points", "newest forecast");
    if (isfinite(hi))
        a4nn_account_add(out, newest, A4NN_AT_MOST, hi, "points", "newest forecast");
    if (isfinite(view->run->epochs))
        a4nn_account_add(out, curve->epoch[curve->n - 1], A4NN_BELOW, view->run->epochs, "",
                         "epoch, before the last planned");
    if (values->v[LOSSCHECK] > 0 && newest <= values->v[NEVER])
        a4nn_account_add(out, loss_settled_for(curve), A4NN_AT_LEAST, values->v[LOSSCHECK], "",
                         "epochs without a new minimum of val_loss");
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
    .explain = a4nn_explain,
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
    .explain = penguin_explain,
    .close = free,
};
