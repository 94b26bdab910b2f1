/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "yardstick.h"

#include <math.h>
#include <stdlib.h>

#include "solve.h"
#include "xalloc.h"

struct a4nn_yardstick {
    double sign;   /* -1 for what is minimised */
    double *v, *z; /* different values, larger better, upwards; v[0] may be -INFINITY */
    size_t n;
    double lowest, slope; /* z of what failed; z per unit beyond the best */
};

static int
upwards(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* The scale by distance: what is too far below counts as `floor`. */
struct distance {
    double floor, mean, sd;
};

static double
by_distance(const struct distance *d, double v)
{
    return d->sd > 0 ? (fmax(v, d->floor) - d->mean) / d->sd : 0;
}

static struct distance
measure(const double *v, size_t n, size_t failed)
{
    const double *finite = v + failed;
    size_t m = n - failed, i;
    double median = (finite[(m - 1) / 2] + finite[m / 2]) / 2, above = finite[m - 1] - median;
    struct distance d = {median - 2 * fmax(above, 1e-9 * fabs(median)), 0, 0};

    for (i = 0; i < n; i++)
        d.mean += fmax(v[i], d.floor) / (double)n;
    for (i = 0; i < n; i++)
        d.sd += pow(fmax(v[i], d.floor) - d.mean, 2) / (double)n;
    d.sd = sqrt(d.sd);
    return d;
}

static void
make(struct a4nn_yardstick *y, const double *v, size_t n, const struct distance *d)
{
    size_t i, j;

    for (i = 0; i < n; i = j) {
        double rank, score;

        for (j = i; j < n && v[j] == v[i]; j++)
            continue;
        rank = (double)(i + j) / 2; /* of those that are equal, in the middle; from 0 to n */
        score = a4nn_solve_normal_quantile(rank / (double)n);
        y->v[y->n] = v[i];
        y->z[y->n++] = (score + by_distance(d, v[i])) / 2;
    }
}

struct a4nn_yardstick *
a4nn_yardstick_new(const double *value, size_t n, enum a4nn_mode mode)
{
    struct a4nn_yardstick *y = a4nn_xcalloc(1, sizeof *y);
    double *v = a4nn_xcalloc(n + 1, sizeof *v);
    struct distance d;
    size_t failed = 0, i;

    y->sign = mode == A4NN_MIN ? -1 : 1;
    y->v = a4nn_xcalloc(n + 1, sizeof *y->v);
    y->z = a4nn_xcalloc(n + 1, sizeof *y->z);
    for (i = 0; i < n; i++) {
        v[i] = isfinite(value[i]) ? y->sign * value[i] : -INFINITY;
        failed += isinf(v[i]) ? 1 : 0;
    }
    qsort(v, n, sizeof *v, upwards);
    d = measure(v, n, failed);
    make(y, v, n, &d);
    y->lowest = y->z[0];
    /* beyond the best and the worst only the distance counts, and for as much as within */
    y->slope = d.sd > 0 ? 1 / d.sd : 1;
    free(v);
    return y;
}

double
a4nn_yardstick_z(const struct a4nn_yardstick *y, double value)
{
    double v = y->sign * value;
    size_t i = 0;

    if (!isfinite(value))
        return y->lowest;
    if (v >= y->v[y->n - 1])
        return y->z[y->n - 1] + (v - y->v[y->n - 1]) * y->slope;
    while (i < y->n && y->v[i] < v)
        i++;
    if (i == 0 || isinf(y->v[i - 1]))
        return v < y->v[i] ? y->lowest : y->z[i];
    return y->z[i - 1] + (y->z[i] - y->z[i - 1]) * (v - y->v[i - 1]) / (y->v[i] - y->v[i - 1]);
}

double
a4nn_yardstick_value(const struct a4nn_yardstick *y, double z)
{
    size_t i = 0;

    if (z >= y->z[y->n - 1])
        return y->sign * (y->v[y->n - 1] + (z - y->z[y->n - 1]) / y->slope);
    while (i < y->n && y->z[i] < z)
        i++;
    if (i == 0 || isinf(y->v[i - 1]))
        return y->sign * (isinf(y->v[i]) ? y->v[i + 1] : y->v[i]);
    return y->sign *
           (y->v[i - 1] + (y->v[i] - y->v[i - 1]) * (z - y->z[i - 1]) / (y->z[i] - y->z[i - 1]));
}

void
a4nn_yardstick_free(struct a4nn_yardstick *y)
{
    if (y == NULL)
        return;
    free(y->v);
    free(y->z);
    free(y);
}
