/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pubfolder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "readfile.h"
#include "sha256.h"
#include "writefd.h"
#include "xalloc.h"

enum { PENDING = 1 << 16, METADATA_LIMIT = 64 << 20 };

struct a4nn_pubfolder {
    char *path, *temporary; /* owned */
    int fd;                 /* of the temporary folder */
    struct a4nn_pubentry *entry;
    size_t n, cap;
    int error; /* the first errno, or 0 */
};

struct a4nn_pubfile {
    struct a4nn_pubfolder *folder;
    char *name;
    int fd;
    uint64_t bytes;
    struct a4nn_sha256 *sum;
    struct a4nn_buf pending;
};

/* All that a publication may hold, and nothing else is ever removed. */
static const char *const names[] = {"CITATION.cff",  "LICENSE",        "README.md",
                                    "SHA256SUMS",    "croissant.json", "datapackage.json",
                                    "forecasts.csv", "index.html",     "observations.csv",
                                    "page",          "runs.csv",       "tasks.csv"};

static bool
is_part(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* ---- what is there already ---- */

bool
a4nn_pubfolder_is_ours(const char *path)
{
    struct a4nn_buf file = {0}, text = {0};
    struct a4nn_json *v = NULL;
    struct a4nn_err err;
    bool ours;

    a4nn_buf_addf(&file, "%s/datapackage.json", path);
    if (a4nn_readfile_regular(file.data, METADATA_LIMIT, &text, &err) == 0 && text.len > 0)
        v = a4nn_json_parse(text.data, text.len, NULL, &err);
    ours = a4nn_json_kind(a4nn_json_get(v, "a4nn")) == A4NN_JSON_OBJECT;
    a4nn_json_free(v);
    a4nn_buf_release(&file);
    a4nn_buf_release(&text);
    return ours;
}

static bool
is_empty(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    bool empty = dir != NULL;

    while (empty && (e = readdir(dir)) != NULL)
        empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    if (dir != NULL)
        closedir(dir);
    return empty;
}

static int
check_place(const char *path, bool replace, struct a4nn_err *err)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return errno == ENOENT ? 0 : a4nn_err_set(err, "'%.300s': %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return a4nn_err_set(err, "'%.300s' is there, and no folder", path);
    if (is_empty(path))
        return 0;
    if (!a4nn_pubfolder_is_ours(path))
        return a4nn_err_set(err, "'%.300s' is not empty, and no publication of a4nn", path);
    return replace
               ? 0
               : a4nn_err_set(err, "'%.300s' is a publication already; --force replaces it", path);
}

/* ---- writing ---- */

/* "a/b/" -> "a/.b.XXXXXX": on the same file system, so that it can be renamed. */
static char *
temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    int head = slash != NULL ? (int)(slash + 1 - path) : 0;
    struct a4nn_buf out = {0};

    a4nn_buf_addf(&out, "%.*s.%.200s.XXXXXX", head, path, path + head);
    return out.data;
}

static void
strip_slashes(char *path)
{
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        path[--n] = '\0';
}

