/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ensemble's forecast of each run, corrected by the other runs of the stream (pool.h), and by
 * what complete runs of the past say (taught.h).  Runs of one task and metric pool.
 *
 * The past may be of another kind than its name says, and no forecast should be worse for it.  A
 * run's forecast is the median of that with the past and that without, by the odds that the run is
 * one of them: a priori by how unlike them it is,
 *
 *     ln odds = trusted - distrusted * unlike + what runs of the stream have shown that have ended,
 *
 * that is by how much the density of their ends was larger with the past than without, at the same
 * station, of a Laplace distribution about the one forecast and the other.  A mean in place of the
 * median would be drawn away by a past that is hardly trusted, but far off.
 */
#include <math.h>
#include <stdlib.h>

#include "forecast.h"
#include "laplace.h"
#include "pool.h"
#include "taught.h"
#include "visitor.h"
#include "xalloc.h"

/* Stations of a run of at least so many observations; a shorter one has one for each. */
static const double most_stations = 40;
/* Where drops of the learning rate are known, a station should not lie on both sides of one. */
static const double most_with_drops = 100;
/* A dip of an accuracy or a reward is noise, and part of it will be made good; a loss that rises
 * again overfits. */
static const double comeback = 0.25;
/*
 * The interval over the ensemble's, beyond what the expected errors say: for a run alone, and more
 * in company, where the runs share a part of their errors.  From the coverage on 20 collections of
 * curves (tests/bench/pool.sh), on which it matters little which of them is left out.
 */
static const double wider_alone = 1.2, wider_in_company = 1.5;
/*
 * Odds that a run is one of the past ones.  A logistic regression on 21 collections of curves, the
 * past being drawn from the same one or from another, gave 2.7 and 1.9; this is more cautious.
 */
static const double trusted = 2.7, distrusted = 2.7, most_unlike = 6;
/* No single run of the stream says more about it than this. */
static const double most_shown = 1;

/* The runs of one task and metric. */
struct group {
    struct a4nn_pool *pool;
    struct a4nn_taught *taught; /* the past; NULL: none */
    double *shown;              /* with a past: what ended runs have shown, at each station */
    struct a4nn_points points;
    int kind;         /* of the z scale */
    unsigned version; /* counts what had to be thrown away */
};

/* How far off a run's own forecast is, and by what factor its expected error. */
struct correction {
    double shift, stretch;
};

/* The two forecasts of a run at a station, in the pool's unit; none where the error is 0. */
struct pledge {
    struct a4nn_laplace with, without;
    double shown; /* what the run's end said about them */
};

struct groups {
    struct group *group;
    size_t n, cap;
    size_t runs; /* so far, to tell them apart */
};

struct run {
    struct a4nn_visitor visitor;
    struct groups *groups;
    size_t group;
    unsigned version;              /* of the group, when the run joined it */
    struct a4nn_pool_visit *visit; /* at each station; NULL: not joined yet */
    struct pledge *pledge;         /* likewise, where there is a past */
    size_t stations, reached;      /* the newest station entered */
    bool ended;
    size_t id;
    double value, spread;           /* the forecast, in z; its spread over the ensemble's */
    struct a4nn_pool_answer answer; /* how it came about */
    struct a4nn_taught_answer past; /* what the past adds ... */
    double trust;                   /* ... and its weight; 0: there is none */
};

/* ---- runs and groups ---- */

static void *
open_shared(const struct a4nn_values *values)
{
    (void)values;
    return a4nn_xcalloc(1, sizeof(struct groups));
}

static void
empty(struct group *g)
{
    a4nn_pool_free(g->pool);
    a4nn_taught_free(g->taught);
    free(g->shown);
    g->pool = NULL;
    g->taught = NULL;
    g->shown = NULL;
}

static void
close_shared(void *shared)
{
    struct groups *g = shared;
    size_t i;

    for (i = 0; i < g->n; i++)
        empty(&g->group[i]);
    free(g->group);
    free(g);
}

static void *
open_run(const struct a4nn_values *values, void *shared)
{
    struct run *r = a4nn_xcalloc(1, sizeof *r);

    (void)values;
    a4nn_visitor_init(&r->visitor);
    r->groups = shared;
    r->id = r->groups->runs++;
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
        if (r->pledge != NULL && g->shown != NULL)
            g->shown[i] -= r->pledge[i].shown;
    }
    free(r->visit);
    free(r->pledge);
    r->visit = NULL;
    r->pledge = NULL;
}

static void
rest(void *state)
{
    struct run *r = state;

    a4nn_follower_rest(&r->visitor.follower);
}

static void
close_run(void *state)
{
    struct run *r = state;

    if (r->visit != NULL)
        withdraw(r);
    a4nn_visitor_release(&r->visitor);
    free(r);
}

