/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

int
a4nn_err_set(struct a4nn_err *err, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    return -1;
}

void
a4nn_diag(struct a4nn_diag *diag, enum a4nn_severity severity, const char *file, unsigned long line,
          const char *fmt, ...)
{
    char text[1400];
    int used = 0;
    va_list ap;

    if (diag == NULL)
        return;
    if (severity == A4NN_ERROR)
        diag->errors++;
    else if (severity == A4NN_WARNING)
        diag->warnings++;
    if (diag->emit == NULL)
        return;
    if (file != NULL && line != 0)
        used = snprintf(text, 512, "%s:%lu: ", file, line);
    else if (file != NULL)
        used = snprintf(text, 512, "%s: ", file);
    if (used < 0)
        used = 0;
    if (used > 511)
        used = 511;
    va_start(ap, fmt);
    vsnprintf(text + used, sizeof text - (size_t)used, fmt, ap);
    va_end(ap);
    diag->emit(diag->arg, severity, text);
}

/* Controls, and the characters that reorder a line of text and so can disguise it. */
static int
unsafe(unsigned long c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

char *
a4nn_escape(char *out, size_t size, const char *text)
{
    size_t len = strlen(text), used = 0, at = 0;

    if (size == 0)
        return out;
    while (at < len) {
        unsigned long c;
        size_t n = a4nn_utf8_decode(text + at, len - at, &c), need;
        int bad = n == 0 || unsafe(c);

        if (n == 0)
            n = 1;
        need = bad ? n * 4 : n;
        if (used + need + 4 > size) {
            if (size >= 4)
                used += (size_t)snprintf(out + used, size - used, "...");
            break;
        }
        for (; n > 0; n--, at++)
            if (bad)
                used += (size_t)snprintf(out + used, size - used, "\\x%02x",
                                         (unsigned)(unsigned char)text[at]);
            else
                out[used++] = text[at];
    }
    out[used < size ? used : size - 1] = '\0';
    return out;
}
