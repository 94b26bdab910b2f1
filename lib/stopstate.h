/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_STOPSTATE_H
#define A4NN_STOPSTATE_H

#include "err.h"

/*
 * What has been done about runs, kept in a file so that a new process does not do it again: JSON
 * Lines {"run":..., "action":..., "result":...}, of which the last of a run and action counts.
 * Lines are only added.  A last line that was cut off, as by a crash, is passed over.
 */
struct a4nn_stopstate;

/*
 * Opens or creates the file and locks it, so that two processes cannot share it.  Returns NULL with
 * *err.
 */
struct a4nn_stopstate *a4nn_stopstate_open(const char *path, struct a4nn_err *err) A4NN_MUST_USE;

/* How the action on the run ended, as it was put last, or NULL. `state` may be NULL. */
const char *a4nn_stopstate_get(const struct a4nn_stopstate *state, const char *run,
                               const char *action);

/* Adds a line and waits until it is on the disk: 0, or -1 with *err. `state` may be NULL. */
int a4nn_stopstate_put(struct a4nn_stopstate *state, const char *run, const char *action,
                       const char *result, struct a4nn_err *err) A4NN_MUST_USE;

void a4nn_stopstate_free(struct a4nn_stopstate *state);

#endif
