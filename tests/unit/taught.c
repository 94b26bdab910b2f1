/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numerics behind what past runs teach: a robust regression, a Gaussian process against what
 * can be worked out by hand, and whether a run is told from those of another kind. */
#include "unit.h"

#include <stdlib.h>

#include "gp.h"
#include "ridge.h"
#include "taught.h"

enum { N = 24, STATIONS = 12, FEATURES = 2 };

/* Points on a line with one far off: the line is found, the point believed little. */
static void
outliers_are_not_believed(void)
{
    double x[N][FEATURES], y[N], weight[N], residual[N], leverage[N], sum = 0;
    struct a4nn_ridge r = {.n = N,
                           .d = FEATURES,
                           .x = x[0],
                           .y = y,
                           .prior = 1e-9,
                           .least = 1e-3,
                           .weight = weight,
                           .residual = residual};
    int i;

    for (i = 0; i < N; i++) {
        x[i][0] = 1;
        x[i][1] = i;
        y[i] = 3 + 2 * i + (i == 5 ? 1000 : 0.001 * sin(i));
    }
    a4nn_ridge_fit(&r);
    CHECK_NEAR(r.coefficient[0], 3, 0.1);
    CHECK_NEAR(r.coefficient[1], 2, 0.01);
    CHECK(weight[5] < 1e-3 && weight[6] > 0.3);
    a4nn_ridge_leverages(&r, leverage);
    for (i = 0; i < N; i++)
        sum += leverage[i];
    CHECK_NEAR(sum, FEATURES, 1e-6); /* the trace of the hat matrix */
    CHECK_NEAR(a4nn_ridge_median(y, N), (y[N / 2 - 1] + y[N / 2]) / 2, 0);
}

static void
one_point_by_hand(void)
{
    const double x[] = {1, 2}, y[] = {6}, noise[] = {0.5}, at[] = {1, -1};
    struct a4nn_gp *gp = a4nn_gp_fit(x, y, noise, 1, 2, 0.3, 0);
    double bend, reach;

    /* unit 0: a plane; k(x, x) = .3 (1 + 4), k(x, at) = .3 (1 - 2) */
    a4nn_gp_chosen(gp, &bend, &reach);
    CHECK_NEAR(bend, 0, 0);
    CHECK_NEAR(reach, 0, 0);
    CHECK_NEAR(a4nn_gp_mean(gp, x), 0.3 * 5 * 6 / (0.3 * 5 + 0.5), 1e-12);
    CHECK_NEAR(a4nn_gp_mean(gp, at), 0.3 * -1 * 6 / (0.3 * 5 + 0.5), 1e-12);
    CHECK_NEAR(a4nn_gp_residual(gp, 0), 6, 1e-12);
    a4nn_gp_free(gp);
    a4nn_gp_free(NULL);
}

/* Residuals are those of the point left out; curved data get a bend, a plane does not. */
static void
leaving_out_and_bends(void)
{
    double x[N][FEATURES], flat[N], curved[N], noise[N], bend, reach;
    struct a4nn_gp *gp, *rest;
    int i;

    for (i = 0; i < N; i++) {
        x[i][0] = 1;
        x[i][1] = 6. * i / (N - 1) - 3;
        flat[i] = 1 + x[i][1] + 0.3 * sin(17 * i);
        curved[i] = 3 * sin(2 * x[i][1]) + 0.1 * sin(17 * i);
        noise[i] = 0.05;
    }
    gp = a4nn_gp_fit(x[0], flat, noise, N, FEATURES, 1, 0.05);
    rest = a4nn_gp_fit(x[1], flat + 1, noise + 1, N - 1, FEATURES, 1, 0.05);
    a4nn_gp_chosen(gp, &bend, &reach);
    CHECK_NEAR(bend, 0, 0);
    CHECK_NEAR(a4nn_gp_residual(gp, 0), flat[0] - a4nn_gp_mean(rest, x[0]), 1e-9);
    a4nn_gp_free(gp);
    a4nn_gp_free(rest);
    gp = a4nn_gp_fit(x[0], curved, noise, N, FEATURES, 1, 1);
    a4nn_gp_chosen(gp, &bend, &reach);
    CHECK(bend > 0 && reach > 0);
    for (i = 1; i < N; i++) {
        double between[] = {1, (x[i - 1][1] + x[i][1]) / 2};
        CHECK_NEAR(a4nn_gp_mean(gp, between), 3 * sin(2 * between[1]), 0.5);
    }
    a4nn_gp_free(gp);
    CHECK(a4nn_gp_fit(x[0], flat, noise, 0, FEATURES, 1, 1) == NULL);
    flat[3] = NAN;
    CHECK(a4nn_gp_fit(x[0], flat, noise, N, FEATURES, 1, 1) == NULL);
}

