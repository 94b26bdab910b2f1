/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SCALE_H
#define A4NN_SCALE_H

#include <stdbool.h>

#include "metric.h"

/*
 * From a metric's own unit to the points in which forecasters and rules count, and back.
 *
 * Points are larger-is-better percent points for metrics that are shares (0.913 and an error rate
 * of 8.7 % are both 91.3 points), so that the published method, which knows percent accuracy
 * only, sees what it was made for.  Losses and other open-ended metrics stay in their own unit;
 * where smaller is better and there is no sign to turn, `minimise` says so.
 */
struct a4nn_points {
    double scale, offset; /* points = offset + scale * value */
    bool minimise;        /* smaller points are better */
    double lo, hi;        /* what a value can be, in points; infinite where open */
};

/*
 * The points of a metric.  `smallest` and `largest` are the extremes of the finite values seen so
 * far: a share that has never exceeded 1 is a fraction, otherwise percent; a metric of unknown
 * scale is a share while all values lie in [0, 100], else open-ended.
 */
struct a4nn_points a4nn_points_make(enum a4nn_mode mode, enum a4nn_scale scale, double smallest,
                                    double largest);

/* The scale that gives these points whatever the values; with it, order of arrival is nothing. */
enum a4nn_scale a4nn_points_scale(const struct a4nn_points *p);

/* What one unit of a forecast's relative_error (forecast.h) is, in words. */
const char *a4nn_points_unit(const struct a4nn_points *p);

static inline double
a4nn_to_points(const struct a4nn_points *p, double value)
{
    return p->offset + p->scale * value;
}

static inline double
a4nn_from_points(const struct a4nn_points *p, double points)
{
    return (points - p->offset) / p->scale;
}

#endif
