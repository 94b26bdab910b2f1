/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "similar_tasks.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "flatconfig.h"
#include "observation.h"
#include "xalloc.h"

enum { DECILES = 9, STATIONS = 9 };

/* What a task is like, as far as its newest complete runs show. */
struct portrait {
    int64_t id;
    char *name, *metric; /* owned */
    enum a4nn_mode mode;
    double epochs;
    int64_t runs;
    struct a4nn_strmap members;
    double last[A4NN_SIMILAR_SAMPLE];
    size_t n;
    double rise[STATIONS][A4NN_SIMILAR_SAMPLE]; /* shares of the final rise */
    size_t risen;
};

/* ---- drawing ---- */

struct gallery {
    struct portrait *portrait;
    size_t n, cap;
};

static int
on_task(void *arg, const struct a4nn_history_task *t)
{
    struct gallery *g = arg;
    struct portrait *p;

    g->portrait = a4nn_xgrow(g->portrait, g->n, &g->cap, sizeof *g->portrait);
    p = &g->portrait[g->n++];
    *p = (struct portrait){.id = t->id, .mode = t->mode, .epochs = t->epochs, .runs = t->runs};
    p->name = a4nn_xstrdup(t->name);
    p->metric = a4nn_xstrdup(t->metric);
    return 0;
}

struct sample {
    int64_t id[A4NN_SIMILAR_SAMPLE];
    size_t n;
    struct portrait *portrait;
};

static int
take_run(void *arg, const struct a4nn_db_value *c, size_t count)
{
    struct sample *s = arg;
    struct a4nn_flat_config config = {0};
    struct a4nn_strmap names = {0};
    size_t i;

    (void)count;
    s->id[s->n++] = a4nn_db_integer(&c[0]);
    s->portrait->last[s->portrait->n++] = a4nn_db_number(&c[1]);
    a4nn_flat_config_read(a4nn_db_string(&c[2], NULL), &names, &config);
    for (i = 0; i < names.n; i++)
        a4nn_strmap_put(&s->portrait->members, names.key[i], NULL);
    a4nn_flat_config_release(&config);
    a4nn_strmap_release(&names);
    return s->n == A4NN_SIMILAR_SAMPLE;
}

/* What is no number has no place in a shape. */
static void
keep_finite(struct a4nn_curve *c)
{
    size_t i, n = 0;

    for (i = 0; i < c->n; i++)
        if (isfinite(c->value[i])) {
            c->epoch[n] = c->epoch[i];
            c->value[n++] = c->value[i];
        }
    c->n = n;
}

/* Shares of the rise from the first to the last value, at the newest observation of each station.
 */
static void
draw_shape(struct portrait *p, const struct a4nn_curve *c)
{
    double rise, end;
    size_t k, i = 0;

    if (c->n < STATIONS || (rise = c->value[c->n - 1] - c->value[0]) == 0)
        return;
    end = c->epoch[c->n - 1];
    for (k = 0; k < STATIONS; k++) {
        while (i + 1 < c->n && c->epoch[i + 1] <= end * (double)(k + 1) / (STATIONS + 1))
            i++;
        p->rise[k][p->risen] = (c->value[i] - c->value[0]) / rise;
    }
    p->risen++;
}

static int
draw(struct a4nn_db *db, struct portrait *p, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {a4nn_db_int(p->id), a4nn_db_int(A4NN_SIMILAR_SAMPLE)};
    struct sample sample = {.portrait = p};
    int result = a4nn_db_query(db,
                               "SELECT id, last_value, config FROM run WHERE task = $1 "
                               "AND status = 'complete' "
                               "AND last_value BETWEEN -1.7e308 AND 1.7e308 "
                               "ORDER BY id DESC LIMIT $2",
                               v, 2, take_run, &sample, err);
    size_t i;

    for (i = 0; i < sample.n && result == 0; i++) {
        struct a4nn_curve curve = {0};

        result = a4nn_history_curve(db, sample.id[i], p->metric, &curve, err);
        keep_finite(&curve);
        draw_shape(p, &curve);
        a4nn_curve_release(&curve);
    }
    gsl_sort(p->last, 1, p->n);
    for (i = 0; i < STATIONS; i++)
        gsl_sort(p->rise[i], 1, p->risen);
    return result;
}

