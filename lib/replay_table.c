/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay_table.h"

#include <math.h>
#include <stdlib.h>

#include "ranking.h"
#include "xalloc.h"

/* What happened to one run. */
struct outcome {
    const struct a4nn_replay_run *run;
    double epoch; /* trained until then */
    double value; /* forecast, or value read, in the metric's own unit; NAN: none */
    bool stopped;
};

/* A mean in the making. */
struct mean {
    double sum, weight;
};

/* What a row is made of. */
struct tally {
    double runs, judged, diverged, shortened, trained, used, stopped;
    struct a4nn_weighted *error; /* of stopped runs */
    size_t errors, cap;
    struct mean tau, regret, best, top5, top5pct;
    struct a4nn_worst_stop worst;
};

/* ---- outcomes ---- */

double
a4nn_replay_final(const struct a4nn_replay_run *run)
{
    double value = run->curve.value[run->curve.n - 1];

    return isfinite(value) ? value : NAN;
}

static struct outcome
under_policy(const struct a4nn_replay_run *run, size_t policy)
{
    const struct a4nn_decision *d = &run->decision[policy];

    if (isnan(d->epoch))
        return (struct outcome){run, a4nn_replay_end(run), a4nn_replay_final(run), false};
    return (struct outcome){run, d->epoch, d->forecast, true};
}

