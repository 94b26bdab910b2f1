/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SHA256_H
#define A4NN_SHA256_H

#include <stddef.h>

/* SHA-256 (FIPS 180-4) of bytes that come in pieces. */
struct a4nn_sha256;

struct a4nn_sha256 *a4nn_sha256_new(void);
void a4nn_sha256_add(struct a4nn_sha256 *sum, const void *bytes, size_t len);

/* Writes the digest in hexadecimal and frees. */
void a4nn_sha256_finish(struct a4nn_sha256 *sum, char out[65]);

#endif
