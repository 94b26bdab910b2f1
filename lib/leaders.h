/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LEADERS_H
#define A4NN_LEADERS_H

#include <stddef.h>

/*
 * The best score among candidates that come, change and go: a binary heap whose members know their
 * places.  Larger scores are better.  Putting and withdrawing take time logarithmic in the number
 * of candidates, the best is read at once.
 */

/* One candidate. Zero-initialise it ({0}); while it is among the leaders it must not move. */
struct a4nn_leader {
    double score;
    size_t place; /* 1 and up; 0: not among them */
};

/* Zero-initialise it ({0}), release it in the end; the candidates stay their owner's. */
struct a4nn_leaders {
    struct a4nn_leader **heap;
    size_t n, cap;
};

/* Puts a candidate in, or gives one that is in another score, which must not be NaN. */
void a4nn_leaders_put(struct a4nn_leaders *l, struct a4nn_leader *who, double score);

/* Takes a candidate out, if it is in. */
void a4nn_leaders_withdraw(struct a4nn_leaders *l, struct a4nn_leader *who);

/* The best score, NAN while there is no candidate. */
double a4nn_leaders_best(const struct a4nn_leaders *l);

void a4nn_leaders_release(struct a4nn_leaders *l);

#endif
