/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "process_table.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pidfd.h"
#include "xalloc.h"

static int
by_pid(const void *a, const void *b)
{
    pid_t x = ((const struct a4nn_process_entry *)a)->pid;
    pid_t y = ((const struct a4nn_process_entry *)b)->pid;

    return (x > y) - (x < y);
}

int
a4nn_process_table_read(struct a4nn_process_table *t, struct a4nn_err *err)
{
    DIR *proc = opendir("/proc");
    struct dirent *d;

    t->n = 0;
    if (proc == NULL)
        return a4nn_err_set(err, "cannot read '/proc': %s", strerror(errno));
    while ((d = readdir(proc)) != NULL) {
        struct a4nn_process_entry e = {0};
        if (d->d_name[0] < '1' || d->d_name[0] > '9')
            continue;
        e.pid = (pid_t)strtol(d->d_name, NULL, 10);
        if (!a4nn_procstat(e.pid, &e.stat))
            continue;
        t->entry = a4nn_xgrow(t->entry, t->n, &t->cap, sizeof *t->entry);
        t->entry[t->n++] = e;
    }
    closedir(proc);
    if (t->n > 0)
        qsort(t->entry, t->n, sizeof *t->entry, by_pid);
    return 0;
}

struct a4nn_process_entry *
a4nn_process_table_find(const struct a4nn_process_table *t, pid_t pid)
{
    const struct a4nn_process_entry key = {.pid = pid};

    return t->n == 0 ? NULL : bsearch(&key, t->entry, t->n, sizeof *t->entry, by_pid);
}

/* A parent may have a higher number than its child: so again, until nothing is new. */
void
a4nn_process_table_spread(struct a4nn_process_table *t)
{
    bool more = true;
    size_t i;

    while (more) {
        more = false;
        for (i = 0; i < t->n; i++) {
            struct a4nn_process_entry *e = &t->entry[i], *parent;
            if (e->below)
                continue;
            parent = a4nn_process_table_find(t, e->stat.parent);
            if (parent != NULL && parent->below)
                e->below = more = true;
        }
    }
}

/* The pidfd is taken first, so if the number still is that of the process seen, the pidfd is, too.
 */
bool
a4nn_process_signal(pid_t pid, unsigned long long started, int signal)
{
    struct a4nn_procstat now;
    bool sent = false;
    int fd = a4nn_pidfd(pid);

    if (fd < 0 && errno != ENOSYS)
        return false;
    if (a4nn_procstat(pid, &now) && now.started == started && !a4nn_procstat_dead(&now))
        sent = fd >= 0 ? a4nn_pidfd_signal(fd, signal) == 0 : kill(pid, signal) == 0;
    if (fd >= 0)
        close(fd);
    return sent;
}
