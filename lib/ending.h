/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_ENDING_H
#define A4NN_ENDING_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "pidfile.h"
#include "process_kin.h"

/*
 * Ends a process that is not ours to wait for, without blocking: a signal that asks, TERM if that
 * was another one, KILL, each after a time of grace.
 *
 * Those that ask go to the process alone, which cares for its own.  What it has left behind when it
 * has ended gets TERM and, after the time of grace, KILL, which goes to all below it in any case.
 */

enum { A4NN_ENDING_RUNGS = 3 };

enum a4nn_ending_state {
    A4NN_ENDING_ON,
    A4NN_ENDING_GONE,   /* it ended before it got a signal */
    A4NN_ENDING_ENDED,  /* after one, and all below it */
    A4NN_ENDING_KILLED, /* ... some only by KILL */
    A4NN_ENDING_FAILED
};

struct a4nn_ending {
    int fd;          /* look again when this is readable (-1: soon), ... */
    double deadline; /* ... or when this is now (a4nn_now()) */
    /* private */
    pid_t pid;
    int ladder[A4NN_ENDING_RUNGS];
    size_t rungs, sent;
    double grace, since;
    bool over;          /* the process itself has ended, ... */
    double seconds;     /* ... so long after the first signal */
    bool killed, below; /* KILL was sent: at all, to those left behind */
    struct a4nn_kin kin;
};

/* Begins, `settle` seconds from now, with a process and its pidfd, which becomes the ending's. */
void a4nn_ending_begin(struct a4nn_ending *ending, const struct a4nn_pid *process, int fd,
                       int signal, double settle, double grace);

/* Goes on; *how is filled with words for it unless the answer is A4NN_ENDING_ON. */
enum a4nn_ending_state a4nn_ending_step(struct a4nn_ending *ending, struct a4nn_err *how);

void a4nn_ending_release(struct a4nn_ending *ending);

#endif
