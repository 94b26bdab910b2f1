/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_STEER_INTAKE_H
#define A4NN_STEER_INTAKE_H

#include <stdint.h>

#include "candidates.h"
#include "features.h"
#include "input.h"
#include "kindred.h"
#include "outcomes.h"
#include "propose.h"
#include "space_pool.h"
#include "tradeoff.h"

/* Results and candidates, brought together: what every verb of a4nn-steer begins with. */
struct a4nn_steer {
    struct a4nn_input in;
    const char *candidates; /* file, or NULL */
    const char *space_file; /* or NULL */
    const char *before;     /* file (before.h), or NULL */
    struct a4nn_space space;
    struct a4nn_space_pool *pool; /* NULL: candidates come from a file */
    size_t even;                  /* the first so many of the pool fill the space */
    size_t count;                 /* -n */
    uint64_t seed;
    double p; /* --p */
    struct a4nn_candidates list;
    struct a4nn_outcomes outcomes;
    struct a4nn_features *features;
    struct a4nn_objective *objective; /* besides the metric, and then --cost */
    size_t objectives;                /* without that */
    struct a4nn_result *result;
    size_t results, forecast; /* in all; those of which are forecasts */
    double *cost;             /* of each result, for each objective */
    const char *expense;      /* --cost: name of what a training costs, or NULL */
    double *spent, *price;    /* what each result cost, and each untried candidate; NAN: unknown */
    size_t *run;              /* of each result, among the outcomes */
    size_t unknown;           /* runs whose configuration nobody knows */
    struct a4nn_kindred kindred; /* what similar tasks came to, and its rows */
    struct a4nn_result *kin;
    size_t *row, *place; /* candidates not tried yet: rows, places in the list */
    size_t untried;
    struct a4nn_err err;
    bool failed;
};

/* The options that all verbs have; `what` is what -n counts, `output` the default encoding; more
 * may follow. */
enum {
    A4NN_STEER_BEFORE = 256,
    A4NN_STEER_CANDIDATES,
    A4NN_STEER_COST,
    A4NN_STEER_OBJECTIVE,
    A4NN_STEER_SEED,
    A4NN_STEER_SPACE,
    A4NN_STEER_P,
    A4NN_STEER_OBJECTIVES = 8
};
#define A4NN_STEER_OPTIONS(what, output, more)                                                     \
    {A4NN_STEER_CANDIDATES, "candidates", "FILE", "what may be trained: JSON Lines", "file"},      \
        A4NN_OPTION_EPOCHS, A4NN_OPTION_FORMAT,                                                    \
        {'H', "history", "[=NAME]", "learn from the runs of the model database, too", "file"},     \
        A4NN_OPTION_METRIC, A4NN_OPTION_MAX, A4NN_OPTION_MIN, {'n', "count", "N", what, NULL},     \
        more A4NN_OPTION_OUTPUT(output), A4NN_OPTION_QUIET,                                        \
        {A4NN_STEER_SEED, "seed", "N", "for what is left to chance (default: 0)", NULL},           \
        {A4NN_STEER_SPACE, "space", "FILE", "what may be trained: a search space", "file"},        \
    {                                                                                              \
        't', "task", "NAME", "learn from results of this task", NULL                               \
    }
/* Behind those, for the verbs that know more than the metric. */
#define A4NN_STEER_OPTION_OBJECTIVE                                                                \
    {A4NN_STEER_OBJECTIVE, "objective", "NAME[:min|:max]",                                         \
     "what counts besides the metric (default: less is better)", NULL},

/* And for those that choose what to train. */
#define A4NN_STEER_OPTION_COST                                                                     \
    {A4NN_STEER_COST, "cost", "NAME", "what a training costs: twice that has to be worth it", NULL},

/* Begins with those of argv; returns the index of the first operand. `count` is the default of -n;
 * a mistake ends the program with 2. */
int a4nn_steer_begin(struct a4nn_steer *s, const struct a4nn_cli *cli, size_t count, int argc,
                     char **argv);

/*
 * Reads candidates or the space, the operands and the model database, and encodes them; trouble
 * that leaves nothing to do ends the program with 2.
 *
 * To explain, and to continue, there need be no candidates.  For what is next they include
 * neighbours of the best results, and of a task that is named what similar ones in the database
 * came to is read, too.  To begin a search this is read always, and of the task itself only if it
 * is named.  Without operands standard input is read, unless -H is given or a search begins.
 */
enum a4nn_steer_verb { A4NN_STEER_EXPLAIN, A4NN_STEER_NEXT, A4NN_STEER_INIT };
void a4nn_steer_read(struct a4nn_steer *s, char **operands, int count, enum a4nn_steer_verb verb);

/* Encodes results and candidates again, when there are more candidates. */
void a4nn_steer_encode(struct a4nn_steer *s);

/* How many results are over. */
size_t a4nn_steer_over(const struct a4nn_steer *s);

/* How many of the first candidates not tried fill the space in their order; 0 of a list. */
size_t a4nn_steer_even(const struct a4nn_steer *s);

/* What the model is asked with, of all that was read (propose.h). */
struct a4nn_propose_opts a4nn_steer_model(const struct a4nn_steer *s);

/* The objectives, with what is known of them. */
struct a4nn_tradeoff a4nn_steer_tradeoff(const struct a4nn_steer *s);

/* Proposes by the metric alone, or by all objectives. */
size_t a4nn_steer_propose(const struct a4nn_steer *s, const struct a4nn_propose_opts *opts,
                          struct a4nn_proposal *out);

void a4nn_steer_release(struct a4nn_steer *s);

#endif
