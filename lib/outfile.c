/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "writefd.h"
#include "xalloc.h"

/* The mode of the file that is replaced, else what a new file gets. */
static mode_t
mode_for(const struct stat *old)
{
    mode_t mask;

    if (old != NULL)
        return old->st_mode & 07777;
    mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static int
replace(const char *path, const struct stat *old, const char *bytes, size_t len)
{
    struct a4nn_buf temporary = {0};
    int fd, result = -1, error;

    a4nn_buf_addf(&temporary, "%s.XXXXXX", path);
    fd = mkostemp(temporary.data, O_CLOEXEC);
    error = errno;
    if (fd >= 0) {
        result = fchmod(fd, mode_for(old));
        if (result == 0)
            result = a4nn_writefd(fd, bytes, len);
        if (result == 0)
            result = fsync(fd);
        error = errno;
        /* some file systems report a lack of space only here */
        if (close(fd) != 0 && result == 0) {
            error = errno;
            result = -1;
        }
        if (result == 0 && (result = rename(temporary.data, path)) != 0)
            error = errno;
        if (result != 0)
            unlink(temporary.data);
    }
    a4nn_buf_release(&temporary);
    errno = error;
    return result;
}

static int
write_into(const char *path, const char *bytes, size_t len)
{
    /* a pipe that nobody reads is trouble, and not to be waited for */
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK), result, error;

    if (fd < 0)
        return -1;
    fcntl(fd, F_SETFL, O_WRONLY);
    result = a4nn_writefd(fd, bytes, len);
    error = errno;
    if (close(fd) != 0 && result == 0)
        return -1;
    errno = error;
    return result;
}

/* Where a link leads that leads to nothing yet; owned by the caller, NULL when it is no link. */
static char *
dangling(const char *path)
{
    struct a4nn_buf out = {0};
    char to[PATH_MAX];
    const char *slash = strrchr(path, '/');
    ssize_t n = readlink(path, to, sizeof to);

    if (n <= 0 || n == (ssize_t)sizeof to)
        return NULL;
    if (to[0] != '/' && slash != NULL)
        a4nn_buf_add(&out, path, (size_t)(slash - path) + 1);
    a4nn_buf_add(&out, to, (size_t)n);
    return out.data;
}

int
a4nn_outfile_put(const char *path, const char *bytes, size_t len, struct a4nn_err *err)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    char *target = exists ? realpath(path, NULL) : dangling(path);
    int result;

    if (exists && !S_ISREG(st.st_mode))
        result = write_into(path, bytes, len);
    else
        result = replace(target != NULL ? target : path, exists ? &st : NULL, bytes, len);
    free(target);
    return result == 0 ? 0 : a4nn_err_set(err, "cannot write '%s': %s", path, strerror(errno));
}
