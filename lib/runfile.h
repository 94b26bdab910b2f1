/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_RUNFILE_H
#define A4NN_RUNFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"

/*
 * Files that belong to a run, named by a pattern: "runs/{run}/pid".
 *
 * The name of a run comes out of a log, so it is not trusted.  The folder in front of the first
 * {run} is the user's and may be anything; behind it, a name may lead deeper (runs are called
 * "lr0.1/seed2") but never out: no component may be empty, "." or "..", and no symbolic link is
 * followed.
 */

/* Whether each run has a file of its own. */
bool a4nn_runfile_by_run(const char *pattern);

/* The path, for messages only; owned by the caller. */
char *a4nn_runfile_text(const char *pattern, const char *run);

/*
 * Opens the run's file as open(2) does, and refuses what is no regular file.  Returns the
 * descriptor (close-on-exec), or -1 with *err and errno: ENOENT where there is no such file, EPERM
 * where the name is refused.
 */
int a4nn_runfile_open(const char *pattern, const char *run, int flags, mode_t mode,
                      struct a4nn_err *err) A4NN_MUST_USE;

#endif
