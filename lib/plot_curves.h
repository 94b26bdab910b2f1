/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PLOT_CURVES_H
#define A4NN_PLOT_CURVES_H

#include "err.h"
#include "metric.h"
#include "plot.h"
#include "record.h"

/*
 * A picture of curves: value over epoch, a panel for each task and metric.  In a panel of up to
 * eight runs each has its colour; of more, the best one has, and stops are marked.  With forecasts,
 * the last one of each run (of a run that was stopped, that of the stop) is a point at the last
 * planned epoch with its 90 % interval.
 *
 * Memory: 40 bytes an observation, of a run up to 2.6 MB: a longer one is thinned as it comes.
 */
struct a4nn_plot_curves;

struct a4nn_plot_curves_opts {
    double epochs;  /* planned total asked for, NAN: as the records say */
    bool forecasts; /* also the forecasts over the epochs at which they were made */
};

struct a4nn_plot_curves *a4nn_plot_curves_new(const struct a4nn_plot_curves_opts *opts);

/* Takes a record, and what its metric is. */
void a4nn_plot_curves_add(struct a4nn_plot_curves *c, const struct a4nn_record *record,
                          struct a4nn_metric metric);

/*
 * Draws all of it.  A4NN_OK; A4NN_NO when there is no value that can be shown; -1 with *err filled.
 * What had to be left out is a note to `diag`.
 */
int a4nn_plot_curves_draw(const struct a4nn_plot_curves *c, const struct a4nn_plot_style *style,
                          struct a4nn_buf *out, struct a4nn_diag *diag,
                          struct a4nn_err *err) A4NN_MUST_USE;

void a4nn_plot_curves_free(struct a4nn_plot_curves *c);

#endif
