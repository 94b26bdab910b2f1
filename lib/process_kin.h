/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PROCESS_KIN_H
#define A4NN_PROCESS_KIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"

/*
 * A process of somebody else and all below it, followed when it ends: those that it leaves behind
 * belong to other parents then, and are known only because they were seen before.  Each is known by
 * its number and its start, so no process that has got a number since is taken for it.
 *
 * What cannot be found is a process whose parents have all ended between two looks, or before the
 * first.
 */

struct a4nn_kin_member {
    pid_t pid;
    unsigned long long started; /* as in procstat.h */
};

struct a4nn_kin {
    struct a4nn_kin_member *member;
    size_t n, cap;
};

/* Begins with one process, which need not be there any more. */
void a4nn_kin_init(struct a4nn_kin *kin, pid_t pid, unsigned long long started);

/*
 * Forgets those that have ended and adds what is now below the others.  Returns how many there are,
 * or -1 with *err filled when /proc cannot be read.
 */
long a4nn_kin_look(struct a4nn_kin *kin, struct a4nn_err *err) A4NN_MUST_USE;

/* Signals all that were there at the last look. Returns how many got it. */
long a4nn_kin_signal(const struct a4nn_kin *kin, int signal);

/*
 * Looks, stops them, so that none starts another one, and kills them; those that were known before,
 * where /proc cannot be read.
 */
void a4nn_kin_kill(struct a4nn_kin *kin);

/* A pidfd of one that was there at the last look and still is, the caller's; or -1. */
int a4nn_kin_open(const struct a4nn_kin *kin);

void a4nn_kin_release(struct a4nn_kin *kin);

#endif
