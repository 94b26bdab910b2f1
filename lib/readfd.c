/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "readfd.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

ssize_t
a4nn_readfd(int fd, void *buf, size_t size)
{
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        ssize_t n = read(fd, buf, size);

        if (n >= 0 || (errno != EINTR && errno != EAGAIN))
            return n;
        if (errno == EAGAIN && poll(&wait, 1, -1) < 0 && errno != EINTR)
            return -1;
    }
}

int
a4nn_readfd_all(int fd, size_t limit, struct a4nn_buf *out)
{
    char piece[1 << 14];
    ssize_t n;

    while ((n = a4nn_readfd(fd, piece, sizeof piece)) > 0) {
        if (out->len + (size_t)n > limit) {
            errno = EFBIG;
            return -1;
        }
        a4nn_buf_add(out, piece, (size_t)n);
    }
    return n < 0 ? -1 : 0;
}
