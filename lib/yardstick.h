/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_YARDSTICK_H
#define A4NN_YARDSTICK_H

#include <stddef.h>

#include "metric.h"

/*
 * Final values on a scale on which a model can learn from them, larger being better: halfway
 * between their normal scores, which no outlier spoils, and their distances from the median, which
 * tell how much better the best are.  What is further below the median than twice the best is above
 * it, and what has no value since the training failed, is as bad as that.
 */
struct a4nn_yardstick;

/* n values in the metric's own unit, at least one of them finite; not finite: it failed. */
struct a4nn_yardstick *a4nn_yardstick_new(const double *value, size_t n, enum a4nn_mode mode);

/* To the scale, and back: in straight lines between the values it was made of, and on beyond. */
double a4nn_yardstick_z(const struct a4nn_yardstick *y, double value);
double a4nn_yardstick_value(const struct a4nn_yardstick *y, double z);

void a4nn_yardstick_free(struct a4nn_yardstick *y);

#endif
