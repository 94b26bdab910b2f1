/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ensemble against values of its reference implementation (a NumPy program that follows the
 * recursion of ensemble.h literally, in logarithms and with 40 bisections a quantile), on curves
 * given by formulas; and what must hold on any curve.
 */
#include "unit.h"

#include <stdlib.h>

#include "ensemble.h"

struct curve {
    const char *name;
    int epochs;
    double lo, hi;
    double (*z)(int i); /* at epoch i + 1 */
};

static double
ripple(int i)
{
    return sin(12.9898 * i) * 1.5;
}

static double
rising(int i)
{
    return 60 + 30 * (1 - exp(-i / 6.)) + ripple(i);
}

static double
shortest(int i)
{
    static const double z[] = {50, 60, 62};
    return z[i];
}

static double
constant(int i)
{
    (void)i;
    return 77;
}

static double
gaps(int i)
{
    return i == 0 || i == 4 || i == 5 || i == 11 ? NAN : 80 - 40 * exp(-i / 5.) + ripple(i);
}

static double
ceiling(int i)
{
    return 99.5 - 20 * exp(-i / 2.);
}

static double
longest(int i)
{
    return 90 - 60 * exp(-i / 80.) + ripple(i);
}

static double
loss(int i)
{
    return -40 * log(2.3 * exp(-i / 12.) + .4 + .02 * ripple(i));
}

static double
dips(int i)
{
    return 50 + 2 * i - (i == 7 || i == 12 ? 30 : 0);
}

static const struct curve curves[] = {
    {"rising", 30, 0, 100, rising},     {"short", 3, 0, 100, shortest},
    {"constant", 20, 0, 100, constant}, {"gaps", 25, 0, 100, gaps},
    {"ceiling", 25, 0, 100, ceiling},   {"long", 500, 0, 100, longest},
    {"loss", 40, -1e6, 1e6, loss},      {"drop", 20, 0, 100, dips},
};

