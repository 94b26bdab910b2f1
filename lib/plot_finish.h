/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PLOT_FINISH_H
#define A4NN_PLOT_FINISH_H

/* What is changed in gnuplot's files; internal to the library. */

#include "plot.h"

/*
 * In the SVG that begins at `begin` of `picture`: role, title and description for screen readers in
 * place of gnuplot's own, and the names of the elements, which a browser shows under the pointer.
 * -1 with *err filled when it does not end as an SVG does.
 */
int a4nn_plot_finish_svg(const struct a4nn_figure *f, struct a4nn_buf *picture, size_t begin,
                         struct a4nn_err *err) A4NN_MUST_USE;

/* In the PDF there: a date that is always the same. */
void a4nn_plot_finish_pdf(struct a4nn_buf *picture, size_t begin);

#endif
