/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "pool_parts.h"
#include "xalloc.h"

/* While a station has had fewer runs than this, those at the station before help out. */
static const double enough = 8;
struct station {
    struct a4nn_crowd crowd;
    struct a4nn_pool_lessons lessons;
};

struct a4nn_pool {
    size_t n;
    double comeback;
    double origin; /* of levels, so that squares of them keep their digits; NAN: none yet */
    struct station station[];
};

struct a4nn_pool *
a4nn_pool_new(size_t stations, double comeback)
{
    struct a4nn_pool *p = a4nn_xcalloc(1, sizeof *p + stations * sizeof p->station[0]);

    p->n = stations;
    p->comeback = comeback;
    p->origin = NAN;
    return p;
}

void
a4nn_pool_free(struct a4nn_pool *p)
{
    size_t i;

    for (i = 0; p != NULL && i < p->n; i++)
        a4nn_pool_lessons_release(&p->station[i].lessons);
    free(p);
}

size_t
a4nn_pool_stations(const struct a4nn_pool *p)
{
    return p->n;
}

static struct a4nn_pool_visit
from_origin(const struct a4nn_pool *p, const struct a4nn_pool_visit *v)
{
    struct a4nn_pool_visit moved = *v;

    moved.level -= isnan(p->origin) ? v->level : p->origin;
    return moved;
}

/* What a station is like, with the help of the nearest one before it that has had any run. */
static bool
look(const struct a4nn_pool *p, size_t station, struct a4nn_crowd_view *view)
{
    struct a4nn_crowd crowd = p->station[station].crowd;
    size_t i;

    for (i = station; i-- > 0 && crowd.n < enough - 0.5;) {
        const struct a4nn_crowd *before = &p->station[i].crowd;
        double lacking = fmin(before->n, enough) - crowd.n;
        if (before->n < 0.5)
            continue;
        if (lacking > 0)
            a4nn_crowd_borrow(&crowd, before, lacking / before->n);
        break;
    }
    return a4nn_crowd_look(&crowd, view);
}

void
a4nn_pool_enter(struct a4nn_pool *p, size_t station, struct a4nn_pool_visit *visit)
{
    struct a4nn_crowd_view view = {.error = visit->error};
    struct a4nn_pool_visit v;

    if (isnan(p->origin))
        p->origin = visit->level;
    v = from_origin(p, visit);
    look(p, station, &view);
    visit->weight = 1 / (visit->error + view.error); /* the sure ones draw the line */
    a4nn_crowd_add(&p->station[station].crowd, &v, visit->weight, 1);
}

void
a4nn_pool_leave(struct a4nn_pool *p, size_t station, struct a4nn_pool_visit *visit)
{
    struct a4nn_pool_visit v = from_origin(p, visit);

    a4nn_crowd_add(&p->station[station].crowd, &v, visit->weight, -1);
    visit->weight = 0;
}

void
a4nn_pool_learn(struct a4nn_pool *p, size_t station, const struct a4nn_pool_visit *visit, size_t id,
                double value)
{
    struct a4nn_lesson lesson = {from_origin(p, visit), value - visit->level - visit->gain, id};

    a4nn_pool_lessons_add(&p->station[station].lessons, &lesson);
}

void
a4nn_pool_forget(struct a4nn_pool *p, size_t station, size_t id)
{
    a4nn_pool_lessons_remove(&p->station[station].lessons, id);
}

void
a4nn_pool_ask(struct a4nn_pool *p, size_t station, const struct a4nn_pool_visit *visit,
              struct a4nn_pool_answer *out)
{
    struct a4nn_pool_lessons *lessons = &p->station[station].lessons;
    struct a4nn_pool_visit v = from_origin(p, visit);
    const struct a4nn_teaching *teaching;
    struct a4nn_crowd_view view;
    struct a4nn_pool_base base;

    *out = (struct a4nn_pool_answer){.stretch = 1, .own = 1};
    if (!look(p, station, &view))
        return;
    a4nn_crowd_base(&view, p->comeback, &v, &base);
    out->own = base.own;
    out->company = base.company;
    out->runs = view.n;
    out->lessons = (double)lessons->n;
    out->stretch = base.error / visit->error;
    if (lessons->n > 0) {
        teaching = a4nn_pool_lessons_teach(lessons, &view, p->comeback);
        out->correction = base.unit * a4nn_teaching_apply(teaching, &v);
        out->stretch *= teaching->stretch;
    }
    out->shift = base.shift + out->correction;
}
