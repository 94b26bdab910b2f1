/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LESSONS_H
#define A4NN_LESSONS_H

#include "dice.h"
#include "propose.h"
#include "surrogate.h"
#include "yardstick.h"

/*
 * What results teach: the model that proposals and effects are taken from.  Of many results the
 * best and a random rest are learned from, of those of similar tasks a random part.
 */
enum { A4NN_LESSONS_FIRST = 5 /* results before which there is no model */ };

struct a4nn_lessons {
    struct a4nn_yardstick *yardstick; /* NULL: no result has a value */
    struct a4nn_surrogate *surrogate; /* NULL: no model */
    size_t *row, *task;               /* results learned from, those of similar tasks included */
    double *z, *variance;
    size_t learned;
    size_t n, valued, running; /* results that are over; those with a value; pending forecasts */
    double best;               /* of these, NAN: none */
};

void a4nn_lessons_learn(struct a4nn_lessons *l, const struct a4nn_propose_opts *opts,
                        struct a4nn_dice *dice);

/* The value, or the nearest that the metric can have. */
double a4nn_lessons_within(const struct a4nn_propose_opts *opts, double value);

/* An end of that mean and standard deviation on the yardstick, in the metric's own unit and within
 * what it can be; [low, high] is its 90 % interval. */
struct a4nn_lessons_end {
    double predicted, low, high;
};

struct a4nn_lessons_end a4nn_lessons_tell(const struct a4nn_lessons *l,
                                          const struct a4nn_propose_opts *opts, double mean,
                                          double sd);

void a4nn_lessons_release(struct a4nn_lessons *l);

#endif
