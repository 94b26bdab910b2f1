/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FOLLOW_H
#define A4NN_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/*
 * Files that grow: any number of them, named one by one, by patterns or by the folders they are
 * in, followed by name through whatever becomes of them.
 *
 * Changes are told by inotify(7), one watch for each directory and none for a file (but for one
 * that a symbolic link leads to), so ten thousand logs in a folder cost one watch.  Where inotify
 * does not see all writers (network file systems) or its limits are reached, the directory is
 * looked through at intervals, which is said once.  Everything is looked at every SWEEP seconds
 * besides, for what no event tells: writes by mmap(2) and under another name.
 *
 * What is given of a file is each byte once, in order, as long as it only grows.  It is known
 * by device and inode and by a fingerprint of its first bytes and of those read last; when these
 * change (truncated, rewritten in place, replaced by another file, deleted and there again) the
 * rest of the old file is given as far as it can still be reached, then `anew`, then the new
 * content from its beginning.  A file that was renamed is drained under its new name until
 * something is in the one that takes its place.  Some hundred files are kept open, those read
 * last: what their writers add after they were deleted is still given.
 *
 * Only regular files are read; others are never waited for.  Below a folder, as in source.h,
 * hidden entries and links that lead back into it are passed over, and besides what is put aside
 * (LOG.1, LOG.20261125 beside LOG) and what is not finished (*.tmp, *.temp, *.part, *~).
 */
struct a4nn_follow;

/* One file. path, name, argument as in source.h; they and the struct stay until `end`. */
struct a4nn_follow_file {
    const char *path, *name, *argument;
    void *user; /* the receiver's own */
    /*
     * Set by the receiver: of this file parts are no use.  From then on, whenever its content has
     * changed and its writer has closed it or kept still for SETTLE seconds, all of it is given:
     * anew(A4NN_FOLLOW_WHOLE), bytes, complete; for the first time at once.  Unset in `complete`,
     * what is added is given again.
     */
    bool whole;
    bool again; /* set by the receiver: give a whole one once more at the end */
    /* All that was given of its content was there when it was added, before the first step. */
    bool old;
    bool anew; /* it has begun anew at some time */
};

#define A4NN_FOLLOW_SWEEP  10.0 /* seconds */
#define A4NN_FOLLOW_SETTLE 0.3

/* What the content that follows is. */
enum a4nn_follow_how {
    A4NN_FOLLOW_REWRITTEN, /* begins as before: the same, written again */
    A4NN_FOLLOW_REPLACED,  /* begins otherwise: rotated, or something new */
    A4NN_FOLLOW_WHOLE      /* all of a file that is read as a whole */
};

/* The calls for a file come in the order begin, (bytes | anew | complete)*, end. */
struct a4nn_follow_sink {
    void (*begin)(void *arg, struct a4nn_follow_file *file); /* it exists, maybe empty */
    void (*bytes)(void *arg, struct a4nn_follow_file *file, const char *bytes, size_t len);
    void (*anew)(void *arg, struct a4nn_follow_file *file, enum a4nn_follow_how how);
    void (*complete)(void *arg, struct a4nn_follow_file *file); /* may be NULL if none is whole */
    void (*end)(void *arg, struct a4nn_follow_file *file);      /* by a4nn_follow_finish */
    void *arg;
    struct a4nn_diag *diag; /* may be NULL */
};

/*
 * `poll` > 0: look every so many seconds and do not use inotify.  0: inotify, and where it does
 * not reach every second.  `sink` is copied.
 */
struct a4nn_follow *a4nn_follow_new(const struct a4nn_follow_sink *sink, double poll);

/*
 * Follows a file, a folder with all below it, or a pattern (glob(7)).  None of them needs to exist
 * yet.  Nothing is given before the next step.
 */
void a4nn_follow_add(struct a4nn_follow *f, const char *argument);

/* To poll(2) for reading until the next step; -1 when there is none. */
int a4nn_follow_fd(const struct a4nn_follow *f);

/* Milliseconds after which a step is due although the descriptor is not readable; 0: at once. */
int a4nn_follow_wait(const struct a4nn_follow *f);

/* Gives what is there. Never waits; of much it gives a part, and the next step is due at once. */
void a4nn_follow_step(struct a4nn_follow *f);

/* Gives all that is there, at last, and ends every file. */
void a4nn_follow_finish(struct a4nn_follow *f);

/* Files that have begun. */
size_t a4nn_follow_count(const struct a4nn_follow *f);

void a4nn_follow_free(struct a4nn_follow *f);

#endif
