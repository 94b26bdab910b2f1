/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population.h"

#include <stdlib.h>

#include "lessons.h"
#include "spread.h"
#include "xalloc.h"

enum {
    TENTH = 10,    /* one in so many candidates is good, ... */
    AT_LEAST = 4,  /* ... or this many times what is wanted */
    INSURANCE = 4, /* one in so many trainings fills the space */
    MOST = 4000    /* candidates that distances are taken of, by chance */
};

struct work {
    const struct a4nn_population_opts *o;
    struct a4nn_first *out;
    size_t n;    /* chosen so far */
    bool *taken; /* by candidate */
};

static void
take(struct work *w, size_t candidate, bool taught)
{
    w->taken[candidate] = true;
    w->out[w->n++] = (struct a4nn_first){candidate, taught};
}

/* Takes `count` of these candidates, far from each other and from what is there or was taken. */
static void
take_far(struct work *w, const size_t *candidate, size_t n, size_t count, bool taught)
{
    const struct a4nn_features *f = w->o->features;
    const double **point = a4nn_xcalloc(n + 1, sizeof *point);
    const double **there = a4nn_xcalloc(w->o->there_n + w->n + 1, sizeof *there);
    size_t *pick = a4nn_xcalloc(count + 1, sizeof *pick), there_n = 0, i, found;

    for (i = 0; i < n; i++)
        point[i] = a4nn_features_row(f, w->o->row[candidate[i]]);
    for (i = 0; i < w->o->there_n; i++)
        there[there_n++] = a4nn_features_row(f, w->o->there[i]);
    for (i = 0; i < w->n; i++)
        there[there_n++] = a4nn_features_row(f, w->o->row[w->out[i].candidate]);
    found = a4nn_spread_pick(point, n, there, there_n, a4nn_features_columns(f), count, pick);
    for (i = 0; i < found; i++)
        take(w, candidate[pick[i]], taught);
    free(point);
    free(there);
    free(pick);
}

/* ---- what did well ---- */

struct expected {
    double mean;
    size_t candidate;
};

static int
best_first(const void *a, const void *b)
{
    const struct expected *x = a, *y = b;

    if (x->mean != y->mean)
        return x->mean < y->mean ? 1 : -1;
    return (x->candidate > y->candidate) - (x->candidate < y->candidate);
}

static void
take_good(struct work *w, const struct a4nn_surrogate *surrogate, size_t count)
{
    const struct a4nn_population_opts *o = w->o;
    struct expected *all = a4nn_xcalloc(o->candidates + 1, sizeof *all);
    size_t *good = a4nn_xcalloc(o->candidates + 1, sizeof *good), n, i;

    for (i = 0; i < o->candidates; i++)
        all[i] = (struct expected){
            a4nn_surrogate_mean(surrogate, a4nn_features_row(o->features, o->row[i])), i};
    qsort(all, o->candidates, sizeof *all, best_first);
    n = o->candidates / TENTH > AT_LEAST * count ? o->candidates / TENTH : AT_LEAST * count;
    n = n < o->candidates ? n : o->candidates;
    for (i = 0; i < n; i++)
        good[i] = all[i].candidate;
    if (n > 0)
        take(w, good[0], true);
    take_far(w, good + 1, n > 0 ? n - 1 : 0, count - 1, true);
    free(all);
    free(good);
}

static void
take_taught(struct work *w, struct a4nn_dice *dice)
{
    const struct a4nn_propose_opts opts = {.features = w->o->features,
                                           .result = w->o->result,
                                           .results = w->o->results,
                                           .mode = A4NN_MAX,
                                           .seed = w->o->seed};
    struct a4nn_lessons lessons;
    size_t count = w->o->count - w->o->count / INSURANCE;

    a4nn_lessons_learn(&lessons, &opts, dice);
    if (lessons.surrogate != NULL && w->o->candidates > 0)
        take_good(w, lessons.surrogate, count < w->o->candidates ? count : w->o->candidates);
    a4nn_lessons_release(&lessons);
}

/* ---- what fills the space ---- */

static void
take_rest(struct work *w, struct a4nn_dice *dice)
{
    const struct a4nn_population_opts *o = w->o;
    size_t *left = a4nn_xcalloc(o->candidates + 1, sizeof *left), n = 0, i;

    for (i = 0; i < o->ordered && w->n < o->count; i++)
        if (!w->taken[i])
            take(w, i, false);
    for (i = 0; i < o->candidates; i++)
        if (!w->taken[i])
            left[n++] = i;
    a4nn_dice_shuffle(dice, left, n);
    take_far(w, left, n < MOST ? n : MOST, o->count - w->n, false);
    free(left);
}

size_t
a4nn_population_choose(const struct a4nn_population_opts *opts, struct a4nn_first *out)
{
    struct work w = {.o = opts, .out = out};
    struct a4nn_dice dice = {opts->seed};

    w.taken = a4nn_xcalloc(opts->candidates + 1, sizeof *w.taken);
    if (opts->results > 0 && opts->count > 0)
        take_taught(&w, &dice);
    take_rest(&w, &dice);
    free(w.taken);
    return w.n;
}
