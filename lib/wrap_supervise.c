/* SPDX-License-Identifier: GPL-3.0-or-later */
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

/* Seconds: for a process the kernel holds, for the judge's last words, between two looks at the
 * files that may be busy, and until they may be as busy as they like. */
static const double KILL_TIME = 10, JUDGE_TIME = 2, LOOK = 0.1, SETTLE_MOST = 600;

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

/* ---- the result ---- */

static void
write_result(struct a4nn_wrap_state *w)
{
    const struct a4nn_wrap_result result = {
        .outcome = w->outcome,
        .decision = w->decided ? &w->decision : NULL,
        .newest = w->observed ? &w->newest : NULL,
        .over = w->leader_over,
        .wait_status = w->leader_status,
        .begun = w->begun,
        .seconds = a4nn_now() - w->started,
        .output_lost = (w->relayed[0] && atomic_load(&w->relay[0].lost)) ||
                       (w->relayed[1] && atomic_load(&w->relay[1].lost)),
        .log_lost = w->log_lost,
        .argv = w->opts->argv,
    };
    struct a4nn_buf line = {0};
    struct a4nn_err err;

    if (w->opts->result == NULL ||
        (w->released && w->leader_over && strncmp(w->opts->result, "fd:", 3) == 0))
        return; /* whoever read that descriptor has gone on */
    a4nn_wrap_result_print(&result, &line);
    if (a4nn_wrap_result_write(&line, w->opts->result, &err) < 0)
        a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
    a4nn_buf_release(&line);
}

static void
notify(struct a4nn_wrap_state *w, int what, int value)
{
    struct a4nn_wrap_notice n = {.value = value};

    n.what = what;
    if (w->front >= 0)
        send(w->front, &n, sizeof n, MSG_NOSIGNAL);
}

/* ---- ending ---- */

static void
on_ended(void *arg, pid_t pid, int status)
{
    struct a4nn_wrap_state *w = arg;

    if (pid != w->leader)
        return;
    w->leader_over = true;
    w->leader_status = status;
    notify(w, A4NN_WRAP_ENDED, status);
}

static void
reap(struct a4nn_wrap_state *w)
{
    w->none_left = a4nn_tree_reap(on_ended, w) == 0;
}

static void
signal_all(struct a4nn_wrap_state *w, int signal)
{
    struct a4nn_err err;

    if (a4nn_tree_signal(getpid(), signal, &err) < 0)
        a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
}

/* TERM to all; CONT, as one that is stopped would not see it. */
static void
begin_ending(struct a4nn_wrap_state *w)
{
    w->phase = A4NN_PHASE_ENDING;
    w->deadline = a4nn_now() + w->opts->grace;
    signal_all(w, SIGTERM);
    signal_all(w, SIGCONT);
}

static void
kill_all(struct a4nn_wrap_state *w)
{
    struct a4nn_err err;

    if (a4nn_tree_kill(KILL_TIME, on_ended, w, &err) < 0)
        a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
    w->none_left = true;
}

static void
begin_draining(struct a4nn_wrap_state *w)
{
    int i;

    w->phase = A4NN_PHASE_DRAINING;
    w->deadline = INFINITY;
    for (i = 0; i < 2; i++)
        if (w->relayed[i])
            a4nn_relay_drain(&w->relay[i]);
    if (w->judge.feed >= 0)
        close(w->judge.feed);
    w->judge.feed = -1;
}

/* ---- what the verdict brings about ---- */

static void
touch(struct a4nn_wrap_state *w)
{
    int fd = open(w->opts->argument, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);

    if (fd < 0 || futimens(fd, NULL) < 0)
        a4nn_wrap_say(w, A4NN_ERROR, "cannot touch '%s': %s", w->opts->argument, strerror(errno));
    if (fd >= 0)
        close(fd);
}

