/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "effects.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lessons.h"
#include "solve.h"
#include "xalloc.h"

enum {
    LEVELS = 5,      /* of a parameter of many values */
    MOST_LEVELS = 8, /* of one of few */
    BACKGROUND = 48, /* configurations that effects are averages over, at most */
    DRAWS = 400,
    PAIRED = 5, /* parameters whose interactions are looked at: those of the largest effects */
    CELLS = MOST_LEVELS * MOST_LEVELS
};

/* A parameter cut into levels: a row that stands for each, and how many have it, tried or not. */
struct cut {
    size_t group, levels, row[MOST_LEVELS], count[MOST_LEVELS], tried[MOST_LEVELS];
    struct a4nn_buf name[MOST_LEVELS];
};

/* The joint distribution of averages: one for each level, or pair of levels. */
struct cells {
    size_t n;
    double weight[CELLS]; /* share of the configurations; sums to 1 */
    double mean[CELLS], factor[CELLS * CELLS];
};

struct work {
    const struct a4nn_propose_opts *opts;
    const struct a4nn_features *f;
    struct a4nn_lessons lessons;
    struct a4nn_dice dice;
    size_t *row, rows; /* of configurations, in random order */
    bool *is_result;   /* by row: of a training that is over */
    struct cut *cut;   /* by group */
    double total;      /* variance of z over configurations, noise apart */
};

/* ---- levels ---- */

struct ranked {
    const double *x; /* the group's columns */
    size_t count, row;
    bool tried;
};

static int
by_columns(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    size_t j;

    for (j = 0; j < p->count; j++)
        if (p->x[j] != q->x[j])
            return p->x[j] < q->x[j] ? -1 : 1;
    return 0;
}

static bool
is_missing(const char *group)
{
    size_t len = strlen(group);

    return len > 11 && strcmp(group + len - 11, " is missing") == 0;
}

static void
name_level(const struct work *w, size_t group, const struct ranked *from, const struct ranked *to,
           struct a4nn_buf *out)
{
    const struct a4nn_feature_group *g = a4nn_features_group(w->f, group);

    if (is_missing(g->name)) {
        a4nn_buf_adds(out, from->x[0] > 0 ? "yes" : "no");
        return;
    }
    a4nn_features_text(w->f, group, from->row, out);
    if (by_columns(from, to) != 0) {
        a4nn_buf_adds(out, " to ");
        a4nn_features_text(w->f, group, to->row, out);
    }
}

/* Whether the row has a level of the parameter: one whose number is missing stands at the mean. */
static bool
has_level(const struct work *w, size_t group, size_t row)
{
    const struct a4nn_feature_group *g = a4nn_features_group(w->f, group);

    return g->count > 1 || is_missing(g->name) || !a4nn_features_missing(w->f, group, row);
}

static size_t
rank(const struct work *w, size_t group, struct ranked *all)
{
    const struct a4nn_feature_group *g = a4nn_features_group(w->f, group);
    size_t n = 0, i;

    for (i = 0; i < w->rows; i++)
        if (has_level(w, group, w->row[i]))
            all[n++] = (struct ranked){a4nn_features_row(w->f, w->row[i]) + g->first, g->count,
                                       w->row[i], w->is_result[w->row[i]]};
    if (n > 1)
        qsort(all, n, sizeof *all, by_columns);
    return n;
}

static void
cut_group(struct work *w, size_t group)
{
    const struct a4nn_feature_group *g = a4nn_features_group(w->f, group);
    struct ranked *all = a4nn_xcalloc(w->rows + 1, sizeof *all);
    struct cut *c = &w->cut[group];
    size_t n = rank(w, group, all), different = 1, i, j, k, begin = 0;

    c->group = group;
    for (i = 1; i < n; i++)
        different += by_columns(&all[i - 1], &all[i]) != 0 ? 1 : 0;
    for (i = 1; i <= n && c->levels < MOST_LEVELS; i++) {
        bool last = i == n;

        if (!last && by_columns(&all[i - 1], &all[i]) == 0)
            continue;
        /* of many values, one level begins only when the one before is full */
        if (!last && g->count == 1 && different > MOST_LEVELS && i < (c->levels + 1) * n / LEVELS)
            continue;
        j = c->levels++;
        c->row[j] = all[(begin + i - 1) / 2].row;
        c->count[j] = i - begin;
        for (k = begin; k < i; k++)
            c->tried[j] += all[k].tried ? 1 : 0;
        name_level(w, group, &all[begin], &all[i - 1], &c->name[j]);
        begin = i;
    }
    free(all);
}

