/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ensemble's forecast of each run, corrected by the other runs of the stream (pool.h).
 *
 * Runs of one task and metric pool.  The pool's unit is z for shares and losses; for open-ended
 * metrics, whose z counts from each run's own beginning, it is the metric's own.
 */
#include <math.h>
#include <stdlib.h>

#include "follower.h"
#include "forecast.h"
#include "pool.h"
#include "xalloc.h"

/* Stations of a run of at least so many observations; a shorter one has one for each. */
static const double most_stations = 40;
/* Where drops of the learning rate are known, a station should not lie on both sides of one. */
static const double most_stations_with_drops = 100;
/* A dip of an accuracy or a reward is noise, and part of it will be made good; a loss that rises
 * again overfits. */
static const double comeback = 0.25;
/*
 * The interval over the ensemble's, beyond what the expected errors say: for a run alone, and more
 * in company, where the runs share a part of their errors.  From the coverage on 20 collections of
 * curves (tests/bench/pool.sh), on which it matters little which of them is left out.
 */
static const double wider_alone = 1.2, wider_in_company = 1.5;
/* Nothing is surer than this, in z. */
static const double least_error = 0.01;

/* The runs of one task and metric. */
struct group {
    struct a4nn_pool *pool;
    struct a4nn_points points;
    int kind;         /* of the z scale */
    unsigned version; /* counts what had to be thrown away */
};

struct groups {
    struct group *group;
    size_t n, cap;
    size_t runs; /* so far, to tell them apart */
};

struct run {
    struct a4nn_follower follower;
    struct groups *groups;
    size_t group;
    unsigned version;              /* of the group, when the run joined it */
    struct a4nn_pool_visit *visit; /* at each station; NULL: not joined yet */
    size_t stations, reached;      /* the newest station entered */
    double level, best;            /* in the pool's unit; NAN before the first */
    bool ended;
    size_t id;
    struct a4nn_ensemble_answer own; /* what the ensemble says, in z */
    double value, spread;            /* the forecast, in z; its spread over the ensemble's */
    struct a4nn_pool_answer answer;  /* how it came about */
};

/* ---- runs and groups ---- */

static void *
open_shared(const struct a4nn_values *values)
{
    (void)values;
    return a4nn_xcalloc(1, sizeof(struct groups));
}

static void
close_shared(void *shared)
{
    struct groups *g = shared;
    size_t i;

    for (i = 0; i < g->n; i++)
        a4nn_pool_free(g->group[i].pool);
    free(g->group);
    free(g);
}

static void *
open_run(const struct a4nn_values *values, void *shared)
{
    struct run *r = a4nn_xcalloc(1, sizeof *r);

    (void)values;
    a4nn_follower_init(&r->follower);
    r->groups = shared;
    r->id = r->groups->runs++;
    r->level = r->best = NAN;
    return r;
}

/* Takes away all that the run has told its group. */
static void
withdraw(struct run *r)
{
    struct group *g = &r->groups->group[r->group];
    size_t i;

    for (i = 0; g->version == r->version && i < r->stations; i++) {
        if (r->ended)
            a4nn_pool_forget(g->pool, i, r->id);
        if (r->visit[i].weight > 0)
            a4nn_pool_leave(g->pool, i, &r->visit[i]);
    }
    free(r->visit);
    r->visit = NULL;
}

static void
rest(void *state)
{
    struct run *r = state;

    a4nn_follower_rest(&r->follower);
}

static void
close_run(void *state)
{
    struct run *r = state;

    if (r->visit != NULL)
        withdraw(r);
    a4nn_follower_release(&r->follower);
    free(r);
}

static bool
same_unit(const struct group *g, const struct a4nn_points *points, int kind)
{
    return g->kind == kind && !(g->points.scale < points->scale) &&
           !(g->points.scale > points->scale) && !(g->points.offset < points->offset) &&
           !(g->points.offset > points->offset) && g->points.minimise == points->minimise;
}

