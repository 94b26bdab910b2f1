/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "space_pool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "candidates.h"
#include "dice.h"
#include "sha256.h"
#include "spread.h"
#include "xalloc.h"

enum {
    MOVES = 300,         /* of a point that does not meet the constraints, at most */
    QUESTIONS = 5000000, /* to constraints while points are moved, at most */
    FEW = 256,           /* configurations, where more are looked for */
    VISITS = 200000,     /* of points, before a space counts as one without end */
    LEAST_MOVED = 2,     /* parameters of a neighbour, on average, */
    SHARE_MOVED = 3,     /* or one in so many */
    GRID = 100,          /* parts of a real's range between which neighbours lie */
    TRIES = 4            /* for each neighbour wanted */
};

struct a4nn_space_pool {
    const struct a4nn_space *space;
    struct a4nn_dice dice;
    struct a4nn_strmap prints; /* of the configurations, by their number */
    struct a4nn_json **config;
    size_t cap;
    bool whole;
    size_t questions;
    bool *met;               /* by constraint: by any point that was looked at */
    struct a4nn_term *terms; /* of the point at hand */
    double *u;
};

struct a4nn_space_pool *
a4nn_space_pool_new(const struct a4nn_space *space, uint64_t seed)
{
    struct a4nn_space_pool *pool = a4nn_xcalloc(1, sizeof *pool);

    pool->space = space;
    pool->dice.state = seed;
    pool->met = a4nn_xcalloc(space->constraints + 1, sizeof *pool->met);
    pool->terms = a4nn_xcalloc(space->n + 1, sizeof *pool->terms);
    pool->u = a4nn_xcalloc(space->n + 1, sizeof *pool->u);
    return pool;
}

/* Puts the configuration at u in, unless it is there. */
static bool
put(struct a4nn_space_pool *pool, const double *u)
{
    struct a4nn_json *config = a4nn_space_config(pool->space, u);
    char *print = a4nn_candidate_print(config);
    bool fresh;
    size_t i = a4nn_strmap_put(&pool->prints, print, &fresh);

    free(print);
    if (!fresh) {
        a4nn_json_free(config);
        return false;
    }
    pool->config = a4nn_xgrow(pool->config, i, &pool->cap, sizeof(struct a4nn_json *));
    pool->config[i] = config;
    return true;
}

/* ---- constraints ---- */

/* How many constraints u does not meet; the terms are left in the pool. */
static size_t
unmet(struct a4nn_space_pool *pool, const double *u)
{
    a4nn_space_terms(pool->space, u, pool->terms);
    pool->questions += pool->space->constraints;
    return a4nn_space_unmet(pool->space, pool->terms, pool->met);
}

/* A parameter that the constraint names and that is there. */
static size_t
one_of(struct a4nn_space_pool *pool, const struct a4nn_constraint *c)
{
    size_t i, there = 0, wanted;

    for (i = 0; i < c->n; i++)
        there += pool->terms[c->names[i]].kind != A4NN_TERM_ABSENT ? 1 : 0;
    wanted = there > 0 ? a4nn_dice_below(&pool->dice, there) : 0;
    for (i = 0; i < c->n; i++)
        if (pool->terms[c->names[i]].kind != A4NN_TERM_ABSENT && wanted-- == 0)
            return c->names[i];
    return c->n > 0 ? c->names[0] : 0;
}

/* One of the constraints that the terms do not meet, each as likely. */
static const struct a4nn_constraint *
one_unmet(struct a4nn_space_pool *pool, size_t n)
{
    const struct a4nn_space *s = pool->space;
    size_t wanted = a4nn_dice_below(&pool->dice, n), i;

    for (i = 0; i < s->constraints; i++) {
        enum a4nn_answer answer = a4nn_formula_ask(s->constraint[i].formula, pool->terms);

        if ((answer == A4NN_ANSWER_NO || answer == A4NN_ANSWER_UNDEFINED) && wanted-- == 0)
            break;
    }
    return &s->constraint[i];
}

/* Moves u until it meets all constraints; false when it never does (a random walk as in Selman,
 * Kautz and Cohen 1994: what makes it worse is taken back, mostly). */
static bool
settle(struct a4nn_space_pool *pool, double *u)
{
    size_t now = unmet(pool, u), moves;

    for (moves = 0; now > 0 && moves < MOVES && pool->questions < QUESTIONS; moves++) {
        size_t k = one_of(pool, one_unmet(pool, now)), then;
        double before = u[k];

        u[k] = a4nn_dice_share(&pool->dice);
        then = unmet(pool, u);
        if (then <= now || a4nn_dice_share(&pool->dice) < 0.05) {
            now = then;
        } else {
            u[k] = before;
            now = unmet(pool, u);
        }
    }
    return now == 0;
}

