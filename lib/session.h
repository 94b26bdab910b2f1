/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SESSION_H
#define A4NN_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "explained.h"
#include "metric.h"
#include "past.h"
#include "record.h"
#include "schedule.h"

/*
 * A policy: one forecaster and the rules that act on it, applied to all runs of a stream.  Each
 * run has its own session (curve, forecaster, rules); the rules that compare see them all.
 * predict, replay and whatever watches live trainings drive this and nothing below it.
 *
 * What comes out depends on nothing but the records and their order.  Memory: per run 24 bytes
 * an observation, and the forecaster's and rules' own state.
 */

enum { A4NN_POLICY_RULES = 64 }; /* most rules of a policy */

struct a4nn_policy_opts {
    const char *forecaster;   /* spec of -M; NULL: the one that goes with the rules */
    const char *const *rules; /* specs of -R; "no-diverged" takes away what is always on */
    size_t nrules;            /* 0: the rule that goes with the forecaster */
    bool all; /* stop when all rules say so at the same epoch, not any; diverged by itself suffices,
               * and is not needed */
    double epochs; /* planned total for all runs, NAN: as a run's records say, or as all others of
                    * its task and metric do where its own say nothing */
    enum a4nn_mode mode;                  /* of the metric, when its name is not to decide */
    enum a4nn_scale scale;                /* likewise */
    const struct a4nn_schedule *schedule; /* of all runs; NULL: as the records say */
    const struct a4nn_past *past; /* what the forecaster may learn from, and hopeless has to be
                                   * beaten by; may be NULL; must outlive the policy */
    const char *explain;          /* name of the run to explain, NULL: none */
    double explain_at;      /* at its last observation up to this epoch; NAN: at its first stop,
                             * or at its newest observation while it has not been stopped */
    struct a4nn_diag *diag; /* for what was assumed, and for runs that cannot be forecast */
};

struct a4nn_policy;

/* Returns NULL with *err filled when a spec cannot be used. Copies what it needs, neither
 * the diag nor the past. */
struct a4nn_policy *a4nn_policy_new(const struct a4nn_policy_opts *opts,
                                    struct a4nn_err *err) A4NN_MUST_USE;

/*
 * Takes the next observation and sets the record's forecast, verdict and reason.  The verdict is
 * the rules' answer at this epoch; the first "stop" of a run is the decision.  A record that
 * cannot be judged (unknown metric, no planned total) is reported once and gets "continue".
 * Returns true when the verdict is to stop.
 */
bool a4nn_policy_feed(struct a4nn_policy *policy, struct a4nn_record *record);

/* Which rules said to stop at the observation fed last, whatever that made of the verdict: bit i is
 * that of rules[i] (those that take one away not counted); the one that is always on comes behind
 * them. */
uint64_t a4nn_policy_stops(const struct a4nn_policy *policy);

/* Planned total of the run that was fed last, stated or assumed; NAN where it is not known. */
double a4nn_policy_epochs(const struct a4nn_policy *policy);

/* Name of the forecaster in use, and of the rules as given, joined by '+'. */
const char *a4nn_policy_forecaster(const struct a4nn_policy *policy);
const char *a4nn_policy_rules(const struct a4nn_policy *policy);

/* Does its forecaster say how probable it is that a run beats the best complete one (p_beat)? */
bool a4nn_policy_odds(const struct a4nn_policy *policy);

/* Does any of its rules compare runs with each other, so that their order matters? */
bool a4nn_policy_compares(const struct a4nn_policy *policy);

/*
 * The i-th of the runs of the name that was to be explained (of all tasks and metrics), or NULL
 * behind the last.  One that was never judged, or not up to that epoch, holds nothing
 * (a4nn_explained_any).  It is the policy's and changes with each observation.
 */
const struct a4nn_explained *a4nn_policy_explained(const struct a4nn_policy *policy, size_t i);

void a4nn_policy_free(struct a4nn_policy *policy);

#endif
