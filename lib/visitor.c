/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "visitor.h"

#include <math.h>

/* Nothing is surer than this, in z. */
static const double least_error = 0.01;

void
a4nn_visitor_init(struct a4nn_visitor *v)
{
    *v = (struct a4nn_visitor){.level = NAN, .best = NAN};
    a4nn_follower_init(&v->follower);
}

void
a4nn_visitor_release(struct a4nn_visitor *v)
{
    a4nn_follower_release(&v->follower);
}

double
a4nn_visitor_unit(const struct a4nn_visitor *v)
{
    const struct a4nn_zscale *s = &v->follower.scale;

    return s->kind == A4NN_Z_RANGE ? s->range / 100 : 1;
}

/* Where z = 0 is, in the pool's unit. */
static double
zero(const struct a4nn_visitor *v)
{
    const struct a4nn_zscale *s = &v->follower.scale;

    return s->kind == A4NN_Z_RANGE ? s->sign * s->origin : 0;
}

void
a4nn_visitor_follow(struct a4nn_visitor *v, const struct a4nn_run_view *run)
{
    a4nn_follower_take(&v->follower, run);
}

bool
a4nn_visitor_rise(struct a4nn_visitor *v, const struct a4nn_run_view *run)
{
    double newest = run->curve->value[run->curve->n - 1];
    double z = a4nn_to_z(&v->follower.scale, a4nn_to_points(&run->points, newest));

    if (!isfinite(z))
        return false;
    v->level = zero(v) + a4nn_visitor_unit(v) * z;
    v->best = isnan(v->best) ? v->level : fmax(v->best, v->level);
    return true;
}

bool
a4nn_visitor_read(struct a4nn_visitor *v)
{
    return a4nn_follower_read(&v->follower, &v->own);
}

struct a4nn_pool_visit
a4nn_visitor_visit(const struct a4nn_visitor *v)
{
    double unit = a4nn_visitor_unit(v);

    return (struct a4nn_pool_visit){.level = v->level,
                                    .dip = v->best - v->level,
                                    .gain = zero(v) + unit * v->own.median - v->level,
                                    .error = unit * fmax(v->own.error, least_error)};
}

size_t
a4nn_visitor_station(const struct a4nn_visitor *v, double epoch, double epochs, size_t stations)
{
    double last = a4nn_follower_x(&v->follower, epochs), x = a4nn_follower_x(&v->follower, epoch);
    double share = ceil(x / last * (double)stations - 1e-9);

    return share < 1 ? 0 : (size_t)fmin(share, (double)stations) - 1;
}
