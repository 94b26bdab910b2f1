/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FIT_PARTS_H
#define A4NN_FIT_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "shape.h"

/*
 * The two searches behind a4nn_fit(): internal to the library.
 */

struct a4nn_point_set {
    size_t n;
    double *x, *y; /* finite; x ascending */
};

struct a4nn_box {
    double lo[A4NN_MAX_PAR], hi[A4NN_MAX_PAR]; /* lo <= hi */
    double start[A4NN_MAX_PAR];                /* NAN where there is no preference */
    bool downhill;                             /* as in struct a4nn_fit_opts */
};

/*
 * The best y = a + sign b^(c - x) there is, into par.  Wherever points and bounds allow, b and c
 * are finite.  n >= 1.  Returns whether it is a minimum and not the end of the range of doubles.
 */
bool a4nn_fit_decay(int sign, const struct a4nn_point_set *points, const struct a4nn_box *box,
                    double *par);

/*
 * The best member of any family with guesses, or all of whose parameters are linear, that several
 * starts lead to.  Returns whether the method converged there.
 */
bool a4nn_fit_search(const struct a4nn_family *family, const struct a4nn_point_set *points,
                     const struct a4nn_box *box, double *par);

#endif
