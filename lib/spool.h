/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SPOOL_H
#define A4NN_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/*
 * Things of many owners that come in any order and are wanted owner by owner, however many there
 * are: an external sort.  They are gathered in a buffer of limited size; when it is full it is
 * sorted and goes to a temporary file (spill.h); reading merges what was sorted.
 *
 * An owner has a number (that of a collection) and a name (of a run).  What belongs to one owner
 * comes back in the order in which it was added.
 *
 * Memory: the buffer while adding; a cursor takes 4 to 64 KiB per buffer that was written.
 */
struct a4nn_spool;

enum a4nn_spool_order {
    A4NN_BY_NAME,   /* owners by number, then by name (strcmp); each comes back in one item */
    A4NN_BY_ARRIVAL /* by number, those of a number as they came, an owner in many items */
};

struct a4nn_spool *a4nn_spool_new(enum a4nn_spool_order order, size_t buffer);

/*
 * Adds an observation.  Of it only the fields are kept that a policy looks at (spool.c lists
 * them): numbers, and the status of a fit; not the names, which the owner knows.  Adding the next
 * of the same owner takes some 10 bytes.
 */
void a4nn_spool_add(struct a4nn_spool *spool, uint32_t number, const char *name,
                    const struct a4nn_record *record);

/* Adds bytes of any meaning; they follow each other without a mark. */
void a4nn_spool_add_bytes(struct a4nn_spool *spool, uint32_t number, const char *name,
                          const void *bytes, size_t len);

/* Nothing more is added; after this, cursors may be opened, in several threads. */
void a4nn_spool_finish(struct a4nn_spool *spool);

/* The errno of what failed (spill.h), or 0. */
int a4nn_spool_error(const struct a4nn_spool *spool);

void a4nn_spool_free(struct a4nn_spool *spool);

/* ---- reading ---- */

struct a4nn_spool_item {
    uint32_t number;
    const char *name;
    const char *bytes;
    size_t len;
};

struct a4nn_spool_cursor;

/* The owners with numbers from `first` to `last`. */
struct a4nn_spool_cursor *a4nn_spool_open(struct a4nn_spool *spool, uint32_t first, uint32_t last);

/* The next item, valid until the next call; NULL at the end or when reading failed. */
const struct a4nn_spool_item *a4nn_spool_next(struct a4nn_spool_cursor *cursor);
void a4nn_spool_close(struct a4nn_spool_cursor *cursor);

/* The observations of an item, one after the other. Begin with {.at = bytes, .end = bytes + len}.
 */
struct a4nn_spool_records {
    const char *at, *end;
    /* of the observation read last */
    uint64_t set; /* fields kept of it */
    double epoch;
    double epochs; /* of the last that had one */
};

/* Sets the fields kept of the next observation, and leaves what else is set; false at the end. */
bool a4nn_spool_record(const struct a4nn_spool *spool, struct a4nn_spool_records *records,
                       struct a4nn_record *out);

/* Epoch and value alone, which is faster. */
bool a4nn_spool_point(struct a4nn_spool_records *records, double *epoch, double *value);

#endif
