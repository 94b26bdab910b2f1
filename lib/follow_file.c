/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One followed file: what is new in it, and whether it still is the same. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fnv.h"
#include "follow_parts.h"
#include "xalloc.h"

enum { HEAD = 256, TAIL = 64, PIECES = 64 };

static bool
same_id(const struct a4nn_follow_id *id, const struct stat *st)
{
    return id->dev == st->st_dev && id->ino == st->st_ino;
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static void
say(struct a4nn_follow *f, struct a4nn_follow_entry *e, const char *what)
{
    if (!e->told)
        a4nn_diag(f->sink.diag, A4NN_ERROR, e->path, 0, "%s", what);
    e->told = true;
}

/* ---- descriptors ---- */

void
a4nn_follow_close(struct a4nn_follow *f, struct a4nn_follow_entry *e)
{
    if (e->fd < 0)
        return;
    close(e->fd);
    e->fd = -1;
    f->open[e->slot] = NULL;
}

/* Opens without waiting and without acting on what is no file; -1 with errno. */
static int
open_regular(const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
        return fd;
    close(fd);
    errno = ENOENT;
    return -1;
}

/* Keeps a descriptor, at the price of one that was opened long ago. */
static void
keep_open(struct a4nn_follow *f, struct a4nn_follow_entry *e, int fd)
{
    unsigned slot = f->next_open++ % A4NN_FOLLOW_OPEN;

    if (f->open[slot] != NULL)
        a4nn_follow_close(f, f->open[slot]);
    f->open[slot] = e;
    e->slot = slot;
    e->fd = fd;
}

/* ---- fingerprints ---- */

static bool
matches(int fd, uint64_t want, off_t at, size_t len)
{
    char bytes[HEAD];

    return len == 0 || (pread(fd, bytes, len, at) == (ssize_t)len &&
                        a4nn_fnv(A4NN_FNV_START, bytes, len) == want);
}

/* Is what was read of it still there? */
static bool
unchanged(const struct a4nn_follow_entry *e, int fd)
{
    const struct a4nn_follow_print *p = &e->print;

    return matches(fd, p->head, 0, p->head_len) &&
           matches(fd, p->tail, e->at - p->tail_len, p->tail_len);
}

static void
remember(struct a4nn_follow_entry *e, const char *bytes, size_t len)
{
    struct a4nn_follow_print *p = &e->print;
    size_t n = HEAD - (size_t)p->head_len < len ? HEAD - (size_t)p->head_len : len;

    if (e->at == 0) {
        *p = (struct a4nn_follow_print){.head = A4NN_FNV_START};
        n = len < HEAD ? len : HEAD;
    }
    if (e->at == p->head_len) {
        p->head = a4nn_fnv(p->head, bytes, n);
        p->head_len = (uint16_t)(p->head_len + n);
    }
    n = len < TAIL ? len : TAIL;
    p->tail = a4nn_fnv(A4NN_FNV_START, bytes + len - n, n);
    p->tail_len = (uint16_t)n;
    e->at += (off_t)len;
}

/* ---- reading on ---- */

/* New content begins with these bytes. */
static void
begin_anew(struct a4nn_follow *f, struct a4nn_follow_entry *e, const char *bytes, size_t len)
{
    bool again = e->print.head_len > 0 && len >= e->print.head_len &&
                 a4nn_fnv(A4NN_FNV_START, bytes, e->print.head_len) == e->print.head;

    e->restart = false;
    e->file.anew = true;
    f->sink.anew(f->sink.arg, &e->file, again ? A4NN_FOLLOW_REWRITTEN : A4NN_FOLLOW_REPLACED);
}

static void
deliver(struct a4nn_follow *f, struct a4nn_follow_entry *e, size_t len)
{
    if (e->restart)
        begin_anew(f, e, f->piece, len);
    remember(e, f->piece, len);
    e->file.old = e->at <= e->before;
    f->sink.bytes(f->sink.arg, &e->file, f->piece, len);
}

static void
start_over(struct a4nn_follow_entry *e)
{
    e->at = 0;
    e->before = 0;
    e->restart = true;
}

/* A piece is old or new, not both. */
static size_t
piece_size(const struct a4nn_follow_entry *e)
{
    off_t old = e->before - e->at;

    return old > 0 && old < A4NN_FOLLOW_PIECE ? (size_t)old : A4NN_FOLLOW_PIECE;
}

/*
 * Gives what follows in `fd` up to a limit, after which the file stays due.  That the beginning is
 * what it was is made sure after each piece was read and before it is given.
 */
static void
read_on(struct a4nn_follow *f, struct a4nn_follow_entry *e, int fd, unsigned limit)
{
    unsigned i;

    for (i = 0; i < limit && !e->file.whole; i++) {
        ssize_t n = pread(fd, f->piece, piece_size(e), e->at);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            say(f, e, strerror(errno));
        if (n < 0)
            return;
        if (e->at > 0 && !unchanged(e, fd))
            start_over(e);
        else if (n == 0)
            return;
        else
            deliver(f, e, (size_t)n);
    }
    if (i == limit)
        a4nn_follow_touch(f, e);
}

/* To be read as a whole when it stays as it is now. */
static void
settle(struct a4nn_follow *f, struct a4nn_follow_entry *e, const struct stat *st)
{
    e->at = st->st_size;
    e->mtime = st->st_mtim;
    e->before = 0;
    if (e->due <= 0) {
        f->settling = a4nn_xgrow(f->settling, f->settlings, &f->cap_settling, sizeof *f->settling);
        f->settling[f->settlings++] = e;
    }
    e->due = a4nn_now() + (e->closed ? 0 : A4NN_FOLLOW_SETTLE);
}

/* Something may have happened to the file that e follows; `st` is what its path leads to. */
static void
look_same(struct a4nn_follow *f, struct a4nn_follow_entry *e, const struct stat *st)
{
    struct stat now;
    bool still = st->st_size == e->at && same_time(&st->st_mtim, &e->mtime);

    if (still && !e->event)
        return;
    if (e->file.whole) {
        if (!still || (e->closed && e->due > 0))
            settle(f, e, st);
        return;
    }
    if (e->fd < 0) {
        int fd = open_regular(e->path, &now);
        if (fd < 0) {
            if (errno != ENOENT)
                say(f, e, strerror(errno));
            return;
        }
        keep_open(f, e, fd);
        if (!same_id(&e->id, &now)) { /* just replaced: the next look sees it */
            a4nn_follow_close(f, e);
            a4nn_follow_touch(f, e);
            return;
        }
    }
    if (fstat(e->fd, &now) != 0)
        return;
    e->told = false;
    e->mtime = now.st_mtim;
    if (now.st_size < e->at)
        start_over(e);
    read_on(f, e, e->fd, PIECES);
    if (e->file.whole) /* known at last, and maybe complete */
        a4nn_follow_look_whole(f, e);
}

/* ---- its name leads elsewhere ---- */

/* The path under which the directory now has e's file, if it has. */
static char *
find_moved(const struct a4nn_follow *f, const struct a4nn_follow_entry *e)
{
    const char *folder = f->dir[e->dir].path;
    DIR *dir = opendir(*folder != '\0' ? folder : ".");
    struct dirent *d;
    char *path = NULL;
    struct stat st;

    while (dir != NULL && path == NULL && (d = readdir(dir)) != NULL) {
        if (d->d_ino != e->id.ino)
            continue;
        path = a4nn_xcalloc(1, strlen(folder) + strlen(d->d_name) + 1);
        stpcpy(stpcpy(path, folder), d->d_name);
        if (stat(path, &st) != 0 || !same_id(&e->id, &st) || strcmp(path, e->path) == 0) {
            free(path);
            path = NULL;
        }
    }
    if (dir != NULL)
        closedir(dir);
    return path;
}

/* Gives the rest of the file that e followed, as far as it can be reached. */
static void
drain(struct a4nn_follow *f, struct a4nn_follow_entry *e)
{
    struct stat st;
    int fd = e->fd;

    if (e->file.whole || e->restart)
        return;
    if (fd < 0 && e->moved == NULL && e->lost <= 0)
        e->moved = find_moved(f, e);
    if (fd < 0 && e->moved != NULL && (fd = open_regular(e->moved, &st)) >= 0) {
        keep_open(f, e, fd);
        if (!same_id(&e->id, &st)) {
            a4nn_follow_close(f, e);
            fd = -1;
        }
    }
    /* Not what replaces it by truncation: of that, nothing is known to be e's. */
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > e->at && unchanged(e, fd))
        read_on(f, e, fd, (unsigned)-1);
}

