/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When what is followed is looked at, and the set of it. */
#include "follow.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "clock.h"
#include "follow_parts.h"
#include "xalloc.h"

static const double retry = 0.5, forget_after = 5;

/* ---- time ---- */

/* Folders that were named and are not there (again) yet. */
static void
retry_gone(struct a4nn_follow *f)
{
    size_t i, n = f->dir_map.n;

    f->any_gone = false;
    for (i = 0; i < n; i++) {
        if (!f->dir[i].top || !f->dir[i].gone)
            continue;
        a4nn_follow_watch_dir(f, i);
        if (f->dir[i].gone)
            continue;
        a4nn_follow_scan(f, i, 0);
        f->patterns_due = f->patterns_due || f->dir[i].pattern;
        for (size_t k = 0; k < f->map.n; k++)
            if (f->entry[k]->dir == i)
                a4nn_follow_touch(f, f->entry[k]);
    }
}

static void
expand_all(struct a4nn_follow *f)
{
    size_t i;

    f->patterns_due = false;
    for (i = 0; i < f->roots; i++)
        if (f->root[i].pattern)
            a4nn_follow_expand(f, i);
}

/* Looks at all files, or those in directories without a watch. */
static void
look_around(struct a4nn_follow *f, bool all)
{
    size_t i, n = f->dir_map.n;

    f->shallow = true; /* each is looked through for itself */
    for (i = 0; i < n; i++)
        if (f->dir[i].polled)
            a4nn_follow_scan(f, i, 0);
        else if (all && f->dir[i].top && f->dir[i].wd >= 0 &&
                 inotify_add_watch(f->inotify, a4nn_follow_shown_dir(&f->dir[i]),
                                   A4NN_FOLLOW_DIR_MASK) != f->dir[i].wd)
            inotify_rm_watch(f->inotify, f->dir[i].wd); /* moved with a folder above it */
    f->shallow = false;
    for (i = 0; i < f->map.n; i++)
        if (all || f->dir[f->entry[i]->dir].polled)
            a4nn_follow_touch(f, f->entry[i]);
    if (f->polled > 0)
        expand_all(f);
}

/* What a writer adds to a file that was deleted is seen by looking only, and not for ever. */
static void
look_at_lost(struct a4nn_follow *f, double now)
{
    unsigned i;

    for (i = 0; i < A4NN_FOLLOW_OPEN; i++) {
        struct a4nn_follow_entry *e = f->open[i];
        if (e == NULL || e->lost <= 0)
            continue;
        a4nn_follow_touch(f, e);
        if (now - e->lost > forget_after && e->moved == NULL)
            a4nn_follow_close(f, e);
    }
}

static double
interval(const struct a4nn_follow *f)
{
    return f->poll > 0 ? f->poll : A4NN_FOLLOW_USUAL_POLL;
}

static void
on_time(struct a4nn_follow *f)
{
    double now = a4nn_now();

    if (now >= f->next_retry) {
        f->next_retry = now + retry;
        look_at_lost(f, now);
        if (f->any_gone)
            retry_gone(f);
    }
    if (f->polled > 0 && now >= f->next_poll) {
        look_around(f, false);
        f->next_poll = now + interval(f);
    }
    if (now >= f->next_sweep) {
        look_around(f, true);
        f->next_sweep = now + A4NN_FOLLOW_SWEEP;
    }
    if (f->patterns_due)
        expand_all(f);
}

/* ---- steps ---- */

static void
look_at_dirty(struct a4nn_follow *f)
{
    struct a4nn_follow_entry **list = f->dirty;
    size_t i, n = f->dirties;

    f->dirty = NULL;
    f->dirties = f->cap_dirty = 0;
    for (i = 0; i < n; i++) {
        list[i]->dirty = false;
        if (!a4nn_follow_look(f, list[i]) && !list[i]->is_dir) {
            list[i]->is_dir = list[i]->passed = true;
            a4nn_follow_add_folder(f, list[i]->path, list[i]->root);
        }
    }
    free(list);
}

