/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_THIN_H
#define A4NN_THIN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Leaves out points of a line that a picture of so many columns of pixels cannot show: of those
 * that fall into one column the first, the last, the lowest and the highest are kept, which draw
 * the same line as all of them (the M4 aggregation of Jugel et al., PVLDB 7, 2014), and the first
 * one that is no number, so that a gap stays a gap.
 *
 * `x` must not fall.  Marks in `keep` what stays and returns how many; all, when they are no more
 * than four per column.
 */
size_t a4nn_thin(const double *x, const double *y, size_t n, size_t columns, bool *keep);

#endif
