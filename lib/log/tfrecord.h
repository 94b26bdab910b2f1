/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_TFRECORD_H
#define A4NN_LOG_TFRECORD_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

/*
 * Cuts a TFRecord file into records, from bytes fed in pieces cut anywhere.
 *
 * A record is its length (8 bytes, little endian), the masked CRC-32C of those 8 bytes, the data,
 * and the masked CRC-32C of the data.  Nothing marks where a record begins, so after a checksum
 * that does not hold the rest of the file is lost: that is reported, once, as an error.
 */
struct a4nn_tfrecord;

/* Data longer than this is passed over with a warning; it cannot be numbers. */
enum { A4NN_TFRECORD_MAX = 256 << 20 };

/* `record` gets the data of each record and its number, from 1. `file` and `diag` must stay. */
struct a4nn_tfrecord *a4nn_tfrecord_new(void (*record)(void *arg, const char *data, size_t len,
                                                       unsigned long number),
                                        void *arg, struct a4nn_diag *diag, const char *file);

void a4nn_tfrecord_feed(struct a4nn_tfrecord *reader, const char *bytes, size_t len);

/* The input has ended. A record that is cut off, as in a file being written, gives a note. */
void a4nn_tfrecord_finish(struct a4nn_tfrecord *reader);

void a4nn_tfrecord_free(struct a4nn_tfrecord *reader);

/* Whether a record can begin with these 12 bytes: the checksum of the length holds. */
int a4nn_tfrecord_begins(const char head[12]);

/* The checksum as it is stored: rotated and shifted, so that a CRC of CRCs keeps its strength. */
uint32_t a4nn_tfrecord_mask(uint32_t crc);

#endif
