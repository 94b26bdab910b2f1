/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_TEXT_H
#define A4NN_TEXT_H

#include <stddef.h>

#include "buf.h"

/*
 * Turns text in UTF-16 into UTF-8 and takes byte order marks away; all other bytes, UTF-8 or
 * not, pass unchanged.  UTF-16 is known by its mark, or by a NUL in every second of the first
 * eight bytes (of fewer when the text is shorter).  Half characters become U+FFFD.
 *
 * Zero-initialise it ({0}), feed pieces cut anywhere, finish.  It owns no memory.
 */
enum a4nn_text_code { A4NN_TEXT_UNDECIDED, A4NN_TEXT_BYTES, A4NN_TEXT_UTF16LE, A4NN_TEXT_UTF16BE };

struct a4nn_text {
    enum a4nn_text_code code;
    char head[8]; /* kept until decided */
    size_t head_len;
    unsigned long half; /* the first byte of a unit */
    unsigned long lead; /* the first surrogate of a pair, else 0 */
    int has_half;       /* `half` is set */
};

/* Appends the decoded bytes to `out`. At most the first eight bytes are held back. */
void a4nn_text_feed(struct a4nn_text *text, const char *bytes, size_t len, struct a4nn_buf *out);

/* The text has ended: appends what was held back. The decoder is then as new. */
void a4nn_text_finish(struct a4nn_text *text, struct a4nn_buf *out);

#endif
