/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_STRMAP_H
#define A4NN_STRMAP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Numbers strings in the order in which they are first seen: 0, 1, 2, ...
 * Zero-initialise it ({0}), release it in the end.  Constant time on average for any names, as
 * the hash is seeded per process.
 */
struct a4nn_strmap {
    char **key; /* by number; owned */
    size_t n, cap;
    size_t *slot; /* number + 1, 0 = free */
    size_t slots;
};

enum { A4NN_STRMAP_NONE = -1 };

/* The number of `key`, which it gets if it is new (then *added, which may be NULL, is true). */
size_t a4nn_strmap_put(struct a4nn_strmap *map, const char *key, bool *added);

/* The number of `key`, or A4NN_STRMAP_NONE. */
long a4nn_strmap_find(const struct a4nn_strmap *map, const char *key);

void a4nn_strmap_release(struct a4nn_strmap *map);

#endif