static const struct {
    const char *curve;
    int epoch;
    double median, low, high, error;
} wanted[] = {
    {"rising", 1, 75.000000, 32.206582, 100.000000, 18.397929},
    {"rising", 2, 81.412382, 54.806308, 100.000000, 11.814368},
    {"rising", 3, 88.194078, 72.406171, 100.000000, 7.878236},
    {"rising", 6, 94.495765, 84.362704, 100.000000, 4.055773},
    {"rising", 15, 92.886599, 88.278546, 96.833514, 2.076624},
    {"rising", 29, 88.709026, 88.107780, 89.342125, 0.307124},
    {"rising", 30, 89.232322, 87.932808, 90.014474, 0.431080},
    {"short", 1, 65.000000, 22.206582, 100.000000, 19.616138},
    {"short", 2, 63.860896, 56.763577, 73.662026, 3.723299},
    {"short", 3, 62.013344, 60.436207, 64.298033, 0.754026},
    {"constant", 1, 92.000000, 49.206582, 100.000000, 13.885204},
    {"constant", 2, 78.531326, 60.611081, 100.000000, 9.032815},
    {"constant", 3, 77.084150, 71.246062, 87.034791, 2.956379},
    {"constant", 4, 77.012904, 74.898414, 79.420620, 0.947211},
    {"constant", 10, 77.000641, 76.737636, 77.266981, 0.128138},
    {"constant", 19, 77.000041, 76.892624, 77.107487, 0.052406},
    {"constant", 20, 77.000008, 76.897321, 77.102699, 0.050113},
    {"gaps", 2, 58.088799, 25.206970, 95.689053, 16.269083},
    {"gaps", 3, 70.575344, 45.216885, 97.394959, 11.881259},
    {"gaps", 5, 80.477814, 63.217213, 99.571706, 8.521836},
    {"gaps", 12, 77.929895, 75.538895, 87.254100, 2.394214},
    {"gaps", 24, 79.499193, 78.562834, 81.408172, 0.678197},
    {"gaps", 25, 78.955012, 78.034539, 80.817300, 0.667877},
    {"ceiling", 1, 94.500000, 51.706582, 100.000000, 12.891918},
    {"ceiling", 2, 100.000000, 77.860360, 100.000000, 4.084062},
    {"ceiling", 3, 100.000000, 93.511754, 100.000000, 1.071437},
    {"ceiling", 5, 100.000000, 99.520222, 100.000000, 0.142762},
    {"ceiling", 12, 100.000000, 99.548308, 100.000000, 0.079971},
    {"ceiling", 24, 99.519421, 99.400988, 99.639212, 0.058819},
    {"ceiling", 25, 99.503555, 99.389947, 99.617761, 0.056313},
    {"long", 1, 45.000000, 2.206582, 87.793418, 20.137432},
    {"long", 2, 42.133252, 9.228597, 89.524364, 17.875399},
    {"long", 3, 41.984592, 19.143732, 100.000000, 17.251341},
    {"long", 100, 72.782450, 71.126774, 100.000000, 8.013678},
    {"long", 250, 87.274615, 85.521614, 100.000000, 3.461057},
    {"long", 499, 89.780991, 88.593707, 91.594512, 0.746105},
    {"long", 500, 89.207506, 88.074139, 91.050163, 0.737669},
    {"loss", 1, -24.730071, -67.523489, 18.063347, 20.748899},
    {"loss", 2, -22.859465, -48.504291, 16.021891, 14.192647},
    {"loss", 3, -19.760253, -33.721121, 26.672045, 11.780998},
    {"loss", 8, 56.770457, -4.341302, 103.857857, 24.567355},
    {"loss", 20, 31.642746, 17.719105, 45.601395, 6.794146},
    {"loss", 39, 29.522703, 27.234844, 31.236162, 0.985704},
    {"loss", 40, 30.185648, 28.306346, 31.438232, 0.721394},
    {"drop", 1, 65.000000, 22.206582, 100.000000, 19.616138},
    {"drop", 2, 61.548697, 42.409795, 100.000000, 13.066185},
    {"drop", 3, 65.419061, 54.537786, 99.949376, 12.051941},
    {"drop", 4, 76.296258, 58.311458, 98.790267, 10.818054},
    {"drop", 10, 87.707335, 77.307891, 97.774709, 4.947731},
    {"drop", 19, 87.999254, 87.004487, 88.994011, 0.482565},
    {"drop", 20, 87.999934, 87.892938, 88.106881, 0.052180},
};

static const struct curve *
find(const char *name)
{
    size_t i = 0;

    while (strcmp(curves[i].name, name) != 0)
        i++;
    return &curves[i];
}

static struct a4nn_ensemble *
run_to(const struct curve *c, int epoch)
{
    struct a4nn_ensemble *e = a4nn_ensemble_new(c->epochs, c->lo, c->hi);
    int i;

    for (i = 0; i < epoch; i++)
        a4nn_ensemble_update(e, i + 1, c->z(i));
    return e;
}

static void
check_reference(void)
{
    size_t i;

    for (i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct a4nn_ensemble *e = run_to(find(wanted[i].curve), wanted[i].epoch);
        struct a4nn_ensemble_answer got;

        CHECK(a4nn_ensemble_read(e, &got));
        CHECK_NEAR(got.median, wanted[i].median, 1e-4);
        CHECK_NEAR(got.low, wanted[i].low, 1e-4);
        CHECK_NEAR(got.high, wanted[i].high, 1e-4);
        CHECK_NEAR(got.error, wanted[i].error, 1e-4);
        if (got.low > find(wanted[i].curve)->lo)
            CHECK_NEAR(a4nn_ensemble_above(e, got.low), 0.95, 1e-2);
        a4nn_ensemble_free(e);
    }
}