/* ---- averages ---- */

/* The row with a parameter, or two, at levels. */
static void
at_level(const struct work *w, size_t row, const struct cut *a, size_t i, const struct cut *b,
         size_t j, double *x)
{
    const struct a4nn_feature_group *g = a4nn_features_group(w->f, a->group);
    size_t d = a4nn_features_columns(w->f);

    memcpy(x, a4nn_features_row(w->f, row), d * sizeof *x);
    memcpy(x + g->first, a4nn_features_row(w->f, a->row[i]) + g->first, g->count * sizeof *x);
    if (b == NULL)
        return;
    g = a4nn_features_group(w->f, b->group);
    memcpy(x + g->first, a4nn_features_row(w->f, b->row[j]) + g->first, g->count * sizeof *x);
}

static double
mean_covariance(const struct work *w, const double *a, const double *b, size_t n)
{
    size_t d = a4nn_features_columns(w->f), i, j;
    double sum = 0;

    for (i = 0; i < n; i++)
        for (j = 0; j < n; j++)
            sum += a4nn_surrogate_covariance(w->lessons.surrogate, a + i * d, b + j * d);
    return sum / (double)(n * n);
}

/* `b` may be NULL: one parameter alone. */
static void
average(const struct work *w, const struct cut *a, const struct cut *b, struct cells *out)
{
    const struct a4nn_surrogate *s = w->lessons.surrogate;
    /* fewer configurations for pairs, whose cost is that of one parameter times levels squared */
    size_t most = b == NULL ? BACKGROUND : BACKGROUND / 4, n = w->rows < most ? w->rows : most;
    size_t d = a4nn_features_columns(w->f), m = a4nn_surrogate_results(s), c, e, i;
    size_t second = b == NULL ? 1 : b->levels;
    double *x, *half, all = 0;

    out->n = a->levels * second;
    x = a4nn_xcalloc(out->n * n * d + 1, sizeof *x);
    half = a4nn_xcalloc(out->n * m + 1, sizeof *half);
    for (c = 0; c < out->n; c++) {
        size_t first = c / second;

        for (i = 0; i < n; i++) {
            at_level(w, w->row[i], a, first, b, c % second, x + (c * n + i) * d);
            a4nn_surrogate_against(s, x + (c * n + i) * d, half + c * m);
        }
        for (i = 0; i < m; i++)
            half[c * m + i] /= (double)n;
        out->mean[c] = a4nn_surrogate_expect(s, half + c * m);
        a4nn_surrogate_halve(s, half + c * m);
        out->weight[c] = (double)a->count[first];
        if (b != NULL)
            out->weight[c] *= (double)b->count[c % second];
    }
    for (c = 0; c < out->n; c++)
        all += out->weight[c];
    for (c = 0; c < out->n; c++)
        out->weight[c] /= all;
    for (c = 0; c < out->n; c++)
        for (e = 0; e <= c; e++) {
            double v = mean_covariance(w, x + c * n * d, x + e * n * d, n);

            for (i = 0; i < m; i++)
                v -= half[c * m + i] * half[e * m + i];
            out->factor[c * out->n + e] = out->factor[e * out->n + c] = v + (c == e ? 1e-7 : 0);
        }
    free(x);
    free(half);
    if (!a4nn_solve_factor(out->factor, out->n))
        memset(out->factor, 0, sizeof out->factor);
}

