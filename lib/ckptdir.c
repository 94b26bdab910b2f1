/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ckptdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptfolder.h"
#include "clock.h"
#include "fnv.h"
#include "lease.h"
#include "remotefs.h"
#include "strmap.h"
#include "xalloc.h"

/* Seconds: between looks at a file that is being written, at a folder that is not there, and at one
 * that inotify does not watch; how long a folder or an unleased file must be unchanged; and how
 * long inotify is trusted to have told everything. */
static const double again = 0.2, poll_default = 1, still = 2, trust = 30;

enum state { UNSEEN, GROWING, TOLD };

struct file {
    enum state state;
    bool moved; /* it was seen to be moved in */
    uint64_t print;
    double since; /* it has been like that */
};

struct a4nn_ckptdir {
    const char *path, *pattern;
    double poll;
    struct a4nn_diag *diag;
    int fd, watch; /* of inotify, -1: none */
    bool said_missing, said_polling;
    double next;         /* when to look again */
    bool growing, empty; /* there is a file that is not complete, a folder without any */
    struct a4nn_strmap names;
    struct file *files; /* by number of the name */
    size_t cap;
};

struct a4nn_ckptdir *
a4nn_ckptdir_new(const char *path, const char *pattern, double poll, struct a4nn_diag *diag)
{
    struct a4nn_ckptdir *dir = a4nn_xcalloc(1, sizeof *dir);

    dir->path = path;
    dir->pattern = pattern;
    dir->poll = poll;
    dir->diag = diag;
    dir->watch = -1;
    dir->fd = poll > 0 ? -1 : inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (poll <= 0 && dir->fd < 0)
        a4nn_diag(diag, A4NN_NOTE, NULL, 0, "no inotify (%s): looking every %g s instead",
                  strerror(errno), poll_default);
    return dir;
}

int
a4nn_ckptdir_fd(const struct a4nn_ckptdir *dir)
{
    return dir->watch >= 0 ? dir->fd : -1;
}

double
a4nn_ckptdir_wait(const struct a4nn_ckptdir *dir)
{
    double left = dir->next - a4nn_now();

    return left > 0 ? left : 0;
}

static void
say_polling(struct a4nn_ckptdir *dir, const char *why)
{
    if (!dir->said_polling)
        a4nn_diag(dir->diag, A4NN_NOTE, NULL, 0, "'%s': %s: looking every %g s instead", dir->path,
                  why, poll_default);
    dir->said_polling = true;
}

/* The watch comes before the look, so that nothing falls between them. */
static void
begin_watch(struct a4nn_ckptdir *dir, int fd)
{
    const uint32_t mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

    if (dir->fd < 0 || dir->watch >= 0)
        return;
    if (a4nn_remote_fd(fd)) {
        say_polling(dir, "on a network file system");
        return;
    }
    dir->watch = inotify_add_watch(dir->fd, dir->path, mask);
    if (dir->watch < 0)
        say_polling(dir, strerror(errno));
}

static bool
is_checkpoint(const struct a4nn_ckptdir *dir, const char *name)
{
    static const char *const unfinished[] = {".tmp", ".part", "~"};
    size_t len = strlen(name), i;

    if (name[0] == '.')
        return false;
    for (i = 0; i < sizeof unfinished / sizeof *unfinished; i++) {
        size_t n = strlen(unfinished[i]);
        if (len >= n && strcmp(name + len - n, unfinished[i]) == 0)
            return false;
    }
    return dir->pattern == NULL || fnmatch(dir->pattern, name, 0) == 0;
}

static bool
unchanged(struct file *f, uint64_t print)
{
    double now = a4nn_now();

    if (f->state == UNSEEN || f->print != print) {
        f->print = print;
        f->since = now;
    }
    return now - f->since >= still;
}

static double
seconds(const struct timespec *t)
{
    return (double)t->tv_sec + (double)t->tv_nsec / 1e9;
}

/* 1: complete since *time, 0: not yet, -1: no regular file. It may block when it is opened unless
 * it is one, so look before and after. */
