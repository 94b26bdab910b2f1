/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "laplace.h"

#include <math.h>

double
a4nn_laplace_log_density(const struct a4nn_laplace *l, double x)
{
    return -fabs(x - l->centre) / l->error - log(2 * l->error);
}

double
a4nn_laplace_below(const struct a4nn_laplace *l, double x)
{
    double tail = 0.5 * exp(-fabs(x - l->centre) / l->error);

    return x < l->centre ? tail : 1 - tail;
}

double
a4nn_laplace_distance(const struct a4nn_laplace *l, double x)
{
    double off = fabs(x - l->centre);

    return off + l->error * exp(-off / l->error);
}

struct a4nn_laplace
a4nn_laplace_either(const struct a4nn_laplace *a, const struct a4nn_laplace *b, double weight)
{
    double lo = fmin(a->centre, b->centre), hi = fmax(a->centre, b->centre), rest = 1 - weight;

    /* Half of the one lies on either side of its centre, so the median is between the two. */
    for (;;) {
        double mid = lo + (hi - lo) / 2;
        if (!(mid > lo && mid < hi))
            break;
        if (weight * a4nn_laplace_below(a, mid) + rest * a4nn_laplace_below(b, mid) < 0.5)
            lo = mid;
        else
            hi = mid;
    }
    return (struct a4nn_laplace){lo, weight * a4nn_laplace_distance(a, lo) +
                                         rest * a4nn_laplace_distance(b, lo)};
}
