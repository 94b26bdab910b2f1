/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curve families: the table is sound, and the derivatives are those of the values. */
#include "unit.h"

#include "shape.h"

static unsigned long seed = 20240607;

/* Uniform in (0, 1), the same in every run. */
static double
uniform(void)
{
    seed = (seed * 1103515245UL + 12345UL) & 0x7fffffffUL;
    return ((double)seed + 0.5) / 2147483648.0;
}

/* A place within the bounds at which the formula is likely to be defined. */
static void
random_place(const struct a4nn_family *f, double *x, double *par)
{
    *x = fmax(f->min_x, 0) + 0.5 + 5 * uniform();
    for (size_t j = 0; j < f->npar; j++) {
        double lo = fmax(f->lo[j], -2), hi = fmin(f->hi[j], lo + 4);
        par[j] = lo + (hi - lo) * uniform();
    }
}

static void
check_gradient(const struct a4nn_family *f, double x, const double *par)
{
    double grad[A4NN_MAX_PAR], value = f->value(x, par);

    CHECK_NEAR(f->gradient(x, par, grad), value, 0);
    for (size_t j = 0; j < f->npar; j++) {
        double at[A4NN_MAX_PAR], h = 1e-5 * fmax(1, fabs(par[j])), up, down;
        memcpy(at, par, sizeof at);
        at[j] = par[j] + h;
        up = f->value(x, at);
        at[j] = par[j] - h;
        down = f->value(x, at);
        if (isfinite(up) && isfinite(down) && fabs(value) < 1e6 && fabs(grad[j]) < 1e6)
            CHECK_NEAR(grad[j], (up - down) / (2 * h), 1e-5 * (1 + fabs(grad[j]) + fabs(value)));
    }
}

/* A linear parameter's derivative is the same wherever the parameter is. */
static void
check_linear(const struct a4nn_family *f, double x, const double *par)
{
    double one[A4NN_MAX_PAR], two[A4NN_MAX_PAR], at[A4NN_MAX_PAR];

    f->gradient(x, par, one);
    for (size_t j = 0; j < f->npar; j++) {
        memcpy(at, par, sizeof at);
        at[j] += 3;
        f->gradient(x, at, two);
        if (f->linear[j])
            CHECK_NEAR(two[j], one[j], 1e-12 * fabs(one[j]));
    }
}

static void
check_family(const struct a4nn_family *f)
{
    size_t defined = 0;

    CHECK(a4nn_family_find(f->name) == f);
    CHECK(f->formula != NULL && f->source != NULL);
    CHECK(f->npar >= 2 && f->npar <= A4NN_MAX_PAR);
    for (size_t j = 0; j < f->npar; j++)
        CHECK(f->lo[j] < f->hi[j] && strlen(f->par[j]) == 1);
    for (int i = 0; i < 200; i++) {
        double x, par[A4NN_MAX_PAR] = {0};
        random_place(f, &x, par);
        if (!isfinite(f->value(x, par)))
            continue;
        defined++;
        check_gradient(f, x, par);
        check_linear(f, x, par);
    }
    if (defined < 50)
        fprintf(stderr, "%s: defined at %zu places only\n", f->name, defined);
    CHECK(defined >= 50);
}

static double
value(const char *name, double x, double a, double b, double c, double d)
{
    double par[A4NN_MAX_PAR] = {a, b, c, d};
    return a4nn_family_find(name)->value(x, par);
}

static void
check_names(void)
{
    size_t n, i;
    const struct a4nn_family *f = a4nn_families(&n);

    for (i = 0; i < n; i++)
        CHECK_STR(a4nn_family_names[i], f[i].name);
    CHECK(a4nn_family_names[n] == NULL);
    CHECK_STR(a4nn_family_names[A4NN_FAMILY_EXP3], "exp3");
}

int
main(void)
{
    size_t count;
    const struct a4nn_family *families = a4nn_families(&count);

    CHECK(count >= 18);
    CHECK_STR(families[0].name, "penguin");
    CHECK(a4nn_family_find("nonsense") == NULL);
    for (size_t i = 0; i < count; i++)
        check_family(&families[i]);

    /* Worked by hand. */
    CHECK_NEAR(value("penguin", 1, 90, 2, 4, 0), 82, 1e-12);
    CHECK_NEAR(value("loss", 1, 0.5, 2, 0, 0), 1, 1e-12);
    CHECK_NEAR(value("pow2", 4, 3, 0.5, 0, 0), 6, 1e-12);
    CHECK_NEAR(value("pow3", 4, -3, -0.5, 10, 0), 8.5, 1e-12);
    CHECK_NEAR(value("pow4", 3, 1, 1, 10, 0.5), 9.5, 1e-12);
    CHECK_NEAR(value("log2", exp(2), 3, 1, 0, 0), 7, 1e-12);
    CHECK_NEAR(value("exp3", 2, 4, -log(2), 5, 0), 6, 1e-12);
    CHECK_NEAR(value("exp4", 3, log(2) / 9, log(8), 5, 2), 1, 1e-12);
    CHECK_NEAR(value("expp3", 5, 0.5, 1, 10, 0), 10 - exp(2), 1e-12);
    CHECK_NEAR(value("expd3", 0, 7, 1, 90, 0), 7, 1e-12);
    CHECK_NEAR(value("vap3", 1, 1, 2, 9, 0), exp(3), 1e-12);
    CHECK_NEAR(value("mmf4", 2, 10, 4, 90, 2), 50, 1e-12);
    CHECK_NEAR(value("mmf4", 1e300, 10, 4, 90, 2), 90, 1e-12);
    CHECK_NEAR(value("wbl4", 0, 90, 80, 1, 2), 10, 1e-12);
    CHECK_NEAR(value("ilog2", exp(1) - 1, 3, 5, 0, 0), 2, 1e-12);
    CHECK_NEAR(value("janoschek4", 0, 90, 10, 1, 2), 10, 1e-12);
    CHECK_NEAR(value("loglog2", exp(1), 2, 3, 0, 0), log(5), 1e-12);
    CHECK_NEAR(value("logistic", 4, 90, 3, 4, 0), 45, 1e-12);
    check_names();
    return unit_end();
}
