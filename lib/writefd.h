/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_WRITEFD_H
#define A4NN_WRITEFD_H

#include <stddef.h>

/* write(2) until all is written, going on after a signal. 0, or -1 with errno. */
int a4nn_writefd(int fd, const char *bytes, size_t len);

#endif
