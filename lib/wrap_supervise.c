/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The supervisor: waits for whatever happens, and goes from phase to phase. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "pidfd.h"
#include "process.h"
#include "process_tree.h"
#include "wrap_parts.h"
#include "wrap_result.h"

/* Seconds for the judge's last words. */
static const double JUDGE_TIME = 2, HISTORY_TIME = 8;

void
a4nn_wrap_say(const struct a4nn_wrap_state *w, enum a4nn_severity severity, const char *fmt, ...)
{
    struct pollfd p = {.fd = 2, .events = POLLOUT};
    char text[1024];
    va_list ap;

    if (w->closed[2] || poll(&p, 1, 0) != 1 || (p.revents & POLLOUT) == 0)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    w->opts->say(w->opts->say_arg, severity, text);
}

/* ---- orders and troubles ---- */

static void
orphaned(struct a4nn_wrap_state *w)
{
    close(w->front);
    w->front = -1;
    if (w->released || w->opts->orphan_goes_on || w->phase >= A4NN_PHASE_ENDING)
        return;
    w->outcome = "orphaned";
    a4nn_wrap_begin_ending(w);
}

/*
 * True when the command has a terminal of ours, which got the size only now: the one who sat there
 * told the command of the change, too, but it may have looked at the old size since.
 */
static bool
window_size(const struct a4nn_wrap_state *w)
{
    struct winsize size;

    return w->opts->pty && (ioctl(1, TIOCGWINSZ, &size) == 0 || ioctl(2, TIOCGWINSZ, &size) == 0) &&
           ioctl(w->from[w->opts->from_stderr], TIOCSWINSZ, &size) == 0;
}

static void
order(struct a4nn_wrap_state *w, struct a4nn_wrap_order o)
{
    if (w->phase == A4NN_PHASE_DRAINING) { /* only someone who does not read keeps us */
        if (o.signal == SIGINT || o.signal == SIGTERM || o.signal == SIGHUP)
            w->phase = A4NN_PHASE_OVER;
        return;
    }
    if (o.signal == SIGINT && ++w->interrupts >= 2) {
        w->outcome = "killed";
        a4nn_wrap_kill_all(w);
        return;
    }
    if (o.signal == SIGWINCH && window_size(w))
        o.group = false;
    if (!w->leader_over && (!o.group || w->opts->action == A4NN_WRAP_RELEASE))
        kill(w->leader, o.signal);
}

static void
on_order(struct a4nn_wrap_state *w)
{
    struct a4nn_wrap_order o;
    ssize_t n = recv(w->front, &o, sizeof o, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n == (ssize_t)sizeof o)
        order(w, o);
    else
        orphaned(w);
}

