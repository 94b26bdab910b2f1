/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "process_tree.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "process_table.h"

int
a4nn_tree_adopt(struct a4nn_err *err)
{
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return a4nn_err_set(err, "cannot adopt orphans: %s", strerror(errno));
    return 0;
}

/* ---- signals ---- */

/* Marks `root`, if it is there, and what is below it. */
static void
mark(struct a4nn_process_table *t, pid_t root)
{
    struct a4nn_process_entry *e = a4nn_process_table_find(t, root);

    if (e == NULL)
        return;
    e->below = true;
    a4nn_process_table_spread(t);
}

/* As a4nn_tree_signal; *left (may be NULL) becomes one of those that are there, got it or not. */
static long
signal_below(struct a4nn_process_table *t, pid_t root, int signal, pid_t *left,
             struct a4nn_err *err)
{
    pid_t self = getpid();
    long n = 0;
    size_t i;

    if (a4nn_process_table_read(t, err) < 0)
        return -1;
    mark(t, root);
    for (i = 0; i < t->n; i++) {
        const struct a4nn_process_entry *e = &t->entry[i];
        if (!e->below || e->pid == self || a4nn_procstat_dead(&e->stat))
            continue;
        if (left != NULL)
            *left = e->pid;
        n += a4nn_process_signal(e->pid, e->stat.started, signal);
    }
    return n;
}

long
a4nn_tree_signal(pid_t root, int signal, struct a4nn_err *err)
{
    struct a4nn_process_table t = {0};
    long n = signal_below(&t, root, signal, NULL, err);

    free(t.entry);
    return n;
}

/* ---- the end ---- */

int
a4nn_tree_reap(void (*ended)(void *arg, pid_t pid, int status), void *arg)
{
    pid_t pid;
    int status;

    for (;;) {
        pid = waitpid(-1, &status, WNOHANG | __WALL);
        if (pid == 0)
            return 1;
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            return 0;
        if (ended != NULL)
            ended(arg, pid, status);
    }
}

static void
nap(long nanoseconds)
{
    struct timespec t = {0, nanoseconds};

    nanosleep(&t, NULL);
}

/* Stops all that are there, until a look finds as many stopped as the one before: none forks. */
static void
freeze(struct a4nn_process_table *t, struct a4nn_err *err)
{
    long before = -1, n;
    int rounds;

    for (rounds = 0; rounds < 100; rounds++) {
        n = signal_below(t, getpid(), SIGSTOP, NULL, err);
        if (n <= 0 || n == before)
            return;
        before = n;
    }
}

int
a4nn_tree_kill(double seconds, void (*ended)(void *arg, pid_t pid, int status), void *arg,
               struct a4nn_err *err)
{
    struct a4nn_process_table t = {0};
    struct a4nn_err trouble;
    double end = a4nn_now() + seconds;
    long wait = 200000;
    pid_t left = 0;
    int more;

    while ((more = a4nn_tree_reap(ended, arg)) != 0 && a4nn_now() < end) {
        freeze(&t, &trouble);
        left = 0;
        signal_below(&t, getpid(), SIGKILL, &left, &trouble);
        more = a4nn_tree_reap(ended, arg);
        if (more == 0)
            break;
        nap(wait);
        wait = wait < 20000000 ? wait * 2 : wait;
    }
    free(t.entry);
    if (more == 0)
        return 0;
    return a4nn_err_set(err, "process %ld cannot be killed", (long)left);
}
