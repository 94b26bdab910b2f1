/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of curve families.
 *
 * Each family is one function that computes the value and, where `g` is not NULL, the partial
 * derivatives.  Sources by their short names:
 *
 *   PENGUIN     github.com/TauferLab/PENGUIN, CurveFit.py and FunctionIndex.py; its accXxx are the
 *               function index of the later A4NN workflow too
 *   Domhan      Domhan, Springenberg, Hutter: Speeding up automatic hyperparameter optimization of
 *               deep neural networks by extrapolation of learning curves. IJCAI 2015, table 1
 *   Kolachina   Kolachina, Cancedda, Dymetman, Venkatapathy: Prediction of learning curves in
 *               machine translation. ACL 2012, table 1 (its "ExpP3" is called exppow elsewhere)
 *   LCDB        Mohr, Viering, Loog, van Rijn: LCDB 1.0. ECML PKDD 2022, table 1
 *
 * Bounds keep the published formula where its authors would have it: rates and exponents of the
 * saturating families are not negative, levels are free.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "shape.h"

#define INF         INFINITY
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Defines NAME_value from NAME, for callers that need no derivatives. */
#define VALUE_OF(name)                                                                             \
    static double name##_value(double x, const double *p)                                          \
    {                                                                                              \
        return name(x, p, NULL);                                                                   \
    }

/* x^d ln x, with its limit 0 at x = 0. */
static double
pow_ln(double x, double d, double x_to_d)
{
    return x == 0 && d > 0 ? 0 : x_to_d * log(x);
}

/* a - b^(c - x) */
static double
penguin(double x, const double *p, double *g)
{
    double rest = pow(p[1], p[2] - x);
    if (g != NULL) {
        g[0] = 1;
        g[1] = -(p[2] - x) * rest / p[1];
        g[2] = -log(p[1]) * rest;
    }
    return p[0] - rest;
}
VALUE_OF(penguin)

/* a + b^(c - x) */
static double
loss(double x, const double *p, double *g)
{
    double rest = pow(p[1], p[2] - x);
    if (g != NULL) {
        g[0] = 1;
        g[1] = (p[2] - x) * rest / p[1];
        g[2] = log(p[1]) * rest;
    }
    return p[0] + rest;
}
VALUE_OF(loss)

/* a x^b */
static double
pow2(double x, const double *p, double *g)
{
    double power = pow(x, p[1]);
    if (g != NULL) {
        g[0] = power;
        g[1] = p[0] * power * log(x);
    }
    return p[0] * power;
}
VALUE_OF(pow2)

/* a x^b + c */
static double
pow3(double x, const double *p, double *g)
{
    if (g != NULL)
        g[2] = 1;
    return pow2(x, p, g) + p[2];
}
VALUE_OF(pow3)

/* c - (a x + b)^-d */
static double
pow4(double x, const double *p, double *g)
{
    double base = p[0] * x + p[1], power = pow(base, -p[3]);
    if (g != NULL) {
        double slope = p[3] * power / base;
        g[0] = slope * x;
        g[1] = slope;
        g[2] = 1;
        g[3] = power * log(base);
    }
    return base > 0 ? p[2] - power : NAN;
}
VALUE_OF(pow4)

/* a ln x + b */
static double
log2_(double x, const double *p, double *g)
{
    double log_x = log(x);
    if (g != NULL) {
        g[0] = log_x;
        g[1] = 1;
    }
    return p[0] * log_x + p[1];
}
VALUE_OF(log2_)

/* a e^(b x) */
static double
exp2_(double x, const double *p, double *g)
{
    double e = exp(p[1] * x);
    if (g != NULL) {
        g[0] = e;
        g[1] = p[0] * x * e;
    }
    return p[0] * e;
}
VALUE_OF(exp2_)

/* a e^(b x) + c */
static double
exp3(double x, const double *p, double *g)
{
    if (g != NULL)
        g[2] = 1;
    return exp2_(x, p, g) + p[2];
}
VALUE_OF(exp3)

/* c - e^(-a x^d + b) */
static double
exp4(double x, const double *p, double *g)
{
    double power = pow(x, p[3]), e = exp(p[1] - p[0] * power);
    if (g != NULL) {
        g[0] = power * e;
        g[1] = -e;
        g[2] = 1;
        g[3] = p[0] * pow_ln(x, p[3], power) * e;
    }
    return p[2] - e;
}
VALUE_OF(exp4)