static bool
same_unit(const struct group *g, const struct a4nn_points *points, int kind)
{
    return g->kind == kind && !(g->points.scale < points->scale) &&
           !(g->points.scale > points->scale) && !(g->points.offset < points->offset) &&
           !(g->points.offset > points->offset) && g->points.minimise == points->minimise;
}

/* Begins a group, for runs of so many observations. */
static void
begin(struct group *g, const struct a4nn_run_view *view, int kind, double last)
{
    bool drops = view->schedule != NULL && view->schedule->drops > 0;
    double back = kind == A4NN_Z_LOSS ? 0 : comeback;
    size_t stations = (size_t)fmin(fmax(round(last), 1), drops ? most_with_drops : most_stations);

    g->points = view->points;
    g->kind = kind;
    g->pool = a4nn_pool_new(stations, back);
    if (view->past == NULL)
        return;
    g->taught = a4nn_taught_of(view->past, kind, stations, back, drops ? view->schedule : NULL);
    g->shown = a4nn_xcalloc(stations, sizeof *g->shown);
}

/* The run's group, emptied when it has been counted in another unit (percent, not a fraction). */
static struct group *
group_of(struct run *r, const struct a4nn_run_view *view, double last)
{
    struct groups *all = r->groups;
    int kind = (int)r->visitor.follower.scale.kind;
    struct group *g;

    while (all->n <= view->group) {
        all->group = a4nn_xgrow(all->group, all->n, &all->cap, sizeof *all->group);
        all->group[all->n++] = (struct group){0};
    }
    g = &all->group[view->group];
    if (g->pool != NULL && !same_unit(g, &view->points, kind)) {
        empty(g);
        g->version++;
    }
    if (g->pool == NULL)
        begin(g, view, kind, last);
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
        if (g->taught != NULL)
            r->pledge = a4nn_xcalloc(r->stations, sizeof *r->pledge);
        r->ended = false;
    }
    return g;
}

/* ---- forecasting ---- */

/* Logarithm of how much denser the end is with the past than without. */
static double
show(const struct pledge *p, double end)
{
    double shown =
        a4nn_laplace_log_density(&p->with, end) - a4nn_laplace_log_density(&p->without, end);

    return fmax(fmin(shown, most_shown), -most_shown);
}

