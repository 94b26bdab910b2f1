/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_DICE_H
#define A4NN_DICE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Chance that is the same everywhere for the same seed: SplitMix64 (Steele, Lea and Flood 2014,
 * "Fast splittable pseudorandom number generators").
 */
struct a4nn_dice {
    uint64_t state; /* the seed, to begin with */
};

/* A number from 0 to below n, n more than 0; one from 0 to below 1. */
size_t a4nn_dice_below(struct a4nn_dice *dice, size_t n);
double a4nn_dice_share(struct a4nn_dice *dice);

/* Puts n numbers into random order. */
void a4nn_dice_shuffle(struct a4nn_dice *dice, size_t *items, size_t n);

#endif
