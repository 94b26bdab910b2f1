/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_RUNPATH_H
#define A4NN_LOG_RUNPATH_H

#include <stdbool.h>
#include <stddef.h>

/* Taking apart the first `len` bytes of a path, for formats that spread a run over files. */

/* Where the last component begins. */
size_t a4nn_runpath_base(const char *path, size_t len);

/* Length of the folder's path, without the slash at its end; 0 when there is none. */
size_t a4nn_runpath_dir(const char *path, size_t len);

/* The folder's path as a new string; "." when there is none. */
char *a4nn_runpath_folder(const char *path, size_t len);

/* Whether the last component is `name`. */
bool a4nn_runpath_is(const char *path, size_t len, const char *name);

/* Group (format.h) of the two files that Ray Tune writes of each trial. */
char *a4nn_runpath_ray(const char *path, char **prefix);

#endif