static void
succeed(struct a4nn_follow *f, struct a4nn_follow_entry *e, const struct stat *st)
{
    e->old[e->olds++ % A4NN_FOLLOW_OLD] = (struct a4nn_follow_old){e->id, e->print};
    a4nn_follow_close(f, e);
    free(e->moved);
    e->moved = NULL;
    e->lost = 0;
    e->id = (struct a4nn_follow_id){st->st_dev, st->st_ino};
    e->mtime = (struct timespec){0};
    start_over(e);
    a4nn_follow_watch_link(f, e);
    look_same(f, e, st);
}

static void
lose(struct a4nn_follow *f, struct a4nn_follow_entry *e)
{
    if (!e->begun)
        return;
    drain(f, e);
    if (e->lost <= 0)
        e->lost = a4nn_now();
}

/* ---- a name is new ---- */

/* Does it begin as what was read? */
static bool
begins(const char *path, const struct a4nn_follow_print *print)
{
    struct stat st;
    int fd = print->head_len > 0 ? open_regular(path, &st) : -1;
    bool same = fd >= 0 && matches(fd, print->head, 0, print->head_len);

    if (fd >= 0)
        close(fd);
    return same;
}

/*
 * Is what was found under a new name a file of e's, present or past?  Another file may have got
 * the place on the disk of one that was deleted, so the content must agree, too.
 */
