/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is followed: files, folders with all below them, patterns. */
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "follow_parts.h"
#include "remotefs.h"
#include "source.h"
#include "xalloc.h"

enum { DEEPEST = 64 };

char *
a4nn_follow_join_path(const char *folder, const char *name)
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
struct a4nn_follow_entry *
a4nn_follow_entry_of(struct a4nn_follow *f, const char *path, size_t root, size_t dir, size_t skip)
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

const char *
a4nn_follow_shown_dir(const struct a4nn_follow_dir *d)
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
        a4nn_diag(f->sink.diag, A4NN_NOTE, a4nn_follow_shown_dir(d), 0,
                  "on a network file system: looking every %g s", A4NN_FOLLOW_USUAL_POLL);
        f->told_network = true;
    } else if (error != 0 && !f->told_limit) {
        a4nn_diag(f->sink.diag, A4NN_WARNING, a4nn_follow_shown_dir(d), 0,
                  "no inotify watch (%s): looking every %g s", strerror(error),
                  A4NN_FOLLOW_USUAL_POLL);
        f->told_limit = true;
    }
}

/* Finds out of changes in a directory from now on, by events if it can be. */
void
a4nn_follow_watch_dir(struct a4nn_follow *f, size_t number)
{
    struct a4nn_follow_dir *d = &f->dir[number];
    int wd = -1, error = f->no_inotify;

    if (f->poll > 0 || a4nn_remote_path(a4nn_follow_shown_dir(d))) {
        if (f->poll <= 0)
            say_polled(f, d, 0);
        poll_dir(f, d);
        d->gone = false;
        return;
    }
    if (f->inotify >= 0) {
        wd = inotify_add_watch(f->inotify, a4nn_follow_shown_dir(d), A4NN_FOLLOW_DIR_MASK);
        error = errno;
    }
    if (wd < 0 && (error == ENOENT || error == ENOTDIR)) {
        d->gone = true;
        f->any_gone = f->any_gone || d->top;
        return;
    }
    d->gone = false;
    if (wd < 0) {
        say_polled(f, d, error);
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

/* A folder within a folder. */
void
a4nn_follow_enter(struct a4nn_follow *f, const char *path, size_t root, unsigned depth)
{
    char *folder = a4nn_follow_join_path(path, "/");
    size_t d = dir_of(f, folder, root);

    free(folder);
    if (f->shallow && f->dir[d].whole && !f->dir[d].gone)
        return;
    f->dir[d].whole = true;
    if (f->dir[d].wd < 0 && !f->dir[d].polled)
        a4nn_follow_watch_dir(f, d);
    a4nn_follow_scan(f, d, depth);
}

/* Something is in a folder that is followed with all in it. True: it is a directory. */
bool
a4nn_follow_take(struct a4nn_follow *f, size_t number, const char *name, bool event)
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
    path = a4nn_follow_join_path(d->path, name);
    if (a4nn_strmap_find(&f->map, path) != A4NN_STRMAP_NONE) {
        e = a4nn_follow_entry_of(f, path, d->root, number, 0);
        e->event = e->event || event;
        a4nn_follow_touch(f, e);
    } else if (stat(path, &st) == 0 && !a4nn_source_leads_inside(root->real, path)) {
        is_dir = S_ISDIR(st.st_mode);
        if (S_ISREG(st.st_mode)) {
            for (skip = strlen(root->argument); path[skip] == '/'; skip++)
                ;
            e = a4nn_follow_entry_of(f, path, d->root, number, skip);
            note_old(f, e, &st);
            a4nn_follow_touch(f, e);
        }
    }
    free(path);
    return is_dir;
}

/* Looks through a folder: its files are looked at in this step, in order; then its folders. */
void
a4nn_follow_scan(struct a4nn_follow *f, size_t number, unsigned depth)
{
    struct dirent **list;
    int i, n;

    if (!f->dir[number].whole || depth >= DEEPEST)
        return;
    n = scandir(a4nn_follow_shown_dir(&f->dir[number]), &list, NULL, versionsort);
    if (n < 0 && errno != ENOENT && errno != ENOTDIR && !f->dir[number].told)
        a4nn_diag(f->sink.diag, A4NN_ERROR, NULL, 0, "cannot read '%s': %s", f->dir[number].path,
                  strerror(errno));
    f->dir[number].told = n < 0;
    for (i = 0; i < n; i++) {
        if (!a4nn_follow_take(f, number, list[i]->d_name, false)) {
            free(list[i]);
            list[i] = NULL;
        }
    }
    for (i = 0; i < n; i++) {
        if (list[i] != NULL) {
            char *path = a4nn_follow_join_path(f->dir[number].path, list[i]->d_name);
            a4nn_follow_enter(f, path, f->dir[number].root, depth + 1);
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

void
a4nn_follow_add_folder(struct a4nn_follow *f, const char *path, size_t root)
{
    size_t len = strlen(path), d;
    char *folder = a4nn_follow_join_path(path, len > 0 && path[len - 1] == '/' ? "" : "/");

    if (f->root[root].real == NULL)
        f->root[root].real = realpath(path, NULL);
    d = dir_of(f, folder, root);
    free(folder);
    f->dir[d].whole = f->dir[d].top = true;
    f->dir[d].root = root;
    a4nn_follow_watch_dir(f, d);
    a4nn_follow_scan(f, d, 0);
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
        a4nn_follow_add_folder(f, path, root);
        return;
    }
    folder = folder_of(path);
    d = dir_of(f, folder, root);
    free(folder);
    f->dir[d].top = true;
    if (f->dir[d].wd < 0 && !f->dir[d].polled)
        a4nn_follow_watch_dir(f, d);
    e = a4nn_follow_entry_of(f, path, root, d, 0);
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
                    a4nn_follow_watch_dir(f, d);
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
    char *folder = a4nn_follow_join_path(path, "/");
    long d = a4nn_strmap_find(&f->dir_map, folder);

    free(folder);
    return (d != A4NN_STRMAP_NONE && f->dir[d].whole) ||
           a4nn_strmap_find(&f->map, path) != A4NN_STRMAP_NONE;
}

void
a4nn_follow_expand(struct a4nn_follow *f, size_t root)
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
        a4nn_follow_expand(f, root);
    else
        add_path(f, argument, root);
}
