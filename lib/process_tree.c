/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "process_tree.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "pidfd.h"
#include "process.h"
#include "procstat.h"
#include "xalloc.h"

struct entry {
    pid_t pid;
    struct a4nn_procstat stat;
    bool below;
};

struct table {
    struct entry *entry;
    size_t n, cap;
};

int
a4nn_tree_adopt(struct a4nn_err *err)
{
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return a4nn_err_set(err, "cannot adopt orphans: %s", strerror(errno));
    return 0;
}

/* ---- /proc ---- */

static bool
look(pid_t pid, struct entry *e)
{
    e->pid = pid;
    e->below = false;
    return a4nn_procstat(pid, &e->stat);
}

static int
read_table(struct table *t, struct a4nn_err *err)
{
    DIR *proc = opendir("/proc");
    struct dirent *d;
    struct entry e;

    t->n = 0;
    if (proc == NULL)
        return a4nn_err_set(err, "cannot read '/proc': %s", strerror(errno));
    while ((d = readdir(proc)) != NULL) {
        if (d->d_name[0] < '1' || d->d_name[0] > '9' ||
            !look((pid_t)strtol(d->d_name, NULL, 10), &e))
            continue;
        t->entry = a4nn_xgrow(t->entry, t->n, &t->cap, sizeof *t->entry);
        t->entry[t->n++] = e;
    }
    closedir(proc);
    return 0;
}

static int
by_pid(const void *a, const void *b)
{
    pid_t x = ((const struct entry *)a)->pid, y = ((const struct entry *)b)->pid;

    return (x > y) - (x < y);
}

/* Marks what is below `root`; a parent may have a higher number than its child. */
static void
mark(struct table *t, pid_t root)
{
    struct entry key = {0}, *parent;
    bool more = true;
    size_t i;

    if (t->n == 0)
        return;
    qsort(t->entry, t->n, sizeof *t->entry, by_pid);
    while (more) {
        more = false;
        for (i = 0; i < t->n; i++) {
            struct entry *e = &t->entry[i];
            if (e->below)
                continue;
            key.pid = e->stat.parent;
            parent = bsearch(&key, t->entry, t->n, sizeof *t->entry, by_pid);
            if (e->pid == root || e->stat.parent == root || (parent != NULL && parent->below))
                e->below = more = true;
        }
    }
}

/* ---- signals ---- */

/*
 * The process that was seen, and no later one of its number: the pidfd is taken first, so if the
 * number still is that of the process seen, the pidfd is, too.
 */
static bool
send_signal(const struct entry *seen, int signal)
{
    struct entry now;
    bool sent = false;
    int fd = a4nn_pidfd(seen->pid);

    if (fd < 0 && errno != ENOSYS)
        return false;
    if (look(seen->pid, &now) && now.stat.started == seen->stat.started &&
        !a4nn_procstat_dead(&now.stat))
        sent = fd >= 0 ? a4nn_pidfd_signal(fd, signal) == 0 : kill(seen->pid, signal) == 0;
    if (fd >= 0)
        close(fd);
    return sent;
}

/* As a4nn_tree_signal; *left (may be NULL) becomes one of those that are there, got it or not. */
static long
signal_below(struct table *t, pid_t root, int signal, pid_t *left, struct a4nn_err *err)
{
    pid_t self = getpid();
    long n = 0;
    size_t i;

    if (read_table(t, err) < 0)
        return -1;
    mark(t, root);
    for (i = 0; i < t->n; i++) {
        const struct entry *e = &t->entry[i];
        if (!e->below || e->pid == self || a4nn_procstat_dead(&e->stat))
            continue;
        if (left != NULL)
            *left = e->pid;
        n += send_signal(e, signal);
    }
    return n;
}

long
a4nn_tree_signal(pid_t root, int signal, struct a4nn_err *err)
{
    struct table t = {0};
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
freeze(struct table *t, struct a4nn_err *err)
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
    struct table t = {0};
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
