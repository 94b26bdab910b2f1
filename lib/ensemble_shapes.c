/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ensemble_shapes.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/* A last x not beyond this leaves no room for a shape. */
static const double one_observation = 1 + 1e-6;
/*
 * After a drop of the rate: time constant of the rise that it releases, in places, and the share
 * of the whole rise that is an ordinary curve all the same.
 */
static const double release_time = 0.5;
static const double ordinary_share[] = {0.1, 0.4, 1};

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
a4nn_shapes_begin(struct a4nn_shapes *shapes, enum a4nn_stretch stretch, double from, double to,
                  double late)
{
    double end[A4NN_SHAPES] = {0}, last = to + (1 - from);
    int i;

    *shapes = (struct a4nn_shapes){
        .stretch = stretch, .from = from, .last = last > 1 ? last : 1, .late = late};
    raw_shapes(1, shapes->last, shapes->at_first);
    raw_shapes(shapes->last, shapes->last, end);
    for (i = 0; i < A4NN_SHAPES; i++)
        shapes->span[i] = end[i] - shapes->at_first[i];
}

/* The rise that a drop of the rate releases, `t` places after it. */
static double
release(double t, double room)
{
    return t > 0 ? expm1(-t / release_time) / expm1(-room / release_time) : 0;
}

/*
 * What is known of the stretch: which part of each shape is released at once, every other one
 * `late` places later.
 */
static void
after_drop(const struct a4nn_shapes *shapes, double x, double *psi)
{
    double room = shapes->last - 1, late = fmin(shapes->late, room / 2);
    int i;

    for (i = 0; i < A4NN_SHAPES; i++) {
        double wait = i % 2 == 0 ? 0 : late, ordinary = ordinary_share[i / 2 % 3];
        psi[i] = (1 - ordinary) * release(x - 1 - wait, room - wait) + ordinary * psi[i];
    }
}

void
a4nn_shapes_at(const struct a4nn_shapes *shapes, double x, double psi[A4NN_SHAPES])
{
    const double pi = 3.14159265358979323846;
    double f[A4NN_SHAPES] = {0}, u, fast, wave;
    int i;

    x += 1 - shapes->from;
    if (!(shapes->last > one_observation) || x >= shapes->last) {
        for (i = 0; i < A4NN_SHAPES; i++)
            psi[i] = 1;
        return;
    }
    raw_shapes(x > 1 ? x : 1, shapes->last, f);
    for (i = 0; i < 12; i++)
        psi[i] = (f[i] - shapes->at_first[i]) / shapes->span[i];
    u = psi[0];
    fast = psi[11];
    wave = (1 - cos(pi * u)) / 2;
    if (shapes->stretch == A4NN_STRETCH_ANY) {
        psi[11] = 0.6 * fast + 0.4 * wave;
        psi[12] = 0.85 * fast + 0.15 * wave;
        psi[13] = 0.85 * psi[3] + 0.15 * u * u;
    } else {
        psi[12] = 0.5 * (fast + psi[3]);
        psi[13] = 0.5 * (psi[3] + psi[6]);
    }
    if (shapes->stretch == A4NN_STRETCH_DROPPED)
        after_drop(shapes, x, psi);
}

/* The shapes in their order; the last three where they rise late, and where they do not. */
static const char *const names[A4NN_SHAPES] = {
    "straight line",
    "exponential, nearly flat half way",
    "exponential, still rising at the end",
    "power law, exponent 1/2",
    "power law, exponent 1",
    "power law, exponent 3/2",
    "power law, exponent 1, begun late",
    "S-curve, half way at 10 % of the epochs",
    "S-curve, half way at 17 % of the epochs",
    "steep S-curve, half way at 28 % of the epochs",
    "S-curve, half way at 48 % of the epochs",
    "fast rise, then a large slow one",
    "fast rise, then a small slow one",
    "power law, exponent 1/2, rising again at the end",
};
static const char *const not_late[3] = {
    "exponential, nearly flat at a quarter",
    "between an exponential and a power law",
    "between two power laws",
};

void
a4nn_shape_name(const struct a4nn_shapes *shapes, int i, char out[A4NN_SHAPE_NAME])
{
    bool late = shapes->stretch == A4NN_STRETCH_ANY || i < A4NN_SHAPES - 3;
    const char *name = late ? names[i] : not_late[i - (A4NN_SHAPES - 3)];
    double released = 1 - ordinary_share[i / 2 % 3];

    if (shapes->stretch != A4NN_STRETCH_DROPPED)
        snprintf(out, A4NN_SHAPE_NAME, "%s", name);
    else if (released > 0)
        snprintf(out, A4NN_SHAPE_NAME, "%.0f %% of the rise released by the drop%s, the rest: %s",
                 100 * released, i % 2 == 0 ? "" : " an epoch later", name);
    else
        snprintf(out, A4NN_SHAPE_NAME, "since the drop: %s", name);
}
