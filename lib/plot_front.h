/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PLOT_FRONT_H
#define A4NN_PLOT_FRONT_H

#include "plot.h"

/*
 * A picture of two columns of numbers against each other, with the Pareto front: the rows that no
 * other row is better than in one and at least as good in the other.
 *
 * `x` and `y` are names of columns; behind one may stand ":min" or ":max", which says what is
 * better.  Without, the name of a metric tells; else small is better for x and large for y.  Rows
 * of the front are called by their column `run`.
 *
 * A4NN_OK; A4NN_NO when there is no row to draw; -1 with *err filled.
 */
int a4nn_plot_front(char *const *files, int count, const char *x, const char *y,
                    const struct a4nn_plot_style *style, struct a4nn_buf *out,
                    struct a4nn_diag *diag, struct a4nn_err *err) A4NN_MUST_USE;

#endif