/* c - e^((x - b)^a) */
static double
expp3(double x, const double *p, double *g)
{
    double base = x - p[1], power = pow(base, p[0]), e = exp(power);
    if (g != NULL) {
        g[0] = -e * power * log(base);
        g[1] = e * p[0] * power / base;
        g[2] = 1;
    }
    return base > 0 ? p[2] - e : NAN;
}
VALUE_OF(expp3)

/* c - (c - a) e^(-b x) */
static double
expd3(double x, const double *p, double *g)
{
    double e = exp(-p[1] * x), rest = (p[2] - p[0]) * e;
    if (g != NULL) {
        g[0] = e;
        g[1] = x * rest;
        g[2] = 1 - e;
    }
    return p[2] - rest;
}
VALUE_OF(expd3)

/* e^(a + b/x + c ln x) */
static double
vap3(double x, const double *p, double *g)
{
    double log_x = log(x), e = exp(p[0] + p[1] / x + p[2] * log_x);
    if (g != NULL) {
        g[0] = e;
        g[1] = e / x;
        g[2] = e * log_x;
    }
    return e;
}
VALUE_OF(vap3)

/* (a b + c x^d) / (b + x^d) */
static double
mmf4(double x, const double *p, double *g)
{
    /* By the smaller of x^d / b and its inverse, so that a steep rise does not overflow. */
    double power = pow(x, p[3]), low = p[1] / (p[1] + power), high = power / (p[1] + power);
    if (isinf(power)) {
        low = 0;
        high = 1;
    }
    if (g != NULL) {
        g[0] = low;
        g[1] = (p[0] - p[2]) * high / (p[1] + power);
        g[2] = high;
        g[3] = (p[2] - p[0]) * low * (x == 0 ? 0 : high * log(x));
    }
    return p[0] * low + p[2] * high;
}
VALUE_OF(mmf4)

/* a - b e^(-c x^d) */
static double
wbl4(double x, const double *p, double *g)
{
    double power = pow(x, p[3]), e = exp(-p[2] * power);
    if (g != NULL) {
        g[0] = 1;
        g[1] = -e;
        g[2] = e == 0 ? 0 : p[1] * power * e;
        g[3] = e == 0 ? 0 : p[1] * p[2] * pow_ln(x, p[3], power) * e;
    }
    return p[0] - p[1] * e;
}
VALUE_OF(wbl4)

/* b - a / ln(x + 1) */
static double
ilog2(double x, const double *p, double *g)
{
    double inverse = 1 / log1p(x);
    if (g != NULL) {
        g[0] = -inverse;
        g[1] = 1;
    }
    return p[1] - p[0] * inverse;
}
VALUE_OF(ilog2)

/* a - (a - b) e^(-c x^d) */
static double
janoschek4(double x, const double *p, double *g)
{
    double same[4] = {p[0], p[0] - p[1], p[2], p[3]}, value = wbl4(x, same, g);
    if (g != NULL) {
        double e = -g[1];
        g[0] = 1 - e;
        g[1] = e;
    }
    return value;
}
VALUE_OF(janoschek4)

/* ln(a ln x + b) */
static double
loglog2(double x, const double *p, double *g)
{
    double log_x = log(x), inner = p[0] * log_x + p[1];
    if (g != NULL) {
        g[0] = log_x / inner;
        g[1] = 1 / inner;
    }
    return log(inner);
}
VALUE_OF(loglog2)

/* a / (1 + e^(-b (x - c))) */
static double
logistic(double x, const double *p, double *g)
{
    double share = 1 / (1 + exp(-p[1] * (x - p[2])));
    if (g != NULL) {
        double slope = p[0] * share * (1 - share);
        g[0] = share;
        g[1] = slope * (x - p[2]);
        g[2] = -slope * p[1];
    }
    return p[0] * share;
}
VALUE_OF(logistic)

/*
 * Guesses.  Rates are tried so that the change takes place within the curve, before its first
 * epochs' end, or mostly after its end; exponents over what is met in practice.
 */

/* How often e-folds, at the given rate, fit between the first and the last point. */
static const double efolds[] = {0.03, 0.3, 1, 3, 10, 30, 100};
static const double exponents[] = {0.3, 0.6, 1, 1.8, 4};

