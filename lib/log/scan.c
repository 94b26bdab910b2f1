/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/scan.h"

#include <string.h>

#include "number.h"

struct a4nn_scan
a4nn_scan(const char *text, size_t len)
{
    struct a4nn_scan s = {text, text + len};
    return s;
}

static size_t
left(const struct a4nn_scan *s)
{
    return (size_t)(s->end - s->at);
}

void
a4nn_scan_blanks(struct a4nn_scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
        s->at++;
}

bool
a4nn_scan_text(struct a4nn_scan *s, const char *text)
{
    size_t n = strlen(text);

    if (left(s) < n || memcmp(s->at, text, n) != 0)
        return false;
    s->at += n;
    return true;
}

bool
a4nn_scan_count(struct a4nn_scan *s, double *out)
{
    const char *p = s->at;
    double value = 0;

    while (p < s->end && *p >= '0' && *p <= '9' && p - s->at < 16)
        value = value * 10 + (*p++ - '0');
    if (p == s->at || p - s->at > 15)
        return false;
    s->at = p;
    *out = value;
    return true;
}

bool
a4nn_scan_number(struct a4nn_scan *s, double *out)
{
    size_t n = a4nn_number_scan(s->at, left(s), out);

    s->at += n;
    return n != 0;
}

bool
a4nn_scan_word(struct a4nn_scan *s, const char **word, size_t *len)
{
    const char *p;

    a4nn_scan_blanks(s);
    for (p = s->at; p < s->end && *p != ' ' && *p != '\t'; p++)
        ;
    if (p == s->at)
        return false;
    *word = s->at;
    *len = (size_t)(p - s->at);
    s->at = p;
    return true;
}

bool
a4nn_scan_find(struct a4nn_scan *s, const char *text)
{
    size_t n = strlen(text);
    const char *p = memmem(s->at, left(s), text, n);

    if (p == NULL)
        return false;
    s->at = p + n;
    return true;
}

bool
a4nn_scan_done(const struct a4nn_scan *s)
{
    struct a4nn_scan rest = *s;

    a4nn_scan_blanks(&rest);
    return rest.at == rest.end;
}
