/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spread.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "rowmath.h"
#include "solve.h"
#include "xalloc.h"

static const double digits = 1073741824; /* 2^30: Sobol's points are multiples of 1 / this */

static void
fill_sobol(struct a4nn_dice *dice, size_t d, size_t stride, size_t n, double *out)
{
    double *points = a4nn_xcalloc(n * d + 1, sizeof *points);
    uint32_t shift[A4NN_SOLVE_SOBOL];
    size_t i, j;

    for (j = 0; j < d; j++)
        shift[j] = (uint32_t)a4nn_dice_below(dice, (size_t)digits);
    a4nn_solve_sobol(d, n, points);
    /* the middle of its cell, so that no coordinate is 0 for sure */
    for (i = 0; i < n; i++)
        for (j = 0; j < d; j++)
            out[i * stride + j] =
                ((double)((uint32_t)(points[i * d + j] * digits) ^ shift[j]) + 0.5) / digits;
    free(points);
}

static void
fill_latin(struct a4nn_dice *dice, size_t from, size_t d, size_t n, double *out)
{
    size_t *cell = a4nn_xcalloc(n + 1, sizeof *cell), i, j;

    for (j = from; j < d; j++) {
        for (i = 0; i < n; i++)
            cell[i] = i;
        a4nn_dice_shuffle(dice, cell, n);
        for (i = 0; i < n; i++)
            out[i * d + j] = ((double)cell[i] + a4nn_dice_share(dice)) / (double)n;
    }
    free(cell);
}

void
a4nn_spread_cube(struct a4nn_dice *dice, size_t d, size_t n, double *out)
{
    size_t sobol = d < A4NN_SOLVE_SOBOL ? d : A4NN_SOLVE_SOBOL;

    if (n == 0 || d == 0)
        return;
    fill_sobol(dice, sobol, d, n, out);
    fill_latin(dice, sobol, d, n, out);
}

size_t
a4nn_spread_pick(const double *const *point, size_t n, const double *const *there, size_t there_n,
                 size_t d, size_t count, size_t *out)
{
    double *nearest = a4nn_xcalloc(n + 1, sizeof *nearest);
    bool *taken = a4nn_xcalloc(n + 1, sizeof *taken);
    size_t i, j, k;

    for (i = 0; i < n; i++) {
        nearest[i] = INFINITY;
        for (j = 0; j < there_n; j++)
            nearest[i] = fmin(nearest[i], a4nn_row_distance2(point[i], there[j], d));
    }
    for (k = 0; k < count && k < n; k++) {
        size_t best = n;

        for (i = 0; i < n; i++)
            if (!taken[i] && (best == n || nearest[i] > nearest[best]))
                best = i;
        taken[best] = true;
        out[k] = best;
        for (i = 0; i < n; i++)
            nearest[i] = fmin(nearest[i], a4nn_row_distance2(point[i], point[best], d));
    }
    free(nearest);
    free(taken);
    return k;
}