/* Quantiles in order and within bounds, probabilities falling, whatever comes in. */
static void
check_any_curve(void)
{
    unsigned seed = 1;
    int round, i;

    for (round = 0; round < 200; round++) {
        int epochs = 1 + round % 60;
        struct a4nn_ensemble *e = a4nn_ensemble_new(epochs, 0, 100);
        struct a4nn_ensemble_answer got;
        for (i = 0; i < epochs; i++) {
            double z;
            seed = seed * 1103515245U + 12345U;
            z = round % 3 == 0 ? (seed >> 16) % 101 : (seed >> 30) * 50.0;
            a4nn_ensemble_update(e, i + 1, seed % 11 == 0 ? NAN : z);
            if (!a4nn_ensemble_read(e, &got))
                continue;
            CHECK(got.low >= 0 && got.low <= got.median && got.median <= got.high);
            CHECK(got.high <= 100 && got.error >= 0 && isfinite(got.error));
            CHECK(a4nn_ensemble_above(e, got.median - 1) >= a4nn_ensemble_above(e, got.median + 1));
        }
        a4nn_ensemble_free(e);
    }
}

/* Mean and variance of the forecast from its distribution function alone, by the midpoint rule. */
static double
variance_by_integral(const struct a4nn_ensemble *e, double centre, double *mean)
{
    const double step = 0.1, reach = 500;
    double first = 0, second = 0;
    int i, n = (int)(2 * reach / step);

    for (i = 0; i < n; i++) {
        double off = (i + 0.5) * step - reach, above = a4nn_ensemble_above(e, centre + off);
        first += off < 0 ? above - 1 : above;
        second += 2 * fabs(off) * (off < 0 ? 1 - above : above);
    }
    *mean = centre + first * step;
    return second * step - first * step * first * step;
}

/* The parts and the sources must add up to the mixture whose probabilities the ensemble states. */
static void
check_explanation(const struct curve *c, int epoch)
{
    struct a4nn_ensemble *e = run_to(c, epoch);
    struct a4nn_explanation x = {0};
    double weight = 0, mean = 0, square = 0, sources = 0, wanted_mean, wanted_variance;
    size_t i;

    CHECK(a4nn_ensemble_explain(e, &x));
    wanted_variance = variance_by_integral(e, x.mean, &wanted_mean);
    for (i = 0; i < x.nparts; i++) {
        double off = x.part[i].value - x.mean;
        CHECK(x.part[i].weight >= 0 && x.part[i].sd > 0);
        weight += x.part[i].weight;
        mean += x.part[i].weight * x.part[i].value;
        square += x.part[i].weight * (x.part[i].sd * x.part[i].sd + off * off);
    }
    for (i = 0; i < x.nsources; i++) {
        CHECK(x.source[i].variance >= 0);
        sources += x.source[i].variance;
    }
    CHECK(x.nparts > 1 && x.nsources > 1);
    CHECK_NEAR(weight, 1, 1e-12);
    CHECK_NEAR(mean, x.mean, 1e-9);
    CHECK_NEAR(square, x.variance, 1e-9 * x.variance);
    CHECK_NEAR(sources, x.variance, 1e-9 * x.variance);
    CHECK_NEAR(x.mean, wanted_mean, 1e-3);
    CHECK_NEAR(x.variance, wanted_variance, 1e-3 * x.variance + 1e-3);
    a4nn_explanation_release(&x);
    a4nn_ensemble_free(e);
}

int
main(void)
{
    struct a4nn_ensemble *e = a4nn_ensemble_new(10, 0, 100);
    struct a4nn_ensemble_answer got;
    struct a4nn_explanation none = {0};
    size_t i;

    CHECK(!a4nn_ensemble_read(e, &got));
    CHECK(!a4nn_ensemble_explain(e, &none));
    CHECK(isnan(a4nn_ensemble_above(e, 50)));
    a4nn_ensemble_update(e, 1, NAN);
    CHECK(!a4nn_ensemble_read(e, &got));
    a4nn_ensemble_free(e);
    CHECK(a4nn_ensemble_size() <= 16384);
    check_reference();
    check_any_curve();
    for (i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        check_explanation(&curves[i], 3);
        check_explanation(&curves[i], (curves[i].epochs + 1) / 2);
    }
    return unit_end();
}
