/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CANDIDATES_H
#define A4NN_CANDIDATES_H

#include <stddef.h>

#include "err.h"
#include "json.h"
#include "strmap.h"

/*
 * A list of configurations that may be trained, JSON Lines: the member `run` names one, `config`
 * holds its configuration; without that all members but `run`, `task` and facts of the model
 * database (history_facts.h) do, and those a proposal adds do not.
 */
struct a4nn_candidate {
    struct a4nn_json *line, *config; /* owned */
    char *run;                       /* owned, NULL: has no name */
};

/*
 * One, of a line, which it takes over; -1 with *err when it is none: then the line stays the
 * caller's.  Released below.
 */
int a4nn_candidate_of(struct a4nn_json *line, struct a4nn_candidate *out,
                      struct a4nn_err *err) A4NN_MUST_USE;
void a4nn_candidate_release(struct a4nn_candidate *c);

/* Sets what the line knows of a run before it is trained (history_facts.h) as members of `facts`,
 * its configuration apart. */
void a4nn_candidate_state(const struct a4nn_candidate *c, struct a4nn_json *facts);

/* Zero-initialise it ({0}), release it in the end. */
struct a4nn_candidates {
    struct a4nn_candidate *one;
    size_t n, cap;
    struct a4nn_strmap runs; /* names; `of_run` has the candidate's number */
    size_t *of_run, of_run_cap;
};

/* Reads a file, "-" being standard input. What is no candidate is reported to diag with its line
 * and left out. 0, or -1 with *err. */
int a4nn_candidates_read(const char *file, struct a4nn_candidates *out, struct a4nn_diag *diag,
                         struct a4nn_err *err) A4NN_MUST_USE;

/* Adds one of that name, which must not be there yet, with the line {"run": ..., "config": ...}. */
void a4nn_candidates_add(struct a4nn_candidates *c, const char *run,
                         const struct a4nn_json *config);

/* The candidate of that name, or -1. */
long a4nn_candidates_find(const struct a4nn_candidates *c, const char *run);

/* A text that is the same for two configurations just when they are, in whatever order; owned. */
char *a4nn_candidate_print(const struct a4nn_json *config);

void a4nn_candidates_release(struct a4nn_candidates *c);

#endif