/* ---- comparing ---- */

static double
compare_epochs(const struct portrait *a, const struct portrait *b)
{
    double d = fabs(log2(a->epochs / b->epochs));

    return isnan(d) ? (double)NAN : fmax(0, 1 - d);
}

static double
compare_members(const struct portrait *a, const struct portrait *b)
{
    size_t i, both = 0;

    for (i = 0; i < a->members.n; i++)
        if (a4nn_strmap_find(&b->members, a->members.key[i]) != A4NN_STRMAP_NONE)
            both++;
    return a->members.n + b->members.n == 0
               ? (double)NAN
               : (double)both / (double)(a->members.n + b->members.n - both);
}

static double
compare_levels(const struct portrait *a, const struct portrait *b)
{
    double lo, hi, sum = 0;
    size_t k;

    if (a->n == 0 || b->n == 0)
        return NAN;
    lo = fmin(a->last[0], b->last[0]);
    hi = fmax(a->last[a->n - 1], b->last[b->n - 1]);
    for (k = 1; k <= DECILES && hi > lo; k++) {
        double f = (double)k / (DECILES + 1);
        sum += fabs(gsl_stats_quantile_from_sorted_data(a->last, 1, a->n, f) -
                    gsl_stats_quantile_from_sorted_data(b->last, 1, b->n, f)) /
               (hi - lo);
    }
    return 1 - sum / DECILES;
}

static double
compare_shapes(const struct portrait *a, const struct portrait *b)
{
    double sum = 0;
    size_t k;

    if (a->risen == 0 || b->risen == 0)
        return NAN;
    for (k = 0; k < STATIONS; k++)
        sum += fmin(1, fabs(gsl_stats_median_from_sorted_data(a->rise[k], 1, a->risen) -
                            gsl_stats_median_from_sorted_data(b->rise[k], 1, b->risen)));
    return 1 - sum / STATIONS;
}

static void
compare(const struct portrait *a, const struct portrait *b, struct a4nn_similar_task *out)
{
    double part[5], sum = 0;
    size_t i, n = 0;

    *out = (struct a4nn_similar_task){.name = a4nn_xstrdup(b->name),
                                      .metric = a4nn_xstrdup(b->metric),
                                      .runs = b->runs,
                                      .epochs = compare_epochs(a, b),
                                      .members = compare_members(a, b),
                                      .levels = compare_levels(a, b),
                                      .shape = compare_shapes(a, b),
                                      .same_metric =
                                          a->metric != NULL && strcmp(a->metric, b->metric) == 0};
    part[0] = a->metric != NULL ? out->same_metric : NAN;
    part[1] = out->epochs;
    part[2] = out->members;
    part[3] = out->levels;
    part[4] = out->shape;
    for (i = 0; i < sizeof part / sizeof *part; i++)
        if (!isnan(part[i])) {
            sum += part[i];
            n++;
        }
    out->similarity = n > 0 ? sum / (double)n : 0;
    if (a->metric != NULL)
        a4nn_buf_adds(&out->why, out->same_metric ? "same metric" : "another metric");
    if (a->n > 0 && b->n > 0)
        a4nn_buf_addf(&out->why, "; ends at %.4g, not %.4g (medians of %zu and %zu runs)",
                      gsl_stats_median_from_sorted_data(b->last, 1, b->n),
                      gsl_stats_median_from_sorted_data(a->last, 1, a->n), b->n, a->n);
    if (!isnan(out->epochs) && a->epochs != b->epochs)
        a4nn_buf_addf(&out->why, "; %g epochs, not %g", b->epochs, a->epochs);
    if (a->risen > 0 && b->risen > 0)
        a4nn_buf_addf(&out->why, "; %.0f %% of the rise at half of the way, not %.0f %%",
                      100 * gsl_stats_median_from_sorted_data(b->rise[STATIONS / 2], 1, b->risen),
                      100 * gsl_stats_median_from_sorted_data(a->rise[STATIONS / 2], 1, a->risen));
}

