/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

/* -1, 0, 1 as qsort wants it. */
static int
order(double a, double b)
{
    return a < b ? -1 : a > b;
}

static int
ascending(const void *a, const void *b)
{
    return order(*(const double *)a, *(const double *)b);
}

/* ---- Kendall's tau ---- */

struct pair {
    double x, y;
};

static int
by_x_then_y(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;
    int c = order(p->x, q->x);

    return c != 0 ? c : order(p->y, q->y);
}

static int
by_x(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;

    return order(p->x, q->x);
}

/* Number of pairs that are tied in a sorted series. */
static double
ties(const void *items, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    const char *at = items;
    double sum = 0, length = 1;
    size_t i;

    for (i = 1; i < n; i++, at += size)
        if (compare(at, at + size) == 0)
            sum += length++;
        else
            length = 1;
    return sum;
}

/* Merge sort of y; returns how many pairs stood in the wrong order. */
static double
exchanges(double *y, double *scratch, size_t n)
{
    size_t half = n / 2, i = 0, j = half, k;
    double count;

    if (n < 2)
        return 0;
    count = exchanges(y, scratch, half) + exchanges(y + half, scratch, n - half);
    for (k = 0; k < n; k++)
        if (j == n || (i < half && y[i] <= y[j])) {
            scratch[k] = y[i++];
        } else {
            scratch[k] = y[j++];
            count += (double)(half - i);
        }
    memcpy(y, scratch, n * sizeof *y);
    return count;
}

double
a4nn_kendall_tau(const double *x, const double *y, size_t n)
{
    double all = (double)n * ((double)n - 1) / 2, tied_x, tied_y, tied_both, wrong;
    struct pair *pair = a4nn_xcalloc(n + 1, sizeof *pair);
    double *sorted = a4nn_xcalloc(n + 1, sizeof *sorted);
    double *scratch = a4nn_xcalloc(n + 1, sizeof *scratch);
    size_t i;

    for (i = 0; i < n; i++)
        pair[i] = (struct pair){x[i], y[i]};
    qsort(pair, n, sizeof *pair, by_x_then_y);
    for (i = 0; i < n; i++)
        sorted[i] = pair[i].y;
    tied_x = ties(pair, n, sizeof *pair, by_x);
    tied_both = ties(pair, n, sizeof *pair, by_x_then_y);
    wrong = exchanges(sorted, scratch, n);
    tied_y = ties(sorted, n, sizeof *sorted, ascending);
    free(pair);
    free(sorted);
    free(scratch);
    if (n < 2 || tied_x >= all || tied_y >= all)
        return NAN;
    return (all - tied_x - tied_y + tied_both - 2 * wrong) / sqrt(all - tied_x) /
           sqrt(all - tied_y);
}

/* ---- the best ---- */

double
a4nn_top_regret(const double *x, const double *truth, size_t n)
{
    double best = NAN, top = NAN, sum = 0;
    size_t i, tied = 0;

    for (i = 0; i < n; i++) {
        best = fmax(best, truth[i]);
        top = fmax(top, x[i]);
    }
    for (i = 0; i < n; i++)
        if (x[i] >= top) {
            sum += best - truth[i];
            tied++;
        }
    return tied > 0 ? sum / (double)tied : NAN;
}

/* Who is among the k largest: those above the threshold surely, those at it by lot. */
struct top {
    double threshold, at_it;
};

static struct top
top_of(const double *x, size_t n, size_t k)
{
    double *sorted = a4nn_xcalloc(n, sizeof *sorted);
    struct top top;
    size_t i, above = 0, tied = 0;

    memcpy(sorted, x, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    top.threshold = sorted[n - k];
    free(sorted);
    for (i = 0; i < n; i++) {
        above += x[i] > top.threshold;
        tied += x[i] >= top.threshold;
    }
    top.at_it = (double)(k - above) / (double)(tied - above);
    return top;
}

static double
membership(const struct top *top, double x)
{
    return x > top->threshold ? 1 : x >= top->threshold ? top->at_it : 0;
}

double
a4nn_top_overlap(const double *x, const double *truth, size_t n, size_t k)
{
    struct top chosen, best;
    double sum = 0;
    size_t i;

    if (k > n)
        k = n;
    if (k == 0)
        return NAN;
    chosen = top_of(x, n, k);
    best = top_of(truth, n, k);
    for (i = 0; i < n; i++)
        sum += membership(&chosen, x[i]) * membership(&best, truth[i]);
    return sum / (double)k;
}

/* ---- quantiles ---- */

static int
by_value(const void *a, const void *b)
{
    const struct a4nn_weighted *v = a, *w = b;
    int c = order(v->value, w->value);

    return c != 0 ? c : order(v->weight, w->weight);
}

double
a4nn_weighted_quantile(struct a4nn_weighted *v, size_t n, double q)
{
    double length = 0, at = 0, target, step;
    size_t i;

    if (n == 0)
        return NAN;
    qsort(v, n, sizeof *v, by_value);
    for (i = 1; i < n; i++)
        length += (v[i - 1].weight + v[i].weight) / 2;
    target = q * length;
    for (i = 1; i < n; i++) {
        step = (v[i - 1].weight + v[i].weight) / 2;
        if (at + step >= target)
            return v[i - 1].value + (target - at) / step * (v[i].value - v[i - 1].value);
        at += step;
    }
    return v[n - 1].value;
}
