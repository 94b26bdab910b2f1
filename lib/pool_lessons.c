/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pool_parts.h"
#include "solve.h"
#include "xalloc.h"

/* Prior of the coefficients: as many lessons' worth of "no correction", for each. */
static const double sceptical = 2;
/* Lessons' worth of "as expected" in the factor of the errors. */
static const double as_expected = 5;
/* A feature further from the mean than this many standard deviations counts as there. */
static const double farthest = 3;
/* Residual, in standard deviations, whose lesson counts half. */
static const double half_believed = 2;
/* From the median of absolute residuals to the standard deviation, of a normal distribution. */
static const double of_median = 1.4826;
/* Least standard deviation of the noise and least error whose logarithm is averaged, over the
 * common expected error. */
static const double least_noise = 0.02, least_miss = 0.1;
/* From the geometric mean of absolute errors to their mean, about. */
static const double to_mean = 1.3;
/* Leverage beyond which a residual is not scaled up any more. */
static const double most_leverage = 0.8;
/* The teaching is made anew when the runs at the station have become this many times as many. */
static const double grown = 1.1;

/* So many lessons are left for one new one not to matter. */
enum { FEW_NEWS = 16 };

enum { N = A4NN_FEATURES, REWEIGHTINGS = 6 };

/* ---- the ring ---- */

static struct a4nn_lesson *
at(const struct a4nn_lessons *l, size_t i)
{
    return &l->lesson[(l->first + i) % A4NN_POOL_LESSONS];
}

void
a4nn_lessons_add(struct a4nn_lessons *l, const struct a4nn_lesson *lesson)
{
    if (l->lesson == NULL)
        l->lesson = a4nn_xcalloc(A4NN_POOL_LESSONS, sizeof *l->lesson);
    if (l->n == A4NN_POOL_LESSONS)
        l->first = (l->first + 1) % A4NN_POOL_LESSONS;
    else
        l->n++;
    *at(l, l->n - 1) = *lesson;
    l->news++;
}

void
a4nn_lessons_remove(struct a4nn_lessons *l, size_t id)
{
    size_t i, kept = 0;

    for (i = 0; i < l->n; i++)
        if (at(l, i)->id != id)
            *at(l, kept++) = *at(l, i);
    l->news += l->n - kept;
    l->n = kept;
}

void
a4nn_lessons_release(struct a4nn_lessons *l)
{
    free(l->lesson);
}

/* ---- the regression ---- */

struct regression {
    size_t n;
    double x[A4NN_POOL_LESSONS][N], y[A4NN_POOL_LESSONS]; /* features; what was missed, over h */
    double weight[A4NN_POOL_LESSONS], residual[A4NN_POOL_LESSONS];
    double unit[A4NN_POOL_LESSONS], error[A4NN_POOL_LESSONS]; /* h, and the error expected */
};

static double
within(double x)
{
    return x > farthest ? farthest : x < -farthest ? -farthest : x;
}

static void
features(const struct a4nn_crowd_view *c, const struct a4nn_pool_visit *v, double *x)
{
    x[0] = 1;
    x[1] = within((v->level - c->level) / c->level_sd);
    x[2] = within((v->dip - c->dip) / c->dip_sd);
    x[3] = within((v->gain - a4nn_crowd_gain(c, v->level)) / c->off_sd);
}

static void
prepare(const struct a4nn_lessons *l, const struct a4nn_crowd_view *view, double comeback,
        struct regression *r)
{
    size_t i;

    r->n = l->n;
    for (i = 0; i < l->n; i++) {
        const struct a4nn_lesson *lesson = at(l, i);
        struct a4nn_pool_base base;
        a4nn_crowd_base(view, comeback, &lesson->visit, &base);
        features(view, &lesson->visit, r->x[i]);
        r->y[i] = (lesson->miss - base.shift) / base.unit;
        r->unit[i] = base.unit;
        r->error[i] = base.error;
        r->weight[i] = 1;
    }
}