static double
span(const struct a4nn_extent *e)
{
    return e->x_hi > e->x_lo ? e->x_hi - e->x_lo : 1;
}

static double
rise(const struct a4nn_extent *e)
{
    return e->y_hi > e->y_lo ? e->y_hi - e->y_lo : 1;
}

/* Takes the next digit of *i in a number system of that base. */
static size_t
digit(size_t *i, size_t base)
{
    size_t d = *i % base;
    *i /= base;
    return d;
}

static bool
guess_power(const struct a4nn_extent *e, size_t i, double *par)
{
    static const double powers[] = {-4, -2, -1, -0.5, -0.2, -0.05, 0.05, 0.2, 0.5, 1, 2, 4};
    (void)e;
    par[1] = powers[digit(&i, COUNT(powers))];
    return i == 0;
}

static bool
guess_decay(const struct a4nn_extent *e, size_t i, double *par)
{
    par[1] = efolds[digit(&i, COUNT(efolds))] / span(e);
    return i == 0;
}

static bool
guess_rate(const struct a4nn_extent *e, size_t i, double *par)
{
    double sign = digit(&i, 2) ? 1 : -1;
    bool more = guess_decay(e, i, par);
    par[1] *= sign;
    return more;
}

static bool
guess_pow4(const struct a4nn_extent *e, size_t i, double *par)
{
    static const double powers[] = {0.1, 0.4, 1, 2.5, 8}, offsets[] = {-0.5, 0, 0.1, 0.5, 3};
    static const double heights[] = {0.5, 1, 2};
    double offset = offsets[digit(&i, COUNT(offsets))];
    double height = rise(e) * heights[digit(&i, COUNT(heights))];
    double first, last, unit;

    par[3] = powers[digit(&i, COUNT(powers))];
    /* c - A (x + offset)^-d, which falls by about `height` over the curve */
    offset *= offset < 0 ? e->x_lo : span(e);
    first = pow(e->x_lo + offset + 1e-3 * span(e), -par[3]);
    last = pow(e->x_hi + offset, -par[3]);
    unit = first > last ? height / (first - last) : height;
    par[0] = pow(unit, -1 / par[3]);
    par[1] = par[0] * (offset + 1e-3 * span(e));
    return i == 0;
}

/* c x^d, par[at] and par[3]: the change is over after a part of the curve. */
static bool
guess_weibull_at(const struct a4nn_extent *e, size_t i, double *par, size_t at)
{
    par[3] = exponents[digit(&i, COUNT(exponents))];
    par[at] = efolds[digit(&i, COUNT(efolds))] / pow(span(e), par[3]);
    return i == 0;
}

static bool
guess_weibull(const struct a4nn_extent *e, size_t i, double *par)
{
    return guess_weibull_at(e, i, par, 2);
}

static bool
guess_exp4(const struct a4nn_extent *e, size_t i, double *par)
{
    static const double heights[] = {0.7, 1.2, 3};
    double height = rise(e) * heights[digit(&i, COUNT(heights))], first, last;
    bool more = guess_weibull_at(e, i, par, 0);

    first = exp(-par[0] * pow(fmax(e->x_lo, 0), par[3]));
    last = exp(-par[0] * pow(e->x_hi, par[3]));
    par[1] = log(height) - log(fmax(first - last, 1e-6));
    return more;
}

static bool
guess_expp3(const struct a4nn_extent *e, size_t i, double *par)
{
    static const double powers[] = {-2, -0.7, -0.3, -0.1, -0.02, 0.02, 0.1, 0.3, 0.7};
    static const double offsets[] = {0.003, 0.03, 0.3, 1, 5, 30};
    par[0] = powers[digit(&i, COUNT(powers))];
    par[1] = e->x_lo - span(e) * offsets[digit(&i, COUNT(offsets))];
    return i == 0;
}

static bool
guess_vap3(const struct a4nn_extent *e, size_t i, double *par)
{
    static const double inverse[] = {-4, -1.5, -0.5, 0, 0.5, 1.5};
    static const double powers[] = {-0.5, -0.1, 0, 0.1, 0.5};
    double x_lo = fmax(e->x_lo, 1e-3 * span(e));
    par[1] = inverse[digit(&i, COUNT(inverse))] * x_lo;
    par[2] = powers[digit(&i, COUNT(powers))];
    par[0] = log(fmax(e->y_hi, DBL_MIN)) - par[1] / e->x_hi - par[2] * log(e->x_hi);
    return i == 0;
}

