/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points that a picture cannot show: what stays draws the same columns. */
#include "thin.h"

#include <stdbool.h>
#include <stdlib.h>

#include "unit.h"

enum { N = 20000, COLUMNS = 100 };

static double x[N], y[N];
static bool keep[N];

/* What a picture shows of a column. */
struct column {
    double first, last, low, high;
    bool any, gap;
};

static size_t
column_of(double at, double begin, double end)
{
    size_t c = (size_t)floor((at - begin) / ((end - begin) / COLUMNS));

    return c < COLUMNS ? c : COLUMNS; /* the last point is in one of its own */
}

static void
show(struct column *out, size_t n, bool all)
{
    size_t i;

    memset(out, 0, (COLUMNS + 1) * sizeof *out);
    for (i = 0; i < n; i++) {
        struct column *c = &out[column_of(x[i], x[0], x[n - 1])];
        if (!all && !keep[i])
            continue;
        if (!isfinite(y[i])) {
            c->gap = true;
            continue;
        }
        if (!c->any)
            *c = (struct column){y[i], y[i], y[i], y[i], true, c->gap};
        c->last = y[i];
        c->low = fmin(c->low, y[i]);
        c->high = fmax(c->high, y[i]);
    }
}

static void
check_same_picture(size_t n)
{
    struct column all[COLUMNS + 1], some[COLUMNS + 1];
    size_t kept = a4nn_thin(x, y, n, COLUMNS, keep), counted = 0, i;

    for (i = 0; i < n; i++)
        counted += keep[i];
    CHECK(kept == counted);
    CHECK(kept <= 5 * (COLUMNS + 1));
    show(all, n, true);
    show(some, n, false);
    for (i = 0; i <= COLUMNS; i++) {
        CHECK(all[i].any == some[i].any && all[i].gap == some[i].gap);
        CHECK(all[i].first == some[i].first && all[i].last == some[i].last);
        CHECK(all[i].low == some[i].low && all[i].high == some[i].high);
    }
}

/* A small linear congruential generator: the same curve everywhere. */
static double
draw(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (1 << 24);
}

static void
check_curves(void)
{
    unsigned state = 1;
    size_t i;

    for (i = 0; i < N; i++) {
        x[i] = (double)(i + 1);
        y[i] = draw(&state);
    }
    check_same_picture(N);
    for (i = 0; i < N; i++) /* unevenly, with steps that do not move, and gaps */
        x[i] = floor(floor((double)i / 3) * (double)i / 100);
    for (i = 0; i < N; i += 97)
        y[i] = i % 2 != 0 ? (double)NAN : (double)INFINITY;
    check_same_picture(N);
    for (i = 0; i < N; i++)
        y[i] = NAN;
    check_same_picture(N);
}

/* No more than four a column stay as they are; so does what has no width. */
static void
check_what_stays(void)
{
    size_t i;

    for (i = 0; i < N; i++) {
        x[i] = (double)i;
        y[i] = 0;
    }
    CHECK(a4nn_thin(x, y, 4 * COLUMNS, COLUMNS, keep) == (size_t)4 * COLUMNS);
    CHECK(a4nn_thin(x, y, N, COLUMNS, keep) <= (size_t)4 * (COLUMNS + 1));
    CHECK(a4nn_thin(x, y, 0, COLUMNS, keep) == 0);
    CHECK(a4nn_thin(x, y, 1, 1, keep) == 1 && keep[0]);
    for (i = 0; i < N; i++)
        x[i] = 5;
    CHECK(a4nn_thin(x, y, N, COLUMNS, keep) == N);
}

int
main(void)
{
    check_curves();
    check_what_stays();
    return unit_end();
}
