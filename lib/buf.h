/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_BUF_H
#define A4NN_BUF_H

#include <stddef.h>

#include "err.h"

/*
 * A growing run of bytes.  Zero-initialise it ({0}); `data` is NUL-terminated after any append,
 * NULL before.  Release it in the end.
 */
struct a4nn_buf {
    char *data;
    size_t len, cap;
};

void a4nn_buf_add(struct a4nn_buf *buf, const void *bytes, size_t len);
void a4nn_buf_adds(struct a4nn_buf *buf, const char *text);
void a4nn_buf_addc(struct a4nn_buf *buf, char c);
void a4nn_buf_addf(struct a4nn_buf *buf, const char *fmt, ...) A4NN_PRINTF(2, 3);

/* Appends a pattern, with a text wherever a placeholder is in it. */
void a4nn_buf_fill(struct a4nn_buf *buf, const char *pattern, const char *placeholder,
                   const char *text);

/* Forgets the first `len` bytes. */
void a4nn_buf_drop(struct a4nn_buf *buf, size_t len);

/* Empties it but keeps its memory. */
void a4nn_buf_reset(struct a4nn_buf *buf);

/* Frees its memory; it can be used again. */
void a4nn_buf_release(struct a4nn_buf *buf);

#endif
