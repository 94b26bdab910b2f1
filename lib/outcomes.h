/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_OUTCOMES_H
#define A4NN_OUTCOMES_H

#include <stddef.h>

#include "history_read.h"
#include "json.h"
#include "objective.h"
#include "propose.h"
#include "record.h"
#include "strmap.h"

/*
 * What became of the runs of one task and metric, gathered from streams and the model database:
 * what is complete counts with its last value, what was stopped with its forecast and how uncertain
 * that is, what failed or diverged as that; everything else is pending, with its forecast so far if
 * there is one with an interval.
 */
struct a4nn_outcome {
    struct a4nn_json *config; /* owned, or NULL: not known */
    enum a4nn_result_state state;
    double value, sd; /* as in struct a4nn_result */
    /* of streams, until a4nn_outcomes_settle */
    double epoch, epochs, last; /* last epoch, planned total or NAN, value there */
    double forecast, low, high, expected_error;
    bool stopped, diverged;
    char *status; /* owned, or NULL */
    double *cost; /* of each objective, NAN: not stated; owned, NULL where none is asked for */
};

/* Zero-initialise it ({0}), set `task` and `metric`, the latter for the model database (NULL: any,
 * but only one), and what objectives are asked for; release it in the end. */
struct a4nn_outcomes {
    const char *task, *metric;
    const struct a4nn_objective *objective;
    size_t objectives;
    struct a4nn_strmap runs;  /* names, in the order in which they came */
    struct a4nn_outcome *run; /* by number */
    size_t cap;
    enum a4nn_mode mode;
    char *measured; /* owned: name of the metric, NULL before the first record */
    char *kind;     /* owned: task and metric of the first, in words */
};

/*
 * Takes a record of a stream, whose metric has this mode.  0, or -1 with *err when it is of another
 * task or metric than those before, though `task` leaves that open, or its mode is not known.
 */
int a4nn_outcomes_record(struct a4nn_outcomes *o, const struct a4nn_record *record,
                         enum a4nn_mode mode, struct a4nn_err *err) A4NN_MUST_USE;

/* Takes all runs of the task from the database. 0, or -1 with *err as above or from the database.
 */
int a4nn_outcomes_history(struct a4nn_outcomes *o, struct a4nn_db *db,
                          struct a4nn_err *err) A4NN_MUST_USE;

/* Decides what became of the runs of the streams, when all has been read. */
void a4nn_outcomes_settle(struct a4nn_outcomes *o);

void a4nn_outcomes_release(struct a4nn_outcomes *o);

#endif
