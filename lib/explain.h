/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_EXPLAIN_H
#define A4NN_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/*
 * What a forecaster and a rule can say about how they came to their answer, in terms that do not
 * depend on which they are.  Zero-initialise each struct ({0}), release it in the end.
 */

/* One of the forecasts of which a mixture is made. */
struct a4nn_part {
    char *name;       /* as a person would call it; owned */
    double weight;    /* the weights add up to 1 */
    double value, sd; /* its own forecast in points, and the standard deviation of that */
};

/* One thing that makes a forecast uncertain. */
struct a4nn_source {
    const char *name;  /* one word, for programs */
    const char *about; /* one phrase, for people */
    double variance;   /* in squares of the unit of a forecast's relative_error (forecast.h) */
};

/* A forecast on the way to the final one, as corrections are made to it. */
struct a4nn_step {
    char *name;   /* what was done last, as a person would say it; owned */
    double value; /* in points */
};

struct a4nn_explanation {
    struct a4nn_step *step; /* in order; none where nothing is corrected */
    size_t nsteps, cap_steps;
    struct a4nn_part *part;
    size_t nparts, cap_parts;
    struct a4nn_source *source;
    size_t nsources, cap_sources;
    /* Of the mixture, before what lies beyond a metric's bounds is cut off: its mean in points,
     * and its variance, which is the sum of the sources'. */
    double mean, variance;
};

void a4nn_explain_part(struct a4nn_explanation *e, const char *name, double weight, double value,
                       double sd);
void a4nn_explain_step(struct a4nn_explanation *e, double value, const char *fmt, ...)
    A4NN_PRINTF(3, 4);
void a4nn_explain_source(struct a4nn_explanation *e, const char *name, const char *about,
                         double variance);
void a4nn_explanation_release(struct a4nn_explanation *e);

/* A number that a rule looks at, and what it asks of it. */
enum a4nn_relation { A4NN_AT_MOST, A4NN_AT_LEAST, A4NN_BELOW, A4NN_ABOVE };

struct a4nn_condition {
    char *what; /* owned */
    double value, limit;
    enum a4nn_relation relation;
    const char *unit; /* of both, "" where there is none to name */
    bool holds;       /* a value or limit that is not known never does */
};

/* A rule's reckoning at one epoch: it says stop when all of these hold, or any of them. */
struct a4nn_account {
    struct a4nn_condition *condition;
    size_t n, cap;
    bool any;
};

/* Adds what the words say; the answer, valid until the next one, is for those who must correct
 * `holds` to what the rule itself found. */
struct a4nn_condition *a4nn_account_add(struct a4nn_account *account, double value,
                                        enum a4nn_relation relation, double limit, const char *unit,
                                        const char *fmt, ...) A4NN_PRINTF(6, 7);

/* "<=", ">=", "<", ">". */
const char *a4nn_relation_sign(enum a4nn_relation relation);

void a4nn_account_release(struct a4nn_account *account);

#endif
