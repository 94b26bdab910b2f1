/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kept.h"

#include <stdint.h>
#include <stdlib.h>

#include "strmap.h"
#include "xalloc.h"

#define FIELDS                                                                                     \
    (A4NN_BIT(A4NN_EPOCH) | A4NN_BIT(A4NN_VALUE) | A4NN_BIT(A4NN_EPOCHS) | A4NN_BIT(A4NN_TIME) |   \
     A4NN_BIT(A4NN_VAL_LOSS) | A4NN_BIT(A4NN_LR) | (A4NN_FIT_FIELDS & ~A4NN_BIT(A4NN_FAMILY)) |    \
     A4NN_BIT(A4NN_FORECAST) | A4NN_BIT(A4NN_LOW) | A4NN_BIT(A4NN_HIGH) |                          \
     A4NN_BIT(A4NN_EXPECTED_ERROR))

/* One observation: its fields lie one after the other in the pool, a text as its number. */
struct item {
    uint64_t set;
    size_t owner, at;
};

struct a4nn_kept {
    struct item *item;
    double *pool;
    size_t n, cap_item, len, cap_pool;
    struct a4nn_strmap texts;
};

struct a4nn_kept *
a4nn_kept_new(void)
{
    return a4nn_xcalloc(1, sizeof(struct a4nn_kept));
}

void
a4nn_kept_add(struct a4nn_kept *kept, const struct a4nn_record *r, size_t owner)
{
    int f;

    kept->item = a4nn_xgrow(kept->item, kept->n, &kept->cap_item, sizeof *kept->item);
    kept->item[kept->n++] = (struct item){r->set & FIELDS, owner, kept->len};
    for (f = 0; f < A4NN_FIELDS; f++) {
        enum a4nn_field field = (enum a4nn_field)f;
        if (!(r->set & FIELDS & A4NN_BIT(f)))
            continue;
        kept->pool = a4nn_xgrow(kept->pool, kept->len, &kept->cap_pool, sizeof *kept->pool);
        kept->pool[kept->len++] =
            a4nn_field_is_text(field)
                ? (double)a4nn_strmap_put(&kept->texts, a4nn_record_text(r, field, ""), NULL)
                : r->num[f];
    }
}

size_t
a4nn_kept_owner(const struct a4nn_kept *kept, size_t index)
{
    return kept->item[index].owner;
}

void
a4nn_kept_get(const struct a4nn_kept *kept, size_t index, struct a4nn_record *r)
{
    const struct item *item = &kept->item[index];
    const double *number = kept->pool + item->at;
    int f;

    for (f = 0; f < A4NN_FIELDS; f++)
        if (!(item->set & A4NN_BIT(f)))
            continue;
        else if (a4nn_field_is_text((enum a4nn_field)f))
            a4nn_record_set_text(r, (enum a4nn_field)f, kept->texts.key[(size_t)*number++]);
        else
            a4nn_record_set_num(r, (enum a4nn_field)f, *number++);
}

void
a4nn_kept_free(struct a4nn_kept *kept)
{
    if (kept == NULL)
        return;
    free(kept->item);
    free(kept->pool);
    a4nn_strmap_release(&kept->texts);
    free(kept);
}

struct a4nn_kept_groups
a4nn_kept_group(const struct a4nn_kept *kept, const size_t *group, size_t count)
{
    struct a4nn_kept_groups g = {a4nn_xcalloc(count + 2, sizeof(size_t)),
                                 a4nn_xcalloc(kept->n + 1, sizeof(size_t))};
    size_t i;

    /* sizes, then first places, both two behind; filling in moves the places on by one group */
    for (i = 0; i < kept->n; i++) {
        size_t owner = kept->item[i].owner;
        g.first[(group != NULL ? group[owner] : owner) + 2]++;
    }
    for (i = 2; i < count + 2; i++)
        g.first[i] += g.first[i - 1];
    for (i = 0; i < kept->n; i++) {
        size_t owner = kept->item[i].owner;
        g.item[g.first[(group != NULL ? group[owner] : owner) + 1]++] = i;
    }
    return g;
}

void
a4nn_kept_groups_release(struct a4nn_kept_groups *groups)
{
    free(groups->first);
    free(groups->item);
}
