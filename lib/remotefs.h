/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_REMOTEFS_H
#define A4NN_REMOTEFS_H

#include <stdbool.h>

/*
 * Does it lie on a file system that other machines, or programs, change without inotify telling?
 * False where that cannot be found out.
 */
bool a4nn_remote_path(const char *path);
bool a4nn_remote_fd(int fd);

#endif
