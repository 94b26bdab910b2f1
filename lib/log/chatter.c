/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/chatter.h"

#include <stdlib.h>

#include "xalloc.h"

/* All below the blank but NUL (of UTF-16), BEL to CR and ESC. */
static bool
is_garbage(unsigned char c)
{
    return c < 0x20 && (UINT32_C(0xf7ffc07e) >> c & 1) != 0;
}

/* FNV-1a's step, over characters; 0 when it is no line of a text. */
static uint64_t
shape_of(const char *line, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    bool digits = false;
    size_t i;

    for (i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];
        bool digit = c >= '0' && c <= '9';
        if (digit && digits)
            continue;
        if (is_garbage(c))
            return 0;
        digits = digit;
        h = (h ^ (digit ? '0' : c)) * UINT64_C(0x100000001b3);
    }
    return h != 0 ? h : 1;
}

static size_t
place_of(uint64_t shape)
{
    return (size_t)((shape ^ shape >> 32) % A4NN_CHATTER_SHAPES);
}

bool
a4nn_chatter_passes(struct a4nn_chatter *c, const char *line, size_t len)
{
    c->newest = shape_of(line, len);
    if (c->newest == 0)
        return true;
    if (c->shape == NULL || c->shape[place_of(c->newest)] != c->newest)
        c->alert = A4NN_CHATTER_CALM + 1;
    if (c->alert == 0)
        return true;
    c->alert--;
    return false;
}

void
a4nn_chatter_remember(struct a4nn_chatter *c)
{
    if (c->newest == 0)
        return;
    if (c->shape == NULL)
        c->shape = a4nn_xcalloc(A4NN_CHATTER_SHAPES, sizeof c->shape[0]);
    c->shape[place_of(c->newest)] = c->newest;
}

void
a4nn_chatter_release(struct a4nn_chatter *c)
{
    free(c->shape);
    *c = (struct a4nn_chatter){0};
}
