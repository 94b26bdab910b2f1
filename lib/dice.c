/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dice.h"

static uint64_t
next(struct a4nn_dice *dice)
{
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double
a4nn_dice_share(struct a4nn_dice *dice)
{
    return (double)(next(dice) >> 11) * 0x1p-53;
}

size_t
a4nn_dice_below(struct a4nn_dice *dice, size_t n)
{
    return (size_t)(a4nn_dice_share(dice) * (double)n);
}

void
a4nn_dice_shuffle(struct a4nn_dice *dice, size_t *items, size_t n)
{
    for (; n > 1; n--) {
        size_t i = a4nn_dice_below(dice, n), kept = items[i];

        items[i] = items[n - 1];
        items[n - 1] = kept;
    }
}
