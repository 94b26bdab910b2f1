/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_TAUGHT_H
#define A4NN_TAUGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "forecast.h"
#include "pool.h"

/*
 * What complete runs of the past say about a run, and how much it is one of them.
 *
 * At a station of pool.h, with B, h and the features of a run as there, and one more, the way from
 * half as far to here, the final values y of the past runs are
 *
 *     y = B + h (b'x + f(x) + noise)
 *
 * f being a Gaussian process (gp.h): runs that were at the same place in the same way ended alike.
 * Runs far from what the others say count little, by the weights of a robust regression (ridge.h).
 *
 * Past runs may be of another kind than their task's name says.  Whether a run is one of them is
 * asked of what is known of it: its levels so far, its forecast and the expected error of that, and
 * its roughness, each over the spread among the past runs.  The distance to the third nearest of
 * them is compared with the same distance of each past run to the others: `unlike` counts by how
 * many of their standard deviations (of logarithms) it is larger than their median.
 */
struct a4nn_taught;

enum { A4NN_TAUGHT_FEWEST = 4 }; /* runs; of fewer nothing is learned */

struct a4nn_taught_answer {
    double shift, stretch, company; /* as those of pool.h */
    double unlike;                  /* 0 or less: as the past runs are; 2: as hardly any is */
};

/* `comeback` as in pool.h; a difference of `point` hardly matters. Freed by a4nn_taught_free. */
struct a4nn_taught *a4nn_taught_new(size_t stations, double comeback, double point);

/* A past run, by its visits to all stations (none is weighted) and its final value. */
void a4nn_taught_add(struct a4nn_taught *t, const struct a4nn_pool_visit *visits, double value);

/*
 * The past runs of a task, as far as they are of this kind of z scale; NULL when they are too few.
 * `schedule` is what holds for all runs of the stream, or NULL.
 */
struct a4nn_taught *a4nn_taught_of(const struct a4nn_past_task *past, int kind, size_t stations,
                                   double comeback, const struct a4nn_schedule *schedule);

size_t a4nn_taught_runs(const struct a4nn_taught *t);

/* What they say about a run by its visits to all stations up to this one; false: nothing.  What is
 * needed of a station is made when it is first asked for. */
bool a4nn_taught_ask(struct a4nn_taught *t, size_t station, const struct a4nn_pool_visit *visits,
                     struct a4nn_taught_answer *out);

void a4nn_taught_free(struct a4nn_taught *t);

#endif
