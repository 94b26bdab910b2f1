/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PROCESS_TREE_H
#define A4NN_PROCESS_TREE_H

#include <sys/types.h>

#include "err.h"

/*
 * All processes below one: children, theirs, and, below a process that adopts, also those that
 * have left their session or lost their parents.  Only descendants are ever signalled: each is
 * held by a pidfd and looked at again before it gets a signal, so a number that was given to
 * another process meanwhile harms nobody.  No privileges, no cgroups.
 */

/*
 * Makes this process the parent of all descendants that lose theirs (PR_SET_CHILD_SUBREAPER).
 * That a4nn_tree_reap() says "none" then proves that none is left.  0, or -1 with *err filled.
 */
int a4nn_tree_adopt(struct a4nn_err *err) A4NN_MUST_USE;

/*
 * Sends a signal to all descendants of `root`, and to `root` itself unless that is this process.
 * Returns how many got it (those that have ended but were not waited for are not counted), or -1
 * with *err filled when /proc cannot be read.  With signal 0 it only counts.
 */
long a4nn_tree_signal(pid_t root, int signal, struct a4nn_err *err);

/*
 * Waits, without blocking, for all children that have ended; `ended` (may be NULL) is told of each
 * with its status as from wait(2).  Returns 1 while there are children, 0 when there is none.
 */
int a4nn_tree_reap(void (*ended)(void *arg, pid_t pid, int status), void *arg);

/*
 * Ends all descendants of this process, which must have adopted: stops them, so that none starts
 * another one, kills them, and goes on until none is left.  A process that the kernel does not let
 * go (in state D, or another user's) is given `seconds`.  Returns 0 when none is left, else -1 with
 * *err naming the first that is.
 */
int a4nn_tree_kill(double seconds, void (*ended)(void *arg, pid_t pid, int status), void *arg,
                   struct a4nn_err *err) A4NN_MUST_USE;

#endif
