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