/* Index of the first observation at or after `epoch`, else the last one. */
static size_t
index_at(const struct a4nn_curve *curve, double epoch)
{
    size_t lo = 0, hi = curve->n - 1;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (curve->epoch[mid] < epoch)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The run is trained until a fixed epoch and the last value there is taken. */
static struct outcome
read_at(const struct a4nn_replay_run *run, double epoch)
{
    const struct a4nn_curve *c = &run->curve;
    size_t at = index_at(c, epoch), i;

    if (at == c->n - 1)
        return (struct outcome){run, a4nn_replay_end(run), a4nn_replay_final(run), false};
    for (i = at + 1; i > 0 && !isfinite(c->value[i - 1]); i--)
        ;
    return (struct outcome){run, c->epoch[at], i > 0 ? c->value[i - 1] : NAN, true};
}

/* What training until `epoch` costs: an epoch 0 is the network as it was born. */
static double
cost(double epoch)
{
    return fmax(epoch, 0);
}

/* ---- a tally ---- */

static void
add_mean(struct mean *m, double value, double weight)
{
    if (isnan(value))
        return;
    m->sum += weight * value;
    m->weight += weight;
}

static double
mean_of(const struct mean *m)
{
    return m->weight > 0 ? m->sum / m->weight : NAN;
}

/* Larger is better. */
static double
score(const struct a4nn_points *points, double value)
{
    double z = a4nn_to_points(points, value);

    return points->minimise ? -z : z;
}

static void
add_stop(struct tally *t, const struct outcome *o, double error, double weight)
{
    t->error = a4nn_xgrow(t->error, t->errors, &t->cap, sizeof *t->error);
    t->error[t->errors++] = (struct a4nn_weighted){error, weight};
    if (t->worst.run == NULL || error > t->worst.error)
        t->worst = (struct a4nn_worst_stop){o->run->name, o->epoch, o->value,
                                            a4nn_replay_final(o->run), error};
}

static void
add_rankings(struct tally *t, const double *value, const double *final, size_t n, double weight)
{
    double tau = a4nn_kendall_tau(value, final, n), regret = a4nn_top_regret(value, final, n);
    bool ranked = !isnan(a4nn_kendall_tau(final, final, n)); /* there is a best run */

    if (!ranked)
        return;
    add_mean(&t->tau, isnan(tau) ? 0 : tau, weight);
    add_mean(&t->regret, regret, weight);
    add_mean(&t->best, regret > 0 ? 0 : 1, weight);
    add_mean(&t->top5, a4nn_top_overlap(value, final, n, 5), weight);
    add_mean(&t->top5pct, a4nn_top_overlap(value, final, n, n < 20 ? 1 : n / 20), weight);
}

/* Adds the runs of one collection, each counting `weight`. */
static void
add_outcomes(struct tally *t, const struct a4nn_points *points, const struct outcome *o, size_t n,
             double weight)
{
    double *value = a4nn_xcalloc(n + 1, sizeof *value);
    double *final = a4nn_xcalloc(n + 1, sizeof *final);
    size_t i, judged = 0;

    for (i = 0; i < n; i++) {
        double end = a4nn_replay_end(o[i].run), last = a4nn_replay_final(o[i].run);
        t->runs += weight;
        t->trained += weight * cost(end);
        t->used += weight * cost(o[i].epoch);
        t->stopped += o[i].stopped ? weight : 0;
        t->shortened += end < o[i].run->planned ? weight : 0;
        t->diverged += isnan(last) ? weight : 0;
        if (isnan(last) || isnan(o[i].value))
            continue;
        value[judged] = score(points, o[i].value);
        final[judged] = score(points, last);
        if (o[i].stopped)
            add_stop(t, &o[i], fabs(value[judged] - final[judged]), weight);
        judged++;
    }
    t->judged += weight * (double)judged;
    add_rankings(t, value, final, judged, weight);
    free(value);
    free(final);
}

static double
share_within(const struct tally *t, double limit)
{
    struct mean m = {0, 0};
    size_t i;

    for (i = 0; i < t->errors; i++)
        add_mean(&m, t->error[i].value <= limit ? 1 : 0, t->error[i].weight);
    return mean_of(&m);
}

static void
finish(struct tally *t, struct a4nn_replay_row *row)
{
    struct mean error = {0, 0};
    size_t i;

    for (i = 0; i < t->errors; i++)
        add_mean(&error, t->error[i].value, t->error[i].weight);
    row->runs = t->runs;
    row->judged = t->judged;
    row->diverged = t->diverged;
    row->shortened = t->shortened;
    row->trained = t->trained;
    row->saved = t->trained > 0 ? 1 - t->used / t->trained : 0;
    row->factor = t->used > 0 ? t->trained / t->used : NAN;
    row->stopped = t->runs > 0 ? t->stopped / t->runs : NAN;
    row->error = mean_of(&error);
    row->mae = t->judged > 0 ? error.sum / t->judged : NAN;
    row->median = a4nn_weighted_quantile(t->error, t->errors, 0.5);
    row->p95 = a4nn_weighted_quantile(t->error, t->errors, 0.95);
    row->within_half = share_within(t, 0.5);
    row->within_1 = share_within(t, 1);
    row->within_2 = share_within(t, 2);
    row->tau = mean_of(&t->tau);
    row->regret = mean_of(&t->regret);
    row->best = mean_of(&t->best);
    row->top5 = mean_of(&t->top5);
    row->top5pct = mean_of(&t->top5pct);
    row->worst = t->worst;
    free(t->error);
}

/* ---- the baseline ---- */

/* Epochs at which runs of a collection were observed, smallest first, each once. */
struct epochs {
    double *at;
    size_t n;
};

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Sorted and thinned out whenever they have doubled, so that they take no more than they must. */
static struct epochs
epochs_of(const struct a4nn_replay *replay, const struct a4nn_replay_collection *c)
{
    struct epochs e = {NULL, 0};
    size_t cap = 0, limit = 4096, r, i, n;

    for (r = 0; r < c->nruns; r++) {
        const struct a4nn_curve *curve = &replay->run[c->run[r]].curve;
        for (i = 0; i < curve->n; i++) {
            e.at = a4nn_xgrow(e.at, e.n, &cap, sizeof *e.at);
            e.at[e.n++] = curve->epoch[i];
        }
        if (e.n == 0 || (e.n < limit && r + 1 < c->nruns))
            continue;
        qsort(e.at, e.n, sizeof *e.at, ascending);
        for (i = n = 0; i < e.n; i++)
            if (n == 0 || e.at[i] > e.at[n - 1])
                e.at[n++] = e.at[i];
        e.n = n;
        limit = n + n + 4096;
    }
    return e;
}

static double
used_at(const struct a4nn_replay *replay, const struct a4nn_replay_collection *c, double epoch)
{
    double used = 0;
    size_t i;

    for (i = 0; i < c->nruns; i++)
        used += cost(read_at(&replay->run[c->run[i]], epoch).epoch);
    return used;
}

/* Reading at `lo` with weight 1 - high, at `hi` with weight `high`. */
struct reading {
    double lo, hi, high;
};

/* The reading that uses as many epochs in all. */
static struct reading
same_epochs(const struct a4nn_replay *replay, const struct a4nn_replay_collection *c, double used)
{
    struct epochs e = epochs_of(replay, c);
    struct reading r;
    double below, above;
    size_t lo = 0, hi = e.n - 1;

    if (e.n == 0)
        return (struct reading){NAN, NAN, 0};
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (used_at(replay, c, e.at[mid]) <= used)
            lo = mid;
        else
            hi = mid;
    }
    r = (struct reading){e.at[lo], e.at[hi], 0};
    free(e.at);
    below = used_at(replay, c, r.lo);
    above = used_at(replay, c, r.hi);
    if (above > below)
        r.high = fmin(fmax((used - below) / (above - below), 0), 1);
    return r;
}