/* The run's group, emptied when it has been counted in another unit (percent, not a fraction). */
static struct group *
group_of(struct run *r, const struct a4nn_run_view *view, double last)
{
    struct groups *all = r->groups;
    int kind = (int)r->follower.scale.kind;
    struct group *g;

    while (all->n <= view->group) {
        all->group = a4nn_xgrow(all->group, all->n, &all->cap, sizeof *all->group);
        all->group[all->n++] = (struct group){0};
    }
    g = &all->group[view->group];
    if (g->pool != NULL && !same_unit(g, &view->points, kind)) {
        a4nn_pool_free(g->pool);
        g->pool = NULL;
        g->version++;
    }
    if (g->pool == NULL) {
        bool drops = view->schedule != NULL && view->schedule->drops > 0;
        double stations =
            fmin(fmax(round(last), 1), drops ? most_stations_with_drops : most_stations);
        g->points = view->points;
        g->kind = kind;
        g->pool = a4nn_pool_new((size_t)stations, kind == A4NN_Z_LOSS ? 0 : comeback);
    }
    return g;
}

static struct group *
join(struct run *r, const struct a4nn_run_view *view, double last)
{
    struct group *g = group_of(r, view, last);

    r->group = view->group;
    if (r->visit != NULL && r->version != g->version)
        withdraw(r);
    if (r->visit == NULL) {
        r->version = g->version;
        r->stations = a4nn_pool_stations(g->pool);
        r->visit = a4nn_xcalloc(r->stations, sizeof *r->visit);
        r->ended = false;
    }
    return g;
}

/* ---- units ---- */

/* Units of the pool in one of z. */
static double
unit(const struct a4nn_zscale *s)
{
    return s->kind == A4NN_Z_RANGE ? s->range / 100 : 1;
}

/* Where z = 0 is, in the pool's unit. */
static double
zero(const struct a4nn_zscale *s)
{
    return s->kind == A4NN_Z_RANGE ? s->sign * s->origin : 0;
}

/* ---- forecasting ---- */

/* Takes note of the newest value; true when it is finite. */
static bool
take(struct run *r, const struct a4nn_run_view *view)
{
    const struct a4nn_zscale *s = &r->follower.scale;
    double newest = view->curve->value[view->curve->n - 1];
    double z = a4nn_to_z(s, a4nn_to_points(&view->points, newest));

    if (!isfinite(z))
        return false;
    r->level = zero(s) + unit(s) * z;
    r->best = isnan(r->best) ? r->level : fmax(r->best, r->level);
    return true;
}

/* The run has come to its end with a value: all its stations learn. */
static void
teach(struct run *r, struct group *g)
{
    size_t i;

    r->ended = true;
    for (i = 0; i < r->stations; i++)
        if (r->visit[i].weight > 0)
            a4nn_pool_learn(g->pool, i, &r->visit[i], r->id, r->level);
}

/* Enters the station at x, and those that were passed by since the last one. */
static void
advance(struct run *r, struct group *g, size_t station, const struct a4nn_pool_visit *now)
{
    size_t i = r->reached;

    if (r->visit[station].weight > 0)
        return;
    for (; i < station; i++)
        if (r->visit[i].weight > 0)
            break;
    for (; i <= station; i++) {
        struct a4nn_pool_visit *v = &r->visit[i];
        if (v->weight > 0)
            continue;
        *v = *now;
        a4nn_pool_enter(g->pool, i, v);
    }
    r->reached = station;
}

static double
better(const void *context, double target)
{
    const struct run *r = context;
    double z = a4nn_to_z(&r->follower.scale, target);

    return a4nn_ensemble_above(r->follower.ensemble, r->own.median + (z - r->value) / r->spread);
}

static void
settle(struct run *r, struct a4nn_forecast *out)
{
    const struct a4nn_pool_answer *answer = &r->answer;
    const struct a4nn_zscale *s = &r->follower.scale;
    struct a4nn_ensemble_answer ours = r->own;
    double lo, hi;

    a4nn_z_bounds(s, &lo, &hi);
    r->value = fmin(fmax(r->own.median + answer->shift / unit(s), lo), hi);
    r->spread =
        answer->stretch * (wider_alone + answer->company * (wider_in_company - wider_alone));
    ours.median = r->value;
    ours.low = fmin(fmax(r->value + r->spread * (r->own.low - r->own.median), lo), hi);
    ours.high = fmin(fmax(r->value + r->spread * (r->own.high - r->own.median), lo), hi);
    ours.error = answer->stretch * r->own.error;
    a4nn_follower_forecast(&r->follower, &ours, out);
    out->better = better;
    out->context = r;
}

