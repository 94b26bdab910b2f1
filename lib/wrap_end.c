/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a training comes to its end, with all its processes, and what is told of it. */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checkpoint.h"
#include "clock.h"
#include "history_result.h"
#include "process_tree.h"
#include "wrap_parts.h"
#include "wrap_result.h"

static const double KILL_TIME = 10, /* seconds for a process that the kernel holds */
    PATIENCE = 5,                   /* ... and for a history that others write */
    SUM_TIME = 10;                  /* ... and for the SHA-256 of a checkpoint */

/* ---- the result ---- */

static void
print_result(const struct a4nn_wrap_state *w, struct a4nn_buf *line)
{
    const struct a4nn_wrap_result result = {
        .outcome = w->outcome,
        .decision = w->decided ? &w->decision : NULL,
        .newest = w->observed ? &w->newest : NULL,
        .over = w->leader_over,
        .wait_status = w->leader_status,
        .begun = w->begun,
        .seconds = (w->over > 0 ? w->over : a4nn_now()) - w->started,
        .output_lost = (w->relayed[0] && atomic_load(&w->relay[0].lost)) ||
                       (w->relayed[1] && atomic_load(&w->relay[1].lost)),
        .log_lost = w->log_lost,
        .code_version = w->opts->code_version,
        .checkpoint = w->checkpoint,
        .checkpoint_sha256 = w->checkpoint_sha256,
        .argv = w->opts->argv,
    };

    a4nn_wrap_result_print(&result, line);
}

void
a4nn_wrap_write_result(const struct a4nn_wrap_state *w)
{
    struct a4nn_buf line = {0};
    struct a4nn_err err;

    if (w->opts->result == NULL ||
        (w->released && w->leader_over && strncmp(w->opts->result, "fd:", 3) == 0))
        return; /* whoever read that descriptor has gone on */
    print_result(w, &line);
    if (a4nn_wrap_result_write(&line, w->opts->result, &err) < 0)
        a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
    a4nn_buf_release(&line);
}

bool
a4nn_wrap_keep_result(const struct a4nn_wrap_state *w)
{
    struct a4nn_buf line = {0};
    struct a4nn_err err;
    int result;

    if (!w->opts->history)
        return false;
    print_result(w, &line);
    result = a4nn_history_add_result(w->opts->history_name, w->opts->task, &line, PATIENCE, &err);
    if (result < 0)
        a4nn_wrap_say(w, A4NN_ERROR, "not all is in the history: %s", err.msg);
    a4nn_buf_release(&line);
    return result == 0;
}

/* ---- the checkpoint ---- */

void
a4nn_wrap_find_checkpoint(struct a4nn_wrap_state *w)
{
    if (w->opts->checkpoint == NULL || !w->leader_over)
        return;
    w->checkpoint = a4nn_checkpoint_find(w->opts->checkpoint, w->begun);
    if (w->checkpoint == NULL)
        a4nn_wrap_say(w, A4NN_WARNING, "no checkpoint: the training has written no '%s'",
                      w->opts->checkpoint);
}

struct summing {
    const struct a4nn_wrap_state *w;
    double until;
};

/* Who is asked to end does not go on reading. */
static bool
go_on(void *arg)
{
    const struct summing *s = arg;
    struct a4nn_wrap_order o;

    while (s->w->front >= 0 && recv(s->w->front, &o, sizeof o, MSG_DONTWAIT) == (ssize_t)sizeof o)
        if (o.signal == SIGINT || o.signal == SIGTERM || o.signal == SIGHUP || o.signal == SIGQUIT)
            return false;
    return a4nn_now() < s->until;
}

void
a4nn_wrap_sum_checkpoint(struct a4nn_wrap_state *w)
{
    struct summing s = {w, a4nn_now() + SUM_TIME};
    struct a4nn_err err;
    int result;

    if (w->checkpoint == NULL)
        return;
    result = a4nn_checkpoint_sum(w->checkpoint, go_on, &s, w->checkpoint_sha256, &err);
    if (result == 0)
        a4nn_wrap_keep_result(w);
    else if (result < 0)
        a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
    else if (a4nn_now() >= s.until)
        a4nn_wrap_say(w, A4NN_WARNING, "no SHA-256 of the checkpoint: it takes longer than %g s",
                      SUM_TIME);
}

void
a4nn_wrap_notify(struct a4nn_wrap_state *w, int what, int value)
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
    a4nn_wrap_notify(w, A4NN_WRAP_ENDED, status);
}

void
a4nn_wrap_reap(struct a4nn_wrap_state *w)
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
void
a4nn_wrap_begin_ending(struct a4nn_wrap_state *w)
{
    w->phase = A4NN_PHASE_ENDING;
    w->deadline = a4nn_now() + w->opts->grace;
    signal_all(w, SIGTERM);
    signal_all(w, SIGCONT);
}

void
a4nn_wrap_kill_all(struct a4nn_wrap_state *w)
{
    struct a4nn_err err;

    if (w->cgroup.path[0] != '\0' && a4nn_cgroup_kill(&w->cgroup, &err) < 0)
        a4nn_wrap_say(w, A4NN_WARNING, "%s", err.msg);
    if (a4nn_tree_kill(KILL_TIME, on_ended, w, &err) < 0)
        a4nn_wrap_say(w, A4NN_ERROR, "%s", err.msg);
    w->none_left = true;
}

void
a4nn_wrap_begin_draining(struct a4nn_wrap_state *w)
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