static void
add_reading(struct tally *t, const struct a4nn_replay *replay,
            const struct a4nn_replay_collection *c, double epoch, double weight)
{
    struct outcome *o;
    size_t i;

    if (weight <= 0)
        return;
    o = a4nn_xcalloc(c->nruns, sizeof *o);
    for (i = 0; i < c->nruns; i++)
        o[i] = read_at(&replay->run[c->run[i]], epoch);
    add_outcomes(t, &c->points, o, c->nruns, weight);
    free(o);
}

/* ---- rows ---- */

/* The tallies of a policy and its baseline, of one collection and of all. */
struct sides {
    struct tally policy, baseline;
    double at;
};

static void
tally_collection(const struct a4nn_replay *replay, const struct a4nn_replay_collection *c,
                 size_t policy, bool baseline, struct sides *one, struct sides *all)
{
    struct outcome *o = a4nn_xcalloc(c->nruns, sizeof *o);
    struct reading r;
    double used = 0;
    size_t i;

    for (i = 0; i < c->nruns; i++) {
        o[i] = under_policy(&replay->run[c->run[i]], policy);
        used += cost(o[i].epoch);
    }
    add_outcomes(&one->policy, &c->points, o, c->nruns, 1);
    add_outcomes(&all->policy, &c->points, o, c->nruns, 1);
    free(o);
    if (!baseline)
        return;
    r = same_epochs(replay, c, used);
    one->at = r.lo + r.high * (r.hi - r.lo);
    add_reading(&one->baseline, replay, c, r.lo, 1 - r.high);
    add_reading(&one->baseline, replay, c, r.hi, r.high);
    add_reading(&all->baseline, replay, c, r.lo, 1 - r.high);
    add_reading(&all->baseline, replay, c, r.hi, r.high);
}

static size_t
put_rows(struct a4nn_replay_row *row, size_t collection, size_t policy, bool baseline,
         struct sides *sides)
{
    row[0] = (struct a4nn_replay_row){.collection = collection, .policy = policy, .at = NAN};
    finish(&sides->policy, &row[0]);
    if (!baseline)
        return 1;
    row[1] = (struct a4nn_replay_row){
        .collection = collection, .policy = policy, .baseline = true, .at = sides->at};
    finish(&sides->baseline, &row[1]);
    return 2;
}

struct a4nn_replay_row *
a4nn_replay_table(const struct a4nn_replay *replay, bool baseline, size_t *count)
{
    size_t ncollections = replay->collections.n, n = 0, i, p;
    struct sides *all = a4nn_xcalloc(replay->npolicies + 1, sizeof *all);
    struct a4nn_replay_row *rows =
        a4nn_xcalloc((ncollections + 1) * (replay->npolicies * 2 + 1), sizeof *rows);

    for (i = 0; i < ncollections; i++) {
        const struct a4nn_replay_collection *c = &replay->collection[replay->by_name[i]];
        for (p = 0; p < replay->npolicies && c->nruns > 0; p++) {
            struct sides one = {.at = NAN};
            tally_collection(replay, c, p, baseline, &one, &all[p]);
            n += put_rows(rows + n, replay->by_name[i], p, baseline, &one);
        }
    }
    for (p = 0; p < replay->npolicies; p++) {
        all[p].at = NAN;
        n += put_rows(rows + n, A4NN_REPLAY_TOTAL, p, baseline, &all[p]);
    }
    free(all);
    *count = n;
    return rows;
}
