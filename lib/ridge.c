/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ridge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solve.h"
#include "xalloc.h"

/* Residual, in standard deviations, whose point counts half. */
static const double half_believed = 2;

enum { MOST = A4NN_RIDGE_MOST, REWEIGHTINGS = 6 };

/* X'WX + the prior, for the weights as they are. */
static void
normal_matrix(const struct a4nn_ridge *r, double *a)
{
    size_t i, j, k, d = r->d;

    memset(a, 0, d * d * sizeof *a);
    for (j = 0; j < d; j++)
        a[j * d + j] = r->prior;
    for (i = 0; i < r->n; i++)
        for (j = 0; j < d; j++)
            for (k = 0; k < d; k++)
                a[j * d + k] += r->weight[i] * r->x[i * d + j] * r->x[i * d + k];
}

/* Ridge regression with the weights as they are. */
static void
regress(struct a4nn_ridge *r)
{
    double a[MOST * MOST];
    size_t i, j;

    normal_matrix(r, a);
    memset(r->coefficient, 0, sizeof r->coefficient);
    for (i = 0; i < r->n; i++)
        for (j = 0; j < r->d; j++)
            r->coefficient[j] += r->weight[i] * r->x[i * r->d + j] * r->y[i];
    if (!a4nn_solve_positive(a, r->d, r->coefficient))
        memset(r->coefficient, 0, sizeof r->coefficient); /* not finite: say nothing */
    for (i = 0; i < r->n; i++) {
        r->residual[i] = r->y[i];
        for (j = 0; j < r->d; j++)
            r->residual[i] -= r->coefficient[j] * r->x[i * r->d + j];
    }
}

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double
a4nn_ridge_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    return n > 0 ? (values[(n - 1) / 2] + values[n / 2]) / 2 : 0;
}

/* Points far from what the others say count little. */
static void
reweigh(struct a4nn_ridge *r, double *size)
{
    double sd;
    size_t i;

    for (i = 0; i < r->n; i++)
        size[i] = fabs(r->residual[i]);
    sd = A4NN_OF_MEDIAN * a4nn_ridge_median(size, r->n) + r->least;
    for (i = 0; i < r->n; i++) {
        double far = r->residual[i] / (half_believed * sd);
        r->weight[i] = 1 / (1 + far * far);
    }
}

void
a4nn_ridge_fit(struct a4nn_ridge *r)
{
    double *size = a4nn_xcalloc(r->n + 1, sizeof *size);
    size_t i;

    for (i = 0; i < r->n; i++)
        r->weight[i] = 1;
    for (i = 0; i < REWEIGHTINGS; i++) {
        if (i > 0)
            reweigh(r, size);
        regress(r);
    }
    free(size);
}

void
a4nn_ridge_leverages(const struct a4nn_ridge *r, double *leverage)
{
    double inverse[MOST][MOST];
    size_t i, j, k;

    for (k = 0; k < r->d; k++) {
        double a[MOST * MOST];
        normal_matrix(r, a);
        for (j = 0; j < r->d; j++)
            inverse[k][j] = j == k;
        if (!a4nn_solve_positive(a, r->d, inverse[k]))
            memset(inverse[k], 0, sizeof inverse[k]);
    }
    for (i = 0; i < r->n; i++) {
        const double *x = r->x + i * r->d;
        for (leverage[i] = 0, j = 0; j < r->d; j++)
            for (k = 0; k < r->d; k++)
                leverage[i] += x[j] * inverse[j][k] * x[k];
        leverage[i] *= r->weight[i];
    }
}
