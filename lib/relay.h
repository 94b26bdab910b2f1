/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_RELAY_H
#define A4NN_RELAY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "err.h"

/*
 * Passes on what a command writes, byte for byte, in a thread of its own, so that a reader who
 * does not read holds up the command and nothing else.  Between pipes and files no byte is copied
 * (splice(2)).  A copy goes to `copy`; it may hold the relay up for STALL seconds in all, then it
 * is given up.  What cannot be written is read nevertheless, so that the command goes on.
 *
 * The thread ends at the end of `from`, or, once drained, when `from` is empty.
 * It takes no memory and must run with all signals blocked.
 */

struct a4nn_relay {
    int from; /* pipe or terminal that is read; the relay's */
    int to;   /* written; not closed. May be blocking, shared with others, anything. */
    int copy; /* non-blocking pipe, or -1; the relay's, closed at the end */
    int told; /* eventfd that is counted up on each change of what follows; the caller's */
    atomic_int trouble; /* errno of the first write that failed, 0: none */
    atomic_bool lost;   /* bytes have been lost in it */
    atomic_bool copy_lost;
    atomic_bool done;
    /* private */
    int wake, nowhere;
    atomic_bool draining, released;
    bool copying;
    pthread_t thread;
};

#define A4NN_RELAY_STALL 1.0 /* seconds */

/* Starts it with from, to, copy and told set, all else zero. 0, or -1 with *err filled. */
int a4nn_relay_start(struct a4nn_relay *relay, struct a4nn_err *err) A4NN_MUST_USE;

/* Nobody writes any more: it ends when `from` is empty, whoever still has it open. */
void a4nn_relay_drain(struct a4nn_relay *relay);

/* What comes from now on is not passed on, without that being trouble; the copy is still made. */
void a4nn_relay_release(struct a4nn_relay *relay);

/* Waits for its end, and closes what is the relay's. */
void a4nn_relay_join(struct a4nn_relay *relay);

#endif
