/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_KEEPER_H
#define A4NN_KEEPER_H

#include <stdbool.h>

#include "err.h"
#include "history_past.h"
#include "json.h"
#include "past.h"
#include "record.h"

/*
 * What ties a stream that is judged to the model database (history.h): its complete runs teach the
 * policy, and the stream's records are kept in it.
 *
 * Nobody who waits for a verdict waits until something is written: a thread does, and tries again
 * what cannot be written at once.
 */
struct a4nn_keeper;

struct a4nn_keeper_opts {
    const char *history;                    /* history.h; NULL or "": the default one */
    const char *task;                       /* of records that name none, or NULL */
    double epochs;                          /* planned total of all runs, 0 or NAN: as they say */
    enum a4nn_mode mode;                    /* of all metrics, A4NN_MODE_UNKNOWN: as they say */
    const struct a4nn_json *facts;          /* of every run: an object with members that
                                             * history_facts.h names, or NULL */
    const struct a4nn_history_keys *coming; /* runs that will come (history_past.h), or NULL */
    double at_end;          /* seconds that the end waits for a database that is locked */
    struct a4nn_diag *diag; /* its emit is called by either thread */
};

/* Nothing is opened yet. `opts` must outlive it; their diag may change until it is opened. */
struct a4nn_keeper *a4nn_keeper_new(const struct a4nn_keeper_opts *opts);

/* Opens the database, made when it is not there; not to be carried over a fork.  -1 with *err. */
int a4nn_keeper_open(struct a4nn_keeper *keeper, struct a4nn_err *err) A4NN_MUST_USE;

/* The runs that teach (session.h), filled as their tasks are met, by then open. The keeper's. */
const struct a4nn_past *a4nn_keeper_past(const struct a4nn_keeper *keeper);

/*
 * Before a record is judged: gives it the task it lacks, the first of a run the facts, and looks up
 * what the database knows of that task, when it is the first of it.  A run must not be told how it
 * ends: of those that have come, or are known to come, none teaches; one that comes later, and has
 * taught, is reported.  So is a database that cannot be read, once.
 *
 * False: it repeats the last one of its run, to say more numbers of it; it needs no judgement.
 */
bool a4nn_keeper_meet(struct a4nn_keeper *keeper, struct a4nn_record *record);

/* When it has been judged: it is to be kept, and will be written. */
void a4nn_keeper_keep(struct a4nn_keeper *keeper, const struct a4nn_record *record);

/* The next record may take a while: what is kept is to be written now. */
void a4nn_keeper_pause(struct a4nn_keeper *keeper);

/* Writes what waits, for which it now waits in turn; what cannot be written is reported as an
 * error. `keeper` may be NULL. */
void a4nn_keeper_free(struct a4nn_keeper *keeper);

#endif
