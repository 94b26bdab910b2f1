/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay_advice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ranking.h"
#include "replay_parts.h"
#include "xalloc.h"

enum {
    FEW_FOLDS = 5,
    MANY_FOLDS = 10,
    MANY_RUNS = 100, /* from which on there are many folds */
    LEAST_COLLECTIONS = 3,
    COLLECTION_FOLDS = 20 /* more collections share a fold */
};

/* What a policy does on the runs of a fold. */
struct sums {
    double trained, used;  /* epochs */
    double error, judged;  /* sum of errors, runs */
    double tau, regret, n; /* sums over n collections */
};

/* One way of dealing the runs: [point x folds], and their sums by point. */
struct deal {
    size_t folds;
    struct sums *part, *all;
};

/* Scores of the judged runs of a fold in the collection at hand. */
struct list {
    double *value, *final;
    size_t n, cap_value, cap_final;
};

struct learner {
    const struct a4nn_replay *replay;
    const struct a4nn_sweep *sweep;
    struct a4nn_advice_goal goal;
    struct deal runs, collections;
};

/* ---- sums ---- */

/* FNV-1a, with its high bits mixed in: names often differ in their last digit alone. */
static size_t
fold_of(const char *name, size_t folds)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (; *name != '\0'; name++)
        h = (h ^ (unsigned char)*name) * UINT64_C(1099511628211);
    h ^= h >> 29;
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)((h >> 32) % folds);
}

static void
add_sums(struct sums *to, const struct sums *s, double sign)
{
    to->trained += sign * s->trained;
    to->used += sign * s->used;
    to->error += sign * s->error;
    to->judged += sign * s->judged;
    to->tau += sign * s->tau;
    to->regret += sign * s->regret;
    to->n += sign * s->n;
}

static void
add_score(struct list *l, double value, double final)
{
    l->value = a4nn_xgrow(l->value, l->n, &l->cap_value, sizeof *l->value);
    l->final = a4nn_xgrow(l->final, l->n, &l->cap_final, sizeof *l->final);
    l->value[l->n] = value;
    l->final[l->n++] = final;
}

/* A collection has ended: its ranking in this fold. */
static void
rank(struct list *l, struct sums *s)
{
    double tau;

    if (l->n > 1 && !isnan(a4nn_kendall_tau(l->final, l->final, l->n))) {
        tau = a4nn_kendall_tau(l->value, l->final, l->n);
        s->tau += isnan(tau) ? 0 : tau;
        s->regret += a4nn_top_regret(l->value, l->final, l->n);
        s->n++;
    }
    l->n = 0;
}

static void
add_run(struct sums *s, struct list *l, const struct a4nn_points *points,
        const struct a4nn_replay_run *run)
{
    struct a4nn_replay_outcome o = a4nn_replay_under_policy(run);
    double value = a4nn_replay_score(points, o.value),
           final = a4nn_replay_score(points, run->final);

    s->trained += a4nn_replay_cost(run->end);
    s->used += a4nn_replay_cost(o.epoch);
    if (isnan(value) || isnan(final))
        return;
    s->error += fabs(value - final);
    s->judged++;
    add_score(l, value, final);
}

/* All sums of one point. */
static void
sum_up(struct learner *x, size_t point)
{
    struct sums *by_run = x->runs.part + point * x->runs.folds;
    struct sums *by_collection = x->collections.part + point * x->collections.folds;
    struct list *list = a4nn_xcalloc(x->runs.folds, sizeof *list), whole = {0};
    size_t i, f, seen = 0;

    for (i = 0; i < x->replay->collections.n; i++) {
        size_t c = x->replay->by_name[i];
        const struct a4nn_points *points = &x->replay->collection[c].points;
        struct a4nn_replay_walk *walk;
        const struct a4nn_replay_run *run;
        struct sums *here;
        if (x->replay->collection[c].nruns == 0)
            continue;
        here = by_collection + seen++ % x->collections.folds;
        walk = a4nn_replay_walk_new(x->replay, c, point, false);
        while ((run = a4nn_replay_walk_next(walk)) != NULL) {
            f = fold_of(run->name, x->runs.folds);
            add_run(&by_run[f], &list[f], points, run);
            add_run(here, &whole, points, run);
        }
        a4nn_replay_walk_free(walk);
        rank(&whole, here);
        for (f = 0; f < x->runs.folds; f++)
            rank(&list[f], &by_run[f]);
    }
    for (f = 0; f < x->runs.folds; f++) {
        free(list[f].value);
        free(list[f].final);
    }
    free(whole.value);
    free(whole.final);
    free(list);
}

