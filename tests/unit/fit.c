/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fits: exact curves are recovered, bounds kept, odd inputs answered. */
#include "unit.h"

#include <stdlib.h>

#include "fit.h"

enum { N = 20 };

static const struct a4nn_family *
family(const char *name)
{
    return a4nn_family_find(name);
}

static struct a4nn_fit_result
fit(const char *name, const double *x, const double *y, size_t n, const struct a4nn_fit_opts *opts)
{
    struct a4nn_fit_result r;
    struct a4nn_err err;
    int status = a4nn_fit(family(name), x, y, n, opts, &r, &err);

    CHECK(status == (r.status == A4NN_FIT_OK ? A4NN_OK : A4NN_NO));
    return r;
}

/* The curve of these parameters is found again, with next to nothing left over. */
static void
recovers(const char *name, double a, double b, double c, double d)
{
    const double par[A4NN_MAX_PAR] = {a, b, c, d};
    double x[N], y[N], squares = 0;
    struct a4nn_fit_result r;

    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i + 1;
        y[i] = family(name)->value(x[i], par);
        squares += y[i] * y[i];
    }
    r = fit(name, x, y, N, NULL);
    if (r.status != A4NN_FIT_OK || !(r.rss <= 1e-12 * squares))
        fprintf(stderr, "%s: %s, rss %g\n", name, a4nn_fit_status_name(r.status), r.rss);
    CHECK(r.status == A4NN_FIT_OK);
    CHECK(r.rss <= 1e-12 * squares);
    CHECK_NEAR(family(name)->value(40, r.par), family(name)->value(40, par), 1e-3);
}

static void
exact_curves(void)
{
    recovers("penguin", 91, 1.3, 14, 0);
    recovers("penguin", 72, 1.02, 190, 0);
    recovers("penguin", 60, 9, 2.5, 0);
    recovers("loss", 0.4, 1.2, 3, 0);
    recovers("loss", 0.01, 1.2, -6, 0);
    recovers("pow2", 30, 0.25, 0, 0);
    recovers("pow3", -50, -0.7, 90, 0);
    recovers("pow4", 0.3, 0.1, 5, 0.8);
    recovers("log2", 8, 40, 0, 0);
    recovers("exp2", 60, 0.02, 0, 0);
    recovers("exp3", -50, -0.2, 90, 0);
    recovers("exp4", 0.4, 3, 90, 0.8);
    recovers("expp3", -0.4, 0.5, 90, 0);
    recovers("expd3", 10, 0.3, 90, 0);
    recovers("vap3", 4, -0.7, 0.1, 0);
    recovers("mmf4", 10, 5, 90, 1.3);
    recovers("wbl4", 90, 60, 0.3, 0.9);
    recovers("ilog2", 20, 90, 0, 0);
    recovers("janoschek4", 90, 20, 0.1, 1.4);
    recovers("loglog2", 0.3, 1.8, 0, 0);
    recovers("logistic", 90, 0.4, 2, 0);
}

/* The sum of squares of the published family for the best a and c, by brute force over b. */
static double
brute_force(const double *x, const double *y, size_t n)
{
    double best = INFINITY;

    for (double k = 1e-4; k < 30; k *= 1.003) {
        double su = 0, suu = 0, sy = 0, suy = 0, m = (double)n, slope, level, rss = 0;
        for (size_t i = 0; i < n; i++) {
            double u = exp(-k * x[i]);
            su += u;
            suu += u * u;
            sy += y[i];
            suy += u * y[i];
        }
        slope = (m * suy - su * sy) / (m * suu - su * su);
        level = (sy - slope * su) / m;
        for (size_t i = 0; i < n; i++) {
            double r = y[i] - level - slope * exp(-k * x[i]);
            rss += r * r;
        }
        if (-slope >= 1 && level >= 0.5 && level <= 200 && rss < best)
            best = rss;
    }
    return best;
}