/* What the log says reaches the command in its environment only, never in its text. */
static void
execute(struct a4nn_wrap_state *w)
{
    char *const argv[] = {"sh", "-c", (char *)w->opts->argument, NULL};
    const struct a4nn_command c = {.argv = argv,
                                   .fd = {A4NN_FD_CLOSED, A4NN_FD_SAME, A4NN_FD_SAME}};
    struct a4nn_process p;
    struct a4nn_err err;
    char value[64];

    setenv("A4NN_RUN", w->decision.run, 1);
    setenv("A4NN_REASON", w->decision.reason, 1);
    snprintf(value, sizeof value, "%.17g", w->decision.epoch);
    setenv("A4NN_EPOCH", value, 1);
    snprintf(value, sizeof value, "%.10g", w->decision.forecast);
    setenv("A4NN_FORECAST", value, 1);
    snprintf(value, sizeof value, "%ld", (long)w->leader);
    setenv("A4NN_PID", value, 1);
    if (a4nn_process_start(&c, &p, &err) != 0)
        a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
    else if (p.pidfd >= 0)
        close(p.pidfd); /* it is reaped with all others */
}

/* The search goes on: it gets its answer, and nothing of us holds its pipes open. */
static void
release(struct a4nn_wrap_state *w)
{
    struct stat st;
    int i, nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    w->outcome = "released";
    write_result(w);
    w->released = true;
    for (i = 0; i < 2; i++) {
        if (fstat(i + 1, &st) == 0 && S_ISREG(st.st_mode))
            continue; /* a file takes the rest, too */
        if (w->relayed[i])
            a4nn_relay_release(&w->relay[i]);
        if (nowhere >= 0)
            dup2(nowhere, i + 1);
    }
    if (nowhere >= 0)
        close(nowhere);
    notify(w, A4NN_WRAP_RELEASED, 0);
    w->outcome = "ended";
}

static void
act(struct a4nn_wrap_state *w)
{
    w->phase = A4NN_PHASE_RUNNING;
    w->deadline = INFINITY;
    switch (w->opts->action) {
    case A4NN_WRAP_REPORT: break;
    case A4NN_WRAP_TOUCH: touch(w); break;
    case A4NN_WRAP_EXEC: execute(w); break;
    case A4NN_WRAP_RELEASE: release(w); break;
    case A4NN_WRAP_TERMINATE:
        w->outcome = "stopped";
        if (w->opts->stop_signal == 0 || w->leader_over) {
            begin_ending(w);
            break;
        }
        w->phase = A4NN_PHASE_ASKED;
        w->deadline = a4nn_now() + w->opts->grace;
        kill(w->leader, w->opts->stop_signal);
        kill(w->leader, SIGCONT);
    }
}

static void
say_decision(const struct a4nn_wrap_state *w)
{
    static const char *const what[] = {"is stopped", "could be stopped", "can stop", "can stop",
                                       "is released"};
    const struct a4nn_judgement *d = &w->decision;

    if (isfinite(d->forecast) && isfinite(d->low))
        a4nn_wrap_say(w, A4NN_NOTE, "run '%s' %s after epoch %g of %g (%s): %s %.6g, %.6g to %.6g",
                      d->run, what[w->opts->action], d->epoch, d->epochs, d->reason,
                      d->metric[0] != '\0' ? d->metric : "value", d->forecast, d->low, d->high);
    else
        a4nn_wrap_say(w, A4NN_NOTE, "run '%s' %s after epoch %g of %g (%s)", d->run,
                      what[w->opts->action], d->epoch, d->epochs, d->reason);
}

/* What changes when one of the files is written. */
static unsigned long long
look_busy(const char *pattern)
{
    unsigned long long h = 1469598103934665603ULL;
    struct stat st;
    glob_t found;
    size_t i;

    if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
        return h;
    for (i = 0; i < found.gl_pathc; i++)
        if (lstat(found.gl_pathv[i], &st) == 0) {
            h = (h ^ (unsigned long long)st.st_ino) * 1099511628211ULL;
            h = (h ^ (unsigned long long)st.st_size) * 1099511628211ULL;
            h = (h ^ (unsigned long long)st.st_mtim.tv_nsec) * 1099511628211ULL;
            h = (h ^ (unsigned long long)st.st_mtim.tv_sec) * 1099511628211ULL;
        }
    globfree(&found);
    return h;
}

static void
settle(struct a4nn_wrap_state *w)
{
    unsigned long long busy = w->busy;
    double now = a4nn_now();

    if (w->opts->busy != NULL && now < w->settled)
        w->busy = look_busy(w->opts->busy);
    if (w->busy != busy)
        w->deadline = now + w->opts->settle;
    if (now >= w->deadline)
        act(w);
}

