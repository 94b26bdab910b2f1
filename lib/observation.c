/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observation.h"

#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

static void
make_room(struct a4nn_curve *curve)
{
    if (curve->n < curve->cap)
        return;
    curve->cap = curve->cap != 0 ? curve->cap * 2 : 32;
    curve->epoch = a4nn_xreallocarray(curve->epoch, curve->cap, sizeof *curve->epoch);
    curve->value = a4nn_xreallocarray(curve->value, curve->cap, sizeof *curve->value);
    curve->loss = a4nn_xreallocarray(curve->loss, curve->cap, sizeof *curve->loss);
}

/* Moves what lies from `at` on by one place. */
static void
open_gap(struct a4nn_curve *curve, size_t at)
{
    size_t bytes = (curve->n - at) * sizeof(double);

    make_room(curve);
    memmove(curve->epoch + at + 1, curve->epoch + at, bytes);
    memmove(curve->value + at + 1, curve->value + at, bytes);
    memmove(curve->loss + at + 1, curve->loss + at, bytes);
    curve->n++;
}

enum a4nn_curve_change
a4nn_curve_add(struct a4nn_curve *curve, double epoch, double value, double loss, size_t *index)
{
    enum a4nn_curve_change change = A4NN_CURVE_GREW;
    size_t at = curve->n;

    while (at > 0 && curve->epoch[at - 1] >= epoch)
        at--;
    if (at < curve->n && !(curve->epoch[at] > epoch)) {
        change = A4NN_CURVE_REWOUND;
        curve->n = at + 1;
    } else {
        if (at < curve->n)
            change = A4NN_CURVE_MENDED;
        open_gap(curve, at);
    }
    curve->epoch[at] = epoch;
    curve->value[at] = value;
    curve->loss[at] = loss;
    if (index != NULL)
        *index = at;
    return change;
}

void
a4nn_curve_release(struct a4nn_curve *curve)
{
    free(curve->epoch);
    free(curve->value);
    free(curve->loss);
    *curve = (struct a4nn_curve){0};
}
