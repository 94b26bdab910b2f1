/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_OUTFILE_H
#define A4NN_OUTFILE_H

#include <stddef.h>

#include "err.h"

/*
 * Puts `len` bytes into the file `path`, whole or not at all: they are written to a file beside it
 * that then, when they are on the disk, takes its place.  A symbolic link stays one.  What exists
 * and is no regular file, such as a device or a pipe that is being read, is written to directly.
 * 0, or -1 with *err filled and the old file as it was.
 */
int a4nn_outfile_put(const char *path, const char *bytes, size_t len,
                     struct a4nn_err *err) A4NN_MUST_USE;

#endif
