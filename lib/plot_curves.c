/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gathering what a picture of curves shows. */
#include "plot_curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "plot_curves_parts.h"
#include "thin.h"
#include "xalloc.h"

/* A run with more points than this is thinned to a fifth of it or so. */
enum { MANY_POINTS = 65536, KEPT_COLUMNS = 3000 };

struct a4nn_plot_curves *
a4nn_plot_curves_new(const struct a4nn_plot_curves_opts *opts)
{
    struct a4nn_plot_curves *c = a4nn_xcalloc(1, sizeof *c);

    c->opts = *opts;
    return c;
}

/* ---- points ---- */

/* Where `epoch` is or belongs. */
static size_t
place_of(const struct a4nn_plot_run *run, double epoch)
{
    size_t low = 0, high = run->n, middle;

    while (low < high) {
        middle = low + (high - low) / 2;
        if (run->point[middle].epoch < epoch)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Columns of as many points each, so that the part seen first is not thinned to nothing when an
 * epoch far away follows. */
static void
thin(struct a4nn_plot_run *run)
{
    double *x = a4nn_xcalloc(2 * run->n, sizeof *x), *y = x + run->n;
    bool *keep = a4nn_xcalloc(run->n, sizeof *keep);
    size_t i, n = 0;

    for (i = 0; i < run->n; i++) {
        x[i] = (double)i;
        y[i] = run->point[i].value;
    }
    a4nn_thin(x, y, run->n, KEPT_COLUMNS, keep);
    for (i = 0; i < run->n; i++)
        if (keep[i] || run->point[i].epoch == run->stop)
            run->point[n++] = run->point[i];
    run->n = n;
    free(x);
    free(keep);
}

/* As a curve (observation.h): an epoch that comes again begins anew there. */
static void
add_point(struct a4nn_plot_run *run, const struct a4nn_plot_point *point)
{
    size_t at = run->n;

    if (run->n > 0 && !(point->epoch > run->point[run->n - 1].epoch)) {
        at = place_of(run, point->epoch);
        if (run->point[at].epoch == point->epoch) {
            run->n = at;
            if (run->stop > point->epoch)
                run->stop = NAN;
        }
    }
    run->point = a4nn_xgrow(run->point, run->n, &run->cap, sizeof *run->point);
    memmove(run->point + at + 1, run->point + at, (run->n - at) * sizeof *run->point);
    run->point[at] = *point;
    run->n++;
    if (run->n > MANY_POINTS)
        thin(run);
}

/* ---- runs ---- */

static struct a4nn_plot_group *
group_for(struct a4nn_plot_curves *c, const struct a4nn_record *r, size_t *index)
{
    struct a4nn_buf key = {0};
    bool added;

    a4nn_record_key(r, A4NN_BIT(A4NN_TASK) | A4NN_BIT(A4NN_METRIC), &key);
    *index = a4nn_strmap_put(&c->group_of, key.data != NULL ? key.data : "", &added);
    a4nn_buf_release(&key);
    if (added) {
        c->group = a4nn_xgrow(c->group, c->groups++, &c->cap_groups, sizeof *c->group);
        c->group[*index] =
            (struct a4nn_plot_group){.task = a4nn_xstrdup(a4nn_record_text(r, A4NN_TASK, "")),
                                     .metric = a4nn_xstrdup(a4nn_record_text(r, A4NN_METRIC, ""))};
    }
    return &c->group[*index];
}

static struct a4nn_plot_run *
run_for(struct a4nn_plot_curves *c, const struct a4nn_record *r, struct a4nn_metric metric)
{
    struct a4nn_buf key = {0};
    struct a4nn_plot_group *g;
    size_t number, group;
    bool added;

    a4nn_record_key(r, A4NN_BIT(A4NN_RUN) | A4NN_BIT(A4NN_TASK) | A4NN_BIT(A4NN_METRIC), &key);
    number = a4nn_strmap_put(&c->run_of, key.data != NULL ? key.data : "", &added);
    a4nn_buf_release(&key);
    if (added) {
        g = group_for(c, r, &group);
        g->kind = metric;
        c->place = a4nn_xgrow(c->place, number, &c->cap_place, sizeof *c->place);
        c->place[number].group = group;
        c->place[number].run = g->runs;
        g->run = a4nn_xgrow(g->run, g->runs, &g->cap, sizeof *g->run);
        g->run[g->runs++] = (struct a4nn_plot_run){
            .name = a4nn_xstrdup(a4nn_record_text(r, A4NN_RUN, "")), .stop = NAN, .epochs = NAN};
    }
    return &c->group[c->place[number].group].run[c->place[number].run];
}

void
a4nn_plot_curves_add(struct a4nn_plot_curves *c, const struct a4nn_record *record,
                     struct a4nn_metric metric)
{
    const struct a4nn_plot_point point = {
        a4nn_record_num(record, A4NN_EPOCH), a4nn_record_num(record, A4NN_VALUE),
        a4nn_record_num(record, A4NN_FORECAST), a4nn_record_num(record, A4NN_LOW),
        a4nn_record_num(record, A4NN_HIGH)};
    struct a4nn_plot_run *run;
    double epochs = a4nn_record_num(record, A4NN_EPOCHS);

    if (!isfinite(point.epoch))
        return;
    run = run_for(c, record, metric);
    add_point(run, &point);
    if (!isnan(c->opts.epochs))
        epochs = c->opts.epochs;
    if (isfinite(epochs))
        run->epochs = epochs;
    if (isnan(run->stop) && strcmp(a4nn_record_text(record, A4NN_VERDICT, ""), "stop") == 0) {
        run->stop = point.epoch;
        a4nn_xreplace(&run->reason, a4nn_record_text(record, A4NN_REASON, ""));
    }
}

long
a4nn_plot_run_final(const struct a4nn_plot_run *run)
{
    size_t i = run->n;

    while (i-- > 0)
        if (isfinite(run->point[i].forecast) &&
            !(run->point[i].epoch > run->stop)) /* true where there is no stop */
            return (long)i;
    return -1;
}

double
a4nn_plot_run_end(const struct a4nn_plot_run *run)
{
    long final = a4nn_plot_run_final(run);
    size_t i = run->n;

    if (i > 0 && run->point[i - 1].epoch == run->stop && final >= 0)
        return run->point[final].forecast;
    while (i-- > 0)
        if (isfinite(run->point[i].value))
            return run->point[i].value;
    return NAN;
}

/* ---- the picture ---- */

static bool
has_values(const struct a4nn_plot_group *g, bool logarithmic)
{
    size_t i, j;

    for (i = 0; i < g->runs; i++)
        for (j = 0; j < g->run[i].n; j++)
            if (!isnan(a4nn_plot_value(g->run[i].point[j].value, logarithmic)))
                return true;
    return false;
}

static void
set_title(const struct a4nn_plot_curves *c, struct a4nn_figure *f)
{
    bool alone = c->groups == 1;

    if (f->title == NULL && c->run_of.n == 1)
        f->title = c->group[0].run[0].name;
    else if (f->title == NULL && alone)
        f->title = c->group[0].task;
}

int
a4nn_plot_curves_draw(const struct a4nn_plot_curves *c, const struct a4nn_plot_style *style,
                      struct a4nn_buf *out, struct a4nn_diag *diag, struct a4nn_err *err)
{
    struct a4nn_figure f;
    size_t i, panels = 0, drawn = 0;
    int result;

    for (i = 0; i < c->groups; i++)
        panels += has_values(&c->group[i], style->logy);
    if (panels == 0)
        return A4NN_NO;
    if (panels > A4NN_PLOT_PANELS)
        a4nn_diag(diag, A4NN_WARNING, NULL, 0, "%d of %zu tasks and metrics are drawn",
                  A4NN_PLOT_PANELS, panels);
    a4nn_figure_init(&f, style, "Learning curves",
                     panels < A4NN_PLOT_PANELS ? panels : A4NN_PLOT_PANELS);
    set_title(c, &f);
    for (i = 0; i < c->groups && drawn < A4NN_PLOT_PANELS; i++)
        if (has_values(&c->group[i], style->logy)) {
            a4nn_plot_group_draw(c, &c->group[i], &f, diag);
            drawn++;
        }
    result = a4nn_figure_render(&f, out, err);
    a4nn_figure_release(&f);
    return result < 0 ? -1 : A4NN_OK;
}

void
a4nn_plot_curves_free(struct a4nn_plot_curves *c)
{
    size_t i, j;

    for (i = 0; i < c->groups; i++) {
        for (j = 0; j < c->group[i].runs; j++) {
            free(c->group[i].run[j].name);
            free(c->group[i].run[j].reason);
            free(c->group[i].run[j].point);
        }
        free(c->group[i].run);
        free(c->group[i].task);
        free(c->group[i].metric);
    }
    free(c->group);
    free(c->place);
    a4nn_strmap_release(&c->group_of);
    a4nn_strmap_release(&c->run_of);
    free(c);
}
