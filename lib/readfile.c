/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "readfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "readfd.h"

/* Appends what `fd`, which may be none, has up to its end, at most `most` bytes. */
static int
take(int fd, const char *file, size_t most, struct a4nn_buf *out, struct a4nn_err *err)
{
    if (fd < 0)
        return a4nn_err_set(err, "cannot open '%.300s': %s", file, strerror(errno));
    if (a4nn_readfd_all(fd, most < SIZE_MAX - out->len ? out->len + most : SIZE_MAX, out) == 0)
        return 0;
    if (errno == EFBIG)
        return a4nn_err_set(err, "more than %zu bytes in '%.300s'", most, file);
    return a4nn_err_set(err, "cannot read '%.300s': %s", file, strerror(errno));
}

static int
take_and_close(int fd, const char *file, size_t most, struct a4nn_buf *out, struct a4nn_err *err)
{
    int result = take(fd, file, most, out, err);

    if (fd >= 0)
        close(fd);
    return result;
}

int
a4nn_readfile(const char *file, struct a4nn_buf *out, struct a4nn_err *err)
{
    return take_and_close(open(file, O_RDONLY | O_CLOEXEC), file, SIZE_MAX, out, err);
}

int
a4nn_readfile_most(const char *file, size_t most, struct a4nn_buf *out, struct a4nn_err *err)
{
    if (strcmp(file, "-") == 0)
        return take(STDIN_FILENO, "standard input", most, out, err);
    return take_and_close(open(file, O_RDONLY | O_CLOEXEC), file, most, out, err);
}

int
a4nn_readfile_regular(const char *file, size_t most, struct a4nn_buf *out, struct a4nn_err *err)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        return a4nn_err_set(err, "'%.300s' is no regular file", file);
    }
    return take_and_close(fd, file, most, out, err);
}
