/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "process_kin.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "pidfd.h"
#include "process_table.h"
#include "xalloc.h"

/* Walks that may be spoilt by a parent that ends in them, and rounds of stopping. */
enum { WALKS = 20, ROUNDS = 100 };

static void
add(struct a4nn_kin *kin, pid_t pid, unsigned long long started)
{
    kin->member = a4nn_xgrow(kin->member, kin->n, &kin->cap, sizeof *kin->member);
    kin->member[kin->n++] = (struct a4nn_kin_member){pid, started};
}

void
a4nn_kin_init(struct a4nn_kin *kin, pid_t pid, unsigned long long started)
{
    *kin = (struct a4nn_kin){0};
    add(kin, pid, started);
}

static void
mark_members(const struct a4nn_kin *kin, struct a4nn_process_table *t)
{
    size_t i;

    for (i = 0; i < kin->n; i++) {
        struct a4nn_process_entry *e = a4nn_process_table_find(t, kin->member[i].pid);
        if (e != NULL && e->stat.started == kin->member[i].started && !a4nn_procstat_dead(&e->stat))
            e->below = true;
    }
}

/*
 * Where a parent is still the one that was seen, its number was its own all the time, and so were
 * the children.  One that has ended in the walk may have had its number given away in it, and the
 * children be another's.
 */
static bool
parents_are_same(const struct a4nn_process_table *t)
{
    size_t i;

    for (i = 0; i < t->n; i++) {
        const struct a4nn_process_entry *e = &t->entry[i], *parent;
        struct a4nn_procstat now;
        if (!e->below || (parent = a4nn_process_table_find(t, e->stat.parent)) == NULL ||
            !parent->below)
            continue;
        if (!a4nn_procstat(parent->pid, &now) || now.started != parent->stat.started)
            return false;
    }
    return true;
}

long
a4nn_kin_look(struct a4nn_kin *kin, struct a4nn_err *err)
{
    struct a4nn_process_table t = {0};
    int walks;
    size_t i;

    for (walks = 0; walks < WALKS; walks++) {
        if (a4nn_process_table_read(&t, err) < 0)
            return -1;
        mark_members(kin, &t);
        a4nn_process_table_spread(&t);
        if (parents_are_same(&t))
            break;
    }
    if (walks == WALKS) { /* those that were known are certain */
        for (i = 0; i < t.n; i++)
            t.entry[i].below = false;
        mark_members(kin, &t);
    }
    kin->n = 0;
    for (i = 0; i < t.n; i++)
        if (t.entry[i].below && !a4nn_procstat_dead(&t.entry[i].stat) && t.entry[i].pid != getpid())
            add(kin, t.entry[i].pid, t.entry[i].stat.started);
    free(t.entry);
    return (long)kin->n;
}

long
a4nn_kin_signal(const struct a4nn_kin *kin, int signal)
{
    long n = 0;
    size_t i;

    for (i = 0; i < kin->n; i++)
        n += a4nn_process_signal(kin->member[i].pid, kin->member[i].started, signal);
    return n;
}

void
a4nn_kin_kill(struct a4nn_kin *kin)
{
    struct a4nn_err err;
    long before = -1, n = a4nn_kin_look(kin, &err);
    int rounds;

    for (rounds = 0; rounds < ROUNDS && n > 0 && n != before; rounds++) {
        before = n;
        a4nn_kin_signal(kin, SIGSTOP);
        n = a4nn_kin_look(kin, &err);
    }
    a4nn_kin_signal(kin, SIGKILL);
}

int
a4nn_kin_open(const struct a4nn_kin *kin)
{
    size_t i;

    for (i = 0; i < kin->n; i++) {
        int fd = a4nn_pidfd(kin->member[i].pid);
        if (fd >= 0 && a4nn_process_signal(kin->member[i].pid, kin->member[i].started, 0))
            return fd;
        if (fd >= 0)
            close(fd);
    }
    return -1;
}

void
a4nn_kin_release(struct a4nn_kin *kin)
{
    free(kin->member);
    *kin = (struct a4nn_kin){0};
}
