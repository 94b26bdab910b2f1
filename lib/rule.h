/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_RULE_H
#define A4NN_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "forecast.h"
#include "spec.h"

/*
 * When a training may be stopped.  A rule says yes or no after each observation; it kills nobody.
 *
 * The answer belongs to the epoch at hand: later ones may say no again.  The first yes is the
 * decision.
 */

struct a4nn_peers;

/* What a rule sees. All numbers in points (scale.h) unless said otherwise. */
struct a4nn_rule_view {
    const struct a4nn_run_view *run;
    const struct a4nn_forecast *forecast;
    const struct a4nn_peers *peers; /* the runs of the stream that came before or run beside it */
};

/* One run among those of a stream, for rules that compare. */
struct a4nn_peer {
    const struct a4nn_curve *curve;
    struct a4nn_points points;
    size_t group;  /* runs of one task and metric have the same: only those compare */
    bool complete; /* reached its last planned epoch without a stop */
};

struct a4nn_peers {
    const struct a4nn_peer *const *peer;
    size_t n;
    size_t self;     /* index of the run at hand */
    size_t complete; /* runs of its group that are complete, with a finite value; those of the past
                      * among them, which are no peers */
    double best;     /* best final value of these, in the metric's unit; NAN while there is none */
};

struct a4nn_rule {
    const char *name;       /* for -R, and the reason in the stream */
    const char *about;      /* one line */
    const char *forecaster; /* the forecaster it goes with */
    bool needs_forecast;    /* it decides on forecasts, not on values */
    /* The forecaster it goes with when these keys make it decide on forecasts, of any forecaster,
     * else NULL. May be NULL. */
    const char *(*prefers)(const struct a4nn_values *values);
    bool compares; /* it looks at the other runs, so that their order matters */
    const struct a4nn_param *params;
    size_t nparams;
    /* State of one run, and state that the runs of a stream share; either may be NULL. */
    void *(*open)(const struct a4nn_values *values);
    void *(*open_shared)(const struct a4nn_values *values);
    /* May the run be stopped now? Called once per observation, in order. */
    bool (*stop)(void *state, void *shared, const struct a4nn_values *values,
                 const struct a4nn_rule_view *view);
    /* What that answer, the newest, rests on; `view` is the same. */
    void (*explain)(const void *state, const void *shared, const struct a4nn_values *values,
                    const struct a4nn_rule_view *view, struct a4nn_account *out);
    void (*close)(void *state);
    void (*close_shared)(void *shared);
};

/* All rules, the default first. */
const struct a4nn_rule *const *a4nn_rules(size_t *count);

/* The rule a spec names, with its values; NULL with *err filled. */
const struct a4nn_rule *a4nn_rule_parse(const char *spec, struct a4nn_values *values,
                                        struct a4nn_err *err) A4NN_MUST_USE;

/* The single rules, for the table. */
extern const struct a4nn_rule a4nn_rule_converged; /* the forecast is sure enough */
extern const struct a4nn_rule a4nn_rule_hopeless;  /* beats the best with too small a chance */
extern const struct a4nn_rule a4nn_rule_a4nn, a4nn_rule_penguin; /* the forecast has settled */
extern const struct a4nn_rule a4nn_rule_patience;                /* no better value for long */
extern const struct a4nn_rule a4nn_rule_diverged;                /* no finite value any more */
extern const struct a4nn_rule a4nn_rule_budget;                  /* enough epochs or seconds */
extern const struct a4nn_rule a4nn_rule_read;                    /* a fixed share of the epochs */
extern const struct a4nn_rule a4nn_rule_median;                  /* worse than half of the others */
extern const struct a4nn_rule a4nn_rule_asha;                    /* not among the best at a rung */

#endif
