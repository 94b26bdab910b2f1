/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is followed: directories, patterns, and the events of inotify. */
#include "follow.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "clock.h"
#include "follow_parts.h"
#include "remotefs.h"
#include "source.h"
#include "xalloc.h"

enum { DEEPEST = 64, LINK_MASK = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB };

static const double usual_poll = 1, retry = 0.5, forget_after = 5;
static const uint32_t dir_mask = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE |
                                 IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF | IN_ONLYDIR;

static char *
join(const char *folder, const char *name)
{
    char *path = a4nn_xcalloc(1, strlen(folder) + strlen(name) + 1);

    stpcpy(stpcpy(path, folder), name);
    return path;
}

/* ---- paths ---- */

void
a4nn_follow_touch(struct a4nn_follow *f, struct a4nn_follow_entry *e)
{
    if (e->dirty)
        return;
    e->dirty = true;
    f->dirty = a4nn_xgrow(f->dirty, f->dirties, &f->cap_dirty, sizeof *f->dirty);
    f->dirty[f->dirties++] = e;
}

/* The entry of a path, made if it is new; `name` is a part of it or the argument itself. */
static struct a4nn_follow_entry *
entry_of(struct a4nn_follow *f, const char *path, size_t root, size_t dir, size_t skip)
{
    bool added;
    size_t i = a4nn_strmap_put(&f->map, path, &added);
    struct a4nn_follow_entry *e;

    if (!added)
        return f->entry[i];
    e = a4nn_xcalloc(1, sizeof *e);
    f->entry = a4nn_xgrow(f->entry, i, &f->cap_entry, sizeof(struct a4nn_follow_entry *));
    f->entry[i] = e;
    e->path = f->map.key[i];
    e->file.path = e->path;
    e->file.name = e->path + skip;
    e->file.argument = skip != 0 ? f->root[root].argument : e->path;
    e->dir = dir;
    e->root = root;
    e->fd = e->link = -1;
    return e;
}

/* What is there before the first step is old. */
static void
note_old(const struct a4nn_follow *f, struct a4nn_follow_entry *e, const struct stat *st)
{
    if (!f->started && S_ISREG(st->st_mode))
        e->before = st->st_size;
}

/* ---- directories ---- */

static const char *
shown(const struct a4nn_follow_dir *d)
{
    return *d->path != '\0' ? d->path : ".";
}

static void
poll_dir(struct a4nn_follow *f, struct a4nn_follow_dir *d)
{
    if (!d->polled)
        f->polled++;
    d->polled = true;
}

static void
say_polled(struct a4nn_follow *f, const struct a4nn_follow_dir *d, int error)
{
    if (error == 0 && !f->told_network) {
        a4nn_diag(f->sink.diag, A4NN_NOTE, shown(d), 0,
                  "on a network file system: looking every %g s", usual_poll);
        f->told_network = true;
    } else if (error != 0 && !f->told_limit) {
        a4nn_diag(f->sink.diag, A4NN_WARNING, shown(d), 0,
                  "no inotify watch (%s): looking every %g s", strerror(error), usual_poll);
        f->told_limit = true;
    }
}

/* Finds out of changes in a directory from now on, by events if it can be. */
static void
watch_dir(struct a4nn_follow *f, size_t number)
{
    struct a4nn_follow_dir *d = &f->dir[number];
    int wd;

    if (f->poll > 0 || a4nn_remote_path(shown(d))) {
        if (f->poll <= 0)
            say_polled(f, d, 0);
        poll_dir(f, d);
        d->gone = false;
        return;
    }
    wd = f->inotify >= 0 ? inotify_add_watch(f->inotify, shown(d), dir_mask) : -1;
    if (wd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        d->gone = true;
        f->any_gone = f->any_gone || d->top;
        return;
    }
    d->gone = false;
    if (wd < 0) {
        say_polled(f, d, errno);
        poll_dir(f, d);
        return;
    }
    if ((size_t)wd >= f->wds) {
        size_t grown = (size_t)wd * 2 + 16;
        f->by_wd = a4nn_xreallocarray(f->by_wd, grown, sizeof *f->by_wd);
        memset(f->by_wd + f->wds, 0, (grown - f->wds) * sizeof *f->by_wd);
        f->wds = grown;
    }
    if (d->wd != wd) {
        d->wd = wd;
        d->next = f->by_wd[wd];
        f->by_wd[wd] = number + 1;
    }
}