static double
normal(struct a4nn_dice *dice)
{
    double u = 1 - a4nn_dice_share(dice), v = a4nn_dice_share(dice);

    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

static void
draw(const struct cells *c, struct a4nn_dice *dice, double *out)
{
    double n[CELLS];
    size_t i, j;

    for (i = 0; i < c->n; i++) {
        n[i] = normal(dice);
        out[i] = c->mean[i];
        for (j = 0; j <= i; j++)
            out[i] += c->factor[i * c->n + j] * n[j];
    }
}

/* ---- variances ---- */

static double
variance_of(const double *v, const double *weight, size_t n)
{
    double mean = 0, sum = 0, all = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        mean += weight[i] * v[i];
        all += weight[i];
    }
    mean /= all > 0 ? all : 1;
    for (i = 0; i < n; i++)
        sum += weight[i] * (v[i] - mean) * (v[i] - mean);
    return sum / (all > 0 ? all : 1);
}

/* What pairs of levels add to the sum of both parameters' effects. */
static double
interaction(const struct cells *c, const double *v, size_t first, size_t second)
{
    double rest[CELLS], mean = 0, row[MOST_LEVELS] = {0}, column[MOST_LEVELS] = {0};
    double row_weight[MOST_LEVELS] = {0}, column_weight[MOST_LEVELS] = {0};
    size_t i, j;

    for (i = 0; i < first; i++)
        for (j = 0; j < second; j++) {
            double w = c->weight[i * second + j], y = v[i * second + j];

            mean += w * y;
            row[i] += w * y;
            column[j] += w * y;
            row_weight[i] += w;
            column_weight[j] += w;
        }
    for (i = 0; i < first; i++)
        for (j = 0; j < second; j++)
            rest[i * second + j] =
                v[i * second + j] - row[i] / row_weight[i] - column[j] / column_weight[j] + mean;
    return variance_of(rest, c->weight, c->n);
}

