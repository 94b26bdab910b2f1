/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_LEDGER_H
#define A4NN_LOG_LEDGER_H

#include "log/format.h"

/*
 * The epoch a console log is in, and what the log has stated in it.
 *
 * A console log announces an epoch and then states numbers, many of them over and over: a bar
 * of progress, batches.  What is final is passed on at once (say); what may be stated anew is
 * kept, and its last value passed on when the epoch is over (hold).  The same name with the same
 * value is passed on once per epoch.
 *
 * An epoch that goes back to the first one of the run begins a new run: "2", "3", ... in the
 * reports, NULL in the first.
 */
struct a4nn_log_ledger;

/* The sink must outlive it. The epoch is unknown (NAN) until one begins. */
struct a4nn_log_ledger *a4nn_log_ledger_new(const struct a4nn_log_sink *sink);

/*
 * Where the next numbers are stated: the format keeps line, step, epochs and time in it up to
 * date; epoch and run are kept here.
 */
struct a4nn_log_at *a4nn_log_ledger_at(struct a4nn_log_ledger *e);

/* Enters an epoch; when it is another than the current one, that one is over. */
void a4nn_log_ledger_begin(struct a4nn_log_ledger *e, double epoch);

/* Of a log without epochs: the same for a step. */
void a4nn_log_ledger_step(struct a4nn_log_ledger *e, double step);

/* A training begins from its start: if the next epoch is none beyond the last, it is a new run. */
void a4nn_log_ledger_restart(struct a4nn_log_ledger *e);

void a4nn_log_ledger_say(struct a4nn_log_ledger *e, const char *name, double value);
void a4nn_log_ledger_hold(struct a4nn_log_ledger *e, const char *name, double value);

/* Forgets what is held of the names that begin with `prefix`. */
void a4nn_log_ledger_drop(struct a4nn_log_ledger *e, const char *prefix);

/* Passes on what is held, in the order of first appearance. */
void a4nn_log_ledger_flush(struct a4nn_log_ledger *e);

/* Frees it; what is held is lost. */
void a4nn_log_ledger_free(struct a4nn_log_ledger *e);

#endif
