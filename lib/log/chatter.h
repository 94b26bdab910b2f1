/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_CHATTER_H
#define A4NN_LOG_CHATTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a program says that is no log, known by the shape of its lines: the text with one 0 for
 * each run of digits.  Thirty-seven formats looking at each line take some 50 microseconds; a line
 * of a shape that said nothing to any of them says nothing again, unless what came shortly before
 * it is new (a header makes a table of rows that were none).  So lines are passed over only where
 * the CALM lines before them were of known shapes, too.
 *
 * Lines with control characters that no text has are passed over, too.
 *
 * Zero-initialise it ({0}), release it in the end.  Depends on nothing but the lines, in their
 * order.  Of ten thousand logs that are watched hardly one has any: the shapes take their room with
 * the first.
 */
enum { A4NN_CHATTER_SHAPES = 256, A4NN_CHATTER_CALM = 8 };

struct a4nn_chatter {
    uint64_t *shape; /* A4NN_CHATTER_SHAPES of them, by its last bits; 0 is none; owned, or NULL */
    uint64_t newest;
    unsigned alert; /* lines that are to be looked at whatever their shape */
};

/* The next line; true when there is no need to look at it. */
bool a4nn_chatter_passes(struct a4nn_chatter *c, const char *line, size_t len);

/* The line was looked at, with what came before it, and said nothing. */
void a4nn_chatter_remember(struct a4nn_chatter *c);

/* Forgets everything, and may be used again. */
void a4nn_chatter_release(struct a4nn_chatter *c);

#endif
