/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_TABLE_H
#define A4NN_LOG_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "log/columns.h"
#include "log/format.h"

/*
 * The reader that all tables share: a header that names the columns, then a row per epoch, with
 * any separator.  What frameworks do differently is in their dialect.
 */

enum a4nn_table_flags {
    A4NN_TABLE_RAGGED = 1,   /* rows may be shorter than the header */
    A4NN_TABLE_RESTARTS = 2, /* an epoch that goes back begins the next run */
    A4NN_TABLE_ONE_RUN = 4,  /* columns of run names say nothing new */
    A4NN_TABLE_TEXTS = 8     /* a text that is the same in all rows of a run is a setting of it */
};

struct a4nn_table_dialect {
    const char *separators; /* to be tried in this order; a blank means runs of blanks */
    unsigned flags;
    const char *epoch;   /* the column that counts epochs, NULL: by its usual name */
    const char *run;     /* the column that numbers the runs, NULL: by its usual name */
    const char *config;  /* the column from which on all are settings of the run, or NULL */
    const char *setting; /* what the names of columns begin with that are settings, or NULL */
};

/* The beginning of a table. */
struct a4nn_table_head {
    char separator;
    char **name; /* of the columns, trimmed */
    enum a4nn_log_role *role;
    size_t names;
    char **cell; /* the first row, if it is there already */
    size_t cells;
};

/* Separators of tables that nobody has described. */
#define A4NN_TABLE_SEPARATORS ",;\t| "

/*
 * Reads the header and the first row of what may be a table.  False, and nothing to release, when
 * the first line is no header: no cell may be a number, and one must be an epoch, a step or a
 * known metric.
 */
bool a4nn_table_head(const struct a4nn_log_head *head, struct a4nn_table_head *out);
void a4nn_table_head_release(struct a4nn_table_head *head);

/* The members open, feed, finish and close of a format. `dialect` must outlive the state. */
void *a4nn_table_open(const struct a4nn_log_sink *sink, const struct a4nn_table_dialect *dialect);
void a4nn_table_feed(void *state, const char *bytes, size_t len);
void a4nn_table_finish(void *state);
void a4nn_table_close(void *state);

#endif
