/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rowmath.h"
#include "solve.h"
#include "xalloc.h"

/* What bend, in units of variance, and reach, in those of the features, may be. */
struct kind {
    double bend, reach;
};
static const struct kind kinds[] = {{0, 1},   {0.3, 0.7}, {0.3, 1.5}, {1, 0.7},
                                    {1, 1.5}, {1, 3},     {3, 1.5},   {3, 3}};

struct a4nn_gp {
    size_t n, d;
    double plane, unit;
    struct kind kind;
    double *x;        /* n times d */
    double *strength; /* of each point in a forecast: the inverse covariance times y */
    double *residual; /* leaving each point out */
};

static double
bump(const struct a4nn_gp *gp, const struct kind *kind, double d2)
{
    return kind->bend > 0 ? kind->bend * gp->unit * exp(-d2 / (2 * kind->reach * kind->reach)) : 0;
}

/* Covariance matrix of the observations. */
static void
covariances(const struct a4nn_gp *gp, const struct kind *kind, const double *noise, double *out)
{
    size_t n = gp->n, d = gp->d, i, j;

    for (i = 0; i < n; i++)
        for (j = 0; j <= i; j++) {
            const double *a = gp->x + i * d, *b = gp->x + j * d;
            double c =
                gp->plane * a4nn_row_product(a, b, d) + bump(gp, kind, a4nn_row_distance2(a, b, d));
            out[i * n + j] = out[j * n + i] = c + (i == j ? noise[i] : 0);
        }
}

/* Logarithm of the density of y but for a constant, by the factor of the covariance matrix, whose
 * inverse times y is `strength`. */
static double
evidence(const double *factor, const double *y, const double *strength, size_t n)
{
    double sum = -a4nn_row_product(y, strength, n) / 2;
    size_t i;

    for (i = 0; i < n; i++)
        sum -= log(factor[i * n + i]);
    return sum;
}

/* Chooses the kind; `matrix` is room for the work. False when none can be used. */
static bool
choose(struct a4nn_gp *gp, const double *y, const double *noise, double *matrix)
{
    double best = -HUGE_VAL;
    size_t n = gp->n, k;

    for (k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        double e;
        covariances(gp, &kinds[k], noise, matrix);
        if (!a4nn_solve_factor(matrix, n))
            continue;
        memcpy(gp->strength, y, n * sizeof *y);
        a4nn_solve_factored(matrix, n, gp->strength);
        e = evidence(matrix, y, gp->strength, n);
        if (e > best) {
            best = e;
            gp->kind = kinds[k];
        }
    }
    return isfinite(best);
}

struct a4nn_gp *
a4nn_gp_fit(const double *x, const double *y, const double *noise, size_t n, size_t d, double plane,
            double unit)
{
    struct a4nn_gp *gp = a4nn_xcalloc(1, sizeof *gp);
    double *matrix = a4nn_xcalloc(n * n + 1, sizeof *matrix);
    size_t i;

    *gp = (struct a4nn_gp){.n = n, .d = d, .plane = plane, .unit = unit};
    gp->x = a4nn_xcalloc(n * d + 1, sizeof *x);
    memcpy(gp->x, x, n * d * sizeof *x);
    gp->strength = a4nn_xcalloc(n + 1, sizeof *y);
    gp->residual = a4nn_xcalloc(n + 1, sizeof *y);
    if (n == 0 || !choose(gp, y, noise, matrix)) {
        free(matrix);
        a4nn_gp_free(gp);
        return NULL;
    }
    covariances(gp, &gp->kind, noise, matrix);
    a4nn_solve_factor(matrix, n);
    memcpy(gp->strength, y, n * sizeof *y);
    a4nn_solve_factored(matrix, n, gp->strength);
    a4nn_solve_inverse(matrix, n);
    for (i = 0; i < n; i++)
        gp->residual[i] = gp->strength[i] / matrix[i * n + i];
    free(matrix);
    return gp;
}

double
a4nn_gp_mean(const struct a4nn_gp *gp, const double *x)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < gp->n; i++) {
        const double *at = gp->x + i * gp->d;
        sum += gp->strength[i] * (gp->plane * a4nn_row_product(at, x, gp->d) +
                                  bump(gp, &gp->kind, a4nn_row_distance2(at, x, gp->d)));
    }
    return sum;
}

double
a4nn_gp_residual(const struct a4nn_gp *gp, size_t i)
{
    return gp->residual[i];
}

void
a4nn_gp_chosen(const struct a4nn_gp *gp, double *bend, double *reach)
{
    *bend = gp->kind.bend;
    *reach = gp->kind.bend > 0 ? gp->kind.reach : 0;
}

void
a4nn_gp_free(struct a4nn_gp *gp)
{
    if (gp == NULL)
        return;
    free(gp->x);
    free(gp->strength);
    free(gp->residual);
    free(gp);
}
