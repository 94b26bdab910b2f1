/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FIT_H
#define A4NN_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "shape.h"

/*
 * Least squares of one family to one curve.
 *
 * The answer is the best fit there is within the bounds, as far as a deterministic search from
 * several starts can tell; it does not depend on anything but the points and the bounds.
 */

enum a4nn_fit_status {
    A4NN_FIT_OK,            /* converged */
    A4NN_FIT_NOT_CONVERGED, /* the best point reached is reported, but no minimum was found */
    A4NN_FIT_TOO_FEW        /* fewer finite points than can be fitted at all; nothing filled */
};

struct a4nn_fit_result {
    const struct a4nn_family *family;
    enum a4nn_fit_status status;
    size_t n; /* finite points used */
    double par[A4NN_MAX_PAR];
    /* Standard errors from J'J at the solution; NAN for a parameter at a bound, for one the
     * points do not determine, and when n <= npar. */
    double se[A4NN_MAX_PAR];
    double rss;  /* residual sum of squares, in squared units of y */
    double aicc; /* n ln(rss/n) + 2k + 2k(k+1)/(n-k-1), k = npar + 1 (Hurvich and Tsai 1989);
                  * NAN while n <= k + 1, and where nothing is left to compare (rss 0) */
};

struct a4nn_fit_opts {
    /* Bounds that replace the family's own where not NAN. */
    double lo[A4NN_MAX_PAR], hi[A4NN_MAX_PAR];
    /* Which of several equally good answers to prefer, e.g. through two points: the one nearest
     * to this start.  Replaces family->first where not NAN. */
    double start[A4NN_MAX_PAR];
    /* Of several minima take the one that lies downhill from the start, as the published solver
     * does, not the deepest.  Only for the families a -+ b^(c - x), where it concerns b. */
    bool downhill;
};

/* Fills *opts with "the family's own bounds and start". */
void a4nn_fit_opts_init(struct a4nn_fit_opts *opts);

/* Short word for a status: "ok", "not-converged", "too-few". */
const char *a4nn_fit_status_name(enum a4nn_fit_status status);

/*
 * Fits `family` to the n points (x[i], y[i]); points with a value that is not finite, or with x
 * below family->min_x, are passed over.  x need not be sorted.  `opts` may be NULL.
 * Returns A4NN_OK with *out filled, A4NN_NO when out->status says that it is no fit, or -1 with
 * *err filled when the bounds contradict each other.  Parameters in *out are always finite after
 * A4NN_OK.
 */
int a4nn_fit(const struct a4nn_family *family, const double *x, const double *y, size_t n,
             const struct a4nn_fit_opts *opts, struct a4nn_fit_result *out,
             struct a4nn_err *err) A4NN_MUST_USE;

#endif
