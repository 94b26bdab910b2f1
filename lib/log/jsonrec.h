/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_JSONREC_H
#define A4NN_LOG_JSONREC_H

#include <stdbool.h>

#include "buf.h"
#include "json.h"
#include "log/format.h"

/*
 * JSON objects as records: some members say where and when (columns.h), all other numbers are
 * reported.  Numbers of inner objects get the names on the way to them, joined with "/"; arrays
 * are passed over.
 */

/* A place that states nothing but its line. */
struct a4nn_log_at a4nn_jsonrec_nowhere(unsigned long line);

/* A nesting deeper than this is passed over. */
enum { A4NN_JSONREC_DEPTH = 32 };

/* Room for the name of a run that is a number. */
struct a4nn_jsonrec_run {
    char text[32];
};

/*
 * Fills what the members of `object` state into *at and leaves the rest of *at alone; at->run
 * belongs to the object or to *run.  False when it states an epoch or step that is no number
 * (which is reported).
 */
bool a4nn_jsonrec_place(const struct a4nn_json *object, const struct a4nn_log_sink *sink,
                        struct a4nn_log_at *at, struct a4nn_jsonrec_run *run);

/* Whether a member of a record is an object with the settings of its run. */
bool a4nn_jsonrec_is_config(const char *name, const struct a4nn_json *value);

/*
 * Reports the numbers of `object`, their names behind `prefix` (may be NULL).  Members that
 * a4nn_jsonrec_place() reads are left out, and settings.
 */
void a4nn_jsonrec_report(const struct a4nn_json *object, const struct a4nn_log_sink *sink,
                         const struct a4nn_log_at *at, const char *prefix);

/*
 * Reports the members of `settings`, if it is an object, as settings of the run (a4nn_log_fact).
 * Where records repeat them, `last` ({0} at first, the caller releases it) keeps what was reported,
 * so that the same is reported once; it may be NULL.
 */
void a4nn_jsonrec_settings(const struct a4nn_json *settings, const struct a4nn_log_sink *sink,
                           const struct a4nn_log_at *at, struct a4nn_buf *last);

/* The word by which a record says on which data it was measured ("mode": "val"), or NULL. */
const char *a4nn_jsonrec_domain(const struct a4nn_json *object);

/* Whether `object` states an epoch or a step. */
bool a4nn_jsonrec_has_place(const struct a4nn_json *object);

#endif