static void
noisy_curves(void)
{
    double x[N], y[N];

    for (unsigned trial = 0; trial < 300; trial++) {
        size_t n = 4 + trial % (N - 4);
        struct a4nn_fit_result r;
        srand(trial);
        for (size_t i = 0; i < n; i++) {
            double noise = (double)rand() / RAND_MAX - 0.5;
            x[i] = (double)i;
            y[i] = 90 - 60 * exp(-0.02 * (1 + trial % 40) * x[i]) + (1 + trial % 7) * 3 * noise;
        }
        r = fit("penguin", x, y, n, NULL);
        CHECK(r.status == A4NN_FIT_OK);
        CHECK(r.rss <= brute_force(x, y, n) * (1 + 1e-9));
        for (size_t j = 0; j < 3; j++)
            CHECK(r.par[j] >= r.family->lo[j] && r.par[j] <= r.family->hi[j]);
    }
}

static void
bounds(void)
{
    const double x[] = {1, 2, 3, 4, 5, 6, 7, 8}, y[] = {10, 30, 44, 53, 60, 64, 67, 69};
    struct a4nn_fit_opts opts;
    struct a4nn_fit_result r;
    struct a4nn_err err;
    size_t count;
    const struct a4nn_family *all = a4nn_families(&count);

    for (size_t f = 0; f < count; f++) {
        struct a4nn_fit_result free_fit = fit(all[f].name, x, y, 8, NULL);
        for (size_t j = 0; j < all[f].npar; j++) {
            a4nn_fit_opts_init(&opts);
            opts.hi[j] = free_fit.par[j] - 0.01 * fabs(free_fit.par[j]);
            if (opts.hi[j] < all[f].lo[j])
                continue;
            r = fit(all[f].name, x, y, 8, &opts);
            CHECK(r.par[j] <= opts.hi[j] && isfinite(r.par[j]));
            CHECK(r.rss >= free_fit.rss * (1 - 1e-9));
            opts.lo[j] = opts.hi[j]; /* held altogether */
            r = fit(all[f].name, x, y, 8, &opts);
            CHECK_NEAR(r.par[j], opts.hi[j], 1e-12 * fabs(opts.hi[j]));
            CHECK(isnan(r.se[j]));
        }
    }
    a4nn_fit_opts_init(&opts);
    opts.lo[0] = 50;
    opts.hi[0] = 40;
    CHECK(a4nn_fit(family("penguin"), x, y, 8, &opts, &r, &err) == -1);
    CHECK_STR(err.msg, "no value of 'a' is within 50 and 40");
    a4nn_fit_opts_init(&opts);
    opts.lo[1] = -2;
    opts.hi[1] = -1;
    CHECK(a4nn_fit(family("penguin"), x, y, 8, &opts, &r, &err) == -1);
    CHECK_STR(err.msg, "'b' cannot be -1 or less: it is raised to powers");
}

/* With b < 1 allowed a curve may bend the other way. */
static void
mirrored(void)
{
    double x[N], y[N];
    const double par[] = {80, 0.8, -4};
    struct a4nn_fit_opts opts;
    struct a4nn_fit_result r;

    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i;
        y[i] = family("penguin")->value(x[i], par);
    }
    a4nn_fit_opts_init(&opts);
    opts.lo[1] = 0.5;
    opts.lo[2] = -INFINITY;
    r = fit("penguin", x, y, N, &opts);
    CHECK_NEAR(r.par[0], 80, 1e-6);
    CHECK_NEAR(r.par[1], 0.8, 1e-8);
    CHECK_NEAR(r.par[2], -4, 1e-6);
}

/* Two points have many perfect fits; the start chooses. */
static void
two_points(void)
{
    const double x[] = {1, 2}, up[] = {9.68, 14.91}, down[] = {14.91, 9.68};
    struct a4nn_fit_opts opts;
    struct a4nn_fit_result r = fit("penguin", x, up, 2, NULL);

    CHECK_NEAR(r.par[2], 100, 1e-6);
    CHECK_NEAR(r.rss, 0, 1e-20);
    CHECK(isnan(r.aicc) && isnan(r.se[0]));
    a4nn_fit_opts_init(&opts);
    opts.start[2] = 20;
    r = fit("penguin", x, up, 2, &opts);
    CHECK_NEAR(r.par[2], 20, 1e-6);
    CHECK_NEAR(r.rss, 0, 1e-20);
    r = fit("penguin", x, down, 2, NULL);
    CHECK_NEAR(family("penguin")->value(40, r.par), 12.295, 1e-9);
    r = fit("penguin", x, up, 1, NULL);
    CHECK(r.status == A4NN_FIT_TOO_FEW);
    CHECK_STR(a4nn_fit_status_name(r.status), "too-few");
}

