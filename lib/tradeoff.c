/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tradeoff.h"

#include <math.h>
#include <stdlib.h>

#include "dice.h"
#include "xalloc.h"
#include "yardstick.h"

/* Knowles' rho: what is best in one objective should not be bad in the others for nothing. */
static const double augmented = 0.05;

/* The results that are known, on scales from the best, 0, to the worst, 1. */
struct shortfalls {
    size_t m;                          /* objectives, the metric the first */
    double *d, *sd;                    /* m for each result, NAN: not known; of the metric */
    struct a4nn_yardstick **yardstick; /* of each objective */
    double *best, *range;
};

static double
value_of(const struct a4nn_tradeoff *t, const struct a4nn_propose_opts *opts, size_t result,
         size_t objective)
{
    if (opts->result[result].state != A4NN_RESULT_VALUE)
        return NAN;
    return objective == 0 ? opts->result[result].value : t->value[result * t->n + objective - 1];
}

static enum a4nn_mode
mode_of(const struct a4nn_tradeoff *t, const struct a4nn_propose_opts *opts, size_t objective)
{
    return objective == 0 ? opts->mode : t->objective[objective - 1].mode;
}

static bool
known(const struct a4nn_tradeoff *t, const struct a4nn_propose_opts *opts, size_t result)
{
    size_t k;

    for (k = 0; k <= t->n; k++)
        if (!isfinite(value_of(t, opts, result, k)))
            return false;
    return true;
}

/* One objective of all results. */
static void
measure(const struct a4nn_tradeoff *t, const struct a4nn_propose_opts *opts, struct shortfalls *s,
        size_t k)
{
    double *value = a4nn_xcalloc(opts->results + 1, sizeof *value), least = HUGE_VAL;
    size_t n = 0, i;

    for (i = 0; i < opts->results; i++)
        if (known(t, opts, i))
            value[n++] = value_of(t, opts, i, k);
    s->best[k] = -HUGE_VAL;
    s->yardstick[k] = n > 0 ? a4nn_yardstick_new(value, n, mode_of(t, opts, k)) : NULL;
    for (i = 0; i < n; i++) {
        double z = a4nn_yardstick_z(s->yardstick[k], value[i]);
        s->best[k] = fmax(s->best[k], z);
        least = fmin(least, z);
    }
    s->range[k] = s->best[k] > least ? s->best[k] - least : 1;
    free(value);
}

static double
shortfall(const struct shortfalls *s, size_t k, double value)
{
    return (s->best[k] - a4nn_yardstick_z(s->yardstick[k], value)) / s->range[k];
}

static void
find_shortfalls(const struct a4nn_tradeoff *t, const struct a4nn_propose_opts *opts,
                struct shortfalls *s)
{
    size_t i, k;

    s->m = t->n + 1;
    s->d = a4nn_xcalloc(opts->results * s->m + 1, sizeof *s->d);
    s->sd = a4nn_xcalloc(opts->results + 1, sizeof *s->sd);
    s->yardstick = a4nn_xcalloc(s->m, sizeof *s->yardstick);
    s->best = a4nn_xcalloc(s->m, sizeof *s->best);
    s->range = a4nn_xcalloc(s->m, sizeof *s->range);
    for (k = 0; k < s->m; k++)
        measure(t, opts, s, k);
    for (i = 0; i < opts->results; i++) {
        const struct a4nn_result *r = &opts->result[i];
        bool whole = known(t, opts, i);
        for (k = 0; k < s->m; k++)
            s->d[i * s->m + k] = whole ? shortfall(s, k, value_of(t, opts, i, k)) : NAN;
        if (whole)
            s->sd[i] =
                fabs(shortfall(s, 0, r->value + r->sd) - shortfall(s, 0, r->value - r->sd)) / 2;
    }
}

static void
release(struct shortfalls *s)
{
    size_t k;

    for (k = 0; k < s->m; k++)
        a4nn_yardstick_free(s->yardstick[k]);
    free(s->yardstick);
    free(s->best);
    free(s->range);
    free(s->d);
    free(s->sd);
}

/* Weights that add up to 1, all of which are equally likely (Dirichlet's distribution). */
static void
draw_weights(struct a4nn_dice *dice, double *w, size_t m)
{
    double sum = 0;
    size_t k;

    for (k = 0; k < m; k++)
        sum += w[k] = -log1p(-a4nn_dice_share(dice));
    for (k = 0; k < m; k++)
        w[k] = sum > 0 ? w[k] / sum : 1 / (double)m;
}

