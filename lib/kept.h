/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_KEPT_H
#define A4NN_KEPT_H

#include <stddef.h>

#include "record.h"

/*
 * Observations kept in memory in the order in which they came, each with the number of its owner
 * (its run).  Of a record only the fields are kept that a policy looks at: numbers, 8 bytes each,
 * and the status of a fit; not the names, which the owner knows.
 */
struct a4nn_kept;

struct a4nn_kept *a4nn_kept_new(void);
void a4nn_kept_add(struct a4nn_kept *kept, const struct a4nn_record *record, size_t owner);

/* The owner of an observation; sets the fields kept of it, and leaves what else is set. */
size_t a4nn_kept_owner(const struct a4nn_kept *kept, size_t index);
void a4nn_kept_get(const struct a4nn_kept *kept, size_t index, struct a4nn_record *record);

void a4nn_kept_free(struct a4nn_kept *kept);

/*
 * Observations by groups, in each as they came: group g has item[first[g]] to
 * item[first[g + 1] - 1].
 */
struct a4nn_kept_groups {
    size_t *first, *item;
};

/* Groups 0 to count - 1; `group` gives that of each owner, NULL: each owner is one. */
struct a4nn_kept_groups a4nn_kept_group(const struct a4nn_kept *kept, const size_t *group,
                                        size_t count);
void a4nn_kept_groups_release(struct a4nn_kept_groups *groups);

#endif
