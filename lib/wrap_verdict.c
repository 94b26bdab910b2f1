/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the judge says, and what a verdict brings about. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "process.h"
#include "wrap_parts.h"

static const double SETTLE_MOST = 600; /* seconds until files may be as busy as they like */

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
    a4nn_wrap_write_result(w);
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
    a4nn_wrap_notify(w, A4NN_WRAP_RELEASED, 0);
    a4nn_wrap_keep_result(w); /* the search does not wait for that */
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
            a4nn_wrap_begin_ending(w);
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

void
a4nn_wrap_settle(struct a4nn_wrap_state *w)
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

void
a4nn_wrap_on_judge(struct a4nn_wrap_state *w)
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
