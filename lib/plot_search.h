/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PLOT_SEARCH_H
#define A4NN_PLOT_SEARCH_H

#include "plot.h"

/*
 * A picture of searches, each a file with a table of its runs, as "a4nn-history runs -o csv" prints
 * it: how good the best complete run was over the time since the first began, with a point for each
 * run that is over.  Where times are not known of all, it is over the number of runs, in the order
 * of the table.
 *
 * `y` is the column of the value, behind which ":min" or ":max" may say what is better; NULL:
 * last_value.  Without, the metric of the runs tells; else large is better.
 *
 * A4NN_OK; A4NN_NO when there is no run to draw; -1 with *err filled.
 */
int a4nn_plot_search(char *const *files, int count, const char *y,
                     const struct a4nn_plot_style *style, struct a4nn_buf *out,
                     struct a4nn_diag *diag, struct a4nn_err *err) A4NN_MUST_USE;

#endif
