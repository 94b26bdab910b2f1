/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What inotify tells of the directories that are watched. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "follow_parts.h"
#include "xalloc.h"

enum { LINK_MASK = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB };

/* A directory is there no more, or under another name: its watch goes, its files are looked at. */
static void
leave(struct a4nn_follow *f, const char *path)
{
    size_t len = strlen(path), i;

    for (i = 0; i < f->dir_map.n; i++) {
        struct a4nn_follow_dir *d = &f->dir[i];
        if (strncmp(d->path, path, len) == 0 && d->path[len] == '/' && d->wd >= 0)
            inotify_rm_watch(f->inotify, d->wd);
    }
    for (i = 0; i < f->map.n; i++)
        if (strncmp(f->map.key[i], path, len) == 0 && f->map.key[i][len] == '/')
            a4nn_follow_touch(f, f->entry[i]);
}

static void
dir_event(struct a4nn_follow *f, size_t number, const struct inotify_event *ev)
{
    char *path = a4nn_follow_join_path(f->dir[number].path, ev->name);
    long named = a4nn_strmap_find(&f->map, path);

    if (ev->mask & (IN_CREATE | IN_MOVED_TO)) {
        if (named != A4NN_STRMAP_NONE) /* and was not known to be a folder */
            a4nn_follow_touch(f, f->entry[named]);
        if (f->dir[number].whole && a4nn_follow_take(f, number, ev->name, true))
            a4nn_follow_enter(f, path, f->dir[number].root, 1);
        f->any_gone = true;
    } else if (ev->mask & IN_MOVED_FROM) {
        leave(f, path);
    }
    free(path);
}

/* A name that was moved to: where the file is now that had the name before. */
static void
note_move(struct a4nn_follow *f, size_t number, const struct inotify_event *ev, const char *path)
{
    struct a4nn_follow_entry *from = f->from, *e;

    f->from = NULL;
    if (from == NULL || ev->cookie != f->cookie || !from->begun || from->file.whole ||
        a4nn_strmap_find(&f->map, path) != A4NN_STRMAP_NONE)
        return;
    free(from->moved);
    from->moved = a4nn_xstrdup(path);
    e = a4nn_follow_entry_of(f, path, f->dir[number].root, number, 0);
    e->owner = from;
}

static void
file_event(struct a4nn_follow *f, size_t number, const struct inotify_event *ev)
{
    char *path = a4nn_follow_join_path(f->dir[number].path, ev->name);
    long found;

    if (ev->mask & IN_MOVED_TO)
        note_move(f, number, ev, path);
    found = a4nn_strmap_find(&f->map, path);
    if (found != A4NN_STRMAP_NONE) {
        struct a4nn_follow_entry *e = f->entry[found];
        if (ev->mask & IN_MOVED_FROM) {
            f->cookie = ev->cookie;
            f->from = e;
        }
        e->event = true;
        e->closed = e->closed || (ev->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
        a4nn_follow_touch(f, e);
    } else if (f->dir[number].whole && a4nn_follow_take(f, number, ev->name, true)) {
        a4nn_follow_enter(f, path, f->dir[number].root, 1); /* a link to a folder */
    }
    free(path);
}

static void
on_event(struct a4nn_follow *f, const struct inotify_event *ev)
{
    size_t number, next;

    if (ev->wd < 0) { /* some were lost */
        f->next_sweep = 0;
        for (number = 0; number < f->dir_map.n; number++)
            a4nn_follow_scan(f, number, 0);
        f->patterns_due = true;
        return;
    }
    if ((size_t)ev->wd < f->links && f->link_by_wd[ev->wd] != NULL) {
        f->link_by_wd[ev->wd]->event = true;
        a4nn_follow_touch(f, f->link_by_wd[ev->wd]);
    }
    if ((size_t)ev->wd >= f->wds)
        return;
    for (next = f->by_wd[ev->wd]; next != 0;) {
        number = next - 1;
        next = f->dir[number].next;
        if (ev->mask & IN_MOVE_SELF) {
            inotify_rm_watch(f->inotify, ev->wd); /* and then it is gone */
        } else if (ev->mask & IN_IGNORED) {
            f->dir[number].wd = -1;
            f->dir[number].next = 0;
            f->dir[number].gone = true;
            f->any_gone = f->any_gone || f->dir[number].top;
        } else if (ev->len > 0 && (ev->mask & IN_ISDIR)) {
            dir_event(f, number, ev);
        } else if (ev->len > 0) {
            file_event(f, number, ev);
        }
        if (f->dir[number].pattern && (ev->mask & (IN_CREATE | IN_MOVED_TO)))
            f->patterns_due = true;
    }
    if (ev->mask & IN_IGNORED)
        f->by_wd[ev->wd] = 0;
}

void
a4nn_follow_read_events(struct a4nn_follow *f)
{
    _Alignas(struct inotify_event) char buf[16384];
    ssize_t n;

    while (f->inotify >= 0 && (n = read(f->inotify, buf, sizeof buf)) > 0) {
        const char *at = buf;
        while (at < buf + n) {
            const struct inotify_event *ev = (const void *)at;
            at += sizeof *ev + ev->len;
            on_event(f, ev);
        }
    }
}

void
a4nn_follow_watch_link(struct a4nn_follow *f, struct a4nn_follow_entry *e)
{
    struct stat st;

    if (f->inotify < 0 || lstat(e->path, &st) != 0 || !S_ISLNK(st.st_mode))
        return;
    if (e->link >= 0 && f->link_by_wd[e->link] == e)
        f->link_by_wd[e->link] = NULL; /* the watch may be another's too */
    e->link = inotify_add_watch(f->inotify, e->path, LINK_MASK | IN_MASK_ADD);
    if (e->link < 0)
        return; /* the sweep sees it */
    if ((size_t)e->link >= f->links) {
        size_t grown = (size_t)e->link * 2 + 16;
        f->link_by_wd =
            a4nn_xreallocarray(f->link_by_wd, grown, sizeof(struct a4nn_follow_entry *));
        memset(f->link_by_wd + f->links, 0,
               (grown - f->links) * sizeof(struct a4nn_follow_entry *));
        f->links = grown;
    }
    f->link_by_wd[e->link] = e;
}
