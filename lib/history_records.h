/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_RECORDS_H
#define A4NN_HISTORY_RECORDS_H

#include "history_read.h"
#include "record.h"

/*
 * What is known of a run, gathered from wherever it is kept, as the records that tell it: a
 * database (history_export.h) or a publication (package.h).  Order of calls: begin, points,
 * forecasts, give; then begin again for the next run, or free.
 */
struct a4nn_run_records;

struct a4nn_run_records *a4nn_run_records_new(void);

/* `run` must live until the records have been given. */
void a4nn_run_records_begin(struct a4nn_run_records *g, const struct a4nn_history_run *run);

/* By epoch. Texts are copied. */
void a4nn_run_records_point(struct a4nn_run_records *g, const struct a4nn_history_point *point);
void a4nn_run_records_forecast(struct a4nn_run_records *g,
                               const struct a4nn_history_forecast *forecast);

/*
 * The records, by epoch, such that adding them to an empty database makes it what the run was told
 * to be (history_write.h): the first holds the facts, and what was observed or forecast at epochs
 * that have no value of the metric.  None for a run without a value.  Nonzero of `each` ends it.
 */
void a4nn_run_records_give(struct a4nn_run_records *g,
                           int (*each)(void *arg, struct a4nn_record *record), void *arg);

void a4nn_run_records_free(struct a4nn_run_records *g);

#endif
