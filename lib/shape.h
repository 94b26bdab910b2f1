/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SHAPE_H
#define A4NN_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Families of learning curves y = f(x; p).
 *
 * x is time in epochs (or in whatever unit the caller counts, first point usually 1), y the
 * metric in percent points or in the metric's own unit.  A family knows its formula, its bounds,
 * its partial derivatives, and which parameters enter linearly; how to fit one is fit.h's matter.
 */

enum { A4NN_MAX_PAR = 4 };

struct a4nn_family {
    const char *name;    /* as given to -m, e.g. "exp3" */
    const char *formula; /* "a - b^(c - x)", in terms of the names below */
    const char *source;  /* paper or repository the formula was taken from */
    size_t npar;
    const char *par[A4NN_MAX_PAR];             /* names: a, b, c, d */
    double lo[A4NN_MAX_PAR], hi[A4NN_MAX_PAR]; /* closed bounds; +-INFINITY where there is none */
    bool linear[A4NN_MAX_PAR];                 /* enters linearly, so a fit can eliminate it */
    double min_x;                              /* smallest x the formula is defined at */

    /* Value at x. Not finite where the formula is not defined. */
    double (*value)(double x, const double *par);
    /* Value at x, and d value / d par[i] into grad[0 .. npar-1]. */
    double (*gradient)(double x, const double *par, double *grad);
};

/* All families, the published one ("penguin", a - b^(c-x)) first. */
const struct a4nn_family *a4nn_families(size_t *count);

/* The family of that name, or NULL. */
const struct a4nn_family *a4nn_family_find(const char *name);

#endif
