/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "answer.h"

#include <math.h>

void
a4nn_answer(struct a4nn_record *r, const struct a4nn_points *points, double best,
            const struct a4nn_forecast *forecast, const char *reason)
{
    double low = a4nn_from_points(points, forecast->low);
    double high = a4nn_from_points(points, forecast->high);

    a4nn_record_unset(r, A4NN_FORECAST_FIELDS);
    if (forecast->kind == A4NN_FORECAST_MADE) {
        a4nn_record_set_num(r, A4NN_FORECAST, a4nn_from_points(points, forecast->value));
        if (isfinite(low) && isfinite(high)) {
            a4nn_record_set_num(r, A4NN_LOW, fmin(low, high));
            a4nn_record_set_num(r, A4NN_HIGH, fmax(low, high));
        }
        if (isfinite(forecast->error))
            a4nn_record_set_num(r, A4NN_EXPECTED_ERROR, forecast->error / fabs(points->scale));
        if (isfinite(best) && forecast->better != NULL)
            a4nn_record_set_num(r, A4NN_P_BEAT,
                                forecast->better(forecast->context, a4nn_to_points(points, best)));
    }
    a4nn_record_set_text(r, A4NN_VERDICT, reason != NULL ? "stop" : "continue");
    a4nn_record_set_text(r, A4NN_REASON, reason != NULL ? reason : "");
}
