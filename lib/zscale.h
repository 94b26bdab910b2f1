/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_ZSCALE_H
#define A4NN_ZSCALE_H

#include <stdbool.h>

#include "scale.h"

/*
 * The scale z on which the ensemble works: larger is better, one unit is about one point of
 * accuracy.
 *
 * A share is its percent points.  A loss y > 0 is -40 ln y, so that one unit is 2.5 % of it and
 * multiplying the loss changes nothing.  An open-ended metric (rewards, likelihoods) is counted
 * from its first value in hundredths of the range that the run has covered; what the range is, is
 * only known bit by bit, so it is taken as the power of two above it, and when that changes the
 * run must be read again from its start.  While all values are the same nothing is known of it,
 * and nothing is forecast.  Adding to such a metric, or multiplying it by a power of two, changes
 * nothing.
 */
struct a4nn_zscale {
    enum { A4NN_Z_SHARE, A4NN_Z_LOSS, A4NN_Z_RANGE } kind;
    double sign;          /* -1 where smaller points are better */
    double origin, range; /* of A4NN_Z_RANGE; a range of 0 is not known yet */
};

/* The scale of a metric whose values so far lie in [smallest, largest] points, `first` the first.
 */
struct a4nn_zscale a4nn_zscale_make(const struct a4nn_points *points, double first, double smallest,
                                    double largest);

/* Can anything be said on this scale yet? */
bool a4nn_z_known(const struct a4nn_zscale *s);

/* To z and back. NaN for a loss that is not positive. */
double a4nn_to_z(const struct a4nn_zscale *s, double points);
double a4nn_from_z(const struct a4nn_zscale *s, double z);

/* What an error of `z` units about the value `points` is in points. */
double a4nn_z_error(const struct a4nn_zscale *s, double z, double points);

/* The bounds of z. */
void a4nn_z_bounds(const struct a4nn_zscale *s, double *lo, double *hi);

#endif
