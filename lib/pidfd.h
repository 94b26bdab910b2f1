/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PIDFD_H
#define A4NN_PIDFD_H

#include <sys/types.h>

/* A descriptor that holds a process, close-on-exec and readable when it has ended; -1 with errno
 * (ESRCH: there is none, ENOSYS: the kernel has no such thing). */
int a4nn_pidfd(pid_t pid);

/* Signals the process behind it: 0, or -1 with errno (ESRCH: it has ended). */
int a4nn_pidfd_signal(int fd, int sig);

#endif