static size_t
dir_of(struct a4nn_follow *f, const char *path, size_t root)
{
    bool added;
    size_t i = a4nn_strmap_put(&f->dir_map, path, &added);

    if (added) {
        f->dir = a4nn_xgrow(f->dir, i, &f->cap_dir, sizeof *f->dir);
        f->dir[i] = (struct a4nn_follow_dir){.path = f->dir_map.key[i], .root = root, .wd = -1};
    }
    return i;
}

static bool
unfinished(const char *name)
{
    static const char *const endings[] = {".tmp", ".temp", ".part", "~"};
    size_t i, len = strlen(name);

    for (i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strcmp(name + len - n, endings[i]) == 0)
            return true;
    }
    return false;
}

static void scan(struct a4nn_follow *f, size_t number, unsigned depth);

/* A folder within a folder. */
static void
enter(struct a4nn_follow *f, const char *path, size_t root, unsigned depth)
{
    char *folder = join(path, "/");
    size_t d = dir_of(f, folder, root);

    free(folder);
    if (f->shallow && f->dir[d].whole && !f->dir[d].gone)
        return;
    f->dir[d].whole = true;
    if (f->dir[d].wd < 0 && !f->dir[d].polled)
        watch_dir(f, d);
    scan(f, d, depth);
}

/* Something is in a folder that is followed with all in it. True: it is a directory. */
static bool
take(struct a4nn_follow *f, size_t number, const char *name, bool event)
{
    const struct a4nn_follow_dir *d = &f->dir[number];
    const struct a4nn_follow_root *root = &f->root[d->root];
    struct a4nn_follow_entry *e;
    char *path;
    struct stat st;
    bool is_dir = false;
    size_t skip;

    if (*name == '.' || unfinished(name))
        return false;
    path = join(d->path, name);
    if (a4nn_strmap_find(&f->map, path) != A4NN_STRMAP_NONE) {
        e = entry_of(f, path, d->root, number, 0);
        e->event = e->event || event;
        a4nn_follow_touch(f, e);
    } else if (stat(path, &st) == 0 && !a4nn_source_leads_inside(root->real, path)) {
        is_dir = S_ISDIR(st.st_mode);
        if (S_ISREG(st.st_mode)) {
            for (skip = strlen(root->argument); path[skip] == '/'; skip++)
                ;
            e = entry_of(f, path, d->root, number, skip);
            note_old(f, e, &st);
            a4nn_follow_touch(f, e);
        }
    }
    free(path);
    return is_dir;
}

/* Looks through a folder: its files are looked at in this step, in order; then its folders. */
static void
scan(struct a4nn_follow *f, size_t number, unsigned depth)
{
    struct dirent **list;
    int i, n;

    if (!f->dir[number].whole || depth >= DEEPEST)
        return;
    n = scandir(shown(&f->dir[number]), &list, NULL, versionsort);
    if (n < 0 && errno != ENOENT && errno != ENOTDIR && !f->dir[number].told)
        a4nn_diag(f->sink.diag, A4NN_ERROR, NULL, 0, "cannot read '%s': %s", f->dir[number].path,
                  strerror(errno));
    f->dir[number].told = n < 0;
    for (i = 0; i < n; i++) {
        if (!take(f, number, list[i]->d_name, false)) {
            free(list[i]);
            list[i] = NULL;
        }
    }
    for (i = 0; i < n; i++) {
        if (list[i] != NULL) {
            char *path = join(f->dir[number].path, list[i]->d_name);
            enter(f, path, f->dir[number].root, depth + 1);
            free(path);
        }
        free(list[i]);
    }
    if (n >= 0)
        free(list);
}

/* ---- arguments ---- */

/* The folder that a path is in, with its '/'. */
static char *
folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return a4nn_xstrndup(path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
}

static size_t
add_root(struct a4nn_follow *f, const char *argument, bool pattern)
{
    f->root = a4nn_xgrow(f->root, f->roots, &f->cap_root, sizeof *f->root);
    f->root[f->roots] =
        (struct a4nn_follow_root){.argument = a4nn_xstrdup(argument), .pattern = pattern};
    return f->roots++;
}

static void
add_folder(struct a4nn_follow *f, const char *path, size_t root)
{
    size_t len = strlen(path), d;
    char *folder = join(path, len > 0 && path[len - 1] == '/' ? "" : "/");

    if (f->root[root].real == NULL)
        f->root[root].real = realpath(path, NULL);
    d = dir_of(f, folder, root);
    free(folder);
    f->dir[d].whole = f->dir[d].top = true;
    f->dir[d].root = root;
    watch_dir(f, d);
    scan(f, d, 0);
}

