/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PIDFILE_H
#define A4NN_PIDFILE_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "err.h"

/*
 * From the PID file of a run to a process that is that run for sure.
 *
 * A PID is used again when its process has ended, so a number in a file may by now be anybody.
 * The process is taken only when one of these holds, the first that can be told:
 *   - the file states, behind the PID, when the process started, in clock ticks since boot
 *     (field 22 of proc_pid_stat(5)), and that is so;
 *   - the file has not been written since it was looked at before (a4nn_pid_note), and the process
 *     started when the one of then did;
 *   - it started before the file was last written.
 * Besides, the file must not be writable by everyone, and its owner must be root, the caller, or
 * the owner of the process: nobody may aim our signals at a stranger.
 */

/* A process as it was found. Zero: nothing is known. */
struct a4nn_pid {
    pid_t pid;
    unsigned long long start; /* clock ticks since boot */
    struct timespec written;  /* when its PID file was */
};

enum a4nn_pid_found {
    A4NN_PID_FOUND,
    A4NN_PID_NO_FILE,
    A4NN_PID_GONE,   /* the process has ended */
    A4NN_PID_REFUSED /* it cannot be told that this is the process, or it is not */
};

/*
 * What a PID file says, what was noted before (may be zero) and the process that has the PID now:
 * is it the one?  The clock says when the system was started: seconds since 1970.
 */
bool a4nn_pid_same(const struct a4nn_pid *file, const struct a4nn_pid *noted,
                   const struct a4nn_pid *now, double booted);

/*
 * Looks the process of a run up and holds it: *fd becomes a pidfd, owned by the caller, and *now
 * what was found.  All but A4NN_PID_FOUND comes with *err and without a descriptor.
 */
enum a4nn_pid_found a4nn_pid_open(const char *pattern, const char *run,
                                  const struct a4nn_pid *noted, int *fd, struct a4nn_pid *now,
                                  struct a4nn_err *err);

/* Looks it up and lets it go: what to know of it when it has to be told again. */
void a4nn_pid_note(const char *pattern, const char *run, struct a4nn_pid *noted);

#endif
