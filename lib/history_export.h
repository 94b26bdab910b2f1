/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_EXPORT_H
#define A4NN_HISTORY_EXPORT_H

#include "history_read.h"
#include "json.h"
#include "record.h"

/* What the model database holds, in the words of the stream and of JSON. */

/*
 * The facts of a run, the known ones, as members of an object; the configuration and the command
 * line as what they are and not as texts.
 */
void a4nn_history_add_facts(struct a4nn_json *object, const struct a4nn_facts *facts);

/* A run as one object: id, task, metric, mode, run, epochs, what is summed up, the facts. Owned. */
struct a4nn_json *a4nn_history_run_object(const struct a4nn_history_run *run);

/*
 * The records of a run (history_records.h).  The record is valid during the call, and `each` may
 * use the database; nonzero ends it.  0, or -1 with *err filled.
 */
int a4nn_history_export(struct a4nn_db *db, const struct a4nn_history_run *run,
                        int (*each)(void *arg, struct a4nn_record *record), void *arg,
                        struct a4nn_err *err) A4NN_MUST_USE;

#endif
