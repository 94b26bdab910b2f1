/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "taught.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ridge.h"
#include "taught_parts.h"
#include "xalloc.h"

/* Prior of the plane: as many past runs' worth of "no correction" for each feature. */
static const double sceptical = 2;
/* A past run is never believed less than this, of 1. */
static const double least_believed = 0.02;
/* A feature further from the mean than this many standard deviations counts as there. */
static const double farthest = 3;
/* Least standard deviations, as a share of the common expected error. */
static const double least_noise = 0.02, least_way = 0.05;

enum { D = A4NN_FEATURES + 1 };

/* What the runs say at a station. */
struct station {
    bool made;
    struct a4nn_crowd_view view;
    double way, way_sd; /* median and spread of the way to here */
    struct a4nn_gp *gp; /* NULL: nothing */
    double stretch;
    struct a4nn_likeness like;
};

struct a4nn_taught {
    size_t stations, n, cap;
    double comeback, point, origin;
    struct a4nn_taught_run *run;
    struct a4nn_pool_visit *room; /* one run's visits */
    struct station station[];
};

struct a4nn_taught *
a4nn_taught_new(size_t stations, double comeback, double point)
{
    struct a4nn_taught *t = a4nn_xcalloc(1, sizeof *t + stations * sizeof t->station[0]);

    t->stations = stations;
    t->comeback = comeback;
    t->point = point;
    t->room = a4nn_xcalloc(stations, sizeof *t->room);
    return t;
}

static void
unmake(struct station *s)
{
    a4nn_gp_free(s->gp);
    a4nn_likeness_release(&s->like);
    *s = (struct station){.made = false};
}

void
a4nn_taught_free(struct a4nn_taught *t)
{
    size_t i;

    if (t == NULL)
        return;
    for (i = 0; i < t->stations; i++)
        unmake(&t->station[i]);
    for (i = 0; i < t->n; i++)
        free(t->run[i].visit);
    free(t->run);
    free(t->room);
    free(t);
}

size_t
a4nn_taught_runs(const struct a4nn_taught *t)
{
    return t->n;
}

static void
from_origin(const struct a4nn_taught *t, const struct a4nn_pool_visit *v, size_t n,
            struct a4nn_pool_visit *out)
{
    size_t i;

    for (i = 0; i < n; i++) {
        out[i] = v[i];
        out[i].level -= t->origin;
    }
}

void
a4nn_taught_add(struct a4nn_taught *t, const struct a4nn_pool_visit *visits, double value)
{
    struct a4nn_taught_run *run;
    size_t i;

    if (t->n == 0)
        t->origin = value; /* so that squares of levels keep their digits */
    t->run = a4nn_xgrow(t->run, t->n, &t->cap, sizeof *t->run);
    run = &t->run[t->n++];
    run->visit = a4nn_xcalloc(t->stations, sizeof *run->visit);
    run->value = value - t->origin;
    from_origin(t, visits, t->stations, run->visit);
    for (i = 0; i < t->stations; i++)
        unmake(&t->station[i]);
}

/* ---- making a station ---- */

/* The way from half as far to the station: what it was above the level here, within reason. */
static double
way_of(const struct station *s, const struct a4nn_pool_visit *visits, size_t station)
{
    double way = visits[station / 2].level - visits[station].level;
    double most = farthest * s->view.level_sd;

    return fmax(fmin(way, most), -most);
}

static void
features(const struct station *s, const struct a4nn_pool_visit *visits, size_t station, double *x)
{
    double way = (way_of(s, visits, station) - s->way) / s->way_sd;

    a4nn_pool_features(&s->view, &visits[station], x);
    x[D - 1] = fmax(fmin(way, farthest), -farthest);
}

static void
find_ways(const struct a4nn_taught *t, struct station *s, size_t station, double *room)
{
    size_t i;

    for (i = 0; i < t->n; i++)
        room[i] = way_of(s, t->run[i].visit, station);
    s->way = a4nn_ridge_median(room, t->n);
    for (i = 0; i < t->n; i++)
        room[i] = fabs(way_of(s, t->run[i].visit, station) - s->way);
    s->way_sd = A4NN_OF_MEDIAN * a4nn_ridge_median(room, t->n) + least_way * s->view.error;
}