/* ---- all of it ---- */

static int
best_first(const void *x, const void *y)
{
    const struct a4nn_similar_task *a = x, *b = y;

    return a->similarity == b->similarity ? strcmp(a->name, b->name)
                                          : (a->similarity < b->similarity ? 1 : -1);
}

static const struct portrait *
pick(const struct gallery *g, const char *task, const char *metric, struct a4nn_err *err)
{
    const struct portrait *found = NULL;
    size_t i;

    for (i = 0; i < g->n; i++) {
        const struct portrait *p = &g->portrait[i];
        if (strcmp(p->name, task) != 0 || (metric != NULL && strcmp(p->metric, metric) != 0))
            continue;
        if (found != NULL) {
            a4nn_err_set(err, "task '%.200s' has several metrics: say which", task);
            return NULL;
        }
        found = p;
    }
    if (found == NULL)
        a4nn_err_set(err, "no task '%.200s'", task);
    return found;
}

static void
release(struct gallery *g)
{
    size_t i;

    for (i = 0; i < g->n; i++) {
        free(g->portrait[i].name);
        free(g->portrait[i].metric);
        a4nn_strmap_release(&g->portrait[i].members);
    }
    free(g->portrait);
}

long
a4nn_similar_tasks(struct a4nn_db *db, const char *task, const char *metric,
                   struct a4nn_similar_task **out, struct a4nn_err *err)
{
    struct gallery g = {0};
    const struct portrait *own = NULL;
    int result = a4nn_history_tasks(db, on_task, &g, err);
    long n = 0;
    size_t i;

    *out = NULL;
    if (result == 0)
        own = pick(&g, task, metric, err);
    for (i = 0; i < g.n && own != NULL && result == 0; i++)
        if (&g.portrait[i] == own || g.portrait[i].mode == own->mode)
            result = draw(db, &g.portrait[i], err);
    if (own != NULL && result == 0) {
        *out = a4nn_xcalloc(g.n, sizeof **out);
        for (i = 0; i < g.n; i++)
            if (&g.portrait[i] != own && g.portrait[i].mode == own->mode)
                compare(own, &g.portrait[i], &(*out)[n++]);
        qsort(*out, (size_t)n, sizeof **out, best_first);
    }
    release(&g);
    return own != NULL && result == 0 ? n : -1;
}

long
a4nn_similar_tasks_to(struct a4nn_db *db, const char *task, const struct a4nn_strmap *members,
                      struct a4nn_similar_task **out, struct a4nn_err *err)
{
    const struct portrait own = {.epochs = NAN, .members = *members};
    struct gallery g = {0};
    int result = a4nn_history_tasks(db, on_task, &g, err);
    long n = 0;
    size_t i;

    *out = a4nn_xcalloc(g.n + 1, sizeof **out);
    for (i = 0; i < g.n && result == 0; i++) {
        if (task != NULL && strcmp(g.portrait[i].name, task) == 0)
            continue;
        result = draw(db, &g.portrait[i], err);
        if (result == 0)
            compare(&own, &g.portrait[i], &(*out)[n++]);
    }
    qsort(*out, (size_t)n, sizeof **out, best_first);
    release(&g);
    if (result == 0)
        return n;
    a4nn_similar_tasks_release(*out, n);
    *out = NULL;
    return -1;
}

void
a4nn_similar_tasks_release(struct a4nn_similar_task *found, long count)
{
    long i;

    for (i = 0; i < count; i++) {
        free(found[i].name);
        free(found[i].metric);
        a4nn_buf_release(&found[i].why);
    }
    free(found);
}
