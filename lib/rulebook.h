/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_RULEBOOK_H
#define A4NN_RULEBOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "forecast.h"
#include "rule.h"
#include "spec.h"

/*
 * What a policy decides with: one forecaster, the rules that act on it, and how their answers make
 * one.  It knows no run; what each keeps of a run is in a struct a4nn_rulebook_states.
 */

enum { A4NN_RULEBOOK_MAX = 64 }; /* rules */

struct a4nn_bound_rule {
    const struct a4nn_rule *rule;
    char *spec; /* as it was asked for */
    struct a4nn_values values;
    void *shared;
};

struct a4nn_rulebook {
    const struct a4nn_forecaster *forecaster;
    struct a4nn_values values; /* of the forecaster */
    void *shared;              /* likewise */
    struct a4nn_bound_rule rule[A4NN_RULEBOOK_MAX];
    size_t n;
    char *names; /* of the rules as given, joined by '+' */
    char *joint; /* the reason when all rules stop; NULL where any of them suffices */
};

struct a4nn_rulebook_states {
    void *forecaster;
    void **rule; /* one each; NULL: not opened */
};

/*
 * `forecaster` is a spec, or NULL for the one that goes with the rules; `rules` are specs, of which
 * "no-diverged" takes away what is always on; without rules the one that goes with the forecaster
 * is taken.  With `all` the rules must say stop at the same observation, diverged apart.  `book` is
 * zero before.  Returns 0, or -1 with *err filled; it must be released either way.
 */
int a4nn_rulebook_init(struct a4nn_rulebook *book, const char *forecaster, const char *const *rules,
                       size_t count, bool all, struct a4nn_err *err) A4NN_MUST_USE;

void a4nn_rulebook_release(struct a4nn_rulebook *book);

/* What is kept of one run. `states` is zero before, and after. */
void a4nn_rulebook_open(const struct a4nn_rulebook *book, struct a4nn_rulebook_states *states);
void a4nn_rulebook_close(const struct a4nn_rulebook *book, struct a4nn_rulebook_states *states);

/* The reason to stop if these rules say so; NULL: none. */
const char *a4nn_rulebook_reason(const struct a4nn_rulebook *book, const bool *stop);

/* Does anything in it look at the other runs, so that their order matters? */
bool a4nn_rulebook_compares(const struct a4nn_rulebook *book);

#endif
