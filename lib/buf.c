/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

static void
reserve(struct a4nn_buf *buf, size_t more)
{
    size_t cap = buf->cap != 0 ? buf->cap : 64;

    if (more >= SIZE_MAX / 2 - buf->len)
        more = SIZE_MAX / 2 - buf->len; /* the allocation below reports it */
    while (cap < buf->len + more + 1)
        cap *= 2;
    if (cap != buf->cap) {
        buf->data = a4nn_xreallocarray(buf->data, cap, 1);
        buf->cap = cap;
    }
}

void
a4nn_buf_add(struct a4nn_buf *buf, const void *bytes, size_t len)
{
    reserve(buf, len);
    if (len != 0)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void
a4nn_buf_adds(struct a4nn_buf *buf, const char *text)
{
    a4nn_buf_add(buf, text, strlen(text));
}

void
a4nn_buf_addc(struct a4nn_buf *buf, char c)
{
    a4nn_buf_add(buf, &c, 1);
}

void
a4nn_buf_addf(struct a4nn_buf *buf, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    reserve(buf, (size_t)n);
    va_start(ap, fmt);
    vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    buf->len += (size_t)n;
}

void
a4nn_buf_fill(struct a4nn_buf *buf, const char *pattern, const char *placeholder, const char *text)
{
    const char *at;

    for (; (at = strstr(pattern, placeholder)) != NULL; pattern = at + strlen(placeholder)) {
        a4nn_buf_add(buf, pattern, (size_t)(at - pattern));
        a4nn_buf_adds(buf, text);
    }
    a4nn_buf_adds(buf, pattern);
}

void
a4nn_buf_drop(struct a4nn_buf *buf, size_t len)
{
    if (len >= buf->len) {
        a4nn_buf_reset(buf);
        return;
    }
    memmove(buf->data, buf->data + len, buf->len - len + 1);
    buf->len -= len;
}

void
a4nn_buf_reset(struct a4nn_buf *buf)
{
    buf->len = 0;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

void
a4nn_buf_release(struct a4nn_buf *buf)
{
    free(buf->data);
    *buf = (struct a4nn_buf){0};
}
