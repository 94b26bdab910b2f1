/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text in UTF-16 and with byte order marks, cut into pieces of every size. */
#include "unit.h"

#include "buf.h"
#include "text.h"

static struct a4nn_buf out;

/* Decodes in pieces of `size` bytes; the result lies in `out`. */
static void
decode_in_pieces(const char *bytes, size_t len, size_t size)
{
    struct a4nn_text text = {0};
    size_t at;

    a4nn_buf_reset(&out);
    for (at = 0; at < len; at += size)
        a4nn_text_feed(&text, bytes + at, len - at < size ? len - at : size, &out);
    a4nn_text_finish(&text, &out);
}

static void
check_decoded(int line, const char *bytes, size_t len, const char *want, size_t want_len)
{
    size_t size;

    for (size = 1; size <= len + 1; size++) {
        decode_in_pieces(bytes, len, size);
        if (out.len != want_len || (want_len != 0 && memcmp(out.data, want, want_len) != 0))
            fprintf(stderr, "line %d, in pieces of %zu\n", line, size);
        CHECK(out.len == want_len && (want_len == 0 || memcmp(out.data, want, want_len) == 0));
    }
}

#define DECODES(bytes, want)                                                                       \
    check_decoded(__LINE__, bytes, sizeof(bytes) - 1, want, sizeof(want) - 1)

int
main(void)
{
    struct a4nn_text text = {0};

    DECODES("", "");
    DECODES("x", "x");
    DECODES("epoch,acc\n1,2\n", "epoch,acc\n1,2\n");
    DECODES("\xef\xbb\xbf"
            "epoch\n",
            "epoch\n");
    DECODES("\xef\xbb", "\xef\xbb");
    DECODES("\xef\xbb\xbf", "");
    DECODES("\xc3\xa4\xff\x00\xfe.", "\xc3\xa4\xff\x00\xfe.");
    DECODES("\xff\xfe", "");
    DECODES("\xff\xfe"
            "a\0b\0",
            "ab");
    DECODES("\xfe\xff\0a\0\n", "a\n");
    /* Without a mark. */
    DECODES("e\0p\0o\0c\0h\0\r\0\n\0", "epoch\r\n");
    DECODES("\0e\0p\0o\0c\0h\0\n", "epoch\n");
    DECODES("a\0b\0", "ab");
    DECODES("a\0bc", "a\0bc");
    DECODES("\0\0\0\0\0\0\0\0\0\0", "\0\0\0\0\0\0\0\0\0\0");
    DECODES("a\0b\0c\0de\0", "a\0b\0c\0de\0");
    /* Pairs of surrogates, and halves of them. */
    DECODES("\xff\xfe\x3d\xd8\x00\xde!\0", "\xf0\x9f\x98\x80!");
    DECODES("\xfe\xff\xd8\x3d\xde\x00", "\xf0\x9f\x98\x80");
    DECODES("\xff\xfe\x3d\xd8!\0", "\xef\xbf\xbd!");
    DECODES("\xff\xfe\x00\xde!\0", "\xef\xbf\xbd!");
    DECODES("\xff\xfe\x3d\xd8\x3d\xd8\x00\xde", "\xef\xbf\xbd\xf0\x9f\x98\x80");
    DECODES("\xff\xfe!\0\x3d\xd8", "!\xef\xbf\xbd");
    DECODES("\xff\xfe!\0x", "!\xef\xbf\xbd");
    DECODES("\xff\xfe\xe4\0", "\xc3\xa4");

    /* A reader that waits for a line must not wait for more than the first bytes. */
    a4nn_buf_reset(&out);
    a4nn_text_feed(&text, "1\n2", 3, &out);
    CHECK_STR(out.data, "1\n2");
    a4nn_text_finish(&text, &out);
    a4nn_buf_release(&out);
    return unit_end();
}
