/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ensemble_shapes.h"

#include <math.h>

/* A last x not beyond this leaves no room for a shape. */
static const double one_observation = 1 + 1e-6;

/* Shapes before scaling: power laws, exponentials, Hill curves, and late risers. */
static void
raw_shapes(double x, double last, double *f)
{
    static const double hill_at[4] = {0.1, 0.17, 0.28, 0.48};
    static const int hill_power[4] = {2, 2, 4, 2};
    double root = sqrt(x);
    int i;

    f[0] = x;
    f[1] = -exp(-(x - 1) / (0.2 * last));
    f[2] = -exp(-(x - 1) / last);
    f[3] = -1 / root;
    f[4] = -1 / x;
    f[5] = -1 / (x * root);
    f[6] = -1 / (x + 6);
    for (i = 0; i < 4; i++) {
        double h = x / fmax(1.2, hill_at[i] * last);
        h = hill_power[i] == 2 ? h * h : h * h * h * h;
        f[7 + i] = h / (1 + h);
    }
    f[11] = -exp(-(x - 1) / (0.1 * last)); /* parts of the last three, put together below */
}

void
a4nn_shapes_begin(struct a4nn_shapes *shapes, double last)
{
    double end[A4NN_SHAPES] = {0};
    int i;

    *shapes = (struct a4nn_shapes){.last = last};
    raw_shapes(1, last, shapes->at_first);
    raw_shapes(last, last, end);
    for (i = 0; i < A4NN_SHAPES; i++)
        shapes->span[i] = end[i] - shapes->at_first[i];
}

void
a4nn_shapes_at(const struct a4nn_shapes *shapes, double x, double psi[A4NN_SHAPES])
{
    const double pi = 3.14159265358979323846;
    double f[A4NN_SHAPES] = {0}, u, fast, wave;
    int i;

    if (!(shapes->last > one_observation) || x >= shapes->last) {
        for (i = 0; i < A4NN_SHAPES; i++)
            psi[i] = 1;
        return;
    }
    raw_shapes(x, shapes->last, f);
    for (i = 0; i < 12; i++)
        psi[i] = (f[i] - shapes->at_first[i]) / shapes->span[i];
    u = psi[0];
    fast = psi[11];
    wave = (1 - cos(pi * u)) / 2;
    psi[11] = 0.6 * fast + 0.4 * wave;
    psi[12] = 0.85 * fast + 0.15 * wave;
    psi[13] = 0.85 * psi[3] + 0.15 * u * u;
}
