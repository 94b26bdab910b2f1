/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thin.h"

#include <math.h>

/* Marks what stays of the points from `begin` up to `end`, which share a column. */
static void
keep_of_column(const double *y, size_t begin, size_t end, bool *keep)
{
    size_t low = end, high = end, first = end, last = end, gap = end, i;

    for (i = begin; i < end; i++) {
        if (!isfinite(y[i])) {
            gap = gap == end ? i : gap;
            continue;
        }
        first = first == end ? i : first;
        low = low == end || y[i] < y[low] ? i : low;
        high = high == end || y[i] > y[high] ? i : high;
        last = i;
    }
    if (gap < end)
        keep[gap] = true;
    if (first < end)
        keep[first] = keep[last] = keep[low] = keep[high] = true;
}

size_t
a4nn_thin(const double *x, const double *y, size_t n, size_t columns, bool *keep)
{
    double width = n > 0 ? (x[n - 1] - x[0]) / (double)columns : 0;
    bool all = n / 4 <= columns || !(width > 0);
    size_t begin = 0, kept = 0, i;

    for (i = 0; i < n; i++)
        keep[i] = all;
    for (i = 1; i <= n && !all; i++)
        if (i == n || floor((x[i] - x[0]) / width) > floor((x[begin] - x[0]) / width)) {
            keep_of_column(y, begin, i, keep);
            begin = i;
        }
    for (i = 0; i < n; i++)
        kept += keep[i];
    return kept;
}