static bool
guess_mmf4(const struct a4nn_extent *e, size_t i, double *par)
{
    static const double halfway[] = {0.01, 0.04, 0.15, 0.5, 2};
    par[3] = exponents[digit(&i, COUNT(exponents))];
    par[1] = pow(span(e) * halfway[digit(&i, COUNT(halfway))], par[3]);
    return i == 0;
}

static bool
guess_loglog2(const struct a4nn_extent *e, size_t i, double *par)
{
    static const double shifts[] = {-0.3, 0, 0.3};
    bool falls = digit(&i, 2);
    double from = (falls ? e->y_hi : e->y_lo) + rise(e) * shifts[digit(&i, COUNT(shifts))];
    double to = (falls ? e->y_lo : e->y_hi) + rise(e) * shifts[digit(&i, COUNT(shifts))];
    double log_lo = log(e->x_lo), log_hi = log(e->x_hi);

    par[0] = log_hi > log_lo ? (exp(to) - exp(from)) / (log_hi - log_lo) : 0;
    par[1] = exp(from) - par[0] * log_lo;
    return i == 0;
}

static bool
guess_logistic(const struct a4nn_extent *e, size_t i, double *par)
{
    static const double centres[] = {-1, -0.3, 0, 0.1, 0.3, 0.6, 1, 2};
    par[2] = e->x_lo + span(e) * centres[digit(&i, COUNT(centres))];
    return guess_rate(e, i, par);
}

#define NAMES2 .npar = 2, .par = {"a", "b"}
#define NAMES3 .npar = 3, .par = {"a", "b", "c"}
#define NAMES4 .npar = 4, .par = {"a", "b", "c", "d"}
#define FUNCS(name, guesses)                                                                       \
    .first = {NAN, NAN, NAN, NAN}, .value = name##_value, .gradient = name, .guess = (guesses)
/* ln x and negative powers of x need x > 0; 1/ln(x + 1) must not overflow either. */
#define ABOVE_0 DBL_EPSILON

