/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seen.h"

#include <stdlib.h>

#include "buf.h"
#include "fnv.h"
#include "json.h"
#include "xalloc.h"

/* FNV-1a of the texts and numbers, then mixed. */
uint64_t
a4nn_seen_hash(const struct a4nn_record *r, bool others)
{
    static const char *const members[] = {"metrics", "observations"};
    struct a4nn_buf key = {0};
    uint64_t h;
    size_t i;

    a4nn_record_key(r, A4NN_BIT(A4NN_RUN) | A4NN_BIT(A4NN_TASK) | A4NN_BIT(A4NN_METRIC), &key);
    a4nn_buf_addf(&key, " %.17g %.17g", a4nn_record_num(r, A4NN_EPOCH),
                  a4nn_record_num(r, A4NN_VALUE));
    for (i = 0; i < sizeof members / sizeof *members && others; i++)
        if (a4nn_json_get(r->extra, members[i]) != NULL)
            a4nn_json_dump(a4nn_json_get(r->extra, members[i]), &key);
    h = a4nn_fnv(A4NN_FNV_START, key.data, key.len);
    a4nn_buf_release(&key);
    h = (h ^ (h >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    return h ^ (h >> 33);
}

bool
a4nn_seen_add(struct a4nn_seen *seen, uint64_t hash)
{
    size_t i, old = seen->slots;
    uint64_t *slot = seen->slot;

    if (seen->n * 4 >= seen->slots * 3) {
        seen->slots = old != 0 ? old * 2 : 1024;
        seen->slot = a4nn_xcalloc(seen->slots, sizeof *seen->slot);
        seen->n = 0;
        for (i = 0; i < old; i++)
            if (slot[i] != 0)
                a4nn_seen_add(seen, slot[i]);
        free(slot);
    }
    hash = hash != 0 ? hash : 1;
    for (i = (size_t)hash & (seen->slots - 1); seen->slot[i] != 0; i = (i + 1) & (seen->slots - 1))
        if (seen->slot[i] == hash)
            return false;
    seen->slot[i] = hash;
    seen->n++;
    return true;
}

void
a4nn_seen_release(struct a4nn_seen *seen)
{
    free(seen->slot);
    *seen = (struct a4nn_seen){0};
}
