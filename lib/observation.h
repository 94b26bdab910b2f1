/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_OBSERVATION_H
#define A4NN_OBSERVATION_H

#include <stddef.h>

/*
 * A curve: what has been observed of one run so far, in order of epochs, each epoch once.
 * Zero-initialise it ({0}), release it in the end.
 */
struct a4nn_curve {
    double *epoch; /* strictly increasing; 1 = after the first epoch */
    double *value; /* in the metric's unit; NaN or infinite = diverged */
    double *loss;  /* validation loss at that epoch, NAN where not known */
    size_t n, cap;
};

/* What adding an observation did to the curve. */
enum a4nn_curve_change {
    A4NN_CURVE_GREW,    /* the usual: a later epoch */
    A4NN_CURVE_REWOUND, /* an epoch it had already: the run was resumed, the later value wins and
                         * what lay after it is forgotten, as that was never continued */
    A4NN_CURVE_MENDED   /* an earlier epoch it had not: it was put in its place */
};

/* Adds an observation; *index (may be NULL) receives where it now lies. */
enum a4nn_curve_change a4nn_curve_add(struct a4nn_curve *curve, double epoch, double value,
                                      double loss, size_t *index);

void a4nn_curve_release(struct a4nn_curve *curve);

#endif
