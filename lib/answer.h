/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_ANSWER_H
#define A4NN_ANSWER_H

#include "forecast.h"
#include "record.h"
#include "scale.h"

/*
 * Writes a forecast and a verdict into a record, in the metric's own unit.  What the record held
 * of these fields is gone.  `best` is the value to beat, NAN where there is none, `reason` that to
 * stop, NULL to continue.
 */
void a4nn_answer(struct a4nn_record *r, const struct a4nn_points *points, double best,
                 const struct a4nn_forecast *forecast, const char *reason);

#endif
