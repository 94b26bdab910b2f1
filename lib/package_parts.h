/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PACKAGE_PARTS_H
#define A4NN_PACKAGE_PARTS_H

#include "err.h"
#include "publish_parts.h"

/* Internal to the library. */

/*
 * Opens the tables of a publication, each with its checksum verified, and verifies all other files
 * of it.  fd[] are at the beginning of the files; -1 with *err filled and nothing open.
 */
int a4nn_package_open(const char *where, int fd[A4NN_PUB_TABLES], struct a4nn_err *err);

#endif
