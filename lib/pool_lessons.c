/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pool_parts.h"
#include "ridge.h"
#include "xalloc.h"

/* Prior of the coefficients: as many lessons' worth of "no correction", for each. */
static const double sceptical = 2;
/* Lessons' worth of "as expected" in the factor of the errors. */
static const double as_expected = 5;
/* A feature further from the mean than this many standard deviations counts as there. */
static const double farthest = 3;
/* Least standard deviation of the noise and least error whose logarithm is averaged, over the
 * common expected error. */
static const double least_noise = 0.02, least_miss = 0.1;
/* From the geometric mean of absolute errors to their mean, about. */
static const double to_mean = 1.3;
/* The teaching is made anew when the runs at the station have become this many times as many. */
static const double grown = 1.1;

/* So many lessons are left for one new one not to matter. */
enum { FEW_NEWS = 16 };

enum { N = A4NN_FEATURES };

/* ---- the ring ---- */

static struct a4nn_lesson *
at(const struct a4nn_pool_lessons *l, size_t i)
{
    return &l->lesson[(l->first + i) % A4NN_POOL_LESSONS];
}

void
a4nn_pool_lessons_add(struct a4nn_pool_lessons *l, const struct a4nn_lesson *lesson)
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
a4nn_pool_lessons_remove(struct a4nn_pool_lessons *l, size_t id)
{
    size_t i, kept = 0;

    for (i = 0; i < l->n; i++)
        if (at(l, i)->id != id)
            *at(l, kept++) = *at(l, i);
    l->news += l->n - kept;
    l->n = kept;
}

void
a4nn_pool_lessons_release(struct a4nn_pool_lessons *l)
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

void
a4nn_pool_features(const struct a4nn_crowd_view *view, const struct a4nn_pool_visit *visit,
                   double *x)
{
    x[0] = 1;
    x[1] = within((visit->level - view->level) / view->level_sd);
    x[2] = within((visit->dip - view->dip) / view->dip_sd);
    x[3] = within((visit->gain - a4nn_crowd_gain(view, visit->level)) / view->off_sd);
}

static void
prepare(const struct a4nn_pool_lessons *l, const struct a4nn_crowd_view *view, double comeback,
        struct regression *r)
{
    size_t i;

    r->n = l->n;
    for (i = 0; i < l->n; i++) {
        const struct a4nn_lesson *lesson = at(l, i);
        struct a4nn_pool_base base;
        a4nn_crowd_base(view, comeback, &lesson->visit, &base);
        a4nn_pool_features(view, &lesson->visit, r->x[i]);
        r->y[i] = (lesson->miss - base.shift) / base.unit;
        r->unit[i] = base.unit;
        r->error[i] = base.error;
    }
}

double
a4nn_pool_log_ratio(double miss, double expected, double common)
{
    return log(to_mean * (fabs(miss) + least_miss * common) / expected);
}

double
a4nn_pool_stretch(double log_ratios, double n)
{
    return exp(log_ratios / (n + as_expected));
}

/* Factor of the errors: geometric mean of those left when each lesson is foretold by the others,
 * over the expected ones. */
static double
stretch(const struct regression *r, const double *leverage, double common)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < r->n; i++) {
        double own = fmin(leverage[i], A4NN_MOST_LEVERAGE);
        double miss = r->unit[i] * fabs(r->residual[i]) / (1 - own);
        sum += a4nn_pool_log_ratio(miss, r->error[i], common);
    }
    return a4nn_pool_stretch(sum, (double)r->n);
}

const struct a4nn_teaching *
a4nn_pool_lessons_teach(struct a4nn_pool_lessons *l, const struct a4nn_crowd_view *view,
                        double comeback)
{
    struct a4nn_teaching *t = &l->teaching;
    struct regression r;
    struct a4nn_ridge ridge;
    double leverage[A4NN_POOL_LESSONS];

    if (l->news <= l->n / FEW_NEWS && view->n < grown * t->view.n && view->n > t->view.n / grown)
        return t;
    prepare(l, view, comeback, &r);
    ridge = (struct a4nn_ridge){.n = r.n,
                                .d = N,
                                .x = r.x[0],
                                .y = r.y,
                                .prior = sceptical,
                                .least = least_noise * view->error,
                                .weight = r.weight,
                                .residual = r.residual};
    a4nn_ridge_fit(&ridge);
    memcpy(t->coefficient, ridge.coefficient, sizeof t->coefficient);
    a4nn_ridge_leverages(&ridge, leverage);
    t->stretch = stretch(&r, leverage, view->error);
    t->view = *view;
    l->news = 0;
    return t;
}

double
a4nn_teaching_apply(const struct a4nn_teaching *t, const struct a4nn_pool_visit *v)
{
    double x[N], sum = 0;
    int i;

    a4nn_pool_features(&t->view, v, x);
    for (i = 0; i < N; i++)
        sum += t->coefficient[i] * x[i];
    return sum;
}
