/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "space.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "program.h"
#include "xalloc.h"

enum {
    DIGITS = 10,     /* of a run's name */
    PARENTS = 8,     /* results, or proposals, that neighbours are made of */
    NEIGHBOURS = 64, /* of each of them */
    KINDRED = 256,   /* configurations of similar tasks, at most */
    ROUNDS = 2       /* of proposals whose neighbours are looked at */
};
static const double width_of_results = 0.15, width_of_proposals = 0.05;

int
a4nn_steer_space_read(struct a4nn_steer *s, char **operands, int n)
{
    int i, left = 0;

    for (i = 0; i < n; i++) {
        if (strcmp(operands[i], "-") == 0 || !a4nn_space_is_one(operands[i]))
            operands[left++] = operands[i];
        else if (s->space_file == NULL)
            s->space_file = operands[i];
        else
            a4nn_die(A4NN_TROUBLE, "two spaces: '%.300s', '%.300s'", s->space_file, operands[i]);
    }
    if (s->space_file == NULL)
        return left;
    if (s->candidates != NULL)
        a4nn_die(A4NN_TROUBLE, "candidates and a space: one of them");
    if (a4nn_space_read(s->space_file, &s->space, &s->err) < 0)
        a4nn_die(A4NN_TROUBLE, "%s", s->err.msg);
    return left;
}

/* Makes candidates of what has come into the pool. */
static void
take_pool(struct a4nn_steer *s)
{
    size_t i;

    for (i = s->list.n; i < a4nn_space_pool_count(s->pool); i++) {
        const struct a4nn_json *config = a4nn_space_pool_config(s->pool, i);
        size_t digits = DIGITS;
        char *name = a4nn_config_name(config, digits);

        while (a4nn_candidates_find(&s->list, name) >= 0) {
            free(name);
            name = a4nn_config_name(config, ++digits);
        }
        a4nn_candidates_add(&s->list, name, config);
        free(name);
    }
}

/* ---- neighbours of results ---- */

struct parent {
    double value; /* larger is better */
    size_t run;
};

static int
best_first(const void *a, const void *b)
{
    const struct parent *x = a, *y = b;

    if (x->value != y->value)
        return x->value < y->value ? 1 : -1;
    return (x->run > y->run) - (x->run < y->run);
}

static void
put_near_results(struct a4nn_steer *s)
{
    const struct a4nn_outcomes *o = &s->outcomes;
    struct parent *parent = a4nn_xcalloc(o->runs.n + 1, sizeof *parent);
    size_t n = 0, i;

    for (i = 0; i < o->runs.n; i++)
        if (o->run[i].state == A4NN_RESULT_VALUE && o->run[i].config != NULL)
            parent[n++] =
                (struct parent){o->mode == A4NN_MIN ? -o->run[i].value : o->run[i].value, i};
    qsort(parent, n, sizeof *parent, best_first);
    for (i = 0; i < n && i < PARENTS; i++)
        a4nn_space_pool_near(s->pool, o->run[parent[i].run].config, NEIGHBOURS, width_of_results);
    free(parent);
}

/* What did well in similar tasks, and its neighbours. */
static void
put_near_kindred(struct a4nn_steer *s)
{
    size_t i;

    for (i = 0; i < s->kindred.runs && i < KINDRED; i++)
        a4nn_space_pool_put(s->pool, s->kindred.run[i].config);
    for (i = 0; i < s->kindred.runs && i < PARENTS; i++)
        a4nn_space_pool_near(s->pool, s->kindred.run[i].config, NEIGHBOURS, width_of_results);
}

void
a4nn_steer_space_fill(struct a4nn_steer *s, bool near)
{
    if (s->space_file == NULL)
        return;
    s->pool = a4nn_space_pool_new(&s->space, s->seed);
    if (a4nn_space_pool_fill(s->pool, &s->err) < 0)
        a4nn_die(A4NN_TROUBLE, "%.300s: %s", s->space_file, s->err.msg);
    s->even = a4nn_space_pool_count(s->pool);
    if (near)
        put_near_results(s);
    put_near_kindred(s);
    take_pool(s);
}

/* ---- neighbours of proposals ---- */

void
a4nn_steer_space_refine(struct a4nn_steer *s)
{
    struct a4nn_proposal p[PARENTS];
    size_t round, n, i;

    for (round = 0; round < ROUNDS && s->pool != NULL; round++) {
        struct a4nn_propose_opts opts = a4nn_steer_model(s);
        double width = width_of_proposals / (double)(round + 1);

        if (a4nn_space_pool_whole(s->pool))
            return;
        opts.count = s->untried < PARENTS ? s->untried : PARENTS;
        n = a4nn_steer_propose(s, &opts, p);
        for (i = 0; i < n && !isnan(p[i].predicted); i++)
            a4nn_space_pool_near(s->pool, s->list.one[s->place[p[i].candidate]].config, NEIGHBOURS,
                                 width);
        a4nn_proposals_release(p, n);
        if (i == 0)
            return;
        take_pool(s);
        a4nn_steer_encode(s);
    }
}