/* A made-up run that ends at `end`, of which 4 to 7 are still to be gained, but only 2 are
 * forecast; in a unit of `factor`, counted from `shift`. */
static void
visits_of(double end, int seed, double shift, double factor, struct a4nn_pool_visit *v)
{
    int i;

    for (i = 0; i < STATIONS; i++) {
        double level = end - 4 - 0.25 * (STATIONS - i) + 0.5 * sin(7.3 * seed + 3.1 * i);
        v[i] = (struct a4nn_pool_visit){.level = shift + factor * level,
                                        .dip = factor * (1 + cos(seed + i)),
                                        .gain = factor * 2,
                                        .error = factor * (2 + sin(seed))};
    }
}

static struct a4nn_taught *
taught(int runs, double shift, double factor)
{
    struct a4nn_taught *t = a4nn_taught_new(STATIONS, 0.25, factor);
    struct a4nn_pool_visit v[STATIONS];
    int i;

    for (i = 0; i < runs; i++) {
        double end = 70 + 5 * cos(2.7 * i);
        visits_of(end, i, shift, factor, v);
        a4nn_taught_add(t, v, shift + factor * end);
    }
    CHECK(a4nn_taught_runs(t) == (size_t)runs);
    return t;
}

static void
past_runs_teach(void)
{
    struct a4nn_taught *t = taught(N, 0, 1), *few = taught(A4NN_TAUGHT_FEWEST - 1, 0, 1),
                       *other = taught(N, -5000, 8);
    struct a4nn_pool_visit v[STATIONS], w[STATIONS];
    struct a4nn_taught_answer a, b;
    size_t i;

    for (i = 0; i < STATIONS; i += 5) {
        visits_of(71, 101, 0, 1, v);
        CHECK(a4nn_taught_ask(t, i, v, &a));
        CHECK_NEAR(v[i].level + v[i].gain + a.shift, 71, 1);
        CHECK(a.stretch < 0.8);
        CHECK(a.unlike < 1.5);
        CHECK(!a4nn_taught_ask(few, i, v, &b));
        visits_of(71, 101, -5000, 8, w); /* the unit does not matter */
        CHECK(a4nn_taught_ask(other, i, w, &b));
        CHECK_NEAR(b.shift, 8 * a.shift, 1e-6);
        CHECK_NEAR(b.stretch, a.stretch, 1e-9);
        CHECK_NEAR(b.unlike, a.unlike, 1e-6);
        visits_of(20, 101, 0, 1, v); /* nowhere near them */
        CHECK(a4nn_taught_ask(t, i, v, &a));
        CHECK(a.unlike > 2);
        visits_of(71, 101, 0, 1, v);
        v[0].level -= 60; /* it came another way */
        CHECK(a4nn_taught_ask(t, i, v, &a));
        CHECK(a.unlike > 2);
    }
    a4nn_taught_free(t);
    a4nn_taught_free(few);
    a4nn_taught_free(other);
    a4nn_taught_free(NULL);
}

/* All runs alike, or a run far beyond numbers: an answer or none, nothing that is not finite. */
static void
degenerate_pasts(void)
{
    struct a4nn_taught *t = a4nn_taught_new(STATIONS, 0.25, 1);
    struct a4nn_pool_visit v[STATIONS];
    struct a4nn_taught_answer a;
    int i;

    visits_of(70, 1, 0, 1, v);
    for (i = 0; i < 6; i++)
        a4nn_taught_add(t, v, 70);
    CHECK(a4nn_taught_ask(t, 3, v, &a));
    CHECK_NEAR(v[3].level + v[3].gain + a.shift, 70, 3);
    CHECK(a.unlike <= 0);
    v[3].level = 1e300;
    if (a4nn_taught_ask(t, 3, v, &a))
        CHECK(isfinite(a.shift) && isfinite(a.stretch));
    visits_of(1e200, 1, 0, 1, v);
    a4nn_taught_add(t, v, 1e200);
    visits_of(70, 1, 0, 1, v);
    if (a4nn_taught_ask(t, 3, v, &a))
        CHECK(isfinite(a.shift) && isfinite(a.stretch));
    a4nn_taught_free(t);
}

int
main(void)
{
    outliers_are_not_believed();
    one_point_by_hand();
    leaving_out_and_bends();
    past_runs_teach();
    degenerate_pasts();
    return unit_end();
}
