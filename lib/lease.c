/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lease.h"

#include <errno.h>
#include <fcntl.h>

int
a4nn_lease_unwritten(int fd)
{
    int saved;

    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
        fcntl(fd, F_SETLEASE, F_UNLCK);
        return 1;
    }
    saved = errno;
    return saved == EAGAIN ? 0 : -1;
}
