/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CKPTDIR_H
#define A4NN_CKPTDIR_H

#include <stdbool.h>

#include "err.h"

/*
 * A folder in which a training leaves checkpoints, files or folders: tells each once, when it is
 * complete.
 *
 * A file is complete when nobody has it open for writing, which the kernel tells by granting a
 * lease on it (F_SETLEASE); where there are no leases (other owners, network file systems), when
 * its size and time have not changed for two seconds.  A folder is complete when it holds files of
 * which none is open for writing, and either was seen to be moved in, or nothing in it has changed
 * for two seconds.  Hidden names and those that end in ".tmp", ".part" or "~" are no checkpoints.
 *
 * inotify only says when to look; what is there says the folder itself, so no event can be missed
 * for good.  Without inotify (limits, network file systems) the folder is looked at again and
 * again.  It may not exist yet, and may go and come back.
 *
 * The process must ignore SIGIO, which a writer that opens a file being looked at sends it.
 */
struct a4nn_ckptdir;

/*
 * `pattern` (fnmatch(3)) selects names, NULL: all.  `poll` > 0: look every so many seconds and do
 * without inotify.  The texts must outlive it.
 */
struct a4nn_ckptdir *a4nn_ckptdir_new(const char *path, const char *pattern, double poll,
                                      struct a4nn_diag *diag);

/* The descriptor to poll for input, or -1. It may change with each look. */
int a4nn_ckptdir_fd(const struct a4nn_ckptdir *dir);

/* Seconds until it has to be looked at, whether or not the descriptor is ready. */
double a4nn_ckptdir_wait(const struct a4nn_ckptdir *dir);

/*
 * Looks, if there is a reason to, and calls `found` for each that is new and complete, with
 * the time it was last written.  With `all` it looks in any case.
 */
void a4nn_ckptdir_look(struct a4nn_ckptdir *dir, bool all,
                       void (*found)(void *arg, const char *name, double time), void *arg);

/* Whether there are some that are not complete yet. */
bool a4nn_ckptdir_pending(const struct a4nn_ckptdir *dir);

void a4nn_ckptdir_free(struct a4nn_ckptdir *dir);

#endif
