/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PLOT_CURVES_PARTS_H
#define A4NN_PLOT_CURVES_PARTS_H

/* Shared by the files that gather and draw curves; internal to the library. */

#include "plot_curves.h"
#include "strmap.h"

/* An observation and the forecast made there; NAN: none. */
struct a4nn_plot_point {
    double epoch, value, forecast, low, high;
};

struct a4nn_plot_run {
    char *name, *reason;           /* reason: of the first stop, or NULL */
    struct a4nn_plot_point *point; /* epochs rise */
    size_t n, cap;
    double stop;   /* epoch of the first stop, NAN: none */
    double epochs; /* planned total, NAN: unknown */
};

/* The runs of a task and metric. */
struct a4nn_plot_group {
    char *task, *metric;
    struct a4nn_metric kind;
    struct a4nn_plot_run *run;
    size_t runs, cap;
};

struct a4nn_plot_curves {
    struct a4nn_plot_curves_opts opts;
    struct a4nn_strmap group_of, run_of;
    struct a4nn_plot_group *group;
    size_t groups, cap_groups;
    struct {
        size_t group, run;
    } * place; /* by number in run_of */
    size_t cap_place;
};

enum { A4NN_PLOT_PANELS = 12, A4NN_PLOT_FEW = 8 };

/* The index of the point at which the forecast that counts was made, or -1. */
long a4nn_plot_run_final(const struct a4nn_plot_run *run);

/* What a run ends at, as far as is known: its last value, or the forecast of one that was stopped
 * there; NAN: nothing is known. */
double a4nn_plot_run_end(const struct a4nn_plot_run *run);

/* The panel of a group. */
void a4nn_plot_group_draw(const struct a4nn_plot_curves *c, const struct a4nn_plot_group *g,
                          struct a4nn_figure *f, struct a4nn_diag *diag);

#endif