static int
upwards(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void
set_share(const struct work *w, double *variance, struct a4nn_effect *out)
{
    qsort(variance, DRAWS, sizeof *variance, upwards);
    out->share = fmin(variance[DRAWS / 2] / w->total, 1);
    out->low = fmin(variance[DRAWS / 20] / w->total, 1);
    out->high = fmin(variance[DRAWS - 1 - DRAWS / 20] / w->total, 1);
}

/* ---- effects ---- */

static void
set_level(const struct work *w, const struct cells *c, size_t i, struct a4nn_level *out)
{
    double variance = 0, low, high;
    size_t j;

    for (j = 0; j <= i; j++)
        variance += c->factor[i * c->n + j] * c->factor[i * c->n + j];
    low = a4nn_yardstick_value(w->lessons.yardstick, c->mean[i] - 1.645 * sqrt(variance));
    high = a4nn_yardstick_value(w->lessons.yardstick, c->mean[i] + 1.645 * sqrt(variance));
    out->value = a4nn_yardstick_value(w->lessons.yardstick, c->mean[i]);
    out->low = fmin(low, high);
    out->high = fmax(low, high);
}

static void
main_effect(struct work *w, size_t group, struct a4nn_effect *out)
{
    struct cut *cut = &w->cut[group];
    struct cells *c = a4nn_xcalloc(1, sizeof *c);
    double variance[DRAWS], v[CELLS];
    size_t i, k, best;

    *out = (struct a4nn_effect){.group = group, .with = group, .levels = cut->levels};
    out->level = a4nn_xcalloc(cut->levels + 1, sizeof *out->level);
    average(w, cut, NULL, c);
    for (k = 0; k < DRAWS; k++) {
        draw(c, &w->dice, v);
        variance[k] = variance_of(v, c->weight, c->n);
        for (i = 1, best = 0; i < c->n; i++)
            best = v[i] > v[best] ? i : best;
        for (i = 0; i < c->n; i++)
            out->level[i].drop += i != best ? 1.0 / DRAWS : 0;
    }
    set_share(w, variance, out);
    for (i = 0; i < cut->levels; i++) {
        set_level(w, c, i, &out->level[i]);
        out->level[i].name = cut->name[i]; /* taken over */
        out->level[i].count = cut->count[i];
        out->level[i].tried = cut->tried[i];
        cut->name[i] = (struct a4nn_buf){0};
    }
    free(c);
}

static void
pair_effect(struct work *w, size_t a, size_t b, struct a4nn_effect *out)
{
    struct cells *c = a4nn_xcalloc(1, sizeof *c);
    double variance[DRAWS], v[CELLS];
    size_t k;

    *out = (struct a4nn_effect){.group = a, .with = b};
    average(w, &w->cut[a], &w->cut[b], c);
    for (k = 0; k < DRAWS; k++) {
        draw(c, &w->dice, v);
        variance[k] = interaction(c, v, w->cut[a].levels, w->cut[b].levels);
    }
    set_share(w, variance, out);
    free(c);
}

static int
largest_first(const void *a, const void *b)
{
    const struct a4nn_effect *x = a, *y = b;

    if (x->share != y->share)
        return x->share < y->share ? 1 : -1;
    return (x->group > y->group) - (x->group < y->group);
}

/* The variance of what is expected, and what is not known of it, over the configurations. */
static double
total_variance(const struct work *w)
{
    size_t n = w->rows < 200 ? w->rows : 200, i;
    double mean = 0, square = 0, unknown = 0;
    struct a4nn_prospects p;

    a4nn_prospects_init(&p, w->lessons.surrogate, w->row, n, 0);
    for (i = 0; i < n; i++) {
        mean += p.mean[i] / (double)n;
        square += p.mean[i] * p.mean[i] / (double)n;
        unknown += p.variance[i] / (double)n;
    }
    a4nn_prospects_release(&p);
    return square - mean * mean + unknown;
}

static void
find(struct work *w, struct a4nn_effects *out)
{
    size_t groups = a4nn_features_groups(w->f), g, h, pairs, n;
    double noise = a4nn_surrogate_noise(w->lessons.surrogate);

    w->total = total_variance(w) + noise;
    out->noise = noise / w->total;
    out->effect = a4nn_xcalloc(groups + PAIRED * PAIRED + 1, sizeof *out->effect);
    for (g = 0; g < groups; g++)
        cut_group(w, g);
    for (g = 0; g < groups; g++)
        main_effect(w, g, &out->effect[g]);
    qsort(out->effect, groups, sizeof *out->effect, largest_first);
    n = groups;
    pairs = groups < PAIRED ? groups : PAIRED;
    for (g = 0; g < pairs; g++)
        for (h = 0; h < g; h++)
            pair_effect(w, out->effect[h].group, out->effect[g].group, &out->effect[n++]);
    qsort(out->effect + groups, n - groups, sizeof *out->effect, largest_first);
    out->n = n;
}

bool
a4nn_effects_find(const struct a4nn_propose_opts *opts, struct a4nn_effects *out)
{
    struct work w = {.opts = opts, .f = opts->features, .dice = {opts->seed}};
    size_t i;

    *out = (struct a4nn_effects){0};
    a4nn_lessons_learn(&w.lessons, opts, &w.dice);
    out->results = w.lessons.n;
    w.row = a4nn_xcalloc(opts->results + opts->candidates + 1, sizeof *w.row);
    w.is_result = a4nn_xcalloc(a4nn_features_rows(w.f) + 1, sizeof *w.is_result);
    for (i = 0; i < opts->results; i++) {
        w.row[w.rows++] = opts->result[i].row;
        w.is_result[opts->result[i].row] = opts->result[i].state != A4NN_RESULT_PENDING;
    }
    for (i = 0; i < opts->candidates; i++)
        w.row[w.rows++] = opts->row[i];
    a4nn_dice_shuffle(&w.dice, w.row, w.rows);
    w.cut = a4nn_xcalloc(a4nn_features_groups(w.f) + 1, sizeof *w.cut);
    if (w.lessons.surrogate != NULL)
        find(&w, out);
    a4nn_lessons_release(&w.lessons);
    free(w.row);
    free(w.is_result);
    free(w.cut);
    return out->effect != NULL;
}

void
a4nn_effects_release(struct a4nn_effects *effects)
{
    size_t i, j;

    for (i = 0; i < effects->n; i++) {
        for (j = 0; j < effects->effect[i].levels; j++)
            a4nn_buf_release(&effects->effect[i].level[j].name);
        free(effects->effect[i].level);
    }
    free(effects->effect);
    *effects = (struct a4nn_effects){0};
}