static struct a4nn_result
scored(const struct a4nn_propose_opts *opts, const struct shortfalls *s, const double *w, size_t i)
{
    struct a4nn_result r = opts->result[i];
    const double *d = s->d + i * s->m;
    double most = 0, sum = 0;
    size_t k;

    if (r.state == A4NN_RESULT_FAILED)
        return r;
    if (r.state == A4NN_RESULT_PENDING || isnan(d[0])) {
        /* a forecast of the metric is no score */
        return (struct a4nn_result){.row = r.row, .state = A4NN_RESULT_PENDING, .value = NAN};
    }
    for (k = 0; k < s->m; k++) {
        most = fmax(most, w[k] * d[k]);
        sum += w[k] * d[k];
    }
    r.value = -(most + augmented * sum);
    r.sd = w[0] * s->sd[i];
    return r;
}

/* ---- proposals ---- */

/* Candidates that are left, and what is known and supposed by now. */
struct round {
    struct a4nn_propose_opts opts; /* of one proposal, by the score */
    struct a4nn_result *result;
    size_t *row, *place;
};

static void
take_away(struct round *r, size_t chosen)
{
    r->result[r->opts.results++] =
        (struct a4nn_result){.row = r->row[chosen], .state = A4NN_RESULT_PENDING, .value = NAN};
    r->opts.candidates--;
    r->row[chosen] = r->row[r->opts.candidates];
    r->place[chosen] = r->place[r->opts.candidates];
}

static void
say_weights(const struct a4nn_tradeoff *t, const double *w, struct a4nn_buf *why)
{
    size_t k;

    a4nn_buf_addf(why, "; the metric counting %.0f %%", 100 * w[0]);
    for (k = 0; k < t->n; k++)
        a4nn_buf_addf(why, ", %s %.0f %%", t->objective[k].name, 100 * w[k + 1]);
}

/* Chooses one for each of these weights; places among the candidates go to `chosen`. */
static size_t
choose(const struct a4nn_propose_opts *opts, const struct shortfalls *s, const double *w,
       size_t *chosen)
{
    struct round r = {.opts = {.features = opts->features,
                               .results = opts->results,
                               .candidates = opts->candidates,
                               .count = 1,
                               .boldness = opts->boldness,
                               .mode = A4NN_MAX,
                               .seed = opts->seed}};
    size_t n = 0, i;

    r.opts.result = r.result = a4nn_xcalloc(opts->results + opts->count + 1, sizeof *r.result);
    r.opts.row = r.row = a4nn_xcalloc(opts->candidates + 1, sizeof *r.row);
    r.place = a4nn_xcalloc(opts->candidates + 1, sizeof *r.place);
    for (i = 0; i < opts->candidates; i++) {
        r.row[i] = opts->row[i];
        r.place[i] = i;
    }
    while (n < opts->count) {
        struct a4nn_proposal one = {0};
        for (i = 0; i < opts->results; i++)
            r.result[i] = scored(opts, s, w + n * s->m, i);
        if (a4nn_propose(&r.opts, &one) == 0)
            break;
        chosen[n++] = r.place[one.candidate];
        take_away(&r, one.candidate);
        a4nn_proposals_release(&one, 1);
        r.opts.seed++;
    }
    free(r.result);
    free(r.row);
    free(r.place);
    return n;
}

size_t
a4nn_tradeoff_propose(const struct a4nn_tradeoff *t, const struct a4nn_propose_opts *opts,
                      struct a4nn_proposal *out)
{
    struct shortfalls s = {0};
    struct a4nn_dice dice = {opts->seed + opts->results};
    size_t *chosen = a4nn_xcalloc(opts->count + 1, sizeof *chosen), n, i;
    double *w = a4nn_xcalloc((opts->count + 1) * (t->n + 1), sizeof *w);

    find_shortfalls(t, opts, &s);
    for (i = 0; i < opts->count; i++)
        draw_weights(&dice, w + i * s.m, s.m);
    n = choose(opts, &s, w, chosen);
    a4nn_propose_predict(opts, chosen, n, out);
    for (i = 0; i < n; i++)
        if (!isnan(out[i].predicted))
            say_weights(t, w + i * s.m, &out[i].why);
    release(&s);
    free(chosen);
    free(w);
    return n;
}

/* ---- the front ---- */

/* Is `a` better than `b` in one and as good in all? */
static bool
dominates(const struct a4nn_tradeoff *t, const struct a4nn_propose_opts *opts, size_t a, size_t b)
{
    bool better = false;
    size_t k;

    for (k = 0; k <= t->n; k++) {
        double sign = mode_of(t, opts, k) == A4NN_MIN ? -1 : 1;
        double more = sign * (value_of(t, opts, a, k) - value_of(t, opts, b, k));
        if (more < 0)
            return false;
        better = better || more > 0;
    }
    return better;
}

size_t
a4nn_tradeoff_front(const struct a4nn_tradeoff *t, const struct a4nn_propose_opts *opts,
                    bool *front)
{
    size_t n = 0, i, j;

    for (i = 0; i < opts->results; i++) {
        front[i] = known(t, opts, i);
        for (j = 0; j < opts->results && front[i]; j++)
            if (j != i && known(t, opts, j) && dominates(t, opts, j, i))
                front[i] = false;
        n += front[i] ? 1 : 0;
    }
    return n;
}
