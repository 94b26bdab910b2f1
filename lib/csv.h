/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CSV_H
#define A4NN_CSV_H

#include <stddef.h>

#include "buf.h"

/*
 * Separated values (RFC 4180 and what programs make of it), fed in pieces cut anywhere.
 * Quoted cells may hold separators, quotes and line ends; LF, CRLF and CR end rows; blank rows
 * are passed over.
 */
struct a4nn_csv; /* a parser in the middle of its input */

struct a4nn_csv_row {
    char **cell; /* NUL-terminated; valid during the call only; may be changed in place */
    size_t *len;
    size_t cells;
    unsigned long line; /* where the row begins, counted from 1 */
};

/*
 * Begins parsing with the given separator.  `row` is called for each complete row.
 * A cell longer than 1 MiB or a row of more than 65,536 cells is cut off there.
 */
struct a4nn_csv *a4nn_csv_new(char separator, void (*row)(void *arg, struct a4nn_csv_row *row),
                              void *arg);

/* Takes the next bytes. */
void a4nn_csv_feed(struct a4nn_csv *csv, const char *bytes, size_t len);

/* The input has ended: a last row without a line end is still a row. */
void a4nn_csv_finish(struct a4nn_csv *csv);

void a4nn_csv_free(struct a4nn_csv *csv);

/*
 * Appends one cell, quoted if it must be.  A text that a spreadsheet would take for a formula
 * (= + - @ TAB first, and no number) gets a leading apostrophe (CWE-1236).
 */
void a4nn_csv_add_cell(struct a4nn_buf *out, const char *text);

/* Undoes the apostrophe of a4nn_csv_add_cell, in place: "'=x" becomes "=x". */
void a4nn_csv_unguard(char *text);

#endif
