/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold of forecasts that runs make for each other, and a regression worked by hand. */
#include "unit.h"

#include <math.h>
#include <stdlib.h>

#include "pool.h"

/* Run i of a made-up search: all alike but for their levels, and each a little more or less sure.
 */
static struct a4nn_pool_visit
run(int i)
{
    double wave = sin(3.7 * i);

    return (struct a4nn_pool_visit){.level = 70 + 2 * i % 17,
                                    .dip = 0.5 + 0.5 * cos(2.1 * i),
                                    .gain = 10 + 2 * wave,
                                    .error = 3 + wave};
}

static struct a4nn_pool *
full(int runs, double shift, double factor)
{
    struct a4nn_pool *p = a4nn_pool_new(4, 0.25);
    int i;

    for (i = 0; i < runs; i++) {
        struct a4nn_pool_visit v = run(i);
        v = (struct a4nn_pool_visit){shift + factor * v.level, factor * v.dip, factor * v.gain,
                                     factor * v.error, 0};
        a4nn_pool_enter(p, 2, &v);
    }
    return p;
}

static void
alone_is_own(void)
{
    struct a4nn_pool *p = a4nn_pool_new(4, 0.25);
    struct a4nn_pool_visit v = run(0);
    struct a4nn_pool_answer a;

    a4nn_pool_ask(p, 2, &v, &a);
    CHECK_NEAR(a.shift, 0, 0);
    a4nn_pool_enter(p, 2, &v);
    a4nn_pool_ask(p, 2, &v, &a);
    CHECK_NEAR(a.shift, 0, 0);
    CHECK_NEAR(a.stretch, 1, 1e-12);
    CHECK_NEAR(a.own, 1, 1e-12);
    a4nn_pool_free(p);
}

/* Of two runs at the same level with the same dip the one that forecasts more is moved down, the
 * other up; a sure one is moved less. */
static void
company_moves_towards_the_line(void)
{
    struct a4nn_pool *p = full(30, 0, 1);
    struct a4nn_pool_visit high = {75, 0, 16, 3, 0}, low = {75, 0, 4, 3, 0},
                           sure = {75, 0, 16, .1, 0};
    struct a4nn_pool_answer a, b, c;

    a4nn_pool_ask(p, 2, &high, &a);
    a4nn_pool_ask(p, 2, &low, &b);
    a4nn_pool_ask(p, 2, &sure, &c);
    CHECK(a.shift < 0 && b.shift > 0 && 16 + a.shift > 4 + b.shift);
    CHECK(fabs(c.shift) < fabs(a.shift) / 5);
    CHECK(a.own < 0.45 && c.own > 0.9);
    CHECK_NEAR(a.runs, 30, 1e-9);
    CHECK(c.stretch > 1); /* nobody is as sure as he says */
    a4nn_pool_free(p);
}

static void
units_do_not_matter(void)
{
    struct a4nn_pool *p = full(20, 0, 1), *q = full(20, -5000, 8);
    struct a4nn_pool_visit v = run(7), w = v;
    struct a4nn_pool_answer a, b;
    int i;

    for (i = 0; i < 6; i++) {
        struct a4nn_pool_visit x = run(i), y = x;
        y.level = -5000 + 8 * x.level;
        y.dip = 8 * x.dip;
        y.gain = 8 * x.gain;
        y.error = 8 * x.error;
        a4nn_pool_learn(p, 2, &x, (size_t)i, 84 + i);
        a4nn_pool_learn(q, 2, &y, (size_t)i, -5000 + 8 * (84 + i));
    }
    w.level = -5000 + 8 * v.level;
    w.dip = 8 * v.dip;
    w.gain = 8 * v.gain;
    w.error = 8 * v.error;
    a4nn_pool_ask(p, 2, &v, &a);
    a4nn_pool_ask(q, 2, &w, &b);
    CHECK(fabs(a.correction) > 0.1);
    CHECK_NEAR(b.shift, 8 * a.shift, 1e-8);
    CHECK_NEAR(b.stretch, a.stretch, 1e-9);
    a4nn_pool_free(p);
    a4nn_pool_free(q);
}

