/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ckptname.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A suffix begins with a letter: that of "ckpt.12" is part of the name. */
static size_t
stem_length(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL && dot > name && isalpha((unsigned char)dot[1]) ? (size_t)(dot - name)
                                                                       : strlen(name);
}

static size_t
digits(const char *at, size_t len)
{
    size_t n = 0;

    while (n < len && isdigit((unsigned char)at[n]))
        n++;
    return n;
}

static bool
behind_word(const char *name, size_t len, double *epoch)
{
    static const char word[] = "epoch";
    size_t i, at;

    for (i = 0; i + sizeof word - 1 < len; i++) {
        if (strncasecmp(name + i, word, sizeof word - 1) != 0)
            continue;
        at = i + sizeof word - 1;
        while (at < len && strchr("=_- .:", name[at]) != NULL)
            at++;
        if (digits(name + at, len - at) > 0) {
            *epoch = strtod(name + at, NULL);
            return true;
        }
    }
    return false;
}

/* "05-0.32" has one whole number: that behind a point, and that before it, belong to another. */
static bool
last_whole(const char *name, size_t len, double *epoch)
{
    bool any = false;
    size_t i, n;

    for (i = 0; i<len; i += n> 0 ? n : 1) {
        n = digits(name + i, len - i);
        if (n == 0)
            continue;
        if (i + n + 1 < len && name[i + n] == '.' && isdigit((unsigned char)name[i + n + 1])) {
            n += 1 + digits(name + i + n + 1, len - i - n - 1);
            continue;
        }
        *epoch = 0;
        for (size_t k = 0; k < n; k++)
            *epoch = *epoch * 10 + (name[i + k] - '0');
        any = true;
    }
    return any;
}

bool
a4nn_ckptname_epoch(const char *name, double *epoch)
{
    size_t len = stem_length(name);

    return behind_word(name, len, epoch) || last_whole(name, len, epoch);
}