static const struct a4nn_family families[] = {
    {"penguin", "a - b^(c - x)", "PENGUIN accDefaultFn, bounds of CurveFit.py", NAMES3,
     .lo = {0.5, 1, 0}, .hi = {200, INF, INF}, .linear = {true}, .min_x = -INF, .decay = -1,
     .first = {10, 1.001, 100}, .value = penguin_value, .gradient = penguin},
    /* c has to be free: with c >= 0 no curve could start less than 1 above its level. */
    {"loss", "a + b^(c - x)", "PENGUIN lossDefaultFn", NAMES3, .lo = {0, 1, -INF},
     .hi = {INF, INF, INF}, .linear = {true}, .min_x = -INF, .decay = 1, .first = {10, 1.001, 100},
     .value = loss_value, .gradient = loss},
    {"pow2", "a x^b", "PENGUIN accPow2; LCDB pow2", NAMES2, .lo = {-INF, -INF}, .hi = {INF, INF},
     .linear = {true}, .min_x = ABOVE_0, FUNCS(pow2, guess_power)},
    {"pow3", "a x^b + c", "PENGUIN accPow3; Domhan; Kolachina", NAMES3, .lo = {-INF, -INF, -INF},
     .hi = {INF, INF, INF}, .linear = {true, false, true}, .min_x = ABOVE_0,
     FUNCS(pow3, guess_power)},
    {"pow4", "c - (a x + b)^-d", "Domhan (d is their alpha)", NAMES4, .lo = {0, -INF, -INF, 0},
     .hi = {INF, INF, INF, INF}, .linear = {false, false, true}, .min_x = 0,
     FUNCS(pow4, guess_pow4)},
    {"log2", "a ln x + b", "PENGUIN accLog2; LCDB log2", NAMES2, .lo = {-INF, -INF},
     .hi = {INF, INF}, .linear = {true, true}, .min_x = ABOVE_0, FUNCS(log2_, NULL)},
    {"exp2", "a e^(b x)", "PENGUIN accExp2; LCDB exp2", NAMES2, .lo = {-INF, -INF},
     .hi = {INF, INF}, .linear = {true}, .min_x = -INF, FUNCS(exp2_, guess_rate)},
    {"exp3", "a e^(b x) + c", "PENGUIN accExp3; Kolachina", NAMES3, .lo = {-INF, -INF, -INF},
     .hi = {INF, INF, INF}, .linear = {true, false, true}, .min_x = -INF, FUNCS(exp3, guess_rate)},
    {"exp4", "c - e^(-a x^d + b)", "PENGUIN accExp4; Domhan; Kolachina", NAMES4,
     .lo = {0, -INF, -INF, 0}, .hi = {INF, INF, INF, INF}, .linear = {false, false, true},
     .min_x = 0, FUNCS(exp4, guess_exp4)},
    {"expp3", "c - e^((x - b)^a)", "PENGUIN accExpp3; Kolachina", NAMES3, .lo = {-INF, -INF, -INF},
     .hi = {INF, INF, INF}, .linear = {false, false, true}, .min_x = -INF,
     FUNCS(expp3, guess_expp3)},
    {"expd3", "c - (c - a) e^(-b x)", "PENGUIN accExpd3; LCDB expd3", NAMES3, .lo = {-INF, 0, -INF},
     .hi = {INF, INF, INF}, .linear = {true, false, true}, .min_x = -INF,
     FUNCS(expd3, guess_decay)},
    {"vap3", "e^(a + b/x + c ln x)", "PENGUIN accVap3; Domhan (vapor pressure)", NAMES3,
     .lo = {-INF, -INF, -INF}, .hi = {INF, INF, INF}, .linear = {false}, .min_x = ABOVE_0,
     FUNCS(vap3, guess_vap3)},
    {"mmf4", "(a b + c x^d) / (b + x^d)", "PENGUIN accMmf4; Domhan (MMF); Hill", NAMES4,
     .lo = {-INF, 0, -INF, 0}, .hi = {INF, INF, INF, INF}, .linear = {true, false, true},
     .min_x = 0, FUNCS(mmf4, guess_mmf4)},
    {"wbl4", "a - b e^(-c x^d)", "PENGUIN accWbl4; Domhan (Weibull)", NAMES4,
     .lo = {-INF, -INF, 0, 0}, .hi = {INF, INF, INF, INF}, .linear = {true, true}, .min_x = 0,
     FUNCS(wbl4, guess_weibull)},
    /* Published with ln x, which is 0 after the first epoch; moved by one epoch, as in LCDB. */
    {"ilog2", "b - a / ln(x + 1)", "PENGUIN accIlog2, Domhan, Kolachina; x + 1 as LCDB", NAMES2,
     .lo = {-INF, -INF}, .hi = {INF, INF}, .linear = {true, true}, .min_x = ABOVE_0,
     FUNCS(ilog2, NULL)},
    {"janoschek4", "a - (a - b) e^(-c x^d)", "Domhan (Janoschek)", NAMES4, .lo = {-INF, -INF, 0, 0},
     .hi = {INF, INF, INF, INF}, .linear = {true, true}, .min_x = 0,
     FUNCS(janoschek4, guess_weibull)},
    {"loglog2", "ln(a ln x + b)", "Domhan (log log linear)", NAMES2, .lo = {-INF, -INF},
     .hi = {INF, INF}, .linear = {false}, .min_x = ABOVE_0, FUNCS(loglog2, guess_loglog2)},
    {"logistic", "a / (1 + e^(-b (x - c)))", "Verhulst 1845", NAMES3, .lo = {-INF, -INF, -INF},
     .hi = {INF, INF, INF}, .linear = {true}, .min_x = -INF, FUNCS(logistic, guess_logistic)},
};

const char *const a4nn_family_names[] = {"penguin",    "loss",    "pow2",     "pow3", "pow4",
                                         "log2",       "exp2",    "exp3",     "exp4", "expp3",
                                         "expd3",      "vap3",    "mmf4",     "wbl4", "ilog2",
                                         "janoschek4", "loglog2", "logistic", NULL};

const struct a4nn_family *
a4nn_families(size_t *count)
{
    *count = COUNT(families);
    return families;
}

const struct a4nn_family *
a4nn_family_find(const char *name)
{
    for (size_t i = 0; i < COUNT(families); i++)
        if (strcmp(families[i].name, name) == 0)
            return &families[i];
    return NULL;
}
