/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CHECKPOINT_H
#define A4NN_CHECKPOINT_H

#include <stdbool.h>

#include "err.h"

/* The file of weights that a training has left. */

/*
 * The newest file or folder that a pattern (glob(7)) names, of those written since `since` (seconds
 * since 1970; two seconds before, as some file systems count no finer): its absolute path, owned
 * by the caller.  NULL when there is none.
 */
char *a4nn_checkpoint_find(const char *pattern, double since);

/*
 * Its SHA-256, in hexadecimal digits.  `go_on` is asked every MiB, and false ends it.  0; 1 when it
 * was ended, or is a folder, which has none; -1 with *err filled when it cannot be read.
 */
int a4nn_checkpoint_sum(const char *path, bool (*go_on)(void *arg), void *arg, char out[65],
                        struct a4nn_err *err) A4NN_MUST_USE;

#endif