static void
next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *view,
     struct a4nn_forecast *out)
{
    struct run *r = state;
    struct a4nn_follower *f = &r->follower;
    struct a4nn_pool_answer *answer = &r->answer;
    struct a4nn_pool_visit now;
    struct group *g;
    double epoch = view->curve->epoch[view->curve->n - 1], last, x, share;
    size_t station;
    bool finite;

    (void)values;
    a4nn_forecast_none(out);
    if (!isfinite(view->epochs))
        return;
    a4nn_follower_take(f, view);
    if (!a4nn_follower_read(f, &r->own))
        return;
    finite = take(r, view);
    if (isnan(r->level))
        return;
    last = a4nn_follower_x(f, view->epochs);
    x = a4nn_follower_x(f, epoch);
    g = join(r, view, last);
    now = (struct a4nn_pool_visit){.level = r->level,
                                   .dip = r->best - r->level,
                                   .gain =
                                       zero(&f->scale) + unit(&f->scale) * r->own.median - r->level,
                                   .error = unit(&f->scale) * fmax(r->own.error, least_error)};
    *answer = (struct a4nn_pool_answer){.stretch = 1, .own = 1};
    if (epoch < view->epochs) {
        share = ceil(x / last * (double)r->stations - 1e-9);
        station = share < 1 ? 0 : (size_t)fmin(share, (double)r->stations) - 1;
        advance(r, g, station, &now);
        a4nn_pool_ask(g->pool, station, &now, answer);
    } else if (finite && !r->ended) {
        teach(r, g);
    }
    settle(r, out);
}

/* The run's own forecast shifted by that many units of the pool, in points. */
static double
shifted(const struct run *r, double shift)
{
    const struct a4nn_zscale *s = &r->follower.scale;

    return a4nn_from_z(s, r->own.median + shift / unit(s));
}

static void
explain_steps(const struct run *r, struct a4nn_explanation *out)
{
    const struct a4nn_zscale *s = &r->follower.scale;
    const struct a4nn_pool_answer *a = &r->answer;

    a4nn_explain_step(out, a4nn_from_z(s, r->own.median), "by this run alone");
    if (a->runs > 1.5)
        a4nn_explain_step(
            out, shifted(r, a->shift - a->correction),
            "with the runs that have come as far: %.0f, and this one counting %.0f %%", a->runs - 1,
            100 * a->own);
    if (a->lessons > 0.5)
        a4nn_explain_step(out, shifted(r, a->shift),
                          "corrected by the ends of runs: %.0f, expected errors times %.2g",
                          a->lessons, a->stretch);
}

/* Where a value of the ensemble's mixture lies in the pool's, in points. */
static double
moved(const struct run *r, double points)
{
    const struct a4nn_zscale *s = &r->follower.scale;

    return a4nn_from_z(s, r->value + r->spread * (a4nn_to_z(s, points) - r->own.median));
}

/* The ensemble's mixture, moved and spread to where the runs together put it. */
static bool
explain(const void *state, struct a4nn_explanation *out)
{
    const struct run *r = state;
    const struct a4nn_zscale *s = &r->follower.scale;
    double widened = r->spread * r->spread;
    size_t i;

    if (r->visit == NULL || !a4nn_follower_explain(&r->follower, out))
        return false;
    explain_steps(r, out);
    out->mean = moved(r, out->mean);
    out->variance *= widened;
    for (i = 0; i < out->nsources; i++)
        out->source[i].variance *= widened;
    for (i = 0; i < out->nparts; i++) {
        struct a4nn_part *part = &out->part[i];
        double sd = part->sd / a4nn_z_error(s, 1, part->value);
        part->value = moved(r, part->value);
        part->sd = a4nn_z_error(s, r->spread * sd, part->value);
    }
    return true;
}

const struct a4nn_forecaster a4nn_forecaster_pool = {
    .name = "pool",
    .about = "the ensemble, helped by the other runs of the stream",
    .rule = "converged",
    .needs_epochs = true,
    .odds = true,
    .open = open_run,
    .open_shared = open_shared,
    .next = next,
    .explain = explain,
    .rest = rest,
    .close = close_run,
    .close_shared = close_shared,
};
