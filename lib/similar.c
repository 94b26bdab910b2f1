/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "similar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "flatconfig.h"
#include "observation.h"
#include "xalloc.h"

enum {
    CANDIDATES = 256, /* whose curves are read, at least */
    NAMED = 6,        /* members of the configuration named as different */
    LOG_FACTOR = 100  /* a range that spans more is one of magnitudes */
};

/* What all values of one member have in common. */
struct range {
    double lo, hi;
};

struct search {
    const struct a4nn_similar_opts *opts;
    struct a4nn_strmap names;
    struct range *range; /* by name; lo > hi: no number yet */
    size_t range_cap;
    struct a4nn_flat_config own;
    long *own_at; /* by name: where in `own`, or -1; as long as the names were when it was made */
    size_t own_names;
    struct range values; /* last values */
    struct a4nn_similar *found;
    size_t n, limit;
};

static void
widen(struct range *r, double v)
{
    if (!isfinite(v))
        return;
    r->lo = v < r->lo ? v : r->lo;
    r->hi = v > r->hi ? v : r->hi;
}

/* ---- first pass: the ranges ---- */

static int
measure(void *arg, const struct a4nn_history_run *run)
{
    struct search *s = arg;
    struct a4nn_flat_config config = {0};
    size_t before = s->names.n, i;

    a4nn_flat_config_read(run->facts.text[A4NN_FACT_CONFIG], &s->names, &config);
    for (i = before; i < s->names.n; i++) {
        s->range = a4nn_xgrow(s->range, i, &s->range_cap, sizeof *s->range);
        s->range[i] = (struct range){INFINITY, -INFINITY};
    }
    for (i = 0; i < config.n; i++)
        widen(&s->range[config.member[i].name], config.member[i].number);
    widen(&s->values, run->last_value);
    a4nn_flat_config_release(&config);
    return 0;
}

/* ---- second pass: configurations ---- */

static double
alike(const struct range *r, const struct a4nn_flat_member *a, const struct a4nn_flat_member *b)
{
    double x = a->number, y = b->number, width = r->hi - r->lo;

    if (isnan(x) || isnan(y))
        return strcmp(a->text, b->text) == 0;
    if (x == y || width <= 0)
        return x == y;
    if (r->lo > 0 && r->hi / r->lo > LOG_FACTOR)
        return 1 - fabs(log(x / y)) / log(r->hi / r->lo);
    return 1 - fabs(x - y) / width;
}

static void
tell_value(struct a4nn_buf *why, const struct a4nn_flat_member *m)
{
    if (m != NULL && !isnan(m->number))
        a4nn_buf_addf(why, "%.4g", m->number);
    else
        a4nn_buf_adds(why, m != NULL ? m->text : "missing");
}

static void
tell(struct a4nn_buf *why, const char *name, const struct a4nn_flat_member *a,
     const struct a4nn_flat_member *b, size_t told)
{
    if (told == NAMED)
        a4nn_buf_adds(why, ", ...");
    if (told >= NAMED)
        return;
    a4nn_buf_addf(why, "%s%s ", told > 0 ? ", " : "", name);
    tell_value(why, b);
    a4nn_buf_adds(why, " not ");
    tell_value(why, a);
}

/* Gower's coefficient; NAN when neither has a configuration. Says what differs. */
static double
compare_configs(struct search *s, const struct a4nn_flat_config *other, struct a4nn_buf *why)
{
    bool *met = a4nn_xcalloc(s->own.n + 1, sizeof *met);
    size_t i, told = 0, members = s->own.n + other->n;
    double sum = 0;

    for (i = 0; i < other->n; i++) {
        const struct a4nn_flat_member *b = &other->member[i];
        long at = b->name < s->own_names ? s->own_at[b->name] : -1;
        double share = 0;

        if (at >= 0) {
            share = alike(&s->range[b->name], &s->own.member[at], b);
            met[at] = true;
            members--;
        }
        sum += share;
        if (share < 1)
            tell(why, s->names.key[b->name], at >= 0 ? &s->own.member[at] : NULL, b, told++);
    }
    for (i = 0; i < s->own.n; i++)
        if (!met[i])
            tell(why, s->names.key[s->own.member[i].name], &s->own.member[i], NULL, told++);
    free(met);
    if (members == 0)
        return NAN;
    if (told == 0)
        a4nn_buf_adds(why, "same configuration");
    return sum / (double)members;
}

static double
value_distance(const struct search *s, double a, double b)
{
    double width = s->values.hi - s->values.lo, d = width > 0 ? fabs(a - b) / width : 0;

    return d < 1 ? d : 1; /* also when it is NaN */
}

static double
mean_of_known(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : (a + b) / 2;
}

static int
best_first(const void *x, const void *y)
{
    const struct a4nn_similar *a = x, *b = y;

    if (a->similarity != b->similarity)
        return a->similarity < b->similarity ? 1 : -1;
    return (a->run.id > b->run.id) - (a->run.id < b->run.id);
}

static void
drop(struct a4nn_similar *f)
{
    a4nn_history_run_release(&f->run);
    a4nn_buf_release(&f->why);
}

