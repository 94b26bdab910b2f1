/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values worked out by hand. */
#include "laplace.h"
#include "unit.h"

static void
alone(void)
{
    const struct a4nn_laplace l = {3, 2};

    CHECK_NEAR(a4nn_laplace_log_density(&l, 3), log(0.25), 1e-15);
    CHECK_NEAR(a4nn_laplace_log_density(&l, 7), log(0.25) - 2, 1e-15);
    CHECK_NEAR(a4nn_laplace_below(&l, 3), 0.5, 1e-15);
    CHECK_NEAR(a4nn_laplace_below(&l, 3 - 2 * log(5)), 0.1, 1e-15);
    CHECK_NEAR(a4nn_laplace_below(&l, 3 + 2 * log(5)), 0.9, 1e-15);
    CHECK_NEAR(a4nn_laplace_distance(&l, 3), 2, 1e-15);
    CHECK_NEAR(a4nn_laplace_distance(&l, 3 - 2 * log(2)), 2 * log(2) + 1, 1e-15);
}

/* Its median has half on either side, and no other point is nearer. */
static void
either(void)
{
    const struct a4nn_laplace a = {-1, 0.5}, b = {40, 3};
    struct a4nn_laplace m;
    double w;

    for (w = 0.05; w < 1; w += 0.05) {
        m = a4nn_laplace_either(&a, &b, w);
        CHECK_NEAR(w * a4nn_laplace_below(&a, m.centre) +
                       (1 - w) * a4nn_laplace_below(&b, m.centre),
                   0.5, 1e-12);
        CHECK(w * a4nn_laplace_distance(&a, m.centre - 0.1) +
                  (1 - w) * a4nn_laplace_distance(&b, m.centre - 0.1) >=
              m.error - 1e-12);
        CHECK(w * a4nn_laplace_distance(&a, m.centre + 0.1) +
                  (1 - w) * a4nn_laplace_distance(&b, m.centre + 0.1) >=
              m.error - 1e-12);
    }
    /* a far one of little weight hardly moves it: .95 of b's share up to the median makes a half */
    m = a4nn_laplace_either(&b, &a, 0.05);
    CHECK_NEAR(m.centre, -1 - 0.5 * log(2 * (1 - 0.5 / 0.95)), 1e-6);
    /* sure of one; two that agree */
    m = a4nn_laplace_either(&a, &b, 1);
    CHECK_NEAR(m.centre, -1, 1e-12);
    CHECK_NEAR(m.error, 0.5, 1e-12);
    m = a4nn_laplace_either(&a, &(struct a4nn_laplace){-1, 1.5}, 0.25);
    CHECK_NEAR(m.centre, -1, 1e-12);
    CHECK_NEAR(m.error, 1.25, 1e-12);
}

int
main(void)
{
    alone();
    either();
    return unit_end();
}