static void
look_at_settled(struct a4nn_follow *f, double now)
{
    size_t i, kept = 0;

    for (i = 0; i < f->settlings; i++) {
        struct a4nn_follow_entry *e = f->settling[i];
        if (e->due > now) {
            f->settling[kept++] = e;
            continue;
        }
        e->due = 0;
        a4nn_follow_look_whole(f, e);
    }
    f->settlings = kept;
}

void
a4nn_follow_step(struct a4nn_follow *f)
{
    a4nn_follow_read_events(f);
    on_time(f);
    look_at_dirty(f);
    if (f->settlings > 0)
        look_at_settled(f, a4nn_now());
    f->started = true;
}

int
a4nn_follow_wait(const struct a4nn_follow *f)
{
    double now = a4nn_now(), due = f->next_sweep;
    size_t i;
    unsigned k;

    if (f->dirties > 0 || f->patterns_due)
        return 0;
    if (f->polled > 0 && f->next_poll < due)
        due = f->next_poll;
    for (i = 0; i < f->settlings; i++)
        due = f->settling[i]->due < due ? f->settling[i]->due : due;
    if (f->any_gone && f->next_retry < due)
        due = f->next_retry;
    for (k = 0; k < A4NN_FOLLOW_OPEN && f->next_retry < due; k++)
        if (f->open[k] != NULL && f->open[k]->lost > 0)
            due = f->next_retry;
    return due <= now ? 0 : (int)((due - now) * 1000) + 1;
}

void
a4nn_follow_finish(struct a4nn_follow *f)
{
    size_t i;

    f->next_sweep = f->next_retry = 0;
    f->patterns_due = true;
    do
        a4nn_follow_step(f);
    while (f->dirties > 0);
    look_at_settled(f, a4nn_now() + 2 * A4NN_FOLLOW_SETTLE);
    for (i = 0; i < f->map.n; i++)
        if (f->entry[i]->file.whole && f->entry[i]->file.again)
            a4nn_follow_look_whole(f, f->entry[i]);
    for (i = 0; i < f->map.n; i++) {
        a4nn_follow_close(f, f->entry[i]);
        if (f->entry[i]->begun)
            f->sink.end(f->sink.arg, &f->entry[i]->file);
        f->entry[i]->begun = false;
    }
}

/* ---- the set ---- */

struct a4nn_follow *
a4nn_follow_new(const struct a4nn_follow_sink *sink, double poll)
{
    struct a4nn_follow *f = a4nn_xcalloc(1, sizeof *f);

    f->sink = *sink;
    f->poll = poll;
    f->piece = a4nn_xcalloc(1, A4NN_FOLLOW_PIECE);
    f->inotify = -1;
    if (poll <= 0)
        f->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    f->no_inotify = errno;
    f->next_sweep = a4nn_now() + A4NN_FOLLOW_SWEEP;
    return f;
}

int
a4nn_follow_fd(const struct a4nn_follow *f)
{
    return f->inotify;
}

size_t
a4nn_follow_count(const struct a4nn_follow *f)
{
    return f->begun;
}

void
a4nn_follow_free(struct a4nn_follow *f)
{
    size_t i;

    if (f == NULL)
        return;
    for (i = 0; i < f->map.n; i++) {
        a4nn_follow_close(f, f->entry[i]);
        free(f->entry[i]->moved);
        free(f->entry[i]);
    }
    for (i = 0; i < f->roots; i++) {
        free(f->root[i].argument);
        free(f->root[i].real);
    }
    if (f->inotify >= 0)
        close(f->inotify);
    a4nn_strmap_release(&f->map);
    a4nn_strmap_release(&f->dir_map);
    free(f->root);
    free(f->dir);
    free(f->entry);
    free(f->by_wd);
    free(f->link_by_wd);
    free(f->dirty);
    free(f->settling);
    free(f->piece);
    free(f);
}
