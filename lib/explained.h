/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_EXPLAINED_H
#define A4NN_EXPLAINED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "explain.h"
#include "forecast.h"
#include "record.h"
#include "rule.h"
#include "scale.h"

/*
 * One run at one epoch, explained: what was answered, what the forecast is made of, and what each
 * rule found; and its writing, for people and for programs.
 */

struct a4nn_explained_rule {
    const char *name, *spec; /* as listed; as it was asked for */
    bool stop;               /* at this epoch */
    double first;            /* epoch at which it first said so, or NAN */
    struct a4nn_account account;
};

struct a4nn_explained {
    struct a4nn_record record; /* the observation with its answer; no value set: never judged */
    struct a4nn_points points;
    const char *forecaster;
    bool all; /* rules must stop at the same epoch, diverged apart; else any of them suffices */
    size_t observations;
    double relative_error; /* as in forecast.h */
    double best;           /* of the complete runs it can be compared with, or NAN */
    double stopped;        /* epoch of the first stop, or NAN */
    bool has_why;
    struct a4nn_explanation why;
    struct a4nn_explained_rule *rule;
    size_t nrules;
};

/* Room for so many rules. Release it in the end. */
void a4nn_explained_init(struct a4nn_explained *x, size_t nrules);

/* Forgets what was found, but not which run it is. */
void a4nn_explained_reset(struct a4nn_explained *x);

void a4nn_explained_release(struct a4nn_explained *x);

/* Has the run been judged at all? */
bool a4nn_explained_any(const struct a4nn_explained *x);

/* Keeps what the answer of the i-th rule to this observation, `stop`, rests on. */
void a4nn_explained_rule(struct a4nn_explained *x, size_t i, const struct a4nn_rule *rule,
                         const void *state, const void *shared, const struct a4nn_values *values,
                         const struct a4nn_rule_view *view, bool stop);

/* Keeps the answer to this observation, `reason` being NULL to continue, and what the forecast
 * rests on. */
void a4nn_explained_answer(struct a4nn_explained *x, const struct a4nn_forecaster *forecaster,
                           const void *state, const struct a4nn_rule_view *view,
                           const char *reason);

/* Writes it in words. What comes from the input is made safe for a terminal. */
void a4nn_explained_print(const struct a4nn_explained *x, FILE *out);

/* Writes it as one line of JSON, described in a4nn-predict(1). */
void a4nn_explained_print_json(const struct a4nn_explained *x, FILE *out);

#endif
