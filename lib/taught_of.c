/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the curves of past runs to their visits. */
#include <math.h>
#include <stdlib.h>

#include "taught.h"
#include "visitor.h"
#include "xalloc.h"

/* Stations before the first that a run has come to, and behind the last, are like these. */
static void
fill_up(struct a4nn_pool_visit *visits, size_t stations, size_t first, size_t last)
{
    size_t i;

    for (i = 0; i < first; i++)
        visits[i] = visits[first];
    for (i = last + 1; i < stations; i++)
        visits[i] = visits[last];
}

/* Notes the visit to the station where the run is now, and to those passed by since the last. */
static void
note(const struct a4nn_visitor *v, struct a4nn_pool_visit *visits, size_t station, size_t *next)
{
    for (; *next <= station; ++*next)
        visits[*next] = a4nn_visitor_visit(v);
}

/* The visits of a run, seen as such a one; false when there are none, or its end is not finite. */
static bool
follow(struct a4nn_visitor *v, const struct a4nn_past_curve *run, const struct a4nn_run_view *as,
       struct a4nn_pool_visit *visits, size_t stations)
{
    struct a4nn_curve curve = run->curve;
    struct a4nn_run_view view = *as;
    size_t next = 0, first = stations;
    bool finite = false;

    view.curve = &curve;
    view.epochs = run->epochs;
    for (curve.n = 1; curve.n <= run->curve.n; curve.n++) {
        double epoch = curve.epoch[curve.n - 1];
        size_t station;
        a4nn_visitor_follow(v, &view);
        finite = a4nn_visitor_rise(v, &view);
        station = a4nn_visitor_station(v, epoch, run->epochs, stations);
        if (epoch >= run->epochs || station < next || isnan(v->level) || !a4nn_visitor_read(v))
            continue;
        if (first == stations)
            first = next = station;
        note(v, visits, station, &next);
    }
    if (first == stations || !finite)
        return false;
    fill_up(visits, stations, first, next - 1);
    return true;
}

/* A point, in the pool's unit: of open-ended metrics, a hundredth of what runs cover on average. */
static double
point_of(const double *unit, size_t n)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < n; i++)
        sum += log(unit[i]);
    return exp(sum / (double)n);
}

struct a4nn_taught *
a4nn_taught_of(const struct a4nn_past_task *past, int kind, size_t stations, double comeback,
               const struct a4nn_schedule *schedule)
{
    static const struct a4nn_record nothing;
    const struct a4nn_run_view view = {
        .record = &nothing, .begun = NAN, .points = past->points, .schedule = schedule};
    struct a4nn_pool_visit *visits = a4nn_xcalloc(past->n * stations + 1, sizeof *visits);
    double value[A4NN_PAST_RUNS], unit[A4NN_PAST_RUNS];
    struct a4nn_taught *t = NULL;
    size_t i, n = 0;

    for (i = 0; i < past->n; i++) {
        struct a4nn_visitor v;
        a4nn_visitor_init(&v);
        if (follow(&v, a4nn_past_at(past, i), &view, visits + n * stations, stations) &&
            (int)v.follower.scale.kind == kind) {
            unit[n] = a4nn_visitor_unit(&v);
            value[n++] = v.level;
        }
        a4nn_visitor_release(&v);
    }
    if (n >= A4NN_TAUGHT_FEWEST) {
        t = a4nn_taught_new(stations, comeback, point_of(unit, n));
        for (i = 0; i < n; i++)
            a4nn_taught_add(t, visits + i * stations, value[i]);
    }
    free(visits);
    return t;
}
