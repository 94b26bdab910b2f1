/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_ENSEMBLE_SHAPES_H
#define A4NN_ENSEMBLE_SHAPES_H

enum { A4NN_SHAPES = 14 };

/* What is known of the stretch of a run that the shapes are for. */
enum a4nn_stretch {
    A4NN_STRETCH_ANY,    /* nothing */
    A4NN_STRETCH_STEADY, /* it ends before the learning rate first falls: no shape rises late */
    A4NN_STRETCH_DROPPED /* it begins where the rate falls at once */
};

/*
 * The shapes of learning curves that the ensemble (ensemble.h) averages over: functions psi of
 * x in a stretch of a run, with psi(from) = 0 and psi(to) = 1.
 */
struct a4nn_shapes {
    enum a4nn_stretch stretch;
    double from, last;                               /* last: number of places, to - from + 1 */
    double late;                                     /* places by which a drop may come later */
    double at_first[A4NN_SHAPES], span[A4NN_SHAPES]; /* scale the raw shapes to 0 and 1 */
};

/* Shapes between two x, `to` not before `from`. `late` is for A4NN_STRETCH_DROPPED. */
void a4nn_shapes_begin(struct a4nn_shapes *shapes, enum a4nn_stretch stretch, double from,
                       double to, double late);

/* psi of each shape at x; 1 from `to` on, and everywhere when that leaves no room for a shape. */
void a4nn_shapes_at(const struct a4nn_shapes *shapes, double x, double psi[A4NN_SHAPES]);

/* What a person would call shape number `i`. */
enum { A4NN_SHAPE_NAME = 128 };
void a4nn_shape_name(const struct a4nn_shapes *shapes, int i, char out[A4NN_SHAPE_NAME]);

#endif
