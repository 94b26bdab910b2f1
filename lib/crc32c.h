/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CRC32C_H
#define A4NN_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli; RFC 3720 appendix B.4): that of "123456789" is 0xe3069283. */
uint32_t a4nn_crc32c(const void *bytes, size_t len);

#endif
