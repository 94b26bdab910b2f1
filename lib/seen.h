/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SEEN_H
#define A4NN_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/*
 * Observations that have been seen, for logs that are read again: as hashes of 64 bits.  Two
 * observations are the same when run, task, epoch, value and metric are, and, if that is asked for,
 * all other numbers that they come with (select.h).  Zero-initialise it ({0}).
 */
struct a4nn_seen {
    uint64_t *slot; /* open addressing, 0 is free */
    size_t n, slots;
};

uint64_t a4nn_seen_hash(const struct a4nn_record *record, bool others);

/* False when it was there. */
bool a4nn_seen_add(struct a4nn_seen *seen, uint64_t hash);

void a4nn_seen_release(struct a4nn_seen *seen);

#endif
