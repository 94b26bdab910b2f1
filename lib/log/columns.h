/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_COLUMNS_H
#define A4NN_LOG_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What the columns of tables and the members of JSON records are for, by their usual names, and
 * what their cells mean.
 */

enum a4nn_log_role {
    A4NN_ROLE_VALUE, /* a number to report, or something to pass over */
    A4NN_ROLE_EPOCH,
    A4NN_ROLE_STEP,
    A4NN_ROLE_EPOCHS, /* the planned total */
    A4NN_ROLE_RUN,
    A4NN_ROLE_TASK, /* where it is a text: a4nn_log_is_task() */
    A4NN_ROLE_TIME
};

/*
 * The role of each of `n` names, without case and punctuation.  Each role but VALUE is given once:
 * of several candidates the most usual name has it ("epoch" before "round"), and "epochs" is the
 * planned total where "epoch" stands beside it.
 */
void a4nn_log_roles(const char *const *names, size_t n, enum a4nn_log_role *roles);

/* Whether `word` says which data a record was measured on: "train", "val", "test", ... */
bool a4nn_log_is_domain(const char *word);

/*
 * Whether the text names the task of a run: not a number, which may count the tasks that one
 * training learns, nor which data a record was measured on.
 */
bool a4nn_log_is_task(const char *text);

/* Whether the text stands for a number that is not there: "", "NA", "None", "null", "-". */
bool a4nn_log_is_missing(const char *text);

/* The number in a cell, which may have a percent sign behind it (that is passed over). */
bool a4nn_log_cell_number(const char *text, double *out);

/*
 * Seconds since 1970 from a number of seconds, milli-, micro- or nanoseconds, by its size, or
 * from a date and time of RFC 3339 (without an offset it is taken for UTC).  False for anything
 * else, seconds since the start of the training too.
 */
bool a4nn_log_time(const char *text, double *out);
bool a4nn_log_time_number(double number, double *out);

#endif