/* ---- the judge ---- */

/* A stop at the last planned epoch saves nothing and could cost the last checkpoint. */
static void
on_judgement(struct a4nn_wrap_state *w, const struct a4nn_judgement *j)
{
    w->newest = *j;
    w->observed = true;
    if (!j->stop || w->decided || j->epoch >= j->epochs)
        return;
    w->decided = true;
    w->decision = *j;
    if (w->phase != A4NN_PHASE_RUNNING || w->leader_over)
        return;
    say_decision(w);
    w->phase = A4NN_PHASE_SETTLING;
    w->deadline = a4nn_now() + w->opts->settle;
    w->settled = a4nn_now() + SETTLE_MOST;
    if (w->opts->busy != NULL)
        w->busy = look_busy(w->opts->busy);
}

static void
end_judging(struct a4nn_wrap_state *w)
{
    w->judging = false;
    close(w->judge.events);
}

static void
on_judge(struct a4nn_wrap_state *w)
{
    struct a4nn_judge_event e;
    int r = a4nn_judge_process_next(&w->judge, &e);

    if (r < 0)
        return;
    if (r == 0) {
        a4nn_wrap_say(w, A4NN_ERROR, "the output is not judged any more: its reader has failed");
        w->log_lost = true;
        end_judging(w);
        return;
    }
    switch (e.what) {
    case A4NN_JUDGE_SAYS: /* what is odd in a log is no trouble of the training */
        a4nn_wrap_say(w, e.severity == A4NN_ERROR ? A4NN_WARNING : e.severity, "%s", e.text);
        break;
    case A4NN_JUDGE_JUDGED: on_judgement(w, &e.judgement); break;
    case A4NN_JUDGE_MISSING:
        a4nn_wrap_say(w, A4NN_WARNING,
                      "no metric in %lu lines of %s: nothing to stop it by (say -m or -f)", e.lines,
                      w->opts->judge.log != NULL ? "the log" : "output");
        break;
    case A4NN_JUDGE_LEFT_OUT:
        w->log_lost = true;
        a4nn_wrap_say(w, A4NN_WARNING,
                      "output comes faster than it can be judged: lines are left out of judging");
        break;
    case A4NN_JUDGE_DONE: end_judging(w); break;
    }
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
    begin_ending(w);
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
        kill_all(w);
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
    reap(w);
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
        begin_ending(w); /* it has left processes behind */
    if (w->phase == A4NN_PHASE_SETTLING && !w->none_left)
        settle(w);
    if (w->phase == A4NN_PHASE_ASKED && !w->none_left && a4nn_now() >= w->deadline)
        begin_ending(w);
    if (w->phase == A4NN_PHASE_ENDING && !w->none_left && a4nn_now() >= w->deadline)
        kill_all(w);
    if (w->phase < A4NN_PHASE_DRAINING && w->none_left)
        begin_draining(w);
    if (w->phase != A4NN_PHASE_DRAINING || !drained(w))
        return;
    if (isinf(w->deadline))
        w->deadline = a4nn_now() + JUDGE_TIME;
    if (!w->judging || a4nn_now() >= w->deadline)
        w->phase = A4NN_PHASE_OVER;
}

static int
wait_time(const struct a4nn_wrap_state *w)
{
    double left = w->deadline - a4nn_now();

    if (w->phase == A4NN_PHASE_SETTLING && w->opts->busy != NULL && left > LOOK)
        left = LOOK;
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
            on_judge(w);
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
        kill_all(w);
        return A4NN_WRAP_FAILED;
    }
    if (w->abandoned) {
        w->outcome = "orphaned";
        begin_ending(w);
    }
    reap(w);
    advance(w);
    while (w->phase != A4NN_PHASE_OVER)
        step(w);
    if (w->judging && !w->log_lost)
        a4nn_wrap_say(w, A4NN_WARNING,
                      "the end of the log is not judged: it takes longer than %g s", JUDGE_TIME);
    w->log_lost = w->log_lost || w->judging;
    if (w->judging && w->judge.pidfd >= 0)
        a4nn_pidfd_signal(w->judge.pidfd, SIGKILL);
    write_result(w);
    return exit_status(w);
}