static void
add_up(struct deal *d, size_t points)
{
    size_t p, f;

    for (p = 0; p < points; p++)
        for (f = 0; f < d->folds; f++)
            add_sums(&d->all[p], &d->part[p * d->folds + f], 1);
}

/* ---- choosing ---- */

static double
saved(const struct sums *s)
{
    return s->trained > 0 ? 1 - s->used / s->trained : NAN;
}

static double
error(const struct sums *s)
{
    return s->judged > 0 ? s->error / s->judged : NAN;
}

/* How far beyond the goal, in its unit; what is there to be gained beside it. Larger is better. */
static double
beyond(const struct a4nn_advice_goal *goal, double s, double e)
{
    return goal->error ? goal->value - e : s - goal->value;
}

static double
gain(const struct a4nn_advice_goal *goal, double s, double e)
{
    return goal->error ? s : -e;
}

/* The point of a family to take after the sums of all but fold `out` (beyond the last: of all);
 * *reaches: does it reach the goal?  Else it is the one that comes nearest. */
static size_t
choose(const struct learner *x, const struct deal *d, size_t family, size_t out, bool *reaches)
{
    size_t p, best = A4NN_NO_ADVICE;
    double best_gain = NAN, best_beyond = NAN;

    *reaches = false;
    for (p = 0; p < x->sweep->n; p++) {
        struct sums s = d->all[p];
        double far, more;
        if (x->sweep->point[p].family != family)
            continue;
        if (out < d->folds)
            add_sums(&s, &d->part[p * d->folds + out], -1);
        far = beyond(&x->goal, saved(&s), error(&s));
        more = gain(&x->goal, saved(&s), error(&s));
        /* a rounding error does not miss a goal */
        if (far >= -1e-12 ? !*reaches || more > best_gain
                          : !*reaches && (best == A4NN_NO_ADVICE || far > best_beyond)) {
            best = p;
            best_gain = more;
            best_beyond = far;
            *reaches = far >= -1e-12;
        }
    }
    return best;
}

/* ---- folds ---- */

/* A mean over folds, and its standard error. */
struct spread {
    double n, sum, squares;
};

static void
add_to_spread(struct spread *s, double value)
{
    if (isnan(value))
        return;
    s->n++;
    s->sum += value;
    s->squares += value * value;
}

static double
middle(const struct spread *s)
{
    return s->n > 0 ? s->sum / s->n : NAN;
}

static double
standard_error(const struct spread *s)
{
    double m = middle(s);

    return s->n > 1 ? sqrt(fmax(s->squares / s->n - m * m, 0) / (s->n - 1)) : NAN;
}

/* What each family does in each fold when it is left out. */
struct left_out {
    double *saved, *error; /* [family x folds] */
};

static void
score(const struct learner *x, const struct deal *d, size_t family, struct left_out *out,
      struct a4nn_advice_score *score)
{
    struct spread s = {0}, e = {0};
    struct sums sum = {0};
    size_t f;

    *score = (struct a4nn_advice_score){.behind = NAN, .behind_se = NAN};
    for (f = 0; f < d->folds; f++) {
        bool reaches;
        size_t p = choose(x, d, family, f, &reaches), at = family * d->folds + f;
        const struct sums *part = &d->part[p * d->folds + f];
        out->saved[at] = saved(part);
        out->error[at] = error(part);
        score->failed += !reaches;
        add_sums(&sum, part, 1);
        add_to_spread(&s, saved(part));
        add_to_spread(&e, error(part));
    }
    score->saved = saved(&sum);
    score->saved_se = standard_error(&s);
    score->error = error(&sum);
    score->error_se = standard_error(&e);
    score->tau = sum.n > 0 ? sum.tau / sum.n : NAN;
    score->regret = sum.n > 0 ? sum.regret / sum.n : NAN;
    score->reached = beyond(&x->goal, score->saved, score->error) +
                         (x->goal.error ? score->error_se : score->saved_se) >=
                     0;
}

/* Could `heads` or more heads of `n` coins be expected once in twenty times, or more often? */
static bool
by_chance(size_t heads, size_t n)
{
    double one = pow(0.5, (double)n), sum = 0; /* probability of k heads */
    size_t k;

    for (k = 0; k <= n; k++) {
        sum += k >= heads ? one : 0;
        one *= (double)(n - k) / (double)(k + 1);
    }
    return sum >= 0.05;
}

static struct a4nn_advice_score *
score_of(struct a4nn_advice_family *f, bool elsewhere)
{
    return elsewhere ? &f->collections : &f->runs;
}

