/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xalloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
die_of_hunger(void)
{
    fputs("a4nn: out of memory\n", stderr);
    exit(2);
}

static void (*on_failure)(void) = die_of_hunger;

void
a4nn_xalloc_on_failure(void (*handler)(void))
{
    on_failure = handler != NULL ? handler : die_of_hunger;
}

static void *
checked(void *p)
{
    if (p == NULL) {
        on_failure();
        abort(); /* a handler that returns has broken its promise */
    }
    return p;
}

void *
a4nn_xcalloc(size_t count, size_t size)
{
    return checked(calloc(count != 0 ? count : 1, size != 0 ? size : 1));
}

void *
a4nn_xreallocarray(void *p, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return checked(NULL);
    return checked(realloc(p, count * size != 0 ? count * size : 1));
}

char *
a4nn_xstrdup(const char *s)
{
    return s != NULL ? a4nn_xstrndup(s, strlen(s)) : NULL;
}

char *
a4nn_xstrndup(const char *s, size_t len)
{
    char *copy = a4nn_xreallocarray(NULL, len + 1, 1);
    if (len != 0)
        memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

void
a4nn_xreplace(char **slot, const char *s)
{
    char *copy;

    if (*slot != NULL && s != NULL && strcmp(*slot, s) == 0)
        return;
    copy = a4nn_xstrdup(s); /* first: `s` may lie inside the old string */
    free(*slot);
    *slot = copy;
}

void *
a4nn_xgrow(void *items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return items;
    *cap = *cap != 0 ? *cap * 2 : 8;
    return a4nn_xreallocarray(items, *cap, size);
}
