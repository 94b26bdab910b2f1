/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values worked out by hand, or published where a source is named. */
#include "ranking.h"
#include "unit.h"

static void
tau(void)
{
    /* 1 2 3 4 5 against 3 4 1 2 5: 4 of 10 pairs are discordant, tau = (6 - 4) / 10 */
    const double x[] = {1, 2, 3, 4, 5}, y[] = {3, 4, 1, 2, 5}, back[] = {5, 4, 3, 2, 1};
    /* of 6 pairs 1 is tied in x, 2 in y, 1 in both; the other 4 are concordant:
     * tau-b = 4 / sqrt((6 - 1) (6 - 2)) */
    const double u[] = {1, 1, 2, 3}, v[] = {1, 1, 2, 2};
    /* the example in the manual of scipy.stats.kendalltau: -0.47140452079103173 */
    const double p[] = {12, 2, 1, 12, 2}, q[] = {1, 4, 7, 1, 0};
    const double flat[] = {7, 7, 7, 7, 7};

    CHECK_NEAR(a4nn_kendall_tau(x, y, 5), 0.2, 1e-15);
    CHECK_NEAR(a4nn_kendall_tau(x, x, 5), 1, 1e-15);
    CHECK_NEAR(a4nn_kendall_tau(x, back, 5), -1, 1e-15);
    CHECK_NEAR(a4nn_kendall_tau(u, v, 4), 4 / sqrt(20), 1e-15);
    CHECK_NEAR(a4nn_kendall_tau(v, u, 4), 4 / sqrt(20), 1e-15);
    CHECK_NEAR(a4nn_kendall_tau(p, q, 5), -0.47140452079103173, 1e-15);
    CHECK(isnan(a4nn_kendall_tau(x, flat, 5)));
    CHECK(isnan(a4nn_kendall_tau(flat, x, 5)));
    CHECK(isnan(a4nn_kendall_tau(x, y, 1)));
    CHECK(isnan(a4nn_kendall_tau(x, y, 0)));
}

/* The definition, pair by pair. */
static double
tau_by_pairs(const double *x, const double *y, size_t n)
{
    double sum = 0, in_x = 0, in_y = 0;
    size_t i, j;

    for (i = 0; i < n; i++)
        for (j = 0; j < i; j++) {
            double a = (x[i] > x[j]) - (x[i] < x[j]), b = (y[i] > y[j]) - (y[i] < y[j]);
            sum += a * b;
            in_x += a * a;
            in_y += b * b;
        }
    return sum / sqrt(in_x * in_y);
}

static void
tau_of_many(void)
{
    enum { N = 300 };
    double x[N], y[N];
    unsigned long state = 1;
    size_t n, i;

    for (n = 2; n <= N; n += 7) {
        for (i = 0; i < n; i++) { /* few different numbers, so many ties */
            state = state * 6364136223846793005UL + 1442695040888963407UL;
            x[i] = (double)(state >> 33 & 31);
            y[i] = (double)(state >> 43 & 7) + x[i] / 4;
        }
        x[0] = -1;
        y[0] = -1;
        CHECK_NEAR(a4nn_kendall_tau(x, y, n), tau_by_pairs(x, y, n), 1e-13);
    }
}

static void
regret(void)
{
    const double truth[] = {90, 95, 80}, right[] = {1, 2, 0}, wrong[] = {2, 1, 0};
    const double tied[] = {2, 2, 0}, all[] = {1, 1, 1};

    CHECK_NEAR(a4nn_top_regret(right, truth, 3), 0, 0);
    CHECK_NEAR(a4nn_top_regret(wrong, truth, 3), 5, 0);
    CHECK_NEAR(a4nn_top_regret(tied, truth, 3), 2.5, 0);
    CHECK_NEAR(a4nn_top_regret(all, truth, 3), 20.0 / 3, 1e-14);
    CHECK(isnan(a4nn_top_regret(all, truth, 0)));
}

static void
overlap(void)
{
    const double truth[] = {1, 2, 3, 4, 5, 6}, half[] = {6, 2, 3, 4, 5, 1};
    const double flat[] = {0, 0, 0, 0, 0, 0};

    CHECK_NEAR(a4nn_top_overlap(truth, truth, 6, 3), 1, 0);
    CHECK_NEAR(a4nn_top_overlap(half, truth, 6, 3), 2.0 / 3, 1e-15); /* 6 5 4 of 6 5 4 by truth */
    CHECK_NEAR(a4nn_top_overlap(half, truth, 6, 1), 0, 0);
    CHECK_NEAR(a4nn_top_overlap(flat, truth, 6, 2), 2.0 / 6, 1e-15); /* any 2 of 6 */
    CHECK_NEAR(a4nn_top_overlap(half, truth, 6, 100), 1, 0);
    CHECK(isnan(a4nn_top_overlap(half, truth, 0, 5)));
    CHECK(isnan(a4nn_top_overlap(half, truth, 6, 0)));
}

static void
quantiles(void)
{
    struct a4nn_weighted v[] = {{4, 1}, {1, 1}, {3, 1}, {2, 1}}, one[] = {{7, 0.3}};
    struct a4nn_weighted w[] = {{0, 3}, {10, 1}}, u[] = {{0, 1}, {1, 1}, {2, 2}};

    CHECK_NEAR(a4nn_weighted_quantile(v, 4, 0), 1, 0);
    CHECK_NEAR(a4nn_weighted_quantile(v, 4, 0.5), 2.5, 1e-15);
    CHECK_NEAR(a4nn_weighted_quantile(v, 4, 0.95), 3.85, 1e-14); /* numpy.quantile */
    CHECK_NEAR(a4nn_weighted_quantile(v, 4, 1), 4, 0);
    CHECK_NEAR(a4nn_weighted_quantile(one, 1, 0.95), 7, 0);
    CHECK_NEAR(a4nn_weighted_quantile(w, 2, 0.5), 5, 0);
    /* steps of 1 and 1.5 between 0, 1 and 2: the middle is 0.25 / 1.5 behind the 1 */
    CHECK_NEAR(a4nn_weighted_quantile(u, 3, 0.5), 1 + 0.25 / 1.5, 1e-15);
    CHECK(isnan(a4nn_weighted_quantile(v, 0, 0.5)));
}

int
main(void)
{
    tau();
    tau_of_many();
    regret();
    overlap();
    quantiles();
    return unit_end();
}
