/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SHEET_H
#define A4NN_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "stream.h"

/*
 * A result of rows and columns that is no stream of observations: gathered, then written as CSV,
 * as JSON Lines, or as a table for people, whose columns are as wide as they must be.
 */

struct a4nn_sheet_column {
    const char *name;  /* in CSV and JSON Lines; never changes */
    const char *title; /* in the table; NULL: not shown there */
    int digits;        /* behind the point, in the table; < 0: up to six significant ones */
    bool text;
};

struct a4nn_sheet;

/* `columns` must outlive the sheet. */
struct a4nn_sheet *a4nn_sheet_new(const struct a4nn_sheet_column *columns, size_t count);

/* The next cell of the row at hand; a full row is followed by the next. NULL and NAN are blank. */
void a4nn_sheet_text(struct a4nn_sheet *sheet, const char *text);
void a4nn_sheet_number(struct a4nn_sheet *sheet, double value);

/* A blank line, in the table alone, before the next row. */
void a4nn_sheet_space(struct a4nn_sheet *sheet);

/*
 * From now on each row is written when it is full and not gathered, where the encoding allows that
 * (a table's columns are as wide as all of it says); a4nn_sheet_write then writes what is left.
 */
void a4nn_sheet_stream(struct a4nn_sheet *sheet, FILE *out, enum a4nn_encoding encoding);

/* Writes all rows. Text is made safe for a terminal in the table. */
void a4nn_sheet_write(const struct a4nn_sheet *sheet, FILE *out, enum a4nn_encoding encoding);

void a4nn_sheet_free(struct a4nn_sheet *sheet);

#endif