static bool
was_of(const struct a4nn_follow_entry *e, const char *path, const struct stat *st)
{
    struct stat there;
    size_t k;

    if (same_id(&e->id, st))
        return (stat(e->path, &there) != 0 || !same_id(&e->id, &there)) && st->st_size >= e->at &&
               begins(path, &e->print);
    for (k = 0; k < e->olds && k < A4NN_FOLLOW_OLD; k++)
        if (same_id(&e->old[k].id, st) && begins(path, &e->old[k].print))
            return true;
    return false;
}

/* Whose file has moved to where `st` was found, NULL when it is new. */
static struct a4nn_follow_entry *
find_owner(const struct a4nn_follow *f, const char *path, const struct stat *st)
{
    size_t i;

    for (i = 0; i < f->map.n; i++)
        if (f->entry[i]->begun && was_of(f->entry[i], path, st))
            return f->entry[i];
    return NULL;
}

/* LOG.1 and LOG.20261125 are what was put aside of LOG. */
static bool
put_aside(const struct a4nn_follow *f, const char *path)
{
    const char *dot = strrchr(path, '.');
    char *base;
    long found;

    if (dot == NULL || dot[1] == '\0' || dot[1 + strspn(dot + 1, "0123456789-")] != '\0' ||
        dot == path || dot[-1] == '/')
        return false;
    base = a4nn_xstrndup(path, (size_t)(dot - path));
    found = a4nn_strmap_find(&f->map, base);
    free(base);
    return found != A4NN_STRMAP_NONE;
}

static void
meet(struct a4nn_follow *f, struct a4nn_follow_entry *e, const struct stat *st)
{
    bool below = strcmp(e->file.name, e->file.argument) != 0;
    struct a4nn_follow_entry *owner = NULL;

    if (f->started && st->st_size > 0 && (owner = find_owner(f, e->path, st)) != NULL) {
        e->owner = owner;
        if (same_id(&owner->id, st) && owner->moved == NULL)
            owner->moved = a4nn_xstrdup(e->path);
        a4nn_follow_touch(f, owner);
        return;
    }
    if (below && put_aside(f, e->path)) {
        e->passed = true;
        return;
    }
    e->begun = true;
    f->begun++;
    e->id = (struct a4nn_follow_id){st->st_dev, st->st_ino};
    f->sink.begin(f->sink.arg, &e->file);
    a4nn_follow_watch_link(f, e);
    look_same(f, e, st);
}

/* ---- looking ---- */

bool
a4nn_follow_look(struct a4nn_follow *f, struct a4nn_follow_entry *e)
{
    struct stat st;

    if (e->owner != NULL) {
        a4nn_follow_touch(f, e->owner);
        return true;
    }
    if (e->passed)
        return true;
    if (stat(e->path, &st) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            say(f, e, strerror(errno));
        lose(f, e);
    } else if (S_ISDIR(st.st_mode) && !e->begun) {
        return false;
    } else if (!S_ISREG(st.st_mode)) {
        if (strcmp(e->file.name, e->file.argument) == 0)
            say(f, e, "not a regular file");
        lose(f, e);
    } else if (!e->begun) {
        meet(f, e, &st);
    } else if (same_id(&e->id, &st)) {
        e->lost = 0;
        look_same(f, e, &st);
    } else {
        drain(f, e);
        /* An empty one may be there before the writer has left the old one. */
        if (st.st_size > 0 || e->file.whole)
            succeed(f, e, &st);
    }
    e->event = e->closed = false;
    return true;
}

void
a4nn_follow_look_whole(struct a4nn_follow *f, struct a4nn_follow_entry *e)
{
    struct stat st;
    int fd = open_regular(e->path, &st);
    ssize_t n;

    if (fd < 0)
        return;
    e->id = (struct a4nn_follow_id){st.st_dev, st.st_ino};
    e->mtime = st.st_mtim;
    e->at = 0;
    e->file.old = e->before > 0;
    f->sink.anew(f->sink.arg, &e->file, A4NN_FOLLOW_WHOLE);
    while ((n = pread(fd, f->piece, A4NN_FOLLOW_PIECE, e->at)) > 0) {
        remember(e, f->piece, (size_t)n); /* it may be no whole any more when it was seen */
        f->sink.bytes(f->sink.arg, &e->file, f->piece, (size_t)n);
    }
    close(fd);
    f->sink.complete(f->sink.arg, &e->file);
}
