/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CSVFILE_H
#define A4NN_CSVFILE_H

#include <stddef.h>

#include "err.h"

/*
 * A CSV file with a header line, read a row at a time: several can be read side by side, in little
 * memory.
 */
struct a4nn_csvfile;

/*
 * Begins with the header.  `column` (n names) are the columns that are wanted; one that is not
 * there is an error.  Takes the descriptor over; `name` is for messages.  NULL with *err filled.
 */
struct a4nn_csvfile *a4nn_csvfile_new(int fd, const char *name, const char *const *column, size_t n,
                                      struct a4nn_err *err) A4NN_MUST_USE;

/* The next row: the cells of the wanted columns, in that order, valid until the next call, which
 * may be changed in place. 1; 0 at the end; -1 with *err filled. */
int a4nn_csvfile_next(struct a4nn_csvfile *file, char ***cell, struct a4nn_err *err) A4NN_MUST_USE;

/* Where the row that was read last begins, counted from 1. */
unsigned long a4nn_csvfile_line(const struct a4nn_csvfile *file);

void a4nn_csvfile_free(struct a4nn_csvfile *file);

#endif
