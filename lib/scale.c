/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scale.h"

#include <math.h>

struct a4nn_points
a4nn_points_make(enum a4nn_mode mode, enum a4nn_scale scale, double smallest, double largest)
{
    bool share = scale == A4NN_BOUNDED || scale == A4NN_FRACTION || scale == A4NN_PERCENT;
    double unit;

    if (scale == A4NN_SCALE_UNKNOWN && mode != A4NN_MIN && smallest >= 0 && largest <= 100)
        share = true;
    if (!share)
        return (struct a4nn_points){.scale = 1,
                                    .minimise = mode == A4NN_MIN,
                                    .lo = scale == A4NN_LOSS ? 0 : -HUGE_VAL,
                                    .hi = HUGE_VAL};
    unit = scale == A4NN_FRACTION || (scale != A4NN_PERCENT && largest <= 1) ? 100 : 1;
    if (mode == A4NN_MIN)
        return (struct a4nn_points){.scale = -unit, .offset = 100, .lo = 0, .hi = 100};
    return (struct a4nn_points){.scale = unit, .lo = 0, .hi = 100};
}

enum a4nn_scale
a4nn_points_scale(const struct a4nn_points *p)
{
    if (isfinite(p->hi))
        return fabs(p->scale) > 1 ? A4NN_FRACTION : A4NN_PERCENT;
    return isfinite(p->lo) ? A4NN_LOSS : A4NN_SIGNED;
}

const char *
a4nn_points_unit(const struct a4nn_points *p)
{
    switch (a4nn_points_scale(p)) {
    case A4NN_LOSS: return "times 2.5 % of the loss";
    case A4NN_SIGNED: return "% of the range";
    default: return "points";
    }
}
