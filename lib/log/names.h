/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_NAMES_H
#define A4NN_LOG_NAMES_H

#include <stdbool.h>

#include "strmap.h"

/*
 * The name of a run, made from where its log lies: "runs/lr0.1/metrics.csv" is "lr0.1" when
 * named directly or "lr0.1" below "runs", since "metrics" says nothing; "run7.csv" is "run7".
 *
 * `path` is what tells the log apart (a path within a directory or archive, or the argument
 * itself); `whole` says that all of its folders belong to the name, as below a directory;
 * otherwise only its last component does, and as many more as make the name unique.
 * Below a folder or in an archive (`above`; else NULL) that holds a nameless log itself, as in
 * "lr0.1" with "metrics.csv", its own name is taken.
 * A name in `taken` already gets more of the path, or "#2", "#3", ... .  Returns the name, which
 * the caller frees; it is then in `taken`.
 */
char *a4nn_run_name(const char *path, bool whole, const char *above, struct a4nn_strmap *taken);

/* `name` as it is, or with "#2", "#3", ... if it is taken. */
char *a4nn_run_name_given(const char *name, struct a4nn_strmap *taken);

#endif