struct a4nn_pubfolder *
a4nn_pubfolder_begin(const char *path, bool replace, struct a4nn_err *err)
{
    struct a4nn_pubfolder *f = a4nn_xcalloc(1, sizeof *f);

    f->path = a4nn_xstrdup(path);
    strip_slashes(f->path);
    f->fd = -1;
    if (check_place(f->path, replace, err) == 0) {
        f->temporary = temporary_name(f->path);
        if (mkdtemp(f->temporary) == NULL) {
            a4nn_err_set(err, "cannot make a folder beside '%.300s': %s", path, strerror(errno));
            free(f->temporary);
            f->temporary = NULL;
        } else {
            f->fd = open(f->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (f->fd >= 0 && mkdirat(f->fd, "page", 0777) == 0)
                return f;
            a4nn_err_set(err, "cannot write to '%.300s': %s", f->temporary, strerror(errno));
        }
    }
    a4nn_pubfolder_abandon(f);
    return NULL;
}

static void
note_error(struct a4nn_pubfolder *f, bool failed)
{
    if (failed && f->error == 0)
        f->error = errno != 0 ? errno : EIO;
}

struct a4nn_pubfile *
a4nn_pubfile_open(struct a4nn_pubfolder *folder, const char *name)
{
    struct a4nn_pubfile *file = a4nn_xcalloc(1, sizeof *file);

    file->folder = folder;
    file->name = a4nn_xstrdup(name);
    file->sum = a4nn_sha256_new();
    file->fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    note_error(folder, file->fd < 0);
    return file;
}

static void
write_pending(struct a4nn_pubfile *file)
{
    if (file->pending.len > 0 && file->folder->error == 0)
        note_error(file->folder, a4nn_writefd(file->fd, file->pending.data, file->pending.len) < 0);
    a4nn_buf_reset(&file->pending);
}

void
a4nn_pubfile_add(struct a4nn_pubfile *file, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    a4nn_sha256_add(file->sum, bytes, len);
    file->bytes += len;
    a4nn_buf_add(&file->pending, bytes, len);
    if (file->pending.len >= PENDING)
        write_pending(file);
}

void
a4nn_pubfile_take(struct a4nn_pubfile *file, struct a4nn_buf *buf)
{
    a4nn_pubfile_add(file, buf->data, buf->len);
    a4nn_buf_reset(buf);
}

uint64_t
a4nn_pubfile_size(const struct a4nn_pubfile *file)
{
    return file->bytes;
}

void
a4nn_pubfile_close(struct a4nn_pubfile *file)
{
    struct a4nn_pubfolder *f = file->folder;
    struct a4nn_pubentry *e;

    write_pending(file);
    if (file->fd >= 0) {
        note_error(f, fsync(file->fd) != 0 && errno != EINVAL);
        note_error(f, close(file->fd) != 0);
    }
    f->entry = a4nn_xgrow(f->entry, f->n, &f->cap, sizeof *f->entry);
    e = &f->entry[f->n++];
    e->name = file->name;
    e->bytes = file->bytes;
    a4nn_sha256_finish(file->sum, e->sha256);
    a4nn_buf_release(&file->pending);
    free(file);
}

const struct a4nn_pubentry *
a4nn_pubfolder_find(const struct a4nn_pubfolder *folder, const char *name)
{
    size_t i;

    for (i = 0; i < folder->n; i++)
        if (strcmp(folder->entry[i].name, name) == 0)
            return &folder->entry[i];
    return NULL;
}

/* ---- the end ---- */

static int
compare_entries(const void *a, const void *b)
{
    const struct a4nn_pubentry *x = a, *y = b;

    return strcmp(x->name, y->name);
}

/* As sha256sum writes it, and checks it. */
static void
write_sums(struct a4nn_pubfolder *f)
{
    struct a4nn_pubfile *file;
    struct a4nn_buf out = {0};
    size_t i;

    qsort(f->entry, f->n, sizeof *f->entry, compare_entries);
    for (i = 0; i < f->n; i++)
        a4nn_buf_addf(&out, "%s  %s\n", f->entry[i].sha256, f->entry[i].name);
    file = a4nn_pubfile_open(f, "SHA256SUMS");
    a4nn_pubfile_take(file, &out);
    a4nn_pubfile_close(file);
    a4nn_buf_release(&out);
}

/* The files of a folder, which are ours, and itself. */
static void
remove_folder(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *e;

    while (dir != NULL && (e = readdir(dir)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(fd, e->d_name, 0);
    if (dir != NULL)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
    unlinkat(parent, name, AT_REMOVEDIR);
}

static void
remove_publication(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    size_t i;

    if (fd < 0)
        return;
    remove_folder(fd, "page");
    for (i = 0; i < sizeof names / sizeof *names; i++)
        unlinkat(fd, names[i], 0);
    close(fd);
    rmdir(path);
}

/* What lies in the old folder and is no part of it goes into the new one. */
static int
move_others(int from, int to)
{
    int fd = dup(from), result = 0;
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *e;

    if (dir == NULL)
        return -1;
    while (result == 0 && (e = readdir(dir)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && !is_part(e->d_name))
            result = renameat(from, e->d_name, to, e->d_name);
    closedir(dir);
    return result;
}

/* Where file systems cannot exchange two names, there is a moment without either. */
static int
exchange(const char *a, const char *b)
{
    struct a4nn_buf aside = {0};
    int result;

    if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    a4nn_buf_addf(&aside, "%s.old", a);
    result = rename(b, aside.data);
    if (result == 0 && (result = rename(a, b)) != 0)
        (void)!rename(aside.data, b);
    else if (result == 0)
        result = rename(aside.data, a);
    a4nn_buf_release(&aside);
    return result;
}

/* The temporary folder gets the name, and its own name what was there. */
static int
put_in_place(struct a4nn_pubfolder *f)
{
    int old, result;

    if (rename(f->temporary, f->path) == 0) {
        free(f->temporary);
        f->temporary = NULL;
        return 0;
    }
    if (errno != ENOTEMPTY && errno != EEXIST)
        return -1;
    if ((old = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return -1;
    result = exchange(f->temporary, f->path);
    if (result == 0)
        result = move_others(old, f->fd);
    close(old);
    return result;
}

static mode_t
usual_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return 0777 & ~mask;
}

int
a4nn_pubfolder_commit(struct a4nn_pubfolder *f, struct a4nn_err *err)
{
    int result = 0;

    write_sums(f);
    note_error(f, fchmod(f->fd, usual_mode()) != 0); /* mkdtemp is for secrets */
    note_error(f, fsync(f->fd) != 0 && errno != EINVAL);
    if (f->error != 0)
        result =
            a4nn_err_set(err, "cannot write to '%.300s': %s", f->temporary, strerror(f->error));
    else if (put_in_place(f) != 0)
        result = a4nn_err_set(err, "cannot put '%.300s' in place: %s", f->path, strerror(errno));
    a4nn_pubfolder_abandon(f);
    return result;
}

void
a4nn_pubfolder_abandon(struct a4nn_pubfolder *f)
{
    size_t i;

    if (f->fd >= 0)
        close(f->fd);
    if (f->temporary != NULL)
        remove_publication(f->temporary);
    for (i = 0; i < f->n; i++)
        free(f->entry[i].name);
    free(f->entry);
    free(f->path);
    free(f->temporary);
    free(f);
}