/* X'WX + the prior, for the weights as they are. */
static void
normal_matrix(const struct regression *r, double *a)
{
    size_t i;
    int j, k;

    memset(a, 0, N * N * sizeof *a);
    for (j = 0; j < N; j++)
        a[j * N + j] = sceptical;
    for (i = 0; i < r->n; i++)
        for (j = 0; j < N; j++)
            for (k = 0; k < N; k++)
                a[j * N + k] += r->weight[i] * r->x[i][j] * r->x[i][k];
}

/* Ridge regression with the weights as they are. */
static void
regress(struct regression *r, double *coefficient)
{
    double a[N * N];
    size_t i;
    int j;

    normal_matrix(r, a);
    memset(coefficient, 0, N * sizeof *coefficient);
    for (i = 0; i < r->n; i++)
        for (j = 0; j < N; j++)
            coefficient[j] += r->weight[i] * r->x[i][j] * r->y[i];
    if (!a4nn_solve_positive(a, N, coefficient))
        memset(coefficient, 0, N * sizeof *coefficient); /* not finite: say nothing */
    for (i = 0; i < r->n; i++) {
        r->residual[i] = r->y[i];
        for (j = 0; j < N; j++)
            r->residual[i] -= coefficient[j] * r->x[i][j];
    }
}

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Cauchy weights: lessons far from what the others say count little. */
static void
reweigh(struct regression *r, double common)
{
    double size[A4NN_POOL_LESSONS] = {0}, sd;
    size_t i;

    for (i = 0; i < r->n; i++)
        size[i] = fabs(r->residual[i]);
    qsort(size, r->n, sizeof *size, ascending);
    sd = of_median * (size[(r->n - 1) / 2] + size[r->n / 2]) / 2 + least_noise * common;
    for (i = 0; i < r->n; i++) {
        double far = r->residual[i] / (half_believed * sd);
        r->weight[i] = 1 / (1 + far * far);
    }
}

/* x'A^-1 x of the lessons that regress() used A for; 0 where there is no inverse. */
static void
leverages(const struct regression *r, double *leverage)
{
    double inverse[N][N];
    size_t i;
    int j, k;

    for (k = 0; k < N; k++) {
        double a[N * N];
        normal_matrix(r, a);
        for (j = 0; j < N; j++)
            inverse[k][j] = j == k;
        if (!a4nn_solve_positive(a, N, inverse[k]))
            memset(inverse[k], 0, sizeof inverse[k]);
    }
    for (i = 0; i < r->n; i++)
        for (leverage[i] = 0, j = 0; j < N; j++)
            for (k = 0; k < N; k++)
                leverage[i] += r->x[i][j] * inverse[j][k] * r->x[i][k];
}

/* Factor of the errors: geometric mean of those left when each lesson is foretold by the others,
 * over the expected ones; shrunk towards 1 while lessons are few. */
static double
stretch(const struct regression *r, double common)
{
    double leverage[A4NN_POOL_LESSONS] = {0}, sum = 0;
    size_t i;

    leverages(r, leverage);
    for (i = 0; i < r->n; i++) {
        double own = fmin(leverage[i] * r->weight[i], most_leverage);
        double miss = r->unit[i] * fabs(r->residual[i]) / (1 - own);
        sum += log(to_mean * (miss + least_miss * common) / r->error[i]);
    }
    return exp(sum / ((double)r->n + as_expected));
}

const struct a4nn_teaching *
a4nn_lessons_teach(struct a4nn_lessons *l, const struct a4nn_crowd_view *view, double comeback)
{
    struct a4nn_teaching *t = &l->teaching;
    struct regression r;
    int i;

    if (l->news <= l->n / FEW_NEWS && view->n < grown * t->view.n && view->n > t->view.n / grown)
        return t;
    prepare(l, view, comeback, &r);
    for (i = 0; i < REWEIGHTINGS; i++) {
        if (i > 0)
            reweigh(&r, view->error);
        regress(&r, t->coefficient);
    }
    t->stretch = stretch(&r, view->error);
    t->view = *view;
    l->news = 0;
    return t;
}

double
a4nn_teaching_apply(const struct a4nn_teaching *t, const struct a4nn_pool_visit *v)
{
    double x[N], sum = 0;
    int i;

    features(&t->view, v, x);
    for (i = 0; i < N; i++)
        sum += t->coefficient[i] * x[i];
    return sum;
}