static int
say_unmet(const struct a4nn_space_pool *pool, struct a4nn_err *err)
{
    size_t i;

    for (i = 0; i < pool->space->constraints; i++)
        if (!pool->met[i])
            return a4nn_err_set(err, "constraints[%zu]: no configuration meets it: %.500s", i,
                                pool->space->constraint[i].text);
    return a4nn_err_set(err, "constraints: no configuration%s meets them all",
                        pool->whole ? "" : " that was tried");
}

/* ---- all there are ---- */

struct visit {
    struct a4nn_space_pool *pool;
    size_t visits, found;
    bool keep;
};

static bool
is_over(const struct visit *v)
{
    return v->visits > VISITS || v->found > A4NN_SPACE_POOL_WHOLE;
}

/* Goes through the values of the i-th parameter in order, and of those behind it. */
static void
visit(struct visit *v, size_t i)
{
    struct a4nn_space_pool *pool = v->pool;
    const struct a4nn_space *s = pool->space;
    const struct a4nn_parameter *p;
    double n;
    size_t k;

    if (is_over(v))
        return;
    if (i == s->n) {
        v->visits += 1 + s->constraints;
        if (a4nn_space_unmet(s, pool->terms, pool->met) > 0)
            return;
        v->found++;
        if (v->keep)
            put(pool, pool->u);
        return;
    }
    p = &s->parameter[s->order[i]];
    pool->terms[s->order[i]] = (struct a4nn_term){A4NN_TERM_ABSENT, 0, NULL};
    if (p->when != NULL && a4nn_formula_ask(p->when, pool->terms) != A4NN_ANSWER_YES) {
        visit(v, i + 1);
        return;
    }
    n = a4nn_parameter_values(p);
    if (n == 0)
        v->visits = VISITS + 1;
    for (k = 0; (double)k < n && !is_over(v); k++) {
        double u = a4nn_parameter_u(p, (double)k);

        pool->u[s->order[i]] = u;
        pool->terms[s->order[i]] = a4nn_parameter_at(p, u);
        visit(v, i + 1);
    }
}

/* Puts all configurations in, if they are few. */
static void
put_whole(struct a4nn_space_pool *pool)
{
    struct visit v = {.pool = pool};
    size_t i;

    for (i = 0; i < pool->space->n; i++) {
        pool->u[i] = 0.5;
        pool->terms[i] = (struct a4nn_term){A4NN_TERM_ABSENT, 0, NULL};
    }
    visit(&v, 0);
    if (is_over(&v))
        return;
    v = (struct visit){.pool = pool, .keep = true};
    visit(&v, 0);
    pool->whole = true;
}

/* ---- neighbours ---- */

