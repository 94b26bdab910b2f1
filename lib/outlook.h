/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_OUTLOOK_H
#define A4NN_OUTLOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "propose.h"

/*
 * Which of the running trainings to continue.  What a run will end at is told by two things that
 * know nothing of each other: its configuration, by the other results (surrogate.h), and its own
 * forecast so far, from its curve.  The outlook is the product of both.
 */
struct a4nn_outlook {
    size_t result;               /* its place among the results */
    double predicted, low, high; /* final value and its 90 % interval */
    double by_config; /* what is expected without its own forecast; NAN: there is no forecast */
    double p_beat;    /* probability of ending better than the best result that is over */
    double p_next;    /* than the best proposal would; NAN: there are no candidates */
};

/*
 * Fills `out`, which has room for all results, with those that are pending, in their order, and
 * returns how many; 0 with *model false when too few results are over.
 */
size_t a4nn_outlooks(const struct a4nn_propose_opts *opts, struct a4nn_outlook *out, bool *model);

#endif