/* The front that has taken over gets the signals itself. */
static void
on_signal(struct a4nn_wrap_state *w)
{
    struct signalfd_siginfo info;

    if (read(w->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo != SIGCHLD)
        order(w, (struct a4nn_wrap_order){(int)info.ssi_signo, info.ssi_code == SI_KERNEL});
    a4nn_wrap_reap(w);
}

static void
on_relay(struct a4nn_wrap_state *w)
{
    static const char *const name[] = {"standard output", "standard error"};
    uint64_t count;
    int i;

    if (read(w->told, &count, sizeof count) < 0)
        return;
    for (i = 0; i < 2; i++) {
        int trouble = w->relayed[i] ? atomic_load(&w->relay[i].trouble) : 0;
        if (trouble != 0 && !w->said_trouble[i]) {
            w->said_trouble[i] = true;
            a4nn_wrap_say(w, trouble == EPIPE ? A4NN_NOTE : A4NN_ERROR,
                          "cannot write %s: %s: the training goes on", name[i], strerror(trouble));
        }
        if (w->relayed[i] && atomic_load(&w->relay[i].copy_lost) && !w->said_copy && w->judging) {
            w->said_copy = w->log_lost = true;
            a4nn_wrap_say(w, A4NN_ERROR, "the output is not judged any more: its reader is stuck");
        }
    }
}

/* ---- the loop ---- */

static bool
drained(const struct a4nn_wrap_state *w)
{
    return !((w->relayed[0] && !atomic_load(&w->relay[0].done)) ||
             (w->relayed[1] && !atomic_load(&w->relay[1].done)));
}

/* Goes on to the next phase when it is time. */
static void
advance(struct a4nn_wrap_state *w)
{
    if (w->phase < A4NN_PHASE_ENDING && w->leader_over && !w->none_left)
        a4nn_wrap_begin_ending(w); /* it has left processes behind */
    if (w->phase == A4NN_PHASE_SETTLING && !w->none_left)
        a4nn_wrap_settle(w);
    if (w->phase == A4NN_PHASE_ASKED && !w->none_left && a4nn_now() >= w->deadline)
        a4nn_wrap_begin_ending(w);
    if (w->phase == A4NN_PHASE_ENDING && !w->none_left && a4nn_now() >= w->deadline)
        a4nn_wrap_kill_all(w);
    if (w->phase < A4NN_PHASE_DRAINING && w->none_left)
        a4nn_wrap_begin_draining(w);
    if (w->phase != A4NN_PHASE_DRAINING || !drained(w))
        return;
    if (isinf(w->deadline))
        w->deadline = a4nn_now() + JUDGE_TIME + (w->opts->history ? HISTORY_TIME : 0);
    if (!w->judging || a4nn_now() >= w->deadline)
        w->phase = A4NN_PHASE_OVER;
}

static int
wait_time(const struct a4nn_wrap_state *w)
{
    double left = w->deadline - a4nn_now();

    if (w->phase == A4NN_PHASE_SETTLING && w->opts->busy != NULL && left > A4NN_WRAP_LOOK)
        left = A4NN_WRAP_LOOK;
    if (isinf(left) || left > 1e6)
        return -1;
    return left > 0 ? (int)ceil(left * 1000) : 0;
}

static void
step(struct a4nn_wrap_state *w)
{
    struct pollfd p[4] = {{.fd = w->signals, .events = POLLIN},
                          {.fd = w->front, .events = POLLIN},
                          {.fd = w->told, .events = POLLIN},
                          {.fd = w->judging ? w->judge.events : -1, .events = POLLIN}};

    if (poll(p, 4, wait_time(w)) > 0) {
        if (p[3].revents != 0)
            a4nn_wrap_on_judge(w);
        if (p[2].revents != 0)
            on_relay(w);
        if (p[1].revents != 0)
            on_order(w);
        if (p[0].revents != 0)
            on_signal(w);
    }
    advance(w);
}

static int
start_relays(struct a4nn_wrap_state *w)
{
    struct a4nn_err err;
    int i;

    for (i = 0; i < 2; i++) {
        if (w->from[i] < 0)
            continue;
        w->relay[i] = (struct a4nn_relay){
            .from = w->from[i], .to = w->closed[i + 1] ? -1 : i + 1, .copy = -1, .told = w->told};
        if (w->judging && w->opts->judge.log == NULL && i == (int)w->opts->from_stderr) {
            w->relay[i].copy = w->judge.feed;
            w->judge.feed = -1;
        }
        if (a4nn_relay_start(&w->relay[i], &err) < 0) {
            a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
            return -1;
        }
        w->relayed[i] = true;
    }
    return 0;
}

static int
exit_status(const struct a4nn_wrap_state *w)
{
    bool stopped = strcmp(w->outcome, "stopped") == 0;
    int status =
        stopped && !w->opts->preserve_status ? A4NN_OK : a4nn_process_status(w->leader_status);
    int i;

    for (i = 0; i < 2; i++)
        if (status == A4NN_OK && w->relayed[i] && atomic_load(&w->relay[i].lost) &&
            atomic_load(&w->relay[i].trouble) != EPIPE)
            status = A4NN_WRAP_FAILED;
    return status;
}

int
a4nn_wrap_supervise(struct a4nn_wrap_state *w)
{
    w->outcome = "ended";
    w->phase = A4NN_PHASE_RUNNING;
    w->deadline = INFINITY;
    w->settled = INFINITY;
    if (start_relays(w) < 0) {
        a4nn_wrap_kill_all(w);
        return A4NN_WRAP_FAILED;
    }
    if (w->abandoned) {
        w->outcome = "orphaned";
        a4nn_wrap_begin_ending(w);
    }
    a4nn_wrap_reap(w);
    advance(w);
    while (w->phase != A4NN_PHASE_OVER)
        step(w);
    on_relay(w); /* trouble may have come with the last byte, after the last look */
    if (w->judging && !w->log_lost)
        a4nn_wrap_say(w, A4NN_WARNING,
                      "the end of the log is not judged: it takes longer than %g s", JUDGE_TIME);
    w->log_lost = w->log_lost || w->judging;
    if (w->judging && w->judge.pidfd >= 0)
        a4nn_pidfd_signal(w->judge.pidfd, SIGKILL);
    w->over = a4nn_now();
    a4nn_wrap_find_checkpoint(w);
    a4nn_wrap_write_result(w);
    if (a4nn_wrap_keep_result(w))
        a4nn_wrap_sum_checkpoint(w);
    free(w->checkpoint);
    return exit_status(w);
}