/* The authors' first sample: the solver they used stops in the shallower of two minima. */
static void
downhill(void)
{
    const double x[] = {1, 2, 3, 4, 5, 6};
    const double y[] = {1.0245485899776832, 0.9839724081963888, 1.1361330898762427,
                        1.0651247717589776, 1.0549807263,       1.0245485899776832};
    struct a4nn_fit_opts opts;
    struct a4nn_fit_result deep, near;

    a4nn_fit_opts_init(&opts);
    deep = fit("penguin", x, y, 6, &opts);
    opts.downhill = true;
    near = fit("penguin", x, y, 6, &opts);
    CHECK_NEAR(near.par[0], 2.0336024, 1e-3);
    CHECK_NEAR(family("penguin")->value(40, near.par), 1.1887354, 1e-3);
    CHECK(deep.rss < near.rss);
}

static void
odd_input(void)
{
    double x[N], y[N], huge[N], shuffled_x[N], shuffled_y[N];
    size_t count;
    const struct a4nn_family *all = a4nn_families(&count);

    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i + 1;
        y[i] = 80 - 50 / x[i];
        huge[i] = 1e300 * x[i];
        shuffled_x[i] = (double)((i * 7) % N) + 1;
        shuffled_y[i] = 80 - 50 / shuffled_x[i];
    }
    for (size_t f = 0; f < count; f++) {
        const char *name = all[f].name;
        double flat[N], same_x[N], holes[N];
        struct a4nn_fit_result r = fit(name, x, y, N, NULL), s;
        for (size_t i = 0; i < N; i++) {
            flat[i] = 42;
            same_x[i] = 3;
            holes[i] = i == 5 ? NAN : i == 9 ? INFINITY : y[i];
        }
        s = fit(name, shuffled_x, shuffled_y, N, NULL);
        CHECK(s.rss == r.rss && memcmp(s.par, r.par, sizeof s.par) == 0);
        s = fit(name, x, holes, N, NULL);
        CHECK(s.n == N - 2);
        s = fit(name, x, flat, N, NULL);
        CHECK(isfinite(all[f].value(100, s.par)));
        (void)fit(name, same_x, y, N, NULL);
        (void)fit(name, x, huge, N, NULL);
        (void)fit(name, huge, y, N, NULL);
        for (size_t n = 0; n < 6; n++) {
            s = fit(name, x, y, n, NULL);
            CHECK((s.status == A4NN_FIT_TOO_FEW) == (n < 2));
        }
    }
}

/* Straight-line fits have standard errors in closed form. */
static void
errors(void)
{
    double x[N], y[N], z[N], mean_z = 0, spread = 0, noise;
    struct a4nn_fit_result r;

    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i + 1;
        z[i] = log(x[i]);
        y[i] = 7 * z[i] + 30 + (i % 3 == 0 ? 1 : -0.5);
        mean_z += z[i] / N;
    }
    for (size_t i = 0; i < N; i++)
        spread += (z[i] - mean_z) * (z[i] - mean_z);
    r = fit("log2", x, y, N, NULL);
    noise = r.rss / (N - 2);
    CHECK_NEAR(r.se[0], sqrt(noise / spread), 1e-9);
    CHECK_NEAR(r.se[1], sqrt(noise * (1.0 / N + mean_z * mean_z / spread)), 1e-9);
    CHECK_NEAR(r.aicc, N * log(r.rss / N) + 6 + 24.0 / (N - 4), 1e-9);
    CHECK(isnan(r.se[2]));
}

int
main(void)
{
    exact_curves();
    noisy_curves();
    bounds();
    mirrored();
    two_points();
    downhill();
    odd_input();
    errors();
    return unit_end();
}
