/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that look at a run's own observed values: patience, diverged, budget, read. */
#include <math.h>
#include <stdlib.h>

#include "rule.h"
#include "xalloc.h"

/* ---- patience ---- */

enum { P_N, P_DELTA, P_START, P_ON, ON_VALUE = 0, ON_FORECAST };

static const char *const patience_on[] = {"value", "forecast", NULL};

static const struct a4nn_param patience_params[] = {
    {"n", "observations without a better value", 10, 1, 1e6, true, NULL, NULL},
    {"delta", "what counts as better: percent points of a share, else the metric's unit", 0, 0,
     1e12, false, NULL, NULL},
    {"start", "epochs before counting begins", 0, 0, 1e9, false, NULL, NULL},
    {"on", "look at observed values, or at forecasts of the final one", ON_VALUE, 0, 0, false,
     patience_on, NULL},
};

struct best {
    double value; /* in points, larger is better; NAN before the first */
    size_t since; /* observations after it */
};

static void *
patience_open(const struct a4nn_values *values)
{
    struct best *best = a4nn_xcalloc(1, sizeof *best);

    (void)values;
    best->value = NAN;
    return best;
}

static bool
patience_stop(void *state, void *shared, const struct a4nn_values *values,
              const struct a4nn_rule_view *view)
{
    const struct a4nn_run_view *run = view->run;
    size_t newest = run->curve->n - 1;
    double sign = run->points.minimise ? -1 : 1;
    double seen = a4nn_to_points(&run->points, run->curve->value[newest]);
    double z = sign * ((int)values->v[P_ON] == ON_FORECAST ? view->forecast->value : seen);
    struct best *best = state;

    (void)shared;
    if (run->curve->epoch[newest] <= values->v[P_START])
        return false;
    if (isfinite(z) && (isnan(best->value) || z > best->value + values->v[P_DELTA]))
        *best = (struct best){.value = z};
    else if (isfinite(best->value)) /* what never had a value is the business of diverged */
        best->since++;
    return best->since >= (size_t)values->v[P_N];
}

static const char *
patience_prefers(const struct a4nn_values *values)
{
    return (int)values->v[P_ON] == ON_FORECAST ? "pool" : NULL;
}

static void
patience_explain(const void *state, const void *shared, const struct a4nn_values *values,
                 const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    const struct a4nn_run_view *run = view->run;
    double sign = run->points.minimise ? -1 : 1;
    const struct best *best = state;
    const char *what = (int)values->v[P_ON] == ON_FORECAST ? "forecast" : "value";

    (void)shared;
    if (isnan(best->value))
        a4nn_account_add(out, 0, A4NN_AT_LEAST, values->v[P_N], "",
                         "observations since the best %s (there is none)", what);
    else
        a4nn_account_add(out, (double)best->since, A4NN_AT_LEAST, values->v[P_N], "",
                         "observations since the best %s, %g", what,
                         a4nn_from_points(&run->points, sign * best->value));
    if (values->v[P_START] > 0)
        a4nn_account_add(out, run->curve->epoch[run->curve->n - 1], A4NN_ABOVE, values->v[P_START],
                         "", "epoch, after which counting begins");
}

const struct a4nn_rule a4nn_rule_patience = {
    .name = "patience",
    .about = "no better value for n observations (Keras EarlyStopping)",
    .forecaster = "best",
    .prefers = patience_prefers,
    .params = patience_params,
    .nparams = sizeof patience_params / sizeof patience_params[0],
    .open = patience_open,
    .stop = patience_stop,
    .explain = patience_explain,
    .close = free,
};

/* ---- diverged ---- */

/* One NaN may be a metric's own accident; a network that has diverged stays so. */
static const struct a4nn_param diverged_params[] = {
    {"n", "observations in a row that are not finite", 3, 1, 1e6, true, NULL, NULL},
};

/* How many of the newest values are not finite, counted up to `most`. */
static size_t
lost(const struct a4nn_curve *curve, size_t most)
{
    size_t n = 0;

    while (n < most && n < curve->n && !isfinite(curve->value[curve->n - 1 - n]))
        n++;
    return n;
}

