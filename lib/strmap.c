/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strmap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "xalloc.h"

/* Names come from logs, so whoever writes one must not be able to choose colliding ones. */
static uint64_t
seed(void)
{
    static uint64_t value;

    if (value == 0) {
        if (getrandom(&value, sizeof value, GRND_NONBLOCK) != (ssize_t)sizeof value)
            value = (uint64_t)(uintptr_t)&value;
        value |= 1;
    }
    return value;
}

static uint64_t
hash(const char *key)
{
    uint64_t h = seed();

    for (; *key != '\0'; key++) {
        h ^= (unsigned char)*key;
        h *= UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return h;
}

/* Slot that holds `key`, or the free one where it belongs. */
static size_t
probe(const struct a4nn_strmap *map, const char *key)
{
    size_t at = (size_t)hash(key) & (map->slots - 1);

    while (map->slot[at] != 0 && strcmp(map->key[map->slot[at] - 1], key) != 0)
        at = (at + 1) & (map->slots - 1);
    return at;
}

static void
widen(struct a4nn_strmap *map)
{
    size_t i;

    map->slots = map->slots != 0 ? map->slots * 2 : 8;
    free(map->slot);
    map->slot = a4nn_xcalloc(map->slots, sizeof *map->slot);
    for (i = 0; i < map->n; i++)
        map->slot[probe(map, map->key[i])] = i + 1;
}

size_t
a4nn_strmap_put(struct a4nn_strmap *map, const char *key, bool *added)
{
    size_t at;

    if ((map->n + 1) * 2 > map->slots)
        widen(map);
    at = probe(map, key);
    if (added != NULL)
        *added = map->slot[at] == 0;
    if (map->slot[at] == 0) {
        map->key = a4nn_xgrow(map->key, map->n, &map->cap, sizeof *map->key);
        map->key[map->n] = a4nn_xstrdup(key);
        map->slot[at] = ++map->n;
    }
    return map->slot[at] - 1;
}

long
a4nn_strmap_find(const struct a4nn_strmap *map, const char *key)
{
    if (map->slots == 0)
        return A4NN_STRMAP_NONE;
    return (long)map->slot[probe(map, key)] - 1;
}

void
a4nn_strmap_release(struct a4nn_strmap *map)
{
    size_t i;

    for (i = 0; i < map->n; i++)
        free(map->key[i]);
    free(map->key);
    free(map->slot);
    *map = (struct a4nn_strmap){0};
}
