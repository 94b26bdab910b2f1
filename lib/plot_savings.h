/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PLOT_SAVINGS_H
#define A4NN_PLOT_SAVINGS_H

#include "plot.h"

/*
 * Pictures of what a4nn-replay writes (a4nn-replay(1)), from files or standard input.
 *
 * Of --curve: the column `error` ("mae") over the share of epochs saved, a line for each rule, and
 * in grey the last value read at the same savings.  Of the table: bars of both for each policy.
 * The rows are those of all collections together.
 *
 * A4NN_OK; A4NN_NO when there is no row to draw; -1 with *err filled.
 */
int a4nn_plot_savings(char *const *files, int count, const char *error,
                      const struct a4nn_plot_style *style, struct a4nn_buf *out,
                      struct a4nn_diag *diag, struct a4nn_err *err) A4NN_MUST_USE;

#endif
