/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "readfd.h"
#include "xalloc.h"

enum { PIECE = 65536 };

/* The directories above the one at hand, to notice one that contains itself. */
struct ancestor {
    dev_t dev;
    ino_t ino;
    const struct ancestor *up;
};

struct walk {
    const char *argument;
    const struct a4nn_source_sink *sink;
    char *root; /* the argument's real path while walking a directory */
    int failed;
};

static void
complain(struct walk *w, const char *verb, const char *path)
{
    a4nn_diag(w->sink->diag, A4NN_ERROR, NULL, 0, "cannot %s '%s': %s", verb, path,
              strerror(errno));
    w->failed = 1;
}

/*
 * Fills `head` until it is clear whether this is an archive.  Returns how many bytes it holds,
 * or -1 with errno.
 */
static ssize_t
read_head(int fd, char *head, size_t size, enum a4nn_packed *kind)
{
    size_t len = 0;
    ssize_t n;

    do {
        if ((n = a4nn_readfd(fd, head + len, size - len)) < 0)
            return -1;
        len += (size_t)n;
        *kind = a4nn_packed_sniff(head, len);
    } while (n > 0 && len < size && *kind == A4NN_PACKED_MAYBE);
    return (ssize_t)len;
}

/* Passes plain bytes on; `piece` holds the first `len` of them and is used for all others. */
static void
feed_plain(struct walk *w, int fd, char *piece, ssize_t len, const struct a4nn_source_member *m)
{
    const struct a4nn_source_sink *sink = w->sink;

    if (sink->begin(sink->arg, m) != 0)
        return;
    while (len > 0 && sink->bytes(sink->arg, piece, (size_t)len) == 0)
        len = a4nn_readfd(fd, piece, PIECE);
    if (len < 0)
        complain(w, "read", m->path);
    sink->end(sink->arg);
}

static void
walk_fd(struct walk *w, int fd, const struct a4nn_source_member *m, int below)
{
    char *piece = a4nn_xcalloc(1, PIECE);
    enum a4nn_packed kind;
    ssize_t len = read_head(fd, piece, PIECE, &kind);

    if (len < 0) {
        complain(w, "read", m->path);
    } else if (kind == A4NN_PACKED_STREAM ||
               (kind == A4NN_PACKED_ARCHIVE && (!below || a4nn_archive_named(m->path)))) {
        if (a4nn_archive_walk(fd, piece, (size_t)len, kind, m, w->sink) < 0)
            w->failed = 1;
    } else {
        feed_plain(w, fd, piece, len, m);
    }
    free(piece);
}

/* The path below the argument. */
static const char *
name_below(const struct walk *w, const char *path)
{
    const char *name = path + strlen(w->argument);

    while (*name == '/')
        name++;
    return name;
}

static int
by_version(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b);
}

struct names {
    char **name;
    size_t count, cap;
};

static void
names_add(struct names *names, char *name)
{
    names->name = a4nn_xgrow(names->name, names->count, &names->cap, sizeof *names->name);
    names->name[names->count++] = name;
}

static void
names_release(struct names *names)
{
    while (names->count > 0)
        free(names->name[--names->count]);
    free(names->name);
}

static char *
join(const char *dir, const char *name)
{
    size_t len = strlen(dir), size = len + strlen(name) + 2;
    char *path = a4nn_xcalloc(1, size);

    stpcpy(stpcpy(stpcpy(path, dir), len > 0 && dir[len - 1] == '/' ? "" : "/"), name);
    return path;
}

/* The paths of what is in a directory, hidden entries apart, sorted. */
static void
list_dir(struct walk *w, int fd, const char *path, struct names *out)
{
    DIR *dir = fdopendir(fd);
    struct dirent *entry;

    if (dir == NULL) {
        complain(w, "read", path);
        close(fd);
        return;
    }
    while (errno = 0, (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            names_add(out, join(path, entry->d_name));
    if (errno != 0)
        complain(w, "read", path);
    closedir(dir);
    if (out->count > 1)
        qsort(out->name, out->count, sizeof *out->name, by_version);
}

static int
is_own_ancestor(const struct stat *st, const struct ancestor *up)
{
    for (; up != NULL; up = up->up)
        if (up->dev == st->st_dev && up->ino == st->st_ino)
            return 1;
    return 0;
}

/* Takes one entry of a directory: a file is done at once, a directory kept for later. */
static void
walk_entry(struct walk *w, const char *path, struct names *dirs)
{
    struct a4nn_source_member m = {path, name_below(w, path), w->argument, 0};
    struct stat st;
    int fd;

    if (a4nn_source_leads_inside(w->root, path))
        return;
    /* What is no file may block or act when it is opened, so look before and after. */
    if (stat(path, &st) != 0) {
        complain(w, "open", path);
        return;
    }
    if (S_ISDIR(st.st_mode)) {
        names_add(dirs, a4nn_xstrdup(path));
        return;
    }
    if (!S_ISREG(st.st_mode))
        return;
    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        complain(w, "open", path);
        return;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        walk_fd(w, fd, &m, 1);
    close(fd);
}

static void
walk_dir(struct walk *w, const char *path, const struct ancestor *up)
{
    struct ancestor here = {.up = up};
    struct names names = {0}, dirs = {0};
    struct stat st;
    size_t i;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        complain(w, "open", path);
        return;
    }
    if (fstat(fd, &st) != 0 || is_own_ancestor(&st, up)) {
        close(fd);
        return;
    }
    here.dev = st.st_dev;
    here.ino = st.st_ino;
    list_dir(w, fd, path, &names);
    for (i = 0; i < names.count; i++)
        walk_entry(w, names.name[i], &dirs);
    names_release(&names);
    for (i = 0; i < dirs.count; i++)
        walk_dir(w, dirs.name[i], &here);
    names_release(&dirs);
}

static void
walk_argument(struct walk *w)
{
    struct a4nn_source_member m = {w->argument, w->argument, w->argument, 0};
    struct stat st;
    int std = strcmp(w->argument, "-") == 0;
    int fd = std ? STDIN_FILENO : open(w->argument, O_RDONLY | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) != 0) {
        complain(w, std ? "read" : "open", w->argument);
    } else if (S_ISDIR(st.st_mode) && !std) {
        w->root = realpath(w->argument, NULL);
        walk_dir(w, w->argument, NULL);
        free(w->root);
    } else {
        m.live = !S_ISREG(st.st_mode);
        walk_fd(w, fd, &m, 0);
    }
    if (fd >= 0 && !std)
        close(fd);
}

int
a4nn_source_walk(const char *argument, const struct a4nn_source_sink *sink)
{
    struct walk w = {.argument = argument, .sink = sink};

    walk_argument(&w);
    return w.failed ? -1 : 0;
}
