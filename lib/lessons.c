/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "xalloc.h"

enum {
    LESSONS = 500,  /* results the model learns from, at most */
    KIN = 150,      /* and of similar tasks */
    BEFORE_KIN = 75 /* results that come before these, as the first teach hyper-parameters */
};

struct lesson {
    double z, variance;
    size_t row, task;
};

static int
best_first(const void *a, const void *b)
{
    const struct lesson *x = a, *y = b;

    if (x->z != y->z)
        return x->z < y->z ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

static bool
better(enum a4nn_mode mode, double a, double b)
{
    return isnan(b) || (mode == A4NN_MIN ? a < b : a > b);
}

static void
make_yardstick(struct a4nn_lessons *m, const struct a4nn_propose_opts *o)
{
    double *value = a4nn_xcalloc(o->results + 1, sizeof *value);
    size_t n = 0, i;

    m->best = NAN;
    for (i = 0; i < o->results; i++) {
        const struct a4nn_result *r = &o->result[i];

        m->running += r->state == A4NN_RESULT_PENDING && isfinite(r->value) ? 1 : 0;
        if (r->state == A4NN_RESULT_PENDING)
            continue;
        value[n] = r->state == A4NN_RESULT_VALUE ? r->value : NAN;
        if (isfinite(value[n])) {
            m->valued++;
            if (better(o->mode, value[n], m->best))
                m->best = value[n];
        }
        n++;
    }
    m->n = n;
    if (m->valued > 0)
        m->yardstick = a4nn_yardstick_new(value, n, o->mode);
    free(value);
}

static void
swap(struct lesson *a, struct lesson *b)
{
    struct lesson kept = *a;

    *a = *b;
    *b = kept;
}

/* The best and a random rest, when there are too many; how many there are then.  They come in
 * random order: the first ones teach hyper-parameters. */
static size_t
choose(struct lesson *lesson, size_t n, struct a4nn_dice *dice)
{
    size_t i;

    qsort(lesson, n, sizeof *lesson, best_first);
    if (n > LESSONS) {
        for (i = LESSONS / 2; i < n; i++)
            swap(&lesson[i], &lesson[i + a4nn_dice_below(dice, n - i)]);
        n = LESSONS;
    }
    for (i = 1; i < n; i++)
        swap(&lesson[i], &lesson[a4nn_dice_below(dice, i + 1)]);
    return n;
}

static void
put(struct a4nn_lessons *m, const struct lesson *lesson)
{
    size_t i = m->learned++;

    m->row[i] = lesson->row;
    m->task[i] = lesson->task;
    m->z[i] = lesson->z;
    m->variance[i] = lesson->variance;
}

/* A random part of what similar tasks came to. */
static void
put_kin(struct a4nn_lessons *m, const struct a4nn_propose_opts *o, struct a4nn_dice *dice)
{
    size_t *order = a4nn_xcalloc(o->kins + 1, sizeof *order), i;

    for (i = 0; i < o->kins; i++)
        order[i] = i;
    a4nn_dice_shuffle(dice, order, o->kins);
    for (i = 0; i < o->kins && i < KIN; i++) {
        const struct a4nn_result *r = &o->kin[order[i]];

        put(m, &(struct lesson){r->value, 0, r->row, r->task});
    }
    free(order);
}

static void
gather(struct a4nn_lessons *m, const struct a4nn_propose_opts *o, struct a4nn_dice *dice)
{
    struct lesson *lesson = a4nn_xcalloc(m->n + m->running + 1, sizeof *lesson);
    size_t room = m->n + m->running + KIN, i, n = 0;

    m->row = a4nn_xcalloc(room, sizeof *m->row);
    m->task = a4nn_xcalloc(room, sizeof *m->task);
    m->z = a4nn_xcalloc(room, sizeof *m->z);
    m->variance = a4nn_xcalloc(room, sizeof *m->variance);
    for (i = 0; i < o->results; i++) {
        const struct a4nn_result *r = &o->result[i];
        double value = r->state != A4NN_RESULT_FAILED ? r->value : NAN, off = 0;

        if (r->state == A4NN_RESULT_PENDING && !isfinite(value))
            continue;
        if (isfinite(value) && r->sd > 0)
            off = (a4nn_yardstick_z(m->yardstick, value + r->sd) -
                   a4nn_yardstick_z(m->yardstick, value - r->sd)) /
                  2;
        lesson[n++] = (struct lesson){a4nn_yardstick_z(m->yardstick, value), off * off, r->row, 0};
    }
    n = choose(lesson, n, dice);
    for (i = 0; i < n && i < BEFORE_KIN; i++)
        put(m, &lesson[i]);
    put_kin(m, o, dice);
    for (; i < n; i++)
        put(m, &lesson[i]);
    free(lesson);
}

void
a4nn_lessons_learn(struct a4nn_lessons *l, const struct a4nn_propose_opts *opts,
                   struct a4nn_dice *dice)
{
    *l = (struct a4nn_lessons){0};
    make_yardstick(l, opts);
    if ((l->yardstick == NULL && l->n + l->running > 0) || l->n + opts->kins < A4NN_LESSONS_FIRST)
        return;
    gather(l, opts, dice);
    l->surrogate =
        a4nn_surrogate_fit(opts->features, l->row, l->z, l->variance, l->task, l->learned);
}

double
a4nn_lessons_within(const struct a4nn_propose_opts *o, double v)
{
    return o->least < o->most ? fmin(fmax(v, o->least), o->most) : v;
}

struct a4nn_lessons_end
a4nn_lessons_tell(const struct a4nn_lessons *l, const struct a4nn_propose_opts *opts, double mean,
                  double sd)
{
    double a = a4nn_yardstick_value(l->yardstick, mean - A4NN_TO_INTERVAL * sd);
    double b = a4nn_yardstick_value(l->yardstick, mean + A4NN_TO_INTERVAL * sd);

    return (struct a4nn_lessons_end){
        a4nn_lessons_within(opts, a4nn_yardstick_value(l->yardstick, mean)),
        a4nn_lessons_within(opts, fmin(a, b)), a4nn_lessons_within(opts, fmax(a, b))};
}

void
a4nn_lessons_release(struct a4nn_lessons *l)
{
    a4nn_surrogate_free(l->surrogate);
    a4nn_yardstick_free(l->yardstick);
    free(l->row);
    free(l->task);
    free(l->z);
    free(l->variance);
    *l = (struct a4nn_lessons){0};
}
