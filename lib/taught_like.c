/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "ridge.h"
#include "taught_parts.h"
#include "xalloc.h"

/* The neighbour whose distance counts: one run of another kind among the past ones must not make
 * its like look usual. */
enum { NEIGHBOUR = 3 };
_Static_assert((int)NEIGHBOUR < (int)A4NN_TAUGHT_FEWEST, "each run has such a neighbour");
/* Least spread of levels and of roughness, in points; of logarithms; added to distances, which are
 * in spreads, so that runs that are all the same do not make one unlike that differs a little. */
static const double least_level = 0.3, least_rough = 0.1, least_log = 0.2, least_distance = 0.02;
static const double least_spread = 0.1; /* of the logarithm of a distance */

/* Logarithm of the mean bend of a curve from one station to the next. */
static double
roughness(const struct a4nn_pool_visit *v, size_t station, double point)
{
    double sum = 0;
    size_t i;

    if (station < 1)
        return 0;
    if (station < 2)
        return log(fabs(v[1].level - v[0].level) + least_rough * point);
    for (i = 2; i <= station; i++)
        sum += fabs(v[i].level - 2 * v[i - 1].level + v[i - 2].level);
    return log(sum / (double)(station - 1) + least_rough * point);
}

/* The numbers of a run, and the least spread of each; returns how many. */
static size_t
numbers(const struct a4nn_pool_visit *v, size_t station, double point, double *x, double *least)
{
    const size_t way[] = {0, station / 4, station / 2, 3 * station / 4, station};
    size_t n = 0, i;

    for (i = 0; i < sizeof way / sizeof way[0]; i++)
        if (i == 0 || way[i] > way[i - 1]) {
            least[n] = least_level * point;
            x[n++] = v[way[i]].level;
        }
    least[n] = least_level * point;
    x[n++] = v[station].level + v[station].gain;
    least[n] = least_log;
    x[n++] = log(v[station].error);
    least[n] = least_log;
    x[n++] = roughness(v, station, point);
    return n;
}

static double
distance(const double *a, const double *b, size_t d)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < d; i++)
        sum += fabs(a[i] - b[i]);
    return sum / (double)d + least_distance;
}

/* Distance of x to the neighbour among the runs, `self` (n: none) apart, of which there are enough
 * (A4NN_TAUGHT_FEWEST). */
static double
to_neighbour(const struct a4nn_likeness *l, const double *x, size_t self)
{
    double nearest[NEIGHBOUR] = {HUGE_VAL, HUGE_VAL, HUGE_VAL};
    size_t i, k;

    for (i = 0; i < l->n; i++) {
        double d = i == self ? HUGE_VAL : distance(x, l->at + i * l->d, l->d);
        for (k = 0; k < NEIGHBOUR; k++)
            if (d < nearest[k]) {
                double further = nearest[k];
                nearest[k] = d;
                d = further;
            }
    }
    return nearest[NEIGHBOUR - 1];
}

/* Spread of each number: robust, as some runs fail. */
static void
find_scales(struct a4nn_likeness *l, const double *least, double *room)
{
    size_t i, k;

    for (k = 0; k < l->d; k++) {
        double median;
        for (i = 0; i < l->n; i++)
            room[i] = l->at[i * l->d + k];
        median = a4nn_ridge_median(room, l->n);
        for (i = 0; i < l->n; i++)
            room[i] = fabs(room[i] - median);
        l->scale[k] = A4NN_OF_MEDIAN * a4nn_ridge_median(room, l->n) + least[k];
        for (i = 0; i < l->n; i++)
            l->at[i * l->d + k] /= l->scale[k];
    }
}

void
a4nn_likeness_make(struct a4nn_likeness *l, const struct a4nn_taught_run *run, size_t n,
                   size_t station, double point)
{
    double x[A4NN_LIKE_MOST], least[A4NN_LIKE_MOST] = {0}, sum = 0;
    double *room = a4nn_xcalloc(n, sizeof *room);
    size_t i, k;

    *l = (struct a4nn_likeness){.n = n};
    l->at = a4nn_xcalloc(n * A4NN_LIKE_MOST, sizeof *l->at);
    for (i = 0; i < n; i++) {
        l->d = numbers(run[i].visit, station, point, x, least);
        for (k = 0; k < l->d; k++)
            l->at[i * l->d + k] = x[k];
    }
    find_scales(l, least, room);
    for (i = 0; i < n; i++)
        room[i] = to_neighbour(l, l->at + i * l->d, i);
    l->usual = a4nn_ridge_median(room, n);
    for (i = 0; i < n; i++)
        sum += log(room[i] / l->usual) * log(room[i] / l->usual);
    l->spread = sqrt(sum / (double)n) + least_spread;
    free(room);
}

double
a4nn_likeness_ask(const struct a4nn_likeness *l, const struct a4nn_pool_visit *visits,
                  size_t station, double point)
{
    double x[A4NN_LIKE_MOST], least[A4NN_LIKE_MOST];
    size_t d = numbers(visits, station, point, x, least), k;

    for (k = 0; k < d; k++)
        x[k] /= l->scale[k];
    return log(to_neighbour(l, x, l->n) / l->usual) / l->spread;
}

void
a4nn_likeness_release(struct a4nn_likeness *l)
{
    free(l->at);
}
