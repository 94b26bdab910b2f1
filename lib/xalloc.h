/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_XALLOC_H
#define A4NN_XALLOC_H

#include <stddef.h>

/*
 * Memory that is there or the program ends: a filter without memory can do nothing useful, so
 * these report "out of memory" on standard error and exit with status 2 instead of returning
 * NULL.  A program that must outlive that (one that watches a child) installs its own handler.
 * What they return is freed with free().
 */

/* Returns `size` bytes of zeroed memory, never NULL. */
void *a4nn_xcalloc(size_t count, size_t size);

/* Resizes `p` to count * size bytes; the product is checked for overflow. Never NULL. */
void *a4nn_xreallocarray(void *p, size_t count, size_t size);

/* Copies a string; NULL gives NULL. */
char *a4nn_xstrdup(const char *s);

/* Copies `len` bytes and adds a NUL. */
char *a4nn_xstrndup(const char *s, size_t len);

/* Replaces *slot by a copy of `s`, freeing what was there. */
void a4nn_xreplace(char **slot, const char *s);

/*
 * Makes room for one more element: *items holds `count` elements of `size` bytes in space for
 * *cap.  Grows by doubling.
 */
void *a4nn_xgrow(void *items, size_t count, size_t *cap, size_t size);

/* Calls `handler` when memory runs out; it must not return. NULL restores the default. */
void a4nn_xalloc_on_failure(void (*handler)(void));

#endif
