/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SOURCE_H
#define A4NN_SOURCE_H

#include <stddef.h>

#include "err.h"

/*
 * Where bytes of logs come from: files, standard input, directories, archives.
 *
 * Directories are walked recursively, entries sorted as strverscmp(3) does (version_2 before
 * version_10), the files of a directory before its subdirectories, so that the files of one
 * directory come one after the other.  Below a directory, hidden entries are passed over, and so
 * is what is neither file nor directory; a symbolic link is followed only when it leads out of
 * the directory that was named, since all within it is met under its own name.
 *
 * Archives are recognised by content: tar (also compressed), zip, and single files compressed by
 * gzip, xz, zstd or bzip2.  Text is never taken for an archive.  Members come in the archive's
 * order; hidden ones and all that are not files are passed over; an archive within an archive is
 * not opened.  Below a directory a tar or zip is opened only when its name says so (.tar,
 * .tar.*, .tgz, .zip ...), because checkpoints are zip files too.
 *
 * Nothing is kept: pieces are passed on as they are read or unpacked.  (libarchive unpacks blocks
 * of 64 KiB; of compressed data that was cut off, the block it was cut in is lost.)
 */

/* One input: a file, standard input, or one member of an archive. Valid from begin to end. */
struct a4nn_source_member {
    const char *path;     /* as shown in messages: "runs.tar.gz:a/b.csv", "-" */
    const char *name;     /* what tells it apart within the walk: the path below a directory, the
                           * path within an archive, both joined by '/' for an archive below a
                           * directory; else the argument.  Of a single compressed file without
                           * the suffix. */
    const char *argument; /* the argument it came from */
    int live;             /* a pipe or a terminal: more may come later */
};

/* Where a walk goes to. `end` follows every `begin` that returned 0, also after an error. */
struct a4nn_source_sink {
    int (*begin)(void *arg, const struct a4nn_source_member *m); /* nonzero: skip this member */
    /* One piece, not empty; nonzero: enough, skip the rest of this member. */
    int (*bytes)(void *arg, const char *bytes, size_t len);
    void (*end)(void *arg);
    void *arg;
    struct a4nn_diag *diag; /* may be NULL */
};

/*
 * Walks `argument` ("-" is standard input).  What a live input gives is passed on at once, each
 * read as it comes, apart from a first line that may still become an archive.
 * Returns 0, or -1 when something could not be read, which has then been reported; all else was
 * done nevertheless, and what could be read of a broken member was passed on.
 */
int a4nn_source_walk(const char *argument, const struct a4nn_source_sink *sink) A4NN_MUST_USE;

/*
 * Whether `path` is a symbolic link to something that a walk of the directory with the real path
 * `root` (may be NULL) meets under its own name.
 */
int a4nn_source_leads_inside(const char *root, const char *path);

#endif