/* The run has come to its end with a value: all its stations learn. */
static void
teach(struct run *r, struct group *g)
{
    double end = r->visitor.level;
    size_t i;

    r->ended = true;
    for (i = 0; i < r->stations; i++) {
        if (r->visit[i].weight > 0)
            a4nn_pool_learn(g->pool, i, &r->visit[i], r->id, end);
        if (r->pledge == NULL || !(r->pledge[i].with.error > 0))
            continue;
        r->pledge[i].shown = show(&r->pledge[i], end);
        g->shown[i] += r->pledge[i].shown;
    }
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

/* The run's visits up to the station where it is; those before it was first seen are like the
 * first. */
static void
way_to(const struct run *r, size_t station, const struct a4nn_pool_visit *now,
       struct a4nn_pool_visit *way)
{
    size_t i;

    way[station] = *now;
    for (i = station; i-- > 0;)
        way[i] = r->visit[i].weight > 0 ? r->visit[i] : way[i + 1];
}

/* Asks the past, and notes both forecasts when the station is new. */
static void
recall(struct run *r, struct group *g, size_t station, const struct a4nn_pool_visit *now, bool new)
{
    struct a4nn_pool_visit *way = a4nn_xcalloc(station + 1, sizeof *way);
    double unlike, own = now->level + now->gain;

    way_to(r, station, now, way);
    if (a4nn_taught_ask(g->taught, station, way, &r->past)) {
        unlike = fmax(fmin(r->past.unlike, most_unlike), 0);
        r->trust = 1 / (1 + exp(distrusted * unlike - trusted - g->shown[station]));
        if (new)
            r->pledge[station] =
                (struct pledge){.with = {own + r->past.shift, now->error * r->past.stretch},
                                .without = {own + r->answer.shift, now->error * r->answer.stretch}};
    }
    free(way);
}

static double
better(const void *context, double target)
{
    const struct run *r = context;
    double z = a4nn_to_z(&r->visitor.follower.scale, target);

    return a4nn_follower_above(&r->visitor.follower, &r->visitor.own,
                               r->visitor.own.median + (z - r->value) / r->spread);
}

/* Where pool and past put the run's own forecast, by the trust in the past, in the pool's unit. */
static struct correction
correction(const struct run *r, double error)
{
    const struct a4nn_laplace without = {r->answer.shift, r->answer.stretch * error};
    const struct a4nn_laplace with = {r->past.shift, r->past.stretch * error};
    struct a4nn_laplace both;

    if (!(r->trust > 0))
        return (struct correction){r->answer.shift, r->answer.stretch};
    both = a4nn_laplace_either(&with, &without, r->trust);
    return (struct correction){both.centre, both.error / error};
}

static void
settle(struct run *r, double error, struct a4nn_forecast *out)
{
    const struct a4nn_zscale *s = &r->visitor.follower.scale;
    const struct a4nn_ensemble_answer *own = &r->visitor.own;
    struct a4nn_ensemble_answer ours = *own;
    struct correction c = correction(r, error);
    double company = r->answer.company, lo, hi;

    company += r->trust * (r->past.company - company);
    a4nn_z_bounds(s, &lo, &hi);
    r->value = fmin(fmax(own->median + c.shift / a4nn_visitor_unit(&r->visitor), lo), hi);
    r->spread = c.stretch * (wider_alone + company * (wider_in_company - wider_alone));
    ours.median = r->value;
    ours.low = fmin(fmax(r->value + r->spread * (own->low - own->median), lo), hi);
    ours.high = fmin(fmax(r->value + r->spread * (own->high - own->median), lo), hi);
    ours.error = c.stretch * own->error;
    a4nn_follower_forecast(&r->visitor.follower, &ours, out);
    out->better = better;
    out->context = r;
}

static void
next(void *state, const struct a4nn_values *values, const struct a4nn_run_view *view,
     struct a4nn_forecast *out)
{
    struct run *r = state;
    struct a4nn_visitor *v = &r->visitor;
    struct a4nn_pool_visit now;
    struct group *g;
    double epoch = view->curve->epoch[view->curve->n - 1];
    size_t station;
    bool finite, new;

    (void)values;
    a4nn_forecast_none(out);
    if (!isfinite(view->epochs))
        return;
    a4nn_visitor_follow(v, view);
    if (!a4nn_visitor_read(v))
        return;
    finite = a4nn_visitor_rise(v, view);
    if (isnan(v->level))
        return;
    g = join(r, view, a4nn_follower_x(&v->follower, view->epochs));
    now = a4nn_visitor_visit(v);
    r->answer = (struct a4nn_pool_answer){.stretch = 1, .own = 1};
    r->trust = 0;
    if (epoch < view->epochs) {
        station = a4nn_visitor_station(v, epoch, view->epochs, r->stations);
        new = !(r->visit[station].weight > 0);
        advance(r, g, station, &now);
        a4nn_pool_ask(g->pool, station, &now, &r->answer);
        if (g->taught != NULL)
            recall(r, g, station, &now, new);
    } else if (finite && !r->ended) {
        teach(r, g);
    }
    settle(r, now.error, out);
}

/* The run's own forecast shifted by that many units of the pool, in points. */
static double
shifted(const struct run *r, double shift)
{
    const struct a4nn_visitor *v = &r->visitor;

    return a4nn_from_z(&v->follower.scale, v->own.median + shift / a4nn_visitor_unit(v));
}

static void
explain_steps(const struct run *r, struct a4nn_explanation *out)
{
    const struct a4nn_pool_answer *a = &r->answer;

    a4nn_explain_step(out, shifted(r, 0), "by this run alone");
    if (a->runs > 1.5)
        a4nn_explain_step(
            out, shifted(r, a->shift - a->correction),
            "with the runs that have come as far: %.0f, and this one counting %.0f %%", a->runs - 1,
            100 * a->own);
    if (a->lessons > 0.5)
        a4nn_explain_step(out, shifted(r, a->shift),
                          "corrected by the ends of runs: %.0f, expected errors times %.2g",
                          a->lessons, a->stretch);
    if (r->trust > 0)
        a4nn_explain_step(out,
                          shifted(r, correction(r, a4nn_visitor_visit(&r->visitor).error).shift),
                          "with %zu complete runs of the past, which say %.4g and count %.0f %%",
                          a4nn_taught_runs(r->groups->group[r->group].taught),
                          shifted(r, r->past.shift), 100 * r->trust);
}

/* Where a value of the ensemble's mixture lies in the pool's, in points. */
static double
moved(const struct run *r, double points)
{
    const struct a4nn_zscale *s = &r->visitor.follower.scale;

    return a4nn_from_z(s, r->value + r->spread * (a4nn_to_z(s, points) - r->visitor.own.median));
}

/* The ensemble's mixture, moved and spread to where the runs together put it. */
static bool
explain(const void *state, struct a4nn_explanation *out)
{
    const struct run *r = state;
    const struct a4nn_zscale *s = &r->visitor.follower.scale;
    double widened = r->spread * r->spread;
    size_t i;

    if (r->visit == NULL || !a4nn_follower_explain(&r->visitor.follower, out))
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
