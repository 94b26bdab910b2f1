/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_READFILE_H
#define A4NN_READFILE_H

#include "buf.h"
#include "err.h"

/*
 * Whole files.  Each call appends what it reads to *out and returns 0, or -1 with *err naming the
 * file; *out may then have a part of it.
 */

/* All of a file, or of what a name stands for that is none, such as a pipe. */
int a4nn_readfile(const char *file, struct a4nn_buf *out, struct a4nn_err *err) A4NN_MUST_USE;

/* The same of a file, "-" being standard input, that may have `most` bytes. */
int a4nn_readfile_most(const char *file, size_t most, struct a4nn_buf *out,
                       struct a4nn_err *err) A4NN_MUST_USE;

/*
 * The same of what is a regular file, or a link to one, for names that nobody gave: a pipe or a
 * terminal that lies there is refused, and never waited for.
 */
int a4nn_readfile_regular(const char *file, size_t most, struct a4nn_buf *out,
                          struct a4nn_err *err) A4NN_MUST_USE;

#endif
