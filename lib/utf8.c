/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "utf8.h"

#include <string.h>

size_t
a4nn_utf8_decode(const char *bytes, size_t len, unsigned long *code)
{
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *b = (const unsigned char *)bytes;
    unsigned long c;
    size_t n, i;

    if (len == 0)
        return 0;
    if (b[0] < 0x80) {
        *code = b[0];
        return 1;
    }
    n = b[0] >= 0xf0 && b[0] < 0xf8 ? 4 : b[0] >= 0xe0 ? 3 : b[0] >= 0xc2 ? 2 : 0;
    if (n == 0 || b[0] >= 0xf8 || n > len)
        return 0;
    c = b[0] & (0x7fU >> n);
    for (i = 1; i < n; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (b[i] & 0x3fU);
    }
    if (c < least[n] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
        return 0;
    *code = c;
    return n;
}

size_t
a4nn_utf8_encode(unsigned long code, char out[4])
{
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4, i;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (i = n; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(lead[n] | code);
    return n;
}

bool
a4nn_utf8_valid(const char *text)
{
    size_t len = strlen(text), at, n;
    unsigned long code;

    for (at = 0; at < len; at += n)
        if ((n = a4nn_utf8_decode(text + at, len - at, &code)) == 0)
            return false;
    return true;
}

void
a4nn_utf8_repair(struct a4nn_buf *out, const char *text)
{
    size_t len = strlen(text), at, n;
    unsigned long code;

    for (at = 0; at < len; at += n) {
        n = a4nn_utf8_decode(text + at, len - at, &code);
        if (n != 0) {
            a4nn_buf_add(out, text + at, n);
        } else {
            a4nn_buf_adds(out, "\xef\xbf\xbd");
            n = 1;
        }
    }
}