/* Leaving and forgetting undo entering and learning. */
static void
what_is_withdrawn_leaves_no_trace(void)
{
    struct a4nn_pool *p = full(12, 0, 1);
    struct a4nn_pool_visit v = run(3), strange = {20, 30, 60, 25, 0}, here = run(5);
    struct a4nn_pool_answer before, during, after;

    a4nn_pool_learn(p, 2, &here, 5, 90);
    a4nn_pool_ask(p, 2, &v, &before);
    a4nn_pool_enter(p, 2, &strange);
    a4nn_pool_learn(p, 2, &strange, 77, 40);
    a4nn_pool_ask(p, 2, &v, &during);
    a4nn_pool_forget(p, 2, 77);
    a4nn_pool_leave(p, 2, &strange);
    a4nn_pool_ask(p, 2, &v, &after);
    CHECK(fabs(during.shift - before.shift) > 0.01);
    CHECK_NEAR(after.shift, before.shift, 1e-9);
    CHECK_NEAR(after.stretch, before.stretch, 1e-9);
    CHECK_NEAR(after.lessons, 1, 0);
    a4nn_pool_free(p);
}

/*
 * Runs that are all the same: of the features only the constant 1 is not 0, so that the correction
 * is y sum(w) / (sum(w) + 2).  All miss equally: w is 1 / (1 + (1 / (2 x 1.4826))^2) = 0.898 or,
 * where the miss is next to nothing, more.
 */
static void
a_common_error_is_learned(void)
{
    const double w = 0.898;
    struct a4nn_pool *p = a4nn_pool_new(1, 0);
    struct a4nn_pool_visit v = {80, 0, 10, 4, 0};
    struct a4nn_pool_answer a;
    int i, k, n;

    for (i = 0; i < 50; i++) {
        struct a4nn_pool_visit one = v;
        a4nn_pool_enter(p, 0, &one);
    }
    for (k = 1; k <= 20; k++) {
        a4nn_pool_learn(p, 0, &v, (size_t)k, 95);
        a4nn_pool_ask(p, 0, &v, &a);
        n = k - k / 16; /* a sixteenth of the lessons may wait */
        CHECK(a.correction >= 5 * w * n / (w * n + 2) - 1e-3 && a.correction <= 5. * k / (k + 2));
    }
    CHECK(a.stretch < 0.6); /* they miss less than they were expected to */
    a4nn_pool_free(p);
}

/* One run that explodes among nine that end where they were forecast. */
static void
a_wild_end_teaches_little(void)
{
    struct a4nn_pool *p = full(20, 0, 1);
    struct a4nn_pool_visit v = run(4);
    struct a4nn_pool_answer before, after;
    int i;

    for (i = 0; i < 9; i++) {
        struct a4nn_pool_visit x = run(i);
        a4nn_pool_ask(p, 2, &x, &before);
        a4nn_pool_learn(p, 2, &x, (size_t)i, x.level + x.gain + before.shift + 0.3 * sin(i));
    }
    a4nn_pool_ask(p, 2, &v, &before);
    a4nn_pool_learn(p, 2, &v, 9, -1e6);
    a4nn_pool_ask(p, 2, &v, &after);
    CHECK(fabs(after.shift - before.shift) < 0.5);
    a4nn_pool_free(p);
}

/* Only the last A4NN_POOL_LESSONS ends count: a search that has changed is followed. */
static void
old_lessons_are_forgotten(void)
{
    struct a4nn_pool *p = full(20, 0, 1);
    struct a4nn_pool_visit v = run(4);
    struct a4nn_pool_answer a;
    int i;

    for (i = 0; i < 2 * A4NN_POOL_LESSONS; i++) {
        struct a4nn_pool_visit x = run(i % 20);
        a4nn_pool_learn(p, 2, &x, (size_t)i, i < A4NN_POOL_LESSONS ? 20 : 90);
    }
    a4nn_pool_ask(p, 2, &v, &a);
    CHECK_NEAR(a.lessons, A4NN_POOL_LESSONS, 0);
    CHECK(fabs(v.level + v.gain + a.shift - 90) < 1);
    a4nn_pool_free(p);
}

/* A station that few runs have reached takes what the one before it shows. */
static void
the_station_before_helps(void)
{
    struct a4nn_pool *p = full(20, 0, 1);
    struct a4nn_pool_visit v = run(4);
    struct a4nn_pool_answer here, next;

    a4nn_pool_ask(p, 2, &v, &here);
    a4nn_pool_ask(p, 3, &v, &next);
    CHECK_NEAR(next.runs, 8, 1e-9);
    CHECK(fabs(next.shift - here.shift) < 0.5);
    CHECK(fabs(next.shift) > 0.01);
    a4nn_pool_free(p);
}

int
main(void)
{
    alone_is_own();
    company_moves_towards_the_line();
    units_do_not_matter();
    what_is_withdrawn_leaves_no_trace();
    a_common_error_is_learned();
    a_wild_end_teaches_little();
    old_lessons_are_forgotten();
    the_station_before_helps();
    return unit_end();
}
