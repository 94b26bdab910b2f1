/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FORECAST_H
#define A4NN_FORECAST_H

#include <stddef.h>

#include "err.h"
#include "explain.h"
#include "observation.h"
#include "past.h"
#include "record.h"
#include "scale.h"
#include "schedule.h"
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
    const struct a4nn_schedule *schedule; /* of its learning rate, NULL when nothing is known */
    size_t group; /* runs of the stream with the same task and metric have the same */
    const struct a4nn_past_task *past; /* complete runs of the past with these, or NULL */
};

enum a4nn_forecast_kind {
    A4NN_FORECAST_NONE, /* none yet, or none could be made */
    A4NN_FORECAST_MADE, /* all that is set is finite */
    A4NN_FORECAST_RESET /* none, and the ones before it are void (the fit ran into its bound) */
};

/* In points. What a method cannot say is NAN or NULL; a4nn_forecast_none() sets all to that. */
struct a4nn_forecast {
    enum a4nn_forecast_kind kind;
    double value;
    double low, high; /* 90 % credible interval of the final value */
    double error;     /* expected absolute error of `value` */
    /* The same on a scale that is alike for all metrics: 1 = one percent point of a share, 2.5 %
     * of a loss, 1 % of the range that a run of an open-ended metric has covered. */
    double relative_error;
    /* Probability that the final value is better than `target` points. */
    double (*better)(const void *context, double target);
    const void *context; /* for `better`; valid until the next observation */
};

/* "No forecast." */
void a4nn_forecast_none(struct a4nn_forecast *out);

struct a4nn_forecaster {
    const char *name;  /* for -M */
    const char *about; /* one line */
    const char *rule;  /* the rule it goes with when none is asked for */
    bool needs_epochs; /* cannot forecast without the planned total */
    bool odds;         /* says how probable a value is (`better`) */
    const struct a4nn_param *params;
    size_t nparams;
    /* State for one run, and state that all runs of a stream share; either may be NULL. */
    void *(*open)(const struct a4nn_values *values, void *shared);
    void *(*open_shared)(const struct a4nn_values *values);
    /* The forecast after the newest observation. Called once per observation, in order. */
    void (*next)(void *state, const struct a4nn_values *values, const struct a4nn_run_view *run,
                 struct a4nn_forecast *out);
    /* What lies behind the forecast made last; false where there was none. May be NULL. */
    bool (*explain)(const void *state, struct a4nn_explanation *out);
    /* The run is complete or stopped, and hardly any observation will come: memory that can be
     * made anew may go, with what the newest forecast rests on.  May be NULL. */
    void (*rest)(void *state);
    void (*close)(void *state);
    void (*close_shared)(void *shared);
};

/* All forecasters, the default first. */
const struct a4nn_forecaster *const *a4nn_forecasters(size_t *count);

/* The forecaster a spec names, with its values; NULL with *err filled. */
const struct a4nn_forecaster *a4nn_forecaster_parse(const char *spec, struct a4nn_values *values,
                                                    struct a4nn_err *err) A4NN_MUST_USE;

/* The single forecasters, for the table. */
extern const struct a4nn_forecaster a4nn_forecaster_ensemble; /* average over shapes of curves */
extern const struct a4nn_forecaster a4nn_forecaster_pool;     /* the same, helped by other runs */
extern const struct a4nn_forecaster a4nn_forecaster_a4nn;     /* published, later workflow */
extern const struct a4nn_forecaster a4nn_forecaster_penguin;  /* published, PENGUIN */
extern const struct a4nn_forecaster a4nn_forecaster_curve;    /* least squares of any family */
extern const struct a4nn_forecaster a4nn_forecaster_given;    /* what the stream already holds */
extern const struct a4nn_forecaster a4nn_forecaster_last;     /* baseline: the last value */
extern const struct a4nn_forecaster a4nn_forecaster_best;     /* baseline: the best value */

#endif