/* A path that was named, or that a pattern has found. */
static void
add_path(struct a4nn_follow *f, const char *path, size_t root)
{
    struct a4nn_follow_entry *e;
    char *folder;
    struct stat st;
    bool there = stat(path, &st) == 0;
    size_t d;

    if (there && S_ISDIR(st.st_mode)) {
        if (f->root[root].pattern) /* as if the folder had been named itself */
            root = add_root(f, path, false);
        add_folder(f, path, root);
        return;
    }
    folder = folder_of(path);
    d = dir_of(f, folder, root);
    free(folder);
    f->dir[d].top = true;
    if (f->dir[d].wd < 0 && !f->dir[d].polled)
        watch_dir(f, d);
    e = entry_of(f, path, root, d, 0);
    if (there)
        note_old(f, e, &st);
    a4nn_follow_touch(f, e);
}

static bool
is_pattern(const char *argument)
{
    return strpbrk(argument, "*?[") != NULL && access(argument, F_OK) != 0;
}

/* Folders in which a new name may make a pattern find more: those of each of its parts. */
static void
watch_pattern(struct a4nn_follow *f, size_t root)
{
    const char *pattern = f->root[root].argument, *slash = pattern;
    glob_t found;
    size_t i;

    for (; slash != NULL; slash = strchr(slash + 1, '/')) {
        char *part = a4nn_xstrndup(pattern, (size_t)(slash - pattern) + (*slash == '/'));
        bool plain = *part == '\0';
        if (plain || glob(part, 0, NULL, &found) == 0) {
            for (i = 0; i < (plain ? 1 : found.gl_pathc); i++) {
                size_t d = dir_of(f, plain ? "" : found.gl_pathv[i], root);
                f->dir[d].pattern = f->dir[d].top = true;
                if (f->dir[d].wd < 0 && !f->dir[d].polled)
                    watch_dir(f, d);
            }
            if (!plain)
                globfree(&found);
        }
        free(part);
    }
}

static bool
is_known(const struct a4nn_follow *f, const char *path)
{
    char *folder = join(path, "/");
    long d = a4nn_strmap_find(&f->dir_map, folder);

    free(folder);
    return (d != A4NN_STRMAP_NONE && f->dir[d].whole) ||
           a4nn_strmap_find(&f->map, path) != A4NN_STRMAP_NONE;
}

static void
expand(struct a4nn_follow *f, size_t root)
{
    glob_t found;
    size_t i;

    watch_pattern(f, root);
    if (glob(f->root[root].argument, 0, NULL, &found) != 0)
        return;
    for (i = 0; i < found.gl_pathc; i++)
        if (!is_known(f, found.gl_pathv[i]))
            add_path(f, found.gl_pathv[i], root);
    globfree(&found);
}

void
a4nn_follow_add(struct a4nn_follow *f, const char *argument)
{
    size_t root = add_root(f, argument, is_pattern(argument));

    if (f->root[root].pattern)
        expand(f, root);
    else
        add_path(f, argument, root);
}

/* ---- events ---- */

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
    char *path = join(f->dir[number].path, ev->name);
    long named = a4nn_strmap_find(&f->map, path);

    if (ev->mask & (IN_CREATE | IN_MOVED_TO)) {
        if (named != A4NN_STRMAP_NONE) /* and was not known to be a folder */
            a4nn_follow_touch(f, f->entry[named]);
        if (f->dir[number].whole && take(f, number, ev->name, true))
            enter(f, path, f->dir[number].root, 1);
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
    e = entry_of(f, path, f->dir[number].root, number, 0);
    e->owner = from;
}

static void
file_event(struct a4nn_follow *f, size_t number, const struct inotify_event *ev)
{
    char *path = join(f->dir[number].path, ev->name);
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
    } else if (f->dir[number].whole && take(f, number, ev->name, true)) {
        enter(f, path, f->dir[number].root, 1); /* a link to a folder */
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
            scan(f, number, 0);
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

static void
read_events(struct a4nn_follow *f)
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
        watch_dir(f, i);
        if (f->dir[i].gone)
            continue;
        scan(f, i, 0);
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
            expand(f, i);
}

/* Looks at all files, or those in directories without a watch. */
static void
look_around(struct a4nn_follow *f, bool all)
{
    size_t i, n = f->dir_map.n;

    f->shallow = true; /* each is looked through for itself */
    for (i = 0; i < n; i++)
        if (f->dir[i].polled)
            scan(f, i, 0);
        else if (all && f->dir[i].top && f->dir[i].wd >= 0 &&
                 inotify_add_watch(f->inotify, shown(&f->dir[i]), dir_mask) != f->dir[i].wd)
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
    return f->poll > 0 ? f->poll : usual_poll;
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
            add_folder(f, list[i]->path, list[i]->root);
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
    read_events(f);
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
