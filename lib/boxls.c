/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "boxls.h"

static double
clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static double
excess(const struct a4nn_boxls *ls, const double *coef)
{
    double p = coef[0] - ls->mean - coef[1] * ls->slope, q = coef[1];
    return q * (q * ls->square - 2 * ls->cross) + ls->weight * p * p;
}

/* The minimum over q with p at the bound it violates. */
static struct a4nn_boxls_solution
hold_first(const struct a4nn_boxls *ls, double p)
{
    struct a4nn_boxls_solution s = {.held = {true, false}};
    double curvature = ls->square + ls->weight * ls->slope * ls->slope;
    double q =
        curvature > 0 ? (ls->cross + ls->weight * ls->slope * (p - ls->mean)) / curvature : 0;
    s.coef[0] = p;
    s.coef[1] = clamp(q, ls->lo[1], ls->hi[1]);
    s.held[1] = s.coef[1] != q;
    return s;
}

static struct a4nn_boxls_solution
hold_second(const struct a4nn_boxls *ls, double q)
{
    struct a4nn_boxls_solution s = {.held = {false, true}};
    double p = ls->mean + q * ls->slope;
    s.coef[0] = clamp(p, ls->lo[0], ls->hi[0]);
    s.coef[1] = q;
    s.held[0] = s.coef[0] != p;
    return s;
}

struct a4nn_boxls_solution
a4nn_boxls_solve(const struct a4nn_boxls *ls)
{
    struct a4nn_boxls_solution s = {.held = {false, false}}, one, two;
    double q = ls->square > 0 ? ls->cross / ls->square : 0, p = ls->mean + q * ls->slope;
    double near_p = clamp(p, ls->lo[0], ls->hi[0]), near_q = clamp(q, ls->lo[1], ls->hi[1]);

    s.coef[0] = near_p;
    s.coef[1] = near_q;
    if (near_p == p && near_q == q)
        return s;
    /* The sum is convex, so the minimum lies on an edge that the free minimum is beyond. */
    if (near_q == q)
        return hold_first(ls, near_p);
    two = hold_second(ls, near_q);
    if (near_p == p)
        return two;
    one = hold_first(ls, near_p);
    return excess(ls, one.coef) < excess(ls, two.coef) ? one : two;
}
