/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PLOT_TABLE_H
#define A4NN_PLOT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "metric.h"
#include "strmap.h"

/*
 * Tables of results that are no stream of observations (savings, effects): those columns that a
 * picture needs, from CSV with a header line or JSON Lines, in files, archives or standard input.
 *
 * Zero-initialise it but for `column` and `columns`, read, release.
 */

struct a4nn_plot_column {
    const char *name; /* in JSON a.b is the member b of the member a, where there is no "a.b" */
    bool required;    /* a CSV without it is an error, a JSON object without it no row */
};

struct a4nn_plot_cell {
    double num; /* NAN: no number */
    long text;  /* number in texts; -1: blank or absent */
};

struct a4nn_plot_table {
    const struct a4nn_plot_column *column;
    size_t columns;
    struct a4nn_plot_cell *cell; /* row by row */
    size_t rows, cap;
    struct a4nn_strmap texts;
};

/*
 * Takes "NAME", "NAME:min" or "NAME:max" apart: the name, for the caller to free, and what is
 * better there; without a word on that as a metric of this name has it, else A4NN_MODE_UNKNOWN.
 */
char *a4nn_plot_column_take(const char *spec, enum a4nn_mode *mode);

/* Reads the arguments (none: standard input); trouble is reported to diag. */
void a4nn_plot_table_read(struct a4nn_plot_table *t, char *const *files, int count,
                          struct a4nn_diag *diag);

double a4nn_plot_table_num(const struct a4nn_plot_table *t, size_t row, size_t column);

/* The text of a cell, "" when blank; a number is a text, too. */
const char *a4nn_plot_table_text(const struct a4nn_plot_table *t, size_t row, size_t column);

void a4nn_plot_table_release(struct a4nn_plot_table *t);

#endif
