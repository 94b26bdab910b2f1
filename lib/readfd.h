/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_READFD_H
#define A4NN_READFD_H

#include <stddef.h>
#include <sys/types.h>

#include "buf.h"

/*
 * read(2) that goes on after a signal and waits when the descriptor was left non-blocking by
 * whoever opened it.  Returns what read returns: 0 at the end, -1 with errno.
 */
ssize_t a4nn_readfd(int fd, void *buf, size_t size);

/* Appends all there is, up to its end. 0; -1 with errno, EFBIG when it is more than `limit`. */
int a4nn_readfd_all(int fd, size_t limit, struct a4nn_buf *out);

#endif
