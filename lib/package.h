/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PACKAGE_H
#define A4NN_PACKAGE_H

#include <stdint.h>

#include "err.h"
#include "history_write.h"

/*
 * A publication (publish.h), read back.  It may come from anybody: no file outside the folder is
 * read, whatever its metadata say, and every file must have the checksum it is published with
 * before anything of it is used.
 */

/*
 * Brings all runs of the folder in, flushing between runs.  0, with *runs (may be NULL) counted; -1
 * with *err filled, when runs before what is wrong may be in.
 */
int a4nn_package_import(const char *folder, struct a4nn_history_writer *writer, int64_t *runs,
                        struct a4nn_err *err) A4NN_MUST_USE;

#endif
