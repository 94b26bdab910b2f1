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
#include <string.h>

#include "rule.h"
#include "xalloc.h"

/*
 * Value in its own unit, but larger is better.  Only runs of one metric are compared, so that
 * points are not needed, whose unit may turn out to be another as values come in.
 */
static double
score(const struct a4nn_curve *curve, const struct a4nn_points *points, size_t i)
{
    return points->minimise || points->scale < 0 ? -curve->value[i] : curve->value[i];
}

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Percentile of sorted values with linear interpolation, as numpy.percentile. q in [0, 1]. */
static double
quantile(const double *values, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t below = (size_t)at;

    if (below + 1 >= n)
        return values[n - 1];
    return values[below] + (at - (double)below) * (values[below + 1] - values[below]);
}

/* ---- median ---- */

enum { M_STARTUP, M_WARMUP, M_INTERVAL, M_MIN };

static const struct a4nn_param median_params[] = {
    {"startup", "complete runs before any is stopped", 5, 0, 1e9, true, NULL, NULL},
    {"warmup", "epochs before a run is stopped", 0, 0, 1e9, false, NULL, NULL},
    {"interval", "epochs between two looks", 1, 1, 1e9, true, NULL, NULL},
    {"min", "complete runs that must have a value at the epoch", 1, 1, 1e9, true, NULL, NULL},
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

/* What the rule looks at; scores. */
struct look {
    double best, median;   /* the run's best so far; of the others at this epoch, NAN without any */
    size_t complete, have; /* complete runs, those of them that have a score at this epoch */
};

static void
look_at_peers(const struct a4nn_rule_view *view, struct look *out)
{
    const struct a4nn_peers *peers = view->peers;
    const struct a4nn_curve *curve = view->run->curve;
    double best = NAN, epoch = curve->epoch[curve->n - 1], *at;
    size_t complete = 0, n = 0, i;

    for (i = 0; i < curve->n; i++)
        best = fmax(best, score(curve, &view->run->points, i)); /* passes over NaN */
    at = a4nn_xcalloc(peers->n, sizeof *at);
    for (i = 0; i < peers->n; i++) {
        double z;
        if (i == peers->self || !peers->peer[i]->complete ||
            peers->peer[i]->group != peers->peer[peers->self]->group)
            continue;
        complete++;
        z = score_at(peers->peer[i], epoch);
        if (!isnan(z))
            at[n++] = z;
    }
    qsort(at, n, sizeof *at, ascending);
    *out = (struct look){best, n > 0 ? quantile(at, n, 0.5) : NAN, complete, n};
    free(at);
}

static bool
median_stop(void *state, void *shared, const struct a4nn_values *values,
            const struct a4nn_rule_view *view)
{
    struct look look;

    (void)state;
    (void)shared;
    if (!due(view->run->curve, values->v[M_WARMUP], values->v[M_INTERVAL]))
        return false;
    look_at_peers(view, &look);
    return look.complete >= (size_t)values->v[M_STARTUP] && look.have >= (size_t)values->v[M_MIN] &&
           look.best < look.median;
}

/* A score is put into the metric's own unit, in which it may have to lie above the limit. */
static void
explain_score(const struct a4nn_rule_view *view, double value, double limit, const char *what,
              struct a4nn_account *out)
{
    const struct a4nn_points *points = &view->run->points;

    if (points->minimise || points->scale < 0)
        a4nn_account_add(out, -value, A4NN_ABOVE, -limit, "", "%s", what);
    else
        a4nn_account_add(out, value, A4NN_BELOW, limit, "", "%s", what);
}

static void
median_explain(const void *state, const void *shared, const struct a4nn_values *values,
               const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    struct look look;

    (void)state;
    (void)shared;
    look_at_peers(view, &look);
    explain_score(view, look.best, look.median,
                  "best value so far, worse than the median of the complete runs", out);
    a4nn_account_add(out, (double)look.complete, A4NN_AT_LEAST, values->v[M_STARTUP], "",
                     "complete runs");
    a4nn_account_add(out, (double)look.have, A4NN_AT_LEAST, values->v[M_MIN], "",
                     "complete runs with a value at this epoch");
    a4nn_account_add(out, due(view->run->curve, values->v[M_WARMUP], values->v[M_INTERVAL]),
                     A4NN_AT_LEAST, 1, "", "looks due at this epoch");
}

const struct a4nn_rule a4nn_rule_median = {
    .name = "median",
    .about = "worse than the median of the complete runs (Optuna MedianPruner)",
    .forecaster = "last",
    .compares = true,
    .params = median_params,
    .nparams = sizeof median_params / sizeof median_params[0],
    .stop = median_stop,
    .explain = median_explain,
};

/* ---- asha ---- */

enum { A_ETA, A_MIN, MAX_RUNGS = 64 };

static const struct a4nn_param asha_params[] = {
    {"eta", "one in eta goes on at each rung", 4, 1.01, 1e6, false, NULL, NULL},
    {"min", "first rung, in epochs", 1, 1e-6, 1e9, false, NULL, NULL},
};

/* One rung: the scores of the runs that came by, smallest first. */
struct rung {
    double at; /* epochs */
    double *score;
    size_t n, cap;
};

/* The rungs of one group of runs, smallest first. */
struct ladder {
    struct rung rung[MAX_RUNGS];
    size_t n;
};

/* What a run has left at a rung: its score, the epoch it had then (NAN: not there yet), and the
 * score it needed to go on (NAN: it was the first). */
struct mark {
    double score, epoch, needed;
};

struct asha {
    struct ladder **ladder; /* by group */
    struct mark **marks;    /* by run, one a rung; kept when a run is judged anew */
    size_t ladders, runs, cap_ladder, cap_marks;
};

static void *
asha_open_shared(const struct a4nn_values *values)
{
    (void)values;
    return a4nn_xcalloc(1, sizeof(struct asha));
}

static void
asha_close_shared(void *shared)
{
    struct asha *a = shared;
    size_t i, k;

    for (i = 0; i < a->ladders; i++) {
        for (k = 0; k < a->ladder[i]->n; k++)
            free(a->ladder[i]->rung[k].score);
        free(a->ladder[i]);
    }
    for (i = 0; i < a->runs; i++)
        free(a->marks[i]);
    free(a->ladder);
    free(a->marks);
    free(a);
}

/* Ray: int(log(max_t / min) / log(eta) + 1) rungs, known once E is. */
static void
build(struct ladder *l, const struct a4nn_values *values, double epochs)
{
    double n = floor(log(epochs / values->v[A_MIN]) / log(values->v[A_ETA]) + 1);

    while (l->n < MAX_RUNGS && (double)l->n < n) {
        l->rung[l->n].at = values->v[A_MIN] * pow(values->v[A_ETA], (double)l->n);
        l->n++;
    }
}

static struct ladder *
ladder_of(struct asha *a, size_t group)
{
    while (a->ladders <= group) {
        a->ladder = a4nn_xgrow(a->ladder, a->ladders, &a->cap_ladder, sizeof(struct ladder *));
        a->ladder[a->ladders++] = a4nn_xcalloc(1, sizeof(struct ladder));
    }
    return a->ladder[group];
}

static struct mark *
marks_of(struct asha *a, size_t self, size_t rungs)
{
    size_t i;

    while (a->runs <= self) {
        a->marks = a4nn_xgrow(a->marks, a->runs, &a->cap_marks, sizeof(struct mark *));
        a->marks[a->runs++] = NULL;
    }
    if (a->marks[self] == NULL) {
        a->marks[self] = a4nn_xcalloc(rungs, sizeof *a->marks[self]);
        for (i = 0; i < rungs; i++)
            a->marks[self][i].epoch = NAN;
    }
    return a->marks[self];
}

/* Index of the first score that is not smaller. */
static size_t
place_of(const struct rung *r, double score)
{
    size_t lo = 0, hi = r->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (r->score[mid] < score)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void
rung_add(struct rung *r, double score)
{
    size_t at = place_of(r, score);

    r->score = a4nn_xgrow(r->score, r->n, &r->cap, sizeof *r->score);
    memmove(r->score + at + 1, r->score + at, (r->n - at) * sizeof *r->score);
    r->score[at] = score;
    r->n++;
}

static void
rung_remove(struct rung *r, double score)
{
    size_t at = place_of(r, score);

    r->n--;
    memmove(r->score + at, r->score + at + 1, (r->n - at) * sizeof *r->score);
}

static bool
asha_stop(void *state, void *shared, const struct a4nn_values *values,
          const struct a4nn_rule_view *view)
{
    const struct a4nn_curve *curve = view->run->curve;
    double epoch = curve->epoch[curve->n - 1];
    double z = score(curve, &view->run->points, curve->n - 1);
    struct ladder *l = ladder_of(shared, view->peers->peer[view->peers->self]->group);
    struct mark *mark;
    bool stop = false;
    size_t i;

    (void)state;
    if (l->n == 0 && isfinite(view->run->epochs))
        build(l, values, view->run->epochs);
    if (isnan(z) || l->n == 0)
        return false;
    mark = marks_of(shared, view->peers->self, l->n);
    for (i = l->n; i-- > 0;) {
        struct rung *r = &l->rung[i];
        if (epoch < r->at || mark[i].epoch < epoch)
            continue;
        if (mark[i].epoch >= epoch) /* the run was resumed, or is judged anew */
            rung_remove(r, mark[i].score);
        mark[i] = (struct mark){z, epoch, NAN};
        if (r->n > 0)
            mark[i].needed = quantile(r->score, r->n, 1 - 1 / values->v[A_ETA]);
        stop = z < mark[i].needed;
        rung_add(r, z);
        break;
    }
    return stop;
}

static void
asha_explain(const void *state, const void *shared, const struct a4nn_values *values,
             const struct a4nn_rule_view *view, struct a4nn_account *out)
{
    const struct a4nn_curve *curve = view->run->curve;
    double epoch = curve->epoch[curve->n - 1], needed = NAN;
    const struct asha *a = shared;
    size_t self = view->peers->self, group = view->peers->peer[self]->group, i;
    bool rung = false;

    (void)state;
    (void)values;
    if (self < a->runs && a->marks[self] != NULL)
        for (i = a->ladder[group]->n; i-- > 0 && !rung;) {
            const struct mark *mark = &a->marks[self][i];
            if (epoch < a->ladder[group]->rung[i].at || mark->epoch < epoch || mark->epoch > epoch)
                continue; /* a later epoch is left from before the run was resumed */
            needed = mark->needed;
            rung = true;
        }
    a4nn_account_add(out, rung, A4NN_AT_LEAST, 1, "", "rungs reached at this epoch");
    explain_score(view, score(curve, &view->run->points, curve->n - 1), needed,
                  "value, worse than that of the best that came to the rung", out);
}

const struct a4nn_rule a4nn_rule_asha = {
    .name = "asha",
    .about = "not among the best 1/eta at a rung (Ray Tune ASHA)",
    .forecaster = "last",
    .compares = true,
    .params = asha_params,
    .nparams = sizeof asha_params / sizeof asha_params[0],
    .open_shared = asha_open_shared,
    .stop = asha_stop,
    .explain = asha_explain,
    .close_shared = asha_close_shared,
};
