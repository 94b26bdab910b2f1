/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SPACE_POOL_H
#define A4NN_SPACE_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "space.h"

/*
 * Configurations of a space, no two of them the same, that a model chooses among.
 *
 * They are points that fill the space evenly (spread.h), and neighbours of what is known to be
 * good.  A point that does not meet the constraints is moved, one parameter of an unmet constraint
 * at a time to a random value, until it does.  Of a space with at most A4NN_SPACE_POOL_WHOLE
 * configurations all of them are there.
 */
struct a4nn_space_pool;

enum {
    A4NN_SPACE_POOL_EVEN = 1024, /* points that fill the space */
    A4NN_SPACE_POOL_WHOLE = 2048
};

struct a4nn_space_pool *a4nn_space_pool_new(const struct a4nn_space *space, uint64_t seed);

/*
 * Puts in the defaults, if there are any, and points that fill the space; in their order, any first
 * ones do so, too.  0, or -1 with
 * *err naming a constraint that no configuration which was tried meets.
 */
int a4nn_space_pool_fill(struct a4nn_space_pool *pool, struct a4nn_err *err) A4NN_MUST_USE;

/*
 * Puts in up to n neighbours of a configuration, which need not be one of the space's: in some
 * parameters another value, numbers being moved by normal deviations of twice to an eighth of
 * `width` in u (space.h), reals in hundredths of their range.
 */
void a4nn_space_pool_near(struct a4nn_space_pool *pool, const struct a4nn_json *config, size_t n,
                          double width);

/* Puts in a configuration itself, with random values for what it has not, or has of its own. */
void a4nn_space_pool_put(struct a4nn_space_pool *pool, const struct a4nn_json *config);

/* How many there are; the i-th, which the pool owns; are these all there are in the space? */
size_t a4nn_space_pool_count(const struct a4nn_space_pool *pool);
const struct a4nn_json *a4nn_space_pool_config(const struct a4nn_space_pool *pool, size_t i);
bool a4nn_space_pool_whole(const struct a4nn_space_pool *pool);

/* The name of a configuration as a run: "c" and digits of the SHA-256 of its members; owned. */
char *a4nn_config_name(const struct a4nn_json *config, size_t digits);

void a4nn_space_pool_free(struct a4nn_space_pool *pool);

#endif