static int
examine_file(int at, const char *name, struct file *f, double *time)
{
    struct stat st;
    uint64_t print;
    int leased;
    int fd = openat(at, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    leased = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? a4nn_lease_unwritten(fd) : -1;
    if (fd >= 0)
        close(fd);
    if (leased < 0 && (fstatat(at, name, &st, 0) != 0 || !S_ISREG(st.st_mode)))
        return -1;
    *time = seconds(&st.st_mtim);
    print = a4nn_fnv(A4NN_FNV_START, (const char *)&st.st_size, sizeof st.st_size);
    print = a4nn_fnv(print, (const char *)&st.st_mtim, sizeof st.st_mtim);
    return leased > 0 || (leased < 0 && unchanged(f, print));
}

/* As examine_file. What was moved in has been written before. */
static int
examine_folder(struct a4nn_ckptdir *dir, int at, const char *name, struct file *f, double *time)
{
    struct a4nn_ckptfolder folder;

    if (a4nn_ckptfolder_look(at, name, &folder) < 0)
        return -1;
    *time = folder.newest;
    if (folder.files == 0) {
        dir->empty = true;
        return -1;
    }
    return !folder.written && (unchanged(f, folder.print) || f->moved);
}

static struct file *
file_of(struct a4nn_ckptdir *dir, const char *name)
{
    bool added;
    size_t number = a4nn_strmap_put(&dir->names, name, &added);

    if (added) {
        dir->files = a4nn_xgrow(dir->files, number, &dir->cap, sizeof *dir->files);
        dir->files[number] = (struct file){.state = UNSEEN};
    }
    return &dir->files[number];
}

static void
examine(struct a4nn_ckptdir *dir, int at, const char *name,
        void (*found)(void *arg, const char *name, double time), void *arg)
{
    struct file *f = file_of(dir, name);
    struct stat st;
    double time = 0;
    int complete = -1;

    if (f->state == TOLD || fstatat(at, name, &st, 0) != 0)
        return;
    if (S_ISREG(st.st_mode))
        complete = examine_file(at, name, f, &time);
    else if (S_ISDIR(st.st_mode))
        complete = examine_folder(dir, at, name, f, &time);
    if (complete < 0)
        return;
    f->state = complete > 0 ? TOLD : GROWING;
    dir->growing = dir->growing || complete == 0;
    if (complete > 0)
        found(arg, name, time);
}

static void
look(struct a4nn_ckptdir *dir, void (*found)(void *arg, const char *name, double time), void *arg)
{
    int fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct dirent *entry;
    DIR *entries;

    dir->growing = dir->empty = false;
    if (fd < 0) {
        if (!dir->said_missing)
            a4nn_diag(dir->diag, errno == ENOENT ? A4NN_NOTE : A4NN_ERROR, NULL, 0,
                      "cannot open '%s': %s%s", dir->path, strerror(errno),
                      errno == ENOENT ? ", waiting for it" : "");
        dir->said_missing = true;
        return;
    }
    dir->said_missing = false;
    begin_watch(dir, fd);
    if ((entries = fdopendir(fd)) == NULL) {
        close(fd);
        return;
    }
    while ((entry = readdir(entries)) != NULL)
        if (is_checkpoint(dir, entry->d_name))
            examine(dir, dirfd(entries), entry->d_name, found, arg);
    closedir(entries);
}

/* Takes what inotify has to say: that the folder has gone, or a name was moved in, matters; all
 * else is seen by looking. */
static bool
drain(struct a4nn_ckptdir *dir)
{
    _Alignas(struct inotify_event) char events[4096];
    bool any = false;
    ssize_t n;

    while (dir->fd >= 0 && (n = read(dir->fd, events, sizeof events)) > 0) {
        const char *at = events;
        any = true;
        while (at < events + n) {
            const struct inotify_event *event = (const void *)at;
            if (event->wd == dir->watch &&
                (event->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
                inotify_rm_watch(dir->fd, dir->watch);
                dir->watch = -1;
            }
            if ((event->mask & IN_MOVED_TO) != 0 && event->len > 0 &&
                is_checkpoint(dir, event->name))
                file_of(dir, event->name)->moved = true;
            at += sizeof *event + event->len;
        }
    }
    return any;
}

void
a4nn_ckptdir_look(struct a4nn_ckptdir *dir, bool all,
                  void (*found)(void *arg, const char *name, double time), void *arg)
{
    double pause;

    if (!drain(dir) && !all && a4nn_now() < dir->next)
        return;
    look(dir, found, arg);
    if (dir->watch >= 0)
        pause = trust;
    else
        pause = dir->poll > 0 ? dir->poll : poll_default;
    if (dir->empty && pause > poll_default)
        pause = poll_default;
    if ((dir->growing || dir->said_missing) && pause > again)
        pause = again;
    dir->next = a4nn_now() + pause;
}

bool
a4nn_ckptdir_pending(const struct a4nn_ckptdir *dir)
{
    return dir->growing;
}

void
a4nn_ckptdir_free(struct a4nn_ckptdir *dir)
{
    if (dir == NULL)
        return;
    if (dir->fd >= 0)
        close(dir->fd);
    a4nn_strmap_release(&dir->names);
    free(dir->files);
    free(dir);
}