static bool
diverged_stop(void *state, void *shared, const struct a4nn_values *values,
              const struct a4nn_rule_view *view)
{
    size_t n = (size_t)values->v[0];

    (void)state;
    (void)shared;
    return lost(view->run->curve, n) == n;
}

static void
diverged_explain(const void *state, const void *shared, const struct a4nn_values *values,
                 const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    const struct a4nn_curve *curve = view->run->curve;

    (void)state;
    (void)shared;
    a4nn_account_add(out, (double)lost(curve, curve->n), A4NN_AT_LEAST, values->v[0], "",
                     "values in a row that are not finite");
}

const struct a4nn_rule a4nn_rule_diverged = {
    .name = "diverged",
    .about = "the value is no number any more; always on unless no-diverged",
    .forecaster = "last",
    .params = diverged_params,
    .nparams = sizeof diverged_params / sizeof diverged_params[0],
    .stop = diverged_stop,
    .explain = diverged_explain,
};

/* ---- budget ---- */

enum { B_EPOCHS, B_SECONDS };

static const struct a4nn_param budget_params[] = {
    {"epochs", "stop after this epoch", NAN, 0, 1e12, false, NULL, NULL},
    {"seconds", "stop this long after the run's first observation", NAN, 0, 1e12, false, NULL,
     NULL},
};

static bool
budget_stop(void *state, void *shared, const struct a4nn_values *values,
            const struct a4nn_rule_view *view)
{
    const struct a4nn_curve *curve = view->run->curve;
    double now = a4nn_record_num(view->run->record, A4NN_TIME);

    (void)state;
    (void)shared;
    return curve->epoch[curve->n - 1] >= values->v[B_EPOCHS] ||
           now - view->run->begun >= values->v[B_SECONDS]; /* false where either is not known */
}

static void
budget_explain(const void *state, const void *shared, const struct a4nn_values *values,
               const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    const struct a4nn_curve *curve = view->run->curve;
    double now = a4nn_record_num(view->run->record, A4NN_TIME);

    (void)state;
    (void)shared;
    out->any = true;
    if (!isnan(values->v[B_EPOCHS]))
        a4nn_account_add(out, curve->epoch[curve->n - 1], A4NN_AT_LEAST, values->v[B_EPOCHS], "",
                         "epoch");
    if (!isnan(values->v[B_SECONDS]))
        a4nn_account_add(out, now - view->run->begun, A4NN_AT_LEAST, values->v[B_SECONDS],
                         "seconds", "time since the first observation");
}

const struct a4nn_rule a4nn_rule_budget = {
    .name = "budget",
    .about = "enough epochs or seconds have been spent",
    .forecaster = "last",
    .params = budget_params,
    .nparams = sizeof budget_params / sizeof budget_params[0],
    .stop = budget_stop,
    .explain = budget_explain,
};

/* ---- read ---- */

static const struct a4nn_param read_params[] = {
    {"fraction", "share of the planned epochs", 0.5, 0, 1, false, NULL, NULL},
};

static bool
read_stop(void *state, void *shared, const struct a4nn_values *values,
          const struct a4nn_rule_view *view)
{
    const struct a4nn_curve *curve = view->run->curve;

    (void)state;
    (void)shared; /* false where the planned total is not known */
    return curve->epoch[curve->n - 1] >= values->v[0] * view->run->epochs;
}

static void
read_explain(const void *state, const void *shared, const struct a4nn_values *values,
             const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    const struct a4nn_curve *curve = view->run->curve;

    (void)state;
    (void)shared;
    a4nn_account_add(out, curve->epoch[curve->n - 1], A4NN_AT_LEAST,
                     values->v[0] * view->run->epochs, "", "epoch, at %g %% of those planned",
                     100 * values->v[0]);
}

const struct a4nn_rule a4nn_rule_read = {
    .name = "read",
    .about = "a fixed share of the epochs is over: reading instead of forecasting",
    .forecaster = "last",
    .params = read_params,
    .nparams = sizeof read_params / sizeof read_params[0],
    .stop = read_stop,
    .explain = read_explain,
};
