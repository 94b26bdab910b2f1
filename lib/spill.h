/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SPILL_H
#define A4NN_SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes that may become more than should be kept in memory: they are there up to a limit, beyond
 * it in a temporary file in $TMPDIR (/tmp by default), which has no name and vanishes with the
 * process.
 *
 * What fails (no folder, disk full) is remembered: from then on nothing is written, reading gives
 * false, and a4nn_spill_error says why, which the owner must ask before anything made of the bytes
 * is shown.
 */
struct a4nn_spill;

/* At most `limit` bytes in memory. */
struct a4nn_spill *a4nn_spill_new(size_t limit);

/* Adds bytes at the end and returns where they begin. */
uint64_t a4nn_spill_append(struct a4nn_spill *spill, const void *bytes, size_t len);

/* Makes it so long, the new bytes zero.  After that threads may write and read side by side, as
 * long as they do so in different places. */
void a4nn_spill_resize(struct a4nn_spill *spill, uint64_t size);

/* Bytes within its size. */
void a4nn_spill_put(struct a4nn_spill *spill, uint64_t at, const void *bytes, size_t len);
bool a4nn_spill_get(struct a4nn_spill *spill, uint64_t at, void *bytes, size_t len);

uint64_t a4nn_spill_size(const struct a4nn_spill *spill);

/* The errno of what failed first, or 0; the folder it failed in. */
int a4nn_spill_error(const struct a4nn_spill *spill);
const char *a4nn_spill_folder(void);

void a4nn_spill_free(struct a4nn_spill *spill);

#endif
