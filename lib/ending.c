/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ending.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "pidfd.h"
#include "signame.h"

/* Seconds: after KILL only a process that the kernel does not let go is still there. */
static const double after_kill = 10;

void
a4nn_ending_begin(struct a4nn_ending *e, const struct a4nn_pid *process, int fd, int signal,
                  double settle, double grace)
{
    *e = (struct a4nn_ending){
        .fd = fd, .pid = process->pid, .grace = grace, .deadline = a4nn_now() + settle};
    a4nn_kin_init(&e->kin, process->pid, process->start);
    e->ladder[e->rungs++] = signal;
    if (signal != SIGTERM && signal != SIGKILL)
        e->ladder[e->rungs++] = SIGTERM;
    if (signal != SIGKILL)
        e->ladder[e->rungs++] = SIGKILL;
}

static bool
has_ended(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return fd < 0 || poll(&p, 1, 0) > 0;
}

static void
kill_kin(struct a4nn_ending *e)
{
    e->killed = true;
    e->deadline = a4nn_now() + after_kill;
    a4nn_kin_kill(&e->kin);
}

/* The next signal.  Who is below it is seen now, as afterwards it cannot be told any more. */
static enum a4nn_ending_state
send_next(struct a4nn_ending *e, struct a4nn_err *how)
{
    int sig = e->ladder[e->sent];

    e->deadline = a4nn_now() + e->grace;
    if (sig == SIGKILL)
        kill_kin(e);
    else if (a4nn_kin_look(&e->kin, how) < 0)
        return A4NN_ENDING_FAILED;
    if (a4nn_pidfd_signal(e->fd, sig) != 0) {
        if (errno == ESRCH)
            return A4NN_ENDING_ON; /* ended just now: the next look will see it */
        a4nn_err_set(how, "cannot send %s to process %ld: %s", a4nn_signal_name(sig), (long)e->pid,
                     strerror(errno));
        return A4NN_ENDING_FAILED;
    }
    if (sig != SIGKILL)
        a4nn_pidfd_signal(e->fd, SIGCONT); /* one that is stopped would not act on it */
    if (e->sent == 0)
        e->since = a4nn_now();
    e->sent++;
    return A4NN_ENDING_ON;
}

static enum a4nn_ending_state
still_there(const struct a4nn_ending *e, struct a4nn_err *how)
{
    const struct a4nn_kin *kin = &e->kin;

    a4nn_err_set(how, "process %ld is still there %g s after KILL",
                 (long)(e->over && kin->n > 0 ? kin->member[0].pid : e->pid), after_kill);
    return A4NN_ENDING_FAILED;
}

static enum a4nn_ending_state
none_left(const struct a4nn_ending *e, struct a4nn_err *how)
{
    bool killed = e->killed && e->ladder[0] != SIGKILL; /* else it was what was asked for */

    a4nn_err_set(how, "process %ld ended %.1f s after %s%s", (long)e->pid, e->seconds,
                 a4nn_signal_name(e->ladder[0]),
                 e->below ? ", what it left behind by KILL"
                 : killed ? ", by KILL"
                          : "");
    return killed ? A4NN_ENDING_KILLED : A4NN_ENDING_ENDED;
}

/* The process has ended: those below it have been without it since. */
static enum a4nn_ending_state
follow(struct a4nn_ending *e, bool just_now, struct a4nn_err *how)
{
    struct a4nn_err err;

    if (!just_now && !has_ended(e->fd) && a4nn_now() < e->deadline)
        return A4NN_ENDING_ON;
    if (a4nn_kin_look(&e->kin, &err) <= 0)
        return none_left(e, how);
    if (just_now && !e->killed) {
        e->deadline = a4nn_now() + e->grace;
        a4nn_kin_signal(&e->kin, SIGTERM);
        a4nn_kin_signal(&e->kin, SIGCONT);
    } else if (a4nn_now() >= e->deadline) {
        if (e->killed)
            return still_there(e, how);
        e->below = true;
        kill_kin(e);
    }
    if (e->fd >= 0)
        close(e->fd);
    e->fd = a4nn_kin_open(&e->kin);
    return A4NN_ENDING_ON;
}

enum a4nn_ending_state
a4nn_ending_step(struct a4nn_ending *e, struct a4nn_err *how)
{
    if (e->over)
        return follow(e, false, how);
    if (has_ended(e->fd)) {
        if (e->sent == 0) {
            a4nn_err_set(how, "process %ld ended by itself", (long)e->pid);
            return A4NN_ENDING_GONE;
        }
        e->over = true;
        e->seconds = a4nn_now() - e->since;
        return follow(e, true, how);
    }
    if (a4nn_now() < e->deadline)
        return A4NN_ENDING_ON;
    return e->sent < e->rungs ? send_next(e, how) : still_there(e, how);
}

void
a4nn_ending_release(struct a4nn_ending *e)
{
    if (e->fd >= 0)
        close(e->fd);
    e->fd = -1;
    a4nn_kin_release(&e->kin);
}
