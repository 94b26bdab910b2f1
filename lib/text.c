/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <string.h>

#include "utf8.h"

static void
add_code(struct a4nn_buf *out, unsigned long code)
{
    char utf8[4];

    a4nn_buf_add(out, utf8, a4nn_utf8_encode(code, utf8));
}

/* An unpaired surrogate stands for no character. */
static void
drop_lead(struct a4nn_text *text, struct a4nn_buf *out)
{
    if (text->lead != 0)
        add_code(out, 0xfffd);
    text->lead = 0;
}

static void
add_unit(struct a4nn_text *text, unsigned long unit, struct a4nn_buf *out)
{
    if (unit >= 0xdc00 && unit <= 0xdfff && text->lead != 0) {
        add_code(out, 0x10000 + ((text->lead - 0xd800) << 10) + (unit - 0xdc00));
        text->lead = 0;
        return;
    }
    drop_lead(text, out);
    if (unit >= 0xd800 && unit <= 0xdbff)
        text->lead = unit;
    else
        add_code(out, unit >= 0xdc00 && unit <= 0xdfff ? 0xfffd : unit);
}

static void
decode(struct a4nn_text *text, const char *bytes, size_t len, struct a4nn_buf *out)
{
    size_t i;

    if (text->code == A4NN_TEXT_BYTES) {
        a4nn_buf_add(out, bytes, len);
        return;
    }
    for (i = 0; i < len; i++) {
        unsigned long byte = (unsigned char)bytes[i];

        if (text->has_half)
            add_unit(text,
                     text->code == A4NN_TEXT_UTF16LE ? byte << 8 | text->half
                                                     : text->half << 8 | byte,
                     out);
        text->has_half = !text->has_half;
        text->half = byte;
    }
}

/* Whether all whole units of the head have their NUL at `at` (0 or 1) and a byte beside it. */
static int
every_second_nul(const struct a4nn_text *text, size_t at)
{
    size_t i;

    for (i = 0; i + 1 < text->head_len; i += 2)
        if (text->head[i + at] != '\0' || text->head[i + 1 - at] == '\0')
            return 0;
    return text->head_len >= 2;
}

/* What the head says, and the length of its mark. Without a mark three bytes rule UTF-16 out. */
static enum a4nn_text_code
detect(const struct a4nn_text *text, int complete, size_t *mark)
{
    const char *head = text->head;
    size_t len = text->head_len;

    *mark = 2;
    if (len >= 2 && memcmp(head, "\xff\xfe", 2) == 0)
        return A4NN_TEXT_UTF16LE;
    if (len >= 2 && memcmp(head, "\xfe\xff", 2) == 0)
        return A4NN_TEXT_UTF16BE;
    *mark = 3;
    if (len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
        return A4NN_TEXT_BYTES;
    *mark = 0;
    if (!every_second_nul(text, 0) && !every_second_nul(text, 1))
        return len >= 3 || complete ? A4NN_TEXT_BYTES : A4NN_TEXT_UNDECIDED;
    if (len < sizeof text->head && !complete)
        return A4NN_TEXT_UNDECIDED;
    return head[0] == '\0' ? A4NN_TEXT_UTF16BE : A4NN_TEXT_UTF16LE;
}

static void
decide(struct a4nn_text *text, int complete, struct a4nn_buf *out)
{
    size_t mark;

    text->code = detect(text, complete, &mark);
    if (text->code != A4NN_TEXT_UNDECIDED)
        decode(text, text->head + mark, text->head_len - mark, out);
}

void
a4nn_text_feed(struct a4nn_text *text, const char *bytes, size_t len, struct a4nn_buf *out)
{
    while (text->code == A4NN_TEXT_UNDECIDED && len > 0) {
        text->head[text->head_len++] = *bytes++;
        len--;
        decide(text, 0, out);
    }
    if (len > 0)
        decode(text, bytes, len, out);
}

void
a4nn_text_finish(struct a4nn_text *text, struct a4nn_buf *out)
{
    if (text->code == A4NN_TEXT_UNDECIDED && text->head_len > 0)
        decide(text, 1, out);
    if (text->code == A4NN_TEXT_UTF16LE || text->code == A4NN_TEXT_UTF16BE) {
        drop_lead(text, out);
        if (text->has_half)
            add_code(out, 0xfffd);
    }
    *text = (struct a4nn_text){0};
}
