/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_RESULT_H
#define A4NN_HISTORY_RESULT_H

#include "buf.h"
#include "err.h"

/*
 * Writes how a training ended, a line of wrap_result.h, into the model database of that name
 * (history.h); `task` (may be NULL) is that of the run.  A result that names no run, since nothing
 * was observed, is passed over.  Waits up to `patience` seconds.  0, or -1 with *err filled.
 */
int a4nn_history_add_result(const char *history, const char *task, const struct a4nn_buf *line,
                            double patience, struct a4nn_err *err) A4NN_MUST_USE;

#endif
