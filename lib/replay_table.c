/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ranking.h"
#include "replay_parts.h"
#include "spool.h"
#include "xalloc.h"

/* A mean in the making. */
struct mean {
    double sum, weight;
};

/* What a row is made of. */
struct tally {
    double runs, judged, diverged, shortened, trained, used, stopped;
    struct a4nn_weighted *error; /* of stopped runs */
    size_t errors, cap;
    double *value, *final; /* scores of the judged runs of the collection at hand */
    size_t n, cap_value, cap_final;
    struct mean tau, regret, best, top5, top5pct;
    struct a4nn_worst_stop worst;
};

/* ---- outcomes ---- */

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
static struct a4nn_replay_outcome
read_at(const struct a4nn_replay_run *run, double epoch)
{
    const struct a4nn_curve *c = &run->curve;
    size_t at = index_at(c, epoch), i;

    if (at == c->n - 1)
        return (struct a4nn_replay_outcome){run->end, run->final, false};
    for (i = at + 1; i > 0 && !isfinite(c->value[i - 1]); i--)
        ;
    return (struct a4nn_replay_outcome){c->epoch[at], i > 0 ? c->value[i - 1] : NAN, true};
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

static void
add_stop(struct tally *t, const struct a4nn_replay_run *run, const struct a4nn_replay_outcome *o,
         double error, double weight)
{
    t->error = a4nn_xgrow(t->error, t->errors, &t->cap, sizeof *t->error);
    t->error[t->errors++] = (struct a4nn_weighted){error, weight};
    if (t->worst.run != NULL && error <= t->worst.error)
        return;
    a4nn_xreplace(&t->worst.run, run->name);
    t->worst.epoch = o->epoch;
    t->worst.forecast = o->value;
    t->worst.final = run->final;
    t->worst.error = error;
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

/* Adds a run, which counts `weight`. */
static void
add_outcome(struct tally *t, const struct a4nn_points *points, const struct a4nn_replay_run *run,
            const struct a4nn_replay_outcome *o, double weight)
{
    double value, final;

    t->runs += weight;
    t->trained += weight * a4nn_replay_cost(run->end);
    t->used += weight * a4nn_replay_cost(o->epoch);
    t->stopped += o->stopped ? weight : 0;
    t->shortened += run->end < run->planned ? weight : 0;
    t->diverged += isnan(run->final) ? weight : 0;
    if (isnan(run->final) || isnan(o->value))
        return;
    t->judged += weight;
    value = a4nn_replay_score(points, o->value);
    final = a4nn_replay_score(points, run->final);
    if (o->stopped)
        add_stop(t, run, o, fabs(value - final), weight);
    t->value = a4nn_xgrow(t->value, t->n, &t->cap_value, sizeof *t->value);
    t->final = a4nn_xgrow(t->final, t->n, &t->cap_final, sizeof *t->final);
    t->value[t->n] = value;
    t->final[t->n++] = final;
}

/* The runs added since the last call were a collection. */
static void
end_collection(struct tally *t, double weight)
{
    if (t->n > 0)
        add_rankings(t, t->value, t->final, t->n, weight);
    free(t->value);
    free(t->final);
    t->value = t->final = NULL;
    t->n = t->cap_value = t->cap_final = 0;
}

static void
add_to_mean(struct mean *to, const struct mean *m)
{
    to->sum += m->sum;
    to->weight += m->weight;
}

/* Adds the tally of a collection to that of all, but for its errors. */
static void
add_tally(struct tally *all, const struct tally *one)
{
    struct a4nn_worst_stop *worst = &all->worst;

    all->runs += one->runs;
    all->judged += one->judged;
    all->diverged += one->diverged;
    all->shortened += one->shortened;
    all->trained += one->trained;
    all->used += one->used;
    all->stopped += one->stopped;
    add_to_mean(&all->tau, &one->tau);
    add_to_mean(&all->regret, &one->regret);
    add_to_mean(&all->best, &one->best);
    add_to_mean(&all->top5, &one->top5);
    add_to_mean(&all->top5pct, &one->top5pct);
    if (one->worst.run != NULL && (worst->run == NULL || one->worst.error > worst->error)) {
        free(worst->run);
        *worst = one->worst;
        worst->run = a4nn_xstrdup(one->worst.run);
    }
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
    row->worst = t->worst; /* with its name */
    free(t->error);
}

/* ---- the baseline ---- */

/*
 * What reading a collection at an epoch costs in all is a staircase: it begins with the runs' first
 * observations, and goes up behind each observation of a run to the run's next.
 */
struct step {
    double epoch, up;
};

struct staircase {
    double bottom;
    struct step *step; /* up to `sorted` by epoch, each epoch once */
    size_t n, sorted, cap;
};

static int
by_epoch(const void *a, const void *b)
{
    const struct step *s = a, *t = b;

    return s->epoch < t->epoch ? -1 : s->epoch > t->epoch;
}

static void
sort_steps(struct staircase *s)
{
    size_t i, n = 0;

    if (s->n > 0)
        qsort(s->step, s->n, sizeof *s->step, by_epoch);
    for (i = 0; i < s->n; i++)
        if (n > 0 && s->step[i].epoch <= s->step[n - 1].epoch)
            s->step[n - 1].up += s->step[i].up;
        else
            s->step[n++] = s->step[i];
    s->n = s->sorted = n;
}

/* Index of the first sorted step at or after an epoch; it is most often at `guess`. */
static size_t
step_at(const struct staircase *s, double epoch, size_t guess)
{
    size_t lo = 0, hi = s->sorted;

    if (guess < hi && s->step[guess].epoch <= epoch && s->step[guess].epoch >= epoch)
        return guess;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->step[mid].epoch < epoch)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void
add_curve(struct staircase *s, const struct a4nn_curve *c)
{
    size_t i, at = 0;

    s->bottom += a4nn_replay_cost(c->epoch[0]);
    for (i = 0; i < c->n; i++) {
        double up =
            i + 1 < c->n ? a4nn_replay_cost(c->epoch[i + 1]) - a4nn_replay_cost(c->epoch[i]) : 0;
        at = step_at(s, c->epoch[i], at);
        if (at < s->sorted && s->step[at].epoch <= c->epoch[i]) {
            s->step[at++].up += up;
            continue;
        }
        s->step = a4nn_xgrow(s->step, s->n, &s->cap, sizeof *s->step);
        s->step[s->n++] = (struct step){c->epoch[i], up};
    }
    if (s->n > 2 * s->sorted + 4096)
        sort_steps(s);
}

static struct staircase
staircase_of(const struct a4nn_replay *replay, size_t collection)
{
    struct staircase s = {0};
    const struct a4nn_replay_run *run;
    struct a4nn_replay_walk *walk = a4nn_replay_walk_new(replay, collection, 0, true);

    while ((run = a4nn_replay_walk_next(walk)) != NULL)
        add_curve(&s, &run->curve);
    a4nn_replay_walk_free(walk);
    sort_steps(&s);
    return s;
}

/* Reading at `lo` with weight 1 - high, at `hi` with weight `high`. */
struct reading {
    double lo, hi, high;
};

/* The reading that uses as many epochs in all. */
static struct reading
same_epochs(const struct staircase *s, double used)
{
    struct reading r = {NAN, NAN, 0};
    double below = s->bottom;
    size_t i;

    if (s->n == 0)
        return r;
    for (i = 0; i + 2 < s->n && below + s->step[i].up <= used; i++)
        below += s->step[i].up;
    r.lo = s->step[i].epoch;
    r.hi = s->step[i + 1 < s->n ? i + 1 : i].epoch;
    if (s->step[i].up > 0)
        r.high = fmin(fmax((used - below) / s->step[i].up, 0), 1);
    return r;
}

static void
add_reading(struct tally *t, const struct a4nn_replay *replay, size_t collection, double epoch,
            double weight)
{
    const struct a4nn_points *points = &replay->collection[collection].points;
    const struct a4nn_replay_run *run;
    struct a4nn_replay_walk *walk;

    if (weight <= 0)
        return;
    walk = a4nn_replay_walk_new(replay, collection, 0, true);
    while ((run = a4nn_replay_walk_next(walk)) != NULL) {
        struct a4nn_replay_outcome o = read_at(run, epoch);
        add_outcome(t, points, run, &o, weight);
    }
    a4nn_replay_walk_free(walk);
    end_collection(t, weight);
}

static void
add_policy(struct tally *t, const struct a4nn_replay *replay, size_t collection, size_t policy)
{
    const struct a4nn_points *points = &replay->collection[collection].points;
    struct a4nn_replay_walk *walk = a4nn_replay_walk_new(replay, collection, policy, false);
    const struct a4nn_replay_run *run;

    while ((run = a4nn_replay_walk_next(walk)) != NULL) {
        struct a4nn_replay_outcome o = a4nn_replay_under_policy(run);
        add_outcome(t, points, run, &o, 1);
    }
    a4nn_replay_walk_free(walk);
    end_collection(t, 1);
}

/* ---- rows ---- */

/* All rows in the making. */
struct table {
    const struct a4nn_replay *replay;
    bool baseline;
    struct tally *all;         /* of policy p: 2 p, of its baseline: 2 p + 1 */
    struct a4nn_spool *errors; /* of all collections, by the same numbers */
    struct a4nn_replay_row *row;
    size_t n;
};

/* A collection's tally becomes a row, and part of that of all. */
static void
put_row(struct table *t, struct tally *one, size_t collection, size_t policy, bool baseline,
        double at)
{
    size_t side = 2 * policy + baseline;

    add_tally(&t->all[side], one);
    if (one->errors > 0)
        a4nn_spool_add_bytes(t->errors, (uint32_t)side, "", one->error,
                             one->errors * sizeof *one->error);
    t->row[t->n] = (struct a4nn_replay_row){
        .collection = collection, .policy = policy, .baseline = baseline, .at = at};
    finish(one, &t->row[t->n++]);
}

static void
put_policy(struct table *t, size_t collection, size_t policy, const struct staircase *stairs)
{
    struct tally one = {0}, read = {0};
    struct reading r;
    double used;

    add_policy(&one, t->replay, collection, policy);
    used = one.used;
    put_row(t, &one, collection, policy, false, NAN);
    if (!t->baseline)
        return;
    r = same_epochs(stairs, used);
    add_reading(&read, t->replay, collection, r.lo, 1 - r.high);
    add_reading(&read, t->replay, collection, r.hi, r.high);
    put_row(t, &read, collection, policy, true, r.lo + r.high * (r.hi - r.lo));
}

/* The errors of all collections come back together. */
static void
put_total(struct table *t, size_t policy, bool baseline)
{
    size_t side = 2 * policy + baseline;
    struct a4nn_spool_cursor *cursor = a4nn_spool_open(t->errors, (uint32_t)side, (uint32_t)side);
    const struct a4nn_spool_item *item;
    struct tally *all = &t->all[side];

    while ((item = a4nn_spool_next(cursor)) != NULL) {
        size_t n = item->len / sizeof *all->error;
        all->error = a4nn_xreallocarray(all->error, all->errors + n, sizeof *all->error);
        memcpy(all->error + all->errors, item->bytes, item->len);
        all->errors += n;
    }
    a4nn_spool_close(cursor);
    t->row[t->n] = (struct a4nn_replay_row){
        .collection = A4NN_REPLAY_TOTAL, .policy = policy, .baseline = baseline, .at = NAN};
    finish(all, &t->row[t->n++]);
}

struct a4nn_replay_row *
a4nn_replay_table(struct a4nn_replay *replay, bool baseline, size_t *count)
{
    size_t ncollections = replay->collections.n, np = replay->npolicies, i, p;
    struct table t = {.replay = replay, .baseline = baseline};

    t.all = a4nn_xcalloc(2 * np + 1, sizeof *t.all);
    t.errors = a4nn_spool_new(A4NN_BY_ARRIVAL, replay->opts.buffer);
    t.row = a4nn_xcalloc((ncollections + 1) * (np * 2 + 1), sizeof *t.row);
    for (i = 0; i < ncollections; i++) {
        size_t c = replay->by_name[i];
        struct staircase stairs = {0};
        if (replay->collection[c].nruns == 0)
            continue;
        if (baseline && np > 0)
            stairs = staircase_of(replay, c);
        for (p = 0; p < np; p++)
            put_policy(&t, c, p, &stairs);
        free(stairs.step);
    }
    a4nn_spool_finish(t.errors);
    for (p = 0; p < np; p++) {
        put_total(&t, p, false);
        if (baseline)
            put_total(&t, p, true);
    }
    if (replay->trouble == 0)
        replay->trouble = a4nn_spool_error(t.errors);
    a4nn_spool_free(t.errors);
    free(t.all);
    *count = t.n;
    return t.row;
}

void
a4nn_replay_table_free(struct a4nn_replay_row *rows, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        free(rows[i].worst.run);
    free(rows);
}
