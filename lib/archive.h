/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_ARCHIVE_H
#define A4NN_ARCHIVE_H

#include <stddef.h>

#include "err.h"
#include "source.h"

/* Archives and compressed files as sources (libarchive behind a wall). */

enum a4nn_packed {
    A4NN_PACKED_NOT,     /* plain bytes */
    A4NN_PACKED_MAYBE,   /* more bytes are needed to tell; at the end of input: not */
    A4NN_PACKED_ARCHIVE, /* tar or zip */
    A4NN_PACKED_STREAM   /* gzip, xz, zstd or bzip2, of one file or of a tar */
};

/* Enough bytes to be sure. */
enum { A4NN_PACKED_HEAD = 512 };

/* What begins with these bytes. */
enum a4nn_packed a4nn_packed_sniff(const char *head, size_t len);

/* Whether a file of this name is meant to be opened as an archive of several files. */
int a4nn_archive_named(const char *path);

/*
 * Passes all members to `sink` as a4nn_source_walk does.  The input is `len` bytes already read
 * from `fd`, and what else `fd` gives; `whole` is the archive itself as a member.
 * Returns 0, or -1 after reporting.
 */
int a4nn_archive_walk(int fd, const char *head, size_t len, enum a4nn_packed kind,
                      const struct a4nn_source_member *whole,
                      const struct a4nn_source_sink *sink) A4NN_MUST_USE;

#endif