/* The best family of those that reach the goal, and how far the others are behind. */
static size_t
compare(const struct learner *x, const struct deal *d, const struct left_out *out,
        struct a4nn_advice_family *family, bool elsewhere)
{
    size_t i, f, best = A4NN_NO_ADVICE;
    double most = NAN;

    for (i = 0; i < x->sweep->families; i++) {
        const struct a4nn_advice_score *s = score_of(&family[i], elsewhere);
        double g = gain(&x->goal, s->saved, s->error);
        if (family[i].reaches && s->reached && (best == A4NN_NO_ADVICE || g > most)) {
            best = i;
            most = g;
        }
    }
    for (i = 0; i < x->sweep->families && best != A4NN_NO_ADVICE; i++) {
        struct a4nn_advice_score *s = score_of(&family[i], elsewhere);
        struct spread difference = {0};
        for (f = 0; f < d->folds; f++) {
            size_t at = i * d->folds + f, to = best * d->folds + f;
            double more = gain(&x->goal, out->saved[to], out->error[to]) -
                          gain(&x->goal, out->saved[at], out->error[at]);
            add_to_spread(&difference, more);
            s->beaten += more > 0;
        }
        s->told = !by_chance(s->beaten, d->folds);
        s->behind = middle(&difference);
        s->behind_se = standard_error(&difference);
    }
    return best;
}

static size_t
cross_validate(const struct learner *x, const struct deal *d, struct a4nn_advice_family *family,
               bool elsewhere)
{
    size_t n = x->sweep->families * d->folds + 1, i, best;
    struct left_out out = {a4nn_xcalloc(n, sizeof(double)), a4nn_xcalloc(n, sizeof(double))};

    for (i = 0; i < x->sweep->families; i++)
        score(x, d, i, &out, score_of(&family[i], elsewhere));
    best = compare(x, d, &out, family, elsewhere);
    free(out.saved);
    free(out.error);
    return best;
}

/* ---- all of it ---- */

static void
begin_deal(struct deal *d, size_t points, size_t folds)
{
    d->folds = folds;
    d->part = a4nn_xcalloc(points * folds + 1, sizeof *d->part);
    d->all = a4nn_xcalloc(points + 1, sizeof *d->all);
}

static void
end_deal(struct deal *d)
{
    free(d->part);
    free(d->all);
}

static void
tune(const struct learner *x, struct a4nn_advice_family *family)
{
    size_t i;

    for (i = 0; i < x->sweep->families; i++) {
        struct a4nn_advice_family *f = &family[i];
        f->point = choose(x, &x->runs, i, x->runs.folds, &f->reaches);
        f->saved = saved(&x->runs.all[f->point]);
        f->error = error(&x->runs.all[f->point]);
        f->collections.saved = NAN;
    }
}

void
a4nn_advise(const struct a4nn_replay *replay, const struct a4nn_sweep *sweep,
            const struct a4nn_advice_goal *goal, struct a4nn_advice *out)
{
    struct learner x = {.replay = replay, .sweep = sweep, .goal = *goal};
    size_t i;

    *out = (struct a4nn_advice){
        .goal = *goal, .best = A4NN_NO_ADVICE, .best_elsewhere = A4NN_NO_ADVICE};
    for (i = 0; i < replay->collections.n; i++) {
        out->runs += replay->collection[i].nruns;
        out->collections += replay->collection[i].nruns > 0;
    }
    if (out->runs < A4NN_ADVICE_RUNS)
        return;
    out->folds = out->runs < MANY_RUNS ? FEW_FOLDS : MANY_FOLDS;
    out->family = a4nn_xcalloc(sweep->families + 1, sizeof *out->family);
    begin_deal(&x.runs, sweep->n, out->folds);
    begin_deal(&x.collections, sweep->n,
               out->collections < COLLECTION_FOLDS ? out->collections : COLLECTION_FOLDS);
    for (i = 0; i < sweep->n; i++)
        sum_up(&x, i);
    add_up(&x.runs, sweep->n);
    add_up(&x.collections, sweep->n);
    tune(&x, out->family);
    out->best = cross_validate(&x, &x.runs, out->family, false);
    if (out->collections >= LEAST_COLLECTIONS)
        out->best_elsewhere = cross_validate(&x, &x.collections, out->family, true);
    end_deal(&x.runs);
    end_deal(&x.collections);
}

void
a4nn_advice_release(struct a4nn_advice *advice)
{
    free(advice->family);
    advice->family = NULL;
}
