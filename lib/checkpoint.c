/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "readfd.h"
#include "sha256.h"
#include "xalloc.h"

enum { PIECE = 1 << 20 };

char *
a4nn_checkpoint_find(const char *pattern, double since)
{
    double latest = since - 2;
    const char *newest = NULL;
    char *path = NULL;
    struct stat st;
    glob_t found;
    size_t i;

    if (glob(pattern, 0, NULL, &found) != 0)
        return NULL;
    for (i = 0; i < found.gl_pathc; i++) {
        double written;
        if (stat(found.gl_pathv[i], &st) < 0 || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
            continue;
        written = (double)st.st_mtim.tv_sec + (double)st.st_mtim.tv_nsec / 1e9;
        if (written >= latest) {
            latest = written;
            newest = found.gl_pathv[i];
        }
    }
    if (newest != NULL)
        path = realpath(newest, NULL);
    globfree(&found);
    return path;
}

static int
sum_up(int fd, bool (*go_on)(void *arg), void *arg, char out[65])
{
    struct a4nn_sha256 *sum = a4nn_sha256_new();
    char *piece = a4nn_xcalloc(1, PIECE);
    ssize_t n = 1;
    int error;

    while (n > 0 && go_on(arg))
        if ((n = a4nn_readfd(fd, piece, PIECE)) > 0)
            a4nn_sha256_add(sum, piece, (size_t)n);
    error = errno;
    free(piece);
    a4nn_sha256_finish(sum, out);
    if (n != 0)
        out[0] = '\0';
    errno = error;
    return n == 0 ? 0 : n > 0 ? 1 : -1;
}

int
a4nn_checkpoint_sum(const char *path, bool (*go_on)(void *arg), void *arg, char out[65],
                    struct a4nn_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), result = -1, error;
    struct stat st;

    out[0] = '\0';
    if (fd >= 0 && fstat(fd, &st) == 0)
        result = S_ISREG(st.st_mode) ? sum_up(fd, go_on, arg, out) : 1;
    error = errno;
    if (fd >= 0)
        close(fd);
    if (result < 0)
        return a4nn_err_set(err, "cannot read '%.300s': %s", path, strerror(error));
    return result;
}
