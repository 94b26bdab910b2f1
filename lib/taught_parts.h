/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_TAUGHT_PARTS_H
#define A4NN_TAUGHT_PARTS_H

#include "gp.h"
#include "pool_parts.h"
#include "taught.h"

/* What the files of taught.h share. */

struct a4nn_taught_run {
    struct a4nn_pool_visit *visit; /* at each station, levels counted from an origin */
    double value;                  /* likewise */
};

/* ---- taught_like.c: is a run one of these? ---- */

enum { A4NN_LIKE_MOST = 8 }; /* numbers by which runs are compared */

struct a4nn_likeness {
    size_t n, d;
    double scale[A4NN_LIKE_MOST]; /* spread of each number among the runs */
    double *at;                   /* n rows of d, over the scale */
    double usual, spread;         /* median distance, standard deviation of its logarithm */
};

void a4nn_likeness_make(struct a4nn_likeness *l, const struct a4nn_taught_run *run, size_t n,
                        size_t station, double point);

/* How unlike (taught.h) a run with these visits is. */
double a4nn_likeness_ask(const struct a4nn_likeness *l, const struct a4nn_pool_visit *visits,
                         size_t station, double point);

void a4nn_likeness_release(struct a4nn_likeness *l);

#endif
