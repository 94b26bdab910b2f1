/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_UTF8_H
#define A4NN_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Decodes one code point of strict UTF-8 (no overlong forms, no surrogates, at most U+10FFFF)
 * from `len` bytes.  Returns how many bytes it took, or 0 when they are not UTF-8.
 */
size_t a4nn_utf8_decode(const char *bytes, size_t len, unsigned long *code);

/* Encodes `code` into at most 4 bytes; returns how many. */
size_t a4nn_utf8_encode(unsigned long code, char out[4]);

/* Is the text UTF-8? */
bool a4nn_utf8_valid(const char *text);

/* Appends the text, with U+FFFD for each byte that is not UTF-8. */
void a4nn_utf8_repair(struct a4nn_buf *out, const char *text);

#endif