static bool
find_view(const struct a4nn_taught *t, struct station *s, size_t station)
{
    struct a4nn_crowd crowd = {0};
    double log_error = 0, common;
    size_t i;

    for (i = 0; i < t->n; i++)
        log_error += log(t->run[i].visit[station].error);
    common = exp(log_error / (double)t->n);
    for (i = 0; i < t->n; i++) {
        const struct a4nn_pool_visit *v = &t->run[i].visit[station];
        a4nn_crowd_add(&crowd, v, 1 / (v->error + common), 1); /* as in pool.c */
    }
    return a4nn_crowd_look(&crowd, &s->view);
}

/* Room for what a station is made from. */
struct work {
    double *x, *y, *unit, *error, *weight, *residual, *leverage, *noise;
};

/* Noise of each run's y: that of the regression, the more the less the run is believed. */
static double
find_noise(struct work *w, size_t n, double common)
{
    struct a4nn_ridge ridge = {.n = n,
                               .d = D,
                               .x = w->x,
                               .y = w->y,
                               .prior = sceptical,
                               .least = least_noise * common,
                               .weight = w->weight,
                               .residual = w->residual};
    double sd;
    size_t i;

    a4nn_ridge_fit(&ridge);
    a4nn_ridge_leverages(&ridge, w->leverage);
    for (i = 0; i < n; i++)
        w->noise[i] = fabs(w->residual[i]) / (1 - fmin(w->leverage[i], A4NN_MOST_LEVERAGE));
    sd = A4NN_OF_MEDIAN * a4nn_ridge_median(w->noise, n) + least_noise * common;
    for (i = 0; i < n; i++)
        w->noise[i] = sd * sd / fmax(w->weight[i], least_believed);
    return sd * sd;
}

static void
make_station(const struct a4nn_taught *t, size_t station, struct station *s)
{
    double *room = a4nn_xcalloc(t->n, (D + 7) * sizeof *room), variance, sum = 0;
    struct work w = {room,
                     room + D * t->n,
                     room + (D + 1) * t->n,
                     room + (D + 2) * t->n,
                     room + (D + 3) * t->n,
                     room + (D + 4) * t->n,
                     room + (D + 5) * t->n,
                     room + (D + 6) * t->n};
    size_t i;

    find_ways(t, s, station, room);
    for (i = 0; i < t->n; i++) {
        const struct a4nn_pool_visit *v = &t->run[i].visit[station];
        struct a4nn_pool_base base;
        a4nn_crowd_base(&s->view, t->comeback, v, &base);
        features(s, t->run[i].visit, station, w.x + D * i);
        w.y[i] = (t->run[i].value - v->level - v->gain - base.shift) / base.unit;
        w.unit[i] = base.unit;
        w.error[i] = base.error;
    }
    variance = find_noise(&w, t->n, s->view.error);
    s->gp = a4nn_gp_fit(w.x, w.y, w.noise, t->n, D, variance / sceptical, variance);
    for (i = 0; s->gp != NULL && i < t->n; i++)
        sum +=
            a4nn_pool_log_ratio(w.unit[i] * a4nn_gp_residual(s->gp, i), w.error[i], s->view.error);
    s->stretch = a4nn_pool_stretch(sum, (double)t->n);
    free(room);
}

/* The station, made if need be; NULL when the runs say nothing there. */
static const struct station *
station_of(struct a4nn_taught *t, size_t station)
{
    struct station *s = &t->station[station];

    if (s->made)
        return s->gp != NULL ? s : NULL;
    s->made = true;
    if (t->n < A4NN_TAUGHT_FEWEST || !find_view(t, s, station))
        return NULL;
    make_station(t, station, s);
    a4nn_likeness_make(&s->like, t->run, t->n, station, t->point);
    return s->gp != NULL ? s : NULL;
}

bool
a4nn_taught_ask(struct a4nn_taught *t, size_t station, const struct a4nn_pool_visit *visits,
                struct a4nn_taught_answer *out)
{
    const struct station *s = station_of(t, station);
    const struct a4nn_pool_visit *v = &t->room[station];
    struct a4nn_pool_base base;
    double x[D];

    if (s == NULL)
        return false;
    from_origin(t, visits, station + 1, t->room);
    a4nn_crowd_base(&s->view, t->comeback, v, &base);
    features(s, t->room, station, x);
    out->shift = base.shift + base.unit * a4nn_gp_mean(s->gp, x);
    out->stretch = base.error * s->stretch / v->error;
    out->company = base.company;
    out->unlike = a4nn_likeness_ask(&s->like, t->room, station, t->point);
    return isfinite(out->shift) && isfinite(out->stretch) && !isnan(out->unlike);
}
