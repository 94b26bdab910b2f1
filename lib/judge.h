/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_JUDGE_H
#define A4NN_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "keeper.h"
#include "log/reader.h"
#include "session.h"

/*
 * The log of one training, judged while it is written: the reader and the policy of a4nn-predict,
 * fed with bytes.  What comes out depends on nothing but these bytes, however they are cut, and
 * what a keeper's history teaches.
 */

/* What is known after an observation. Flat, of a fixed size, so that it goes through a pipe. */
struct a4nn_judgement {
    double epoch, value, epochs;                /* epochs: planned total, NAN when not known */
    double forecast, low, high, expected_error; /* as computed; NAN when there is none */
    unsigned long observations;
    bool stop; /* the verdict at this epoch */
    char run[256], metric[128], reason[128];
};

/*
 * Has the keeper (may be NULL) meet the record, feeds the policy and says what it made of it;
 * `observations` is left at 0.  False: it is only to be kept, and there is no judgement.
 */
bool a4nn_judgement_make(struct a4nn_policy *policy, struct a4nn_keeper *keeper,
                         struct a4nn_record *record, struct a4nn_judgement *out);

struct a4nn_judge_opts {
    const struct a4nn_policy_opts *policy;
    struct a4nn_keeper *keeper;      /* open; what is judged is kept; NULL: it is not */
    struct a4nn_reader_opts *reader; /* its record, pause and arg become the judge's */
    const char *name;                /* of the log, for messages */
    const char *log;                 /* to follow (judge_log.h), NULL: it is fed */
    unsigned long lines;             /* after so many without an observation it is `missing` */
    void (*judged)(void *arg, const struct a4nn_judgement *judgement);
    /* Once at most; at the latest when the log has ended without an observation. */
    void (*missing)(void *arg, unsigned long lines);
    void *arg;
};

struct a4nn_judge;

/* `opts` and what it points to must outlive the judge. NULL with *err filled on a bad spec. */
struct a4nn_judge *a4nn_judge_new(const struct a4nn_judge_opts *opts,
                                  struct a4nn_err *err) A4NN_MUST_USE;

/* False when the log is of no known kind and nothing more is wanted. */
bool a4nn_judge_feed(struct a4nn_judge *judge, const char *bytes, size_t len);

/* Nothing more has come for now: time to write down what is to be kept. */
void a4nn_judge_pause(struct a4nn_judge *judge);

/* The log has ended. */
void a4nn_judge_finish(struct a4nn_judge *judge);

void a4nn_judge_free(struct a4nn_judge *judge);

#endif