/* The best so far, twice as many as wanted before the worse half goes. */
static void
thin_out(struct search *s, size_t keep)
{
    qsort(s->found, s->n, sizeof *s->found, best_first);
    for (; s->n > keep; s->n--)
        drop(&s->found[s->n - 1]);
}

static int
rank(void *arg, const struct a4nn_history_run *run)
{
    struct search *s = arg;
    const struct a4nn_history_run *to = s->opts->to;
    struct a4nn_flat_config config = {0};
    struct a4nn_similar *f;

    if (run->id == to->id)
        return 0;
    if (s->n == 2 * s->limit)
        thin_out(s, s->limit);
    f = &s->found[s->n++];
    *f = (struct a4nn_similar){.curve = NAN};
    a4nn_flat_config_read(run->facts.text[A4NN_FACT_CONFIG], &s->names, &config);
    f->config = compare_configs(s, &config, &f->why);
    a4nn_flat_config_release(&config);
    f->similarity =
        mean_of_known(f->config, 1 - value_distance(s, run->last_value, to->last_value));
    a4nn_history_run_copy(&f->run, run);
    return 0;
}

/* ---- curves ---- */

static double
compare_curves(const struct search *s, const struct a4nn_curve *a, const struct a4nn_curve *b,
               size_t *common)
{
    double sum = 0;
    size_t i = 0, k = 0;

    *common = 0;
    while (i < a->n && k < b->n)
        if (a->epoch[i] < b->epoch[k]) {
            i++;
        } else if (a->epoch[i] > b->epoch[k]) {
            k++;
        } else {
            sum += value_distance(s, a->value[i++], b->value[k++]);
            ++*common;
        }
    return *common > 0 ? 1 - sum / (double)*common : (double)NAN;
}

static int
compare_by_curve(struct a4nn_db *db, struct search *s, const struct a4nn_curve *own,
                 struct a4nn_similar *f, struct a4nn_err *err)
{
    struct a4nn_curve other = {0};
    int result = 0;
    size_t common;

    if (strcmp(f->run.metric, s->opts->to->metric) == 0)
        result = a4nn_history_curve(db, f->run.id, f->run.metric, &other, err);
    f->curve = compare_curves(s, own, &other, &common);
    f->similarity = mean_of_known(f->config, f->curve);
    if (!isnan(f->curve))
        a4nn_buf_addf(&f->why, "%scurves %.2g %% of the range apart over %zu epochs",
                      f->why.len > 0 ? "; " : "", 100 * (1 - f->curve), common);
    if (isnan(f->similarity))
        f->similarity = 0;
    a4nn_curve_release(&other);
    return result;
}

static int
compare_all_curves(struct a4nn_db *db, struct search *s, struct a4nn_err *err)
{
    struct a4nn_curve own = {0};
    int result = a4nn_history_curve(db, s->opts->to->id, s->opts->to->metric, &own, err);
    size_t i;

    for (i = 0; i < s->n && result == 0; i++)
        result = compare_by_curve(db, s, &own, &s->found[i], err);
    a4nn_curve_release(&own);
    return result;
}

/* ---- all of it ---- */

static void
index_own(struct search *s)
{
    size_t i;

    a4nn_flat_config_read(s->opts->to->facts.text[A4NN_FACT_CONFIG], &s->names, &s->own);
    s->own_names = s->names.n;
    s->own_at = a4nn_xcalloc(s->own_names + 1, sizeof *s->own_at);
    for (i = 0; i < s->own_names; i++)
        s->own_at[i] = -1;
    for (i = 0; i < s->own.n; i++)
        s->own_at[s->own.member[i].name] = (long)i;
}

long
a4nn_similar_find(struct a4nn_db *db, const struct a4nn_similar_opts *opts,
                  struct a4nn_similar **out, struct a4nn_err *err)
{
    struct search s = {.opts = opts, .values = {INFINITY, -INFINITY}};
    long count = -1;

    s.limit = opts->count > CANDIDATES ? opts->count : CANDIDATES;
    s.found = a4nn_xcalloc(2 * s.limit, sizeof *s.found);
    measure(&s, opts->to); /* its members are numbered, be it among the others or not */
    index_own(&s);
    if (a4nn_history_runs(db, opts->which, measure, &s, err) == 0 &&
        a4nn_history_runs(db, opts->which, rank, &s, err) == 0) {
        thin_out(&s, s.limit);
        if (compare_all_curves(db, &s, err) == 0) {
            thin_out(&s, opts->count);
            count = (long)s.n;
        }
    }
    if (count < 0)
        thin_out(&s, 0);
    *out = s.found;
    if (count < 0) {
        free(s.found);
        *out = NULL;
    }
    a4nn_flat_config_release(&s.own);
    a4nn_strmap_release(&s.names);
    free(s.own_at);
    free(s.range);
    return count;
}

void
a4nn_similar_release(struct a4nn_similar *found, long count)
{
    long i;

    for (i = 0; i < count; i++)
        drop(&found[i]);
    free(found);
}
