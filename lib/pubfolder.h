/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PUBFOLDER_H
#define A4NN_PUBFOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

/*
 * A folder of files with their checksums that is there as a whole or not at all: it is written
 * beside its place under another name, and renamed when everything is on the disk.  What fails on
 * the way is remembered, and the commit reports it.
 */
struct a4nn_pubfolder;

/*
 * Begins.  A folder that is there already is no obstacle when it is empty, or when it is a
 * publication (a4nn_pubfolder_is_ours) and `replace` is set.  NULL with *err filled.
 */
struct a4nn_pubfolder *a4nn_pubfolder_begin(const char *path, bool replace,
                                            struct a4nn_err *err) A4NN_MUST_USE;

/* Does the folder hold a datapackage.json that a publication of a4nn has? */
bool a4nn_pubfolder_is_ours(const char *path);

/* A file within, "name" or "page/name". Several may be open at a time. */
struct a4nn_pubfile;
struct a4nn_pubfile *a4nn_pubfile_open(struct a4nn_pubfolder *folder, const char *name);
void a4nn_pubfile_add(struct a4nn_pubfile *file, const void *bytes, size_t len);

/* Adds what is in the buffer and empties it. */
void a4nn_pubfile_take(struct a4nn_pubfile *file, struct a4nn_buf *buf);
uint64_t a4nn_pubfile_size(const struct a4nn_pubfile *file);
void a4nn_pubfile_close(struct a4nn_pubfile *file);

/* A file that has been closed; NULL when there is none of that name. */
struct a4nn_pubentry {
    char *name; /* owned */
    uint64_t bytes;
    char sha256[65];
};
const struct a4nn_pubentry *a4nn_pubfolder_find(const struct a4nn_pubfolder *folder,
                                                const char *name);

/*
 * Writes SHA256SUMS, brings all to the disk and gives the folder its name.  Of a publication that
 * was there what is not part of it (a .git) stays.  0, or -1 with *err filled and nothing changed.
 * Either call frees.
 */
int a4nn_pubfolder_commit(struct a4nn_pubfolder *folder, struct a4nn_err *err) A4NN_MUST_USE;
void a4nn_pubfolder_abandon(struct a4nn_pubfolder *folder);

#endif
