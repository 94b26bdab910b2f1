/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_READFILE_H
#define A4NN_READFILE_H

#include "buf.h"
#include "err.h"

/* Appends all of a file. 0, or -1 with *err naming it. */
int a4nn_readfile(const char *file, struct a4nn_buf *out, struct a4nn_err *err) A4NN_MUST_USE;

/* The same of a file, "-" being standard input, that may have `most` bytes. */
int a4nn_readfile_most(const char *file, size_t most, struct a4nn_buf *out,
                       struct a4nn_err *err) A4NN_MUST_USE;

#endif