static double
normal(struct a4nn_dice *dice)
{
    double u = 1 - a4nn_dice_share(dice), v = a4nn_dice_share(dice);

    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

/* Another value of a parameter, not far from u where it has an order. */
static double
move(struct a4nn_dice *dice, const struct a4nn_parameter *p, double u, double width)
{
    double n = a4nn_parameter_values(p), off;

    if (n == 1)
        return u;
    if (p->type == A4NN_CATEGORICAL) {
        u += (1 + (double)a4nn_dice_below(dice, p->values - 1)) / n;
        return u < 1 ? u : u - 1;
    }
    off = normal(dice) * width;
    /* to the next value at least; of a logarithm the values at its low end are farther apart */
    if (n > 0 && !p->log && fabs(off) < 1 / n)
        off = off < 0 ? -1 / n : 1 / n;
    u += off;
    while (u < 0 || u >= 1) /* back from the ends */
        u = u < 0 ? -u : 2 - 0x1p-30 - u;
    /* what is nearer than a hundredth of the range is not worth a training of its own */
    return n > 0 ? u : fmin(round(u * GRID) / GRID, 1 - 0x1p-30);
}

/* Moves one parameter, or two, or three ..., a third of those that are there on average. */
static void
move_some(struct a4nn_space_pool *pool, double *u, double width)
{
    const struct a4nn_space *s = pool->space;
    size_t there = 0, i, wanted;
    double last;

    a4nn_space_terms(s, u, pool->terms);
    for (i = 0; i < s->n; i++)
        there += pool->terms[i].kind != A4NN_TERM_ABSENT ? 1 : 0;
    last =
        there > LEAST_MOVED * SHARE_MOVED ? (double)SHARE_MOVED / (double)there : 1.0 / LEAST_MOVED;
    /* some near, some far: up to twice the width, or an eighth of it */
    width *= exp2(1 - 4 * a4nn_dice_share(&pool->dice));
    while (there > 0) {
        wanted = a4nn_dice_below(&pool->dice, there);
        for (i = 0; i < s->n; i++)
            if (pool->terms[i].kind != A4NN_TERM_ABSENT && wanted-- == 0)
                break;
        u[i] = move(&pool->dice, &s->parameter[i], u[i], width);
        if (a4nn_dice_share(&pool->dice) < last)
            break;
    }
}

/* The point of a configuration; false when it has nothing of the space. */
static bool
place(struct a4nn_space_pool *pool, const struct a4nn_json *config, double *u)
{
    size_t i;

    for (i = 0; i < pool->space->n; i++)
        u[i] = a4nn_dice_share(&pool->dice);
    return a4nn_space_point(pool->space, config, u) > 0;
}

void
a4nn_space_pool_put(struct a4nn_space_pool *pool, const struct a4nn_json *config)
{
    double *u = a4nn_xcalloc(pool->space->n + 1, sizeof *u);

    if (!pool->whole && place(pool, config, u) && settle(pool, u))
        put(pool, u);
    free(u);
}

void
a4nn_space_pool_near(struct a4nn_space_pool *pool, const struct a4nn_json *config, size_t n,
                     double width)
{
    size_t found = 0, tries;
    double *u = a4nn_xcalloc(pool->space->n + 1, sizeof *u);

    for (tries = 0; !pool->whole && found < n && tries < TRIES * n; tries++) {
        if (!place(pool, config, u))
            break;
        move_some(pool, u, width);
        if (settle(pool, u) && put(pool, u))
            found++;
    }
    free(u);
}

/* ---- points ---- */

/* Where few points could be moved to meet the constraints: neighbours of those that do. */
static void
thicken(struct a4nn_space_pool *pool)
{
    static const double width[] = {0.3, 0.1, 0.03, 0.01};
    size_t times;

    pool->questions = 0;
    for (times = 0; times < FEW && pool->prints.n > 0 && pool->prints.n < FEW; times++)
        a4nn_space_pool_near(pool, pool->config[a4nn_dice_below(&pool->dice, pool->prints.n)], 4,
                             width[times % (sizeof width / sizeof *width)]);
}

/* The defaults, and the middle of what has none, if that is allowed; nothing when none has one. */
static void
put_defaults(struct a4nn_space_pool *pool)
{
    const struct a4nn_space *s = pool->space;
    bool any = false;
    size_t i;

    for (i = 0; i < s->n; i++) {
        any = any || s->parameter[i].start >= 0;
        pool->u[i] = s->parameter[i].start >= 0 ? s->parameter[i].start : 0.5;
    }
    if (any && unmet(pool, pool->u) == 0)
        put(pool, pool->u);
}

int
a4nn_space_pool_fill(struct a4nn_space_pool *pool, struct a4nn_err *err)
{
    size_t d = pool->space->n, i;
    double *points = a4nn_xcalloc(A4NN_SPACE_POOL_EVEN * d + 1, sizeof *points);

    put_defaults(pool);
    a4nn_spread_cube(&pool->dice, d, A4NN_SPACE_POOL_EVEN, points);
    for (i = 0; i < A4NN_SPACE_POOL_EVEN; i++)
        if (settle(pool, points + i * d))
            put(pool, points + i * d);
    free(points);
    put_whole(pool);
    thicken(pool);
    return pool->prints.n > 0 ? 0 : say_unmet(pool, err);
}

/* ---- the rest ---- */

size_t
a4nn_space_pool_count(const struct a4nn_space_pool *pool)
{
    return pool->prints.n;
}

const struct a4nn_json *
a4nn_space_pool_config(const struct a4nn_space_pool *pool, size_t i)
{
    return pool->config[i];
}

bool
a4nn_space_pool_whole(const struct a4nn_space_pool *pool)
{
    return pool->whole;
}

char *
a4nn_config_name(const struct a4nn_json *config, size_t digits)
{
    struct a4nn_sha256 *sum = a4nn_sha256_new();
    char *print = a4nn_candidate_print(config), hex[66];

    a4nn_sha256_add(sum, print, strlen(print));
    hex[0] = 'c';
    a4nn_sha256_finish(sum, hex + 1);
    free(print);
    return a4nn_xstrndup(hex, 1 + (digits < 64 ? digits : 64));
}

void
a4nn_space_pool_free(struct a4nn_space_pool *pool)
{
    size_t i;

    if (pool == NULL)
        return;
    for (i = 0; i < pool->prints.n; i++)
        a4nn_json_free(pool->config[i]);
    free(pool->config);
    free(pool->met);
    free(pool->terms);
    free(pool->u);
    a4nn_strmap_release(&pool->prints);
    free(pool);
}
