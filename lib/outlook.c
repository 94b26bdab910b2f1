/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlook.h"

#include <math.h>
#include <stdlib.h>

#include "dice.h"
#include "lessons.h"
#include "xalloc.h"

enum { CANDIDATES = 4000 /* that are looked at, at most */ };

/* An end on the model's scale. */
struct end {
    double mean, variance;
};

/* The probability that one is above the other. */
static double
above(const struct end *a, const struct end *b)
{
    double sd = sqrt(a->variance + b->variance);

    return sd > 0 ? erfc((b->mean - a->mean) / sd / sqrt(2)) / 2 : (a->mean > b->mean ? 1 : 0);
}

/* Rows as if nothing of their own were known. */
static struct end
by_config(const struct a4nn_surrogate *s, size_t row)
{
    struct a4nn_prospects p;
    struct end end;

    a4nn_prospects_init(&p, s, &row, 1, 0);
    end = (struct end){p.mean[0], p.variance[0] + a4nn_surrogate_noise(s)};
    a4nn_prospects_release(&p);
    return end;
}

/* The candidate that is expected to end best. */
static struct end
best_candidate(const struct a4nn_surrogate *s, const struct a4nn_propose_opts *o)
{
    size_t n = o->candidates < CANDIDATES ? o->candidates : CANDIDATES, best = 0, i;
    struct a4nn_prospects p;
    struct end end = {-INFINITY, 0};

    if (n == 0)
        return end;
    a4nn_prospects_init(&p, s, o->row, n, 0);
    for (i = 1; i < n; i++)
        if (p.mean[i] > p.mean[best])
            best = i;
    end = (struct end){p.mean[best], p.variance[best] + a4nn_surrogate_noise(s)};
    a4nn_prospects_release(&p);
    return end;
}

static void
tell(const struct a4nn_lessons *l, const struct a4nn_propose_opts *o, const struct end *end,
     struct a4nn_outlook *out)
{
    struct a4nn_lessons_end told = a4nn_lessons_tell(l, o, end->mean, sqrt(end->variance));
    const struct end best = {a4nn_yardstick_z(l->yardstick, l->best), 0};

    out->predicted = told.predicted;
    out->low = told.low;
    out->high = told.high;
    out->p_beat = above(end, &best);
}

/* The scale ends at the worst result: of a run that will be worse its own forecast is told. */
static void
tell_worse(const struct a4nn_lessons *l, const struct a4nn_propose_opts *o,
           const struct a4nn_result *r, struct a4nn_outlook *out)
{
    double back = a4nn_yardstick_value(l->yardstick, a4nn_yardstick_z(l->yardstick, r->value));
    double off = A4NN_TO_INTERVAL * r->sd;

    if (fabs(back - r->value) <= 1e-6 * fabs(r->value))
        return;
    out->predicted = a4nn_lessons_within(o, r->value);
    out->low = a4nn_lessons_within(o, r->value - off);
    out->high = a4nn_lessons_within(o, r->value + off);
}

/* Where among the lessons a row is; as many as there are: nowhere. */
static size_t
lesson_of(const struct a4nn_lessons *l, size_t row)
{
    size_t i = 0;

    while (i < l->learned && (l->row[i] != row || l->task[i] != 0))
        i++;
    return i;
}

size_t
a4nn_outlooks(const struct a4nn_propose_opts *opts, struct a4nn_outlook *out, bool *model)
{
    struct a4nn_dice dice = {opts->seed};
    struct a4nn_lessons l;
    double *mean, *variance, *others;
    struct end best;
    size_t n = 0, i;

    a4nn_lessons_learn(&l, opts, &dice);
    *model = l.surrogate != NULL && l.n >= A4NN_LESSONS_FIRST;
    mean = a4nn_xcalloc(l.learned + 1, sizeof *mean);
    variance = a4nn_xcalloc(l.learned + 1, sizeof *variance);
    others = a4nn_xcalloc(l.learned + 1, sizeof *others);
    if (*model) {
        a4nn_surrogate_ends(l.surrogate, mean, variance, others);
        best = best_candidate(l.surrogate, opts);
    }
    for (i = 0; i < opts->results && *model; i++) {
        size_t at = lesson_of(&l, opts->result[i].row);
        struct end end;

        if (opts->result[i].state != A4NN_RESULT_PENDING)
            continue;
        out[n] = (struct a4nn_outlook){.result = i, .by_config = NAN, .p_next = NAN};
        if (at < l.learned)
            end = (struct end){mean[at], variance[at]};
        else
            end = by_config(l.surrogate, opts->result[i].row);
        tell(&l, opts, &end, &out[n]);
        if (at < l.learned)
            tell_worse(&l, opts, &opts->result[i], &out[n]);
        if (at < l.learned)
            out[n].by_config = a4nn_lessons_tell(&l, opts, others[at], 0).predicted;
        if (opts->candidates > 0)
            out[n].p_next = above(&end, &best);
        n++;
    }
    free(mean);
    free(variance);
    free(others);
    a4nn_lessons_release(&l);
    return n;
}
