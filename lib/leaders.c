/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "leaders.h"

#include <math.h>
#include <stdlib.h>

#include "xalloc.h"

/* Places count from 1: the parent of place i is i / 2. */
static void
set(struct a4nn_leaders *l, size_t place, struct a4nn_leader *who)
{
    l->heap[place - 1] = who;
    who->place = place;
}

static void
rise(struct a4nn_leaders *l, struct a4nn_leader *who)
{
    size_t at = who->place;

    for (; at > 1 && l->heap[at / 2 - 1]->score < who->score; at /= 2)
        set(l, at, l->heap[at / 2 - 1]);
    set(l, at, who);
}

static void
sink(struct a4nn_leaders *l, struct a4nn_leader *who)
{
    size_t at = who->place, child;

    for (; (child = 2 * at) <= l->n; at = child) {
        if (child < l->n && l->heap[child]->score > l->heap[child - 1]->score)
            child++;
        if (!(l->heap[child - 1]->score > who->score))
            break;
        set(l, at, l->heap[child - 1]);
    }
    set(l, at, who);
}

void
a4nn_leaders_put(struct a4nn_leaders *l, struct a4nn_leader *who, double score)
{
    if (who->place == 0) {
        l->heap = a4nn_xgrow(l->heap, l->n, &l->cap, sizeof(struct a4nn_leader *));
        set(l, ++l->n, who);
    }
    who->score = score;
    rise(l, who);
    sink(l, who);
}

void
a4nn_leaders_withdraw(struct a4nn_leaders *l, struct a4nn_leader *who)
{
    struct a4nn_leader *last;

    if (who->place == 0)
        return;
    last = l->heap[--l->n];
    if (last != who) {
        set(l, who->place, last);
        rise(l, last);
        sink(l, last);
    }
    who->place = 0;
}

double
a4nn_leaders_best(const struct a4nn_leaders *l)
{
    return l->n > 0 ? l->heap[0]->score : NAN;
}

void
a4nn_leaders_release(struct a4nn_leaders *l)
{
    free(l->heap);
    *l = (struct a4nn_leaders){0};
}
