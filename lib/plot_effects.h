/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PLOT_EFFECTS_H
#define A4NN_PLOT_EFFECTS_H

#include "plot.h"

/*
 * A picture of effects: rows with `name`, which may have `level`, `effect` with the interval `low`
 * to `high`, and `share` of the variance in percent.  Effects are points with intervals in one
 * panel, shares bars in another, the largest first; either may be missing.
 *
 * A4NN_OK; A4NN_NO when there is no row to draw; -1 with *err filled.
 */
int a4nn_plot_effects(char *const *files, int count, const struct a4nn_plot_style *style,
                      struct a4nn_buf *out, struct a4nn_diag *diag,
                      struct a4nn_err *err) A4NN_MUST_USE;

#endif
