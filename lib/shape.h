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

/* Where the points of a curve lie: what a first guess at its parameters is made from. */
struct a4nn_extent {
    double x_lo, x_hi, y_lo, y_hi;
};

struct a4nn_family {
    const char *name;    /* as given to -m, e.g. "exp3" */
    const char *formula; /* "a - b^(c - x)", in terms of the names below */
    const char *source;  /* paper or repository the formula was taken from */
    size_t npar;
    const char *par[A4NN_MAX_PAR];             /* names: a, b, c, d */
    double lo[A4NN_MAX_PAR], hi[A4NN_MAX_PAR]; /* closed bounds; +-INFINITY where there is none */
    bool linear[A4NN_MAX_PAR];                 /* enters linearly, so a fit can eliminate it */
    double min_x;                              /* smallest x the formula is defined at */
    int decay; /* the sign of b^(c - x) where it and a level are all there is; else 0 */
    double first[A4NN_MAX_PAR]; /* start of the published fit; NAN where none is */

    /* Value at x. Not finite where the formula is not defined. */
    double (*value)(double x, const double *par);
    /* Value at x, and d value / d par[i] into grad[0 .. npar-1]. */
    double (*gradient)(double x, const double *par, double *grad);
    /*
     * The i-th rough guess (i = 0, 1, ...) at the parameters that are not linear for a curve of
     * that extent; false when there are no more.  The linear ones are left alone.  NULL where
     * none are needed: all parameters linear, or the family has an exact search of its own.
     */
    bool (*guess)(const struct a4nn_extent *extent, size_t i, double *par);
};

/* All families, the published one ("penguin", a - b^(c-x)) first. */
const struct a4nn_family *a4nn_families(size_t *count);

/* Their names in the same order, ending with NULL; and the place of exp3 among them. */
extern const char *const a4nn_family_names[];
enum { A4NN_FAMILY_EXP3 = 7 };

/* The family of that name, or NULL. */
const struct a4nn_family *a4nn_family_find(const char *name);

#endif
