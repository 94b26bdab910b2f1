/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FORECAST_H
#define A4NN_FORECAST_H

#include <stddef.h>

#include "err.h"
#include "observation.h"
#include "record.h"
#include "scale.h"
#include "spec.h"

/*
 * What any forecaster answers: which value the metric will have at the last planned epoch.
 * A forecaster knows no rule; it sees one run, in points (scale.h), after each observation.
 */

/* A run as far as it is known. */
struct a4nn_run_view {
    const struct a4nn_curve *curve;   /* observations so far, in the metric's unit */
    const struct a4nn_record *record; /* the newest, with what earlier stages added */
    double epochs;                    /* planned total, NAN when not known */
    double begun;                     /* time of the first observation that had one, NAN */
    struct a4nn_points points;
};

enum a4nn_forecast_kind {
    A4NN_FORECAST_NONE, /* none yet, or none could be made */
    A4NN_FORECAST_MADE, /* all that is set is finite */
    A4NN_FORECAST_RESET /* none, and the ones before it are void (the fit ran into its bound) */
};

/* In points. `low`, `high` (90 % credible interval) and `error` are NAN where the method has none.
 */
struct a4nn_forecast {
    enum a4nn_forecast_kind kind;
    double value, low, high;
    double error; /* expected absolute error */
};

struct a4nn_forecaster {
    const char *name;  /* for -M */
    const char *about; /* one line */
    const char *rule;  /* the rule it goes with when none is asked for */
    bool needs_epochs; /* cannot forecast without the planned total */
    const struct a4nn_param *params;
    size_t nparams;
    /* State for one run; may return NULL when it needs none. */
    void *(*open)(const struct a4nn_values *values);
    /* The forecast after the newest observation. Called once per observation, in order. */
    void (*next)(void *state, const struct a4nn_values *values, const struct a4nn_run_view *run,
                 struct a4nn_forecast *out);
    void (*close)(void *state);
};

/* All forecasters, the default first. */
const struct a4nn_forecaster *const *a4nn_forecasters(size_t *count);

/* The forecaster a spec names, with its values; NULL with *err filled. */
const struct a4nn_forecaster *a4nn_forecaster_parse(const char *spec, struct a4nn_values *values,
                                                    struct a4nn_err *err) A4NN_MUST_USE;

/* The single forecasters, for the table. */
extern const struct a4nn_forecaster a4nn_forecaster_a4nn;    /* published, later workflow */
extern const struct a4nn_forecaster a4nn_forecaster_penguin; /* published, PENGUIN */
extern const struct a4nn_forecaster a4nn_forecaster_curve;   /* least squares of any family */
extern const struct a4nn_forecaster a4nn_forecaster_given;   /* what the stream already holds */
extern const struct a4nn_forecaster a4nn_forecaster_last;    /* baseline: the last value */
extern const struct a4nn_forecaster a4nn_forecaster_best;    /* baseline: the best value */

#endif
