/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "writefd.h"

#include <errno.h>
#include <unistd.h>

int
a4nn_writefd(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return 0;
}
