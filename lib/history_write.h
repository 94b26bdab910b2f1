/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_WRITE_H
#define A4NN_HISTORY_WRITE_H

#include <stddef.h>

#include "db.h"
#include "err.h"
#include "record.h"

/*
 * Records on their way into the model database.  They wait in memory until a flush, which brings
 * all of them in or none; what has been flushed is on the disk.
 *
 * A run is told by its task, its metric and its name.  An observation of an epoch it has takes the
 * place of the old one; when the value is another, the run was resumed there, and the later epochs
 * of that metric, which never were continued, go, with the forecasts behind it.  So adding what is
 * there already changes nothing.
 */
struct a4nn_history_writer;

struct a4nn_history_write_opts {
    struct a4nn_db *db;
    const char *task;       /* of records that name none; NULL: "" */
    struct a4nn_diag *diag; /* what could not be kept is said here, once for each name */
};

/* `opts` must outlive the writer, and what it points to. */
struct a4nn_history_writer *a4nn_history_writer_new(const struct a4nn_history_write_opts *opts);

/*
 * Takes a record: the observation, val_loss and lr as metrics of their own, forecast and verdict
 * if it has them, what was done about it.  Of its unknown members it takes the facts of the run by
 * name (history_facts.h); an object "metrics" of further numbers at that epoch, and every other
 * number likewise; a list "observations" of [metric, epoch, value, time], and one "forecasts" of
 * [epoch, forecast, low, high, expected error, p_beat, verdict, reason].  A record with "outcome"
 * is a result of a4nn-train-wrap: how the run ended.
 */
void a4nn_history_put(struct a4nn_history_writer *w, const struct a4nn_record *record);

/*
 * Takes what a record of a run that is known says of it in hindsight: forecast and verdict of a
 * rule that is tried when all is over.  They are kept only where the run has no forecast at all, as
 * those that it has were made at the time.
 */
void a4nn_history_put_hindsight(struct a4nn_history_writer *w, const struct a4nn_record *record);

/*
 * All that was put is of trainings that are over.  Those flushed so far of which nobody stated a
 * planned total, and nothing says that they have ended, have come to their end: their last epoch
 * becomes that total, and they are complete.  0, or -1 with *err filled and nothing changed.
 */
int a4nn_history_end_runs(struct a4nn_history_writer *w, struct a4nn_err *err) A4NN_MUST_USE;

/* How many runs have been flushed, and how many of them came without a planned total. */
size_t a4nn_history_flushed(const struct a4nn_history_writer *w, size_t *unplanned);

/* Rows that wait. */
size_t a4nn_history_waiting(const struct a4nn_history_writer *w);

/* Writes them. On -1, with *err filled, they wait still, and it may be tried again. */
int a4nn_history_flush(struct a4nn_history_writer *w, struct a4nn_err *err) A4NN_MUST_USE;

void a4nn_history_writer_free(struct a4nn_history_writer *w);

#endif
