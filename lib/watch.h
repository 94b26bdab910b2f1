/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_WATCH_H
#define A4NN_WATCH_H

#include "follow.h"
#include "log/reader.h"
#include "watch_state.h"

/*
 * Growing logs (growing.h) to an output that has each observation once (watch_state.h).
 */
struct a4nn_watch;

/*
 * `opts` as for a reader, and gets its `record`; its diag must outlive the watch.  `poll` as in
 * follow.h, `state` and `fd` as in watch_state.h.  NULL with *err.
 */
struct a4nn_watch *a4nn_watch_new(struct a4nn_reader_opts *opts, double poll, const char *state,
                                  int fd, enum a4nn_encoding encoding, struct a4nn_err *err);

/* The files, folders and patterns to watch are added to it. */
struct a4nn_follow *a4nn_watch_follow(struct a4nn_watch *w);

/* Reads and writes what is there. -1: cannot write, see errno. */
int a4nn_watch_step(struct a4nn_watch *w) A4NN_MUST_USE;

/* Milliseconds until a step is due; see a4nn_follow_wait. */
int a4nn_watch_wait(const struct a4nn_watch *w);

/* Seconds since something was read last. */
double a4nn_watch_idle(const struct a4nn_watch *w);

/*
 * The logs have ended: reads what is left, and takes last lines and last epochs as they are.  With
 * `later`, they have not, and what is not complete is left to a watch that resumes.  Frees `w`.
 * *count: observations written, also before it resumed.
 */
int a4nn_watch_end(struct a4nn_watch *w, bool later, unsigned long *count) A4NN_MUST_USE;

#endif
