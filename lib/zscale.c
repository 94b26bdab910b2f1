/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "zscale.h"

#include <math.h>

static const double per_log = 40; /* units of z per factor e of a loss */
static const double open_bound = 1e6;

struct a4nn_zscale
a4nn_zscale_make(const struct a4nn_points *points, double first, double smallest, double largest)
{
    struct a4nn_zscale s = {A4NN_Z_SHARE, points->minimise ? -1 : 1, 0, 1};
    int exponent = 0;

    if (isfinite(points->hi))
        return s;
    if (points->lo >= 0) {
        s.kind = A4NN_Z_LOSS;
        return s;
    }
    s.kind = A4NN_Z_RANGE;
    s.origin = first;
    s.range = 0;
    if (largest > smallest) {
        frexp(largest / 2 - smallest / 2, &exponent); /* halves, as the difference may overflow */
        s.range = ldexp(1, exponent < 1023 ? exponent + 1 : 1023);
    }
    return s;
}

bool
a4nn_z_known(const struct a4nn_zscale *s)
{
    return s->kind != A4NN_Z_RANGE || s->range > 0;
}

double
a4nn_to_z(const struct a4nn_zscale *s, double points)
{
    switch (s->kind) {
    case A4NN_Z_LOSS: return points > 0 ? s->sign * per_log * log(points) : NAN;
    case A4NN_Z_RANGE: return s->range > 0 ? s->sign * 100 * (points - s->origin) / s->range : 0;
    case A4NN_Z_SHARE: break;
    }
    return points;
}

double
a4nn_from_z(const struct a4nn_zscale *s, double z)
{
    switch (s->kind) {
    case A4NN_Z_LOSS: return exp(s->sign * z / per_log);
    case A4NN_Z_RANGE: return s->origin + s->sign * z * s->range / 100;
    case A4NN_Z_SHARE: break;
    }
    return z;
}

double
a4nn_z_error(const struct a4nn_zscale *s, double z, double points)
{
    switch (s->kind) {
    case A4NN_Z_LOSS: return points * z / per_log;
    case A4NN_Z_RANGE: return z * s->range / 100;
    case A4NN_Z_SHARE: break;
    }
    return z;
}

void
a4nn_z_bounds(const struct a4nn_zscale *s, double *lo, double *hi)
{
    *lo = s->kind == A4NN_Z_SHARE ? 0 : -open_bound;
    *hi = s->kind == A4NN_Z_SHARE ? 100 : open_bound;
}
