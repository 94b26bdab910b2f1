/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_ENSEMBLE_SHAPES_H
#define A4NN_ENSEMBLE_SHAPES_H

enum { A4NN_SHAPES = 14 };

/*
 * The shapes of learning curves that the ensemble (ensemble.h) averages over: functions psi of
 * x = 1 ... last with psi(1) = 0 and psi(last) = 1.
 */
struct a4nn_shapes {
    double last;
    double at_first[A4NN_SHAPES], span[A4NN_SHAPES]; /* scale the raw shapes to 0 and 1 */
};

/* Shapes between x = 1 and `last`, which is at least 1. */
void a4nn_shapes_begin(struct a4nn_shapes *shapes, double last);

/* psi of each shape at x; 1 from `last` on, and everywhere when that leaves no room for a shape. */
void a4nn_shapes_at(const struct a4nn_shapes *shapes, double x, double psi[A4NN_SHAPES]);

#endif
