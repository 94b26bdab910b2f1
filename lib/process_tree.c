/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "process_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "xalloc.h"

struct entry {
    pid_t pid, parent;
    unsigned long long started; /* clock ticks after boot: tells a reused number apart */
    char state;
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

/* The fields of /proc/PID/stat behind the name, which may itself hold blanks and parentheses. */
static bool
parse_stat(const char *text, struct entry *e)
{
    const char *p = strrchr(text, ')');
    int field;

    if (p == NULL || p[1] != ' ')
        return false;
    e->state = p[2];
    e->parent = (pid_t)strtol(p + 3, NULL, 10);
    for (field = 2; field < 22 && p != NULL; field++)
        p = strchr(p + 1, ' ');
    if (p == NULL)
        return false;
    e->started = strtoull(p + 1, NULL, 10);
    return true;
}

static bool
look(pid_t pid, struct entry *e)
{
    char path[64], text[1024];
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        return false;
    n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    e->pid = pid;
    e->below = false;
    return parse_stat(text, e);
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
            key.pid = e->parent;
            parent = bsearch(&key, t->entry, t->n, sizeof *t->entry, by_pid);
            if (e->pid == root || e->parent == root || (parent != NULL && parent->below))
                e->below = more = true;
        }
    }
}

/* ---- signals ---- */

static bool
dead(const struct entry *e)
{
    return e->state == 'Z' || e->state == 'X';
}

/*
 * The process that was seen, and no later one of its number: the pidfd is taken first, so if the
 * number still is that of the process seen, the pidfd is, too.
 */
static bool
send_signal(const struct entry *seen, int signal)
{
    struct entry now;
    bool sent = false;
    int fd = (int)syscall(SYS_pidfd_open, seen->pid, 0);

    if (fd < 0 && errno != ENOSYS)
        return false;
    if (look(seen->pid, &now) && now.started == seen->started && !dead(&now))
        sent = fd >= 0 ? syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) == 0
                       : kill(seen->pid, signal) == 0;
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
        if (!e->below || e->pid == self || dead(e))
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
