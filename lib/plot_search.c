/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot_search.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metric.h"
#include "plot_table.h"
#include "xalloc.h"

enum { VALUE, STATUS, METRIC, STARTED, ENDED, COLUMNS };

static const double minute = 60, hour = 3600;

struct run {
    double x, value;
    bool complete;
    size_t row;
};

struct search {
    char *name;
    struct run *run; /* that are over, by x */
    size_t n, complete;
    double begin; /* seconds since 1970, NAN: not known of all */
};

struct searches {
    const struct a4nn_plot_style *style;
    struct a4nn_figure figure;
    struct search *one;
    size_t n, runs;
    char *column, *metric; /* of the value; of the runs, NULL: none, or several */
    bool metrics;          /* several */
    enum a4nn_mode mode;   /* A4NN_MODE_UNKNOWN: as the metric's name says */
    bool timed;            /* x is a time, of all of them */
    double unit;           /* seconds */
};

/* ---- reading ---- */

/* The file without its folder, which is the name where all files are called the same, and without
 * what says that it is a table. */
static char *
name_of(const char *file)
{
    const char *slash = strrchr(file, '/'), *base = slash != NULL ? slash + 1 : file;
    const char *dot = strrchr(base, '.');

    if (strcmp(file, "-") == 0)
        return a4nn_xstrdup("search");
    return a4nn_xstrndup(base, dot != NULL && dot > base ? (size_t)(dot - base) : strlen(base));
}

static void
learn_metric(struct searches *s, const char *name)
{
    struct a4nn_metric metric;

    if (name[0] != '\0' && s->metric == NULL)
        s->metric = a4nn_xstrdup(name);
    s->metrics = s->metrics || (name[0] != '\0' && strcmp(name, s->metric) != 0);
    if (s->mode == A4NN_MODE_UNKNOWN && a4nn_metric_lookup(name, &metric))
        s->mode = metric.mode;
}

static int
by_x(const void *a, const void *b)
{
    const struct run *p = a, *q = b;

    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

static bool
is_over(const char *status)
{
    return strcmp(status, "complete") == 0 || strcmp(status, "stopped") == 0 ||
           strcmp(status, "released") == 0;
}

/* When the first began; NAN where a run that is over has no times. */
static double
begin_of(const struct a4nn_plot_table *t)
{
    double first = HUGE_VAL;
    size_t i;

    for (i = 0; i < t->rows; i++) {
        double started = a4nn_plot_table_num(t, i, STARTED);
        bool over = is_over(a4nn_plot_table_text(t, i, STATUS));

        if (over && (isnan(started) || isnan(a4nn_plot_table_num(t, i, ENDED))))
            return NAN;
        if (started < first)
            first = started;
    }
    return isfinite(first) ? first : NAN;
}

static void
take_rows(struct searches *s, struct search *one, const struct a4nn_plot_table *t)
{
    size_t i;

    one->begin = begin_of(t);
    one->run = a4nn_xcalloc(t->rows + 1, sizeof *one->run);
    for (i = 0; i < t->rows; i++) {
        const char *status = a4nn_plot_table_text(t, i, STATUS);
        double value = a4nn_plot_value(a4nn_plot_table_num(t, i, VALUE), s->style->logy);

        learn_metric(s, a4nn_plot_table_text(t, i, METRIC));
        if (!is_over(status) || isnan(value))
            continue;
        one->run[one->n++] = (struct run){a4nn_plot_table_num(t, i, ENDED) - one->begin, value,
                                          strcmp(status, "complete") == 0, i};
        one->complete += one->run[one->n - 1].complete ? 1 : 0;
    }
    s->runs += one->n;
}

static void
read_search(struct searches *s, char *file, struct a4nn_diag *diag)
{
    const struct a4nn_plot_column column[COLUMNS] = {{s->column, true},
                                                     {"status", true},
                                                     {"metric", false},
                                                     {"started", false},
                                                     {"ended", false}};
    struct a4nn_plot_table t = {.column = column, .columns = COLUMNS};
    struct search *one = &s->one[s->n++];

    one->name = name_of(file);
    a4nn_plot_table_read(&t, &file, 1, diag);
    take_rows(s, one, &t);
    a4nn_plot_table_release(&t);
}

/* ---- time, or the number of runs ---- */

static void
settle_x(struct searches *s)
{
    double longest = 0;
    size_t i, k;

    s->timed = true;
    for (i = 0; i < s->n; i++)
        s->timed = s->timed && (s->one[i].n == 0 || !isnan(s->one[i].begin));
    for (i = 0; i < s->n && s->timed; i++)
        for (k = 0; k < s->one[i].n; k++)
            longest = fmax(longest, s->one[i].run[k].x);
    s->unit = longest > 5 * hour ? hour : longest > 5 * minute ? minute : 1;
    for (i = 0; i < s->n; i++) {
        for (k = 0; k < s->one[i].n; k++)
            s->one[i].run[k].x = s->timed ? s->one[i].run[k].x / s->unit : (double)(k + 1);
        qsort(s->one[i].run, s->one[i].n, sizeof *s->one[i].run, by_x);
    }
}

static const char *
x_label(const struct searches *s)
{
    if (s->style->xlabel != NULL)
        return s->style->xlabel;
    if (!s->timed)
        return "runs";
    return s->unit > minute ? "hours" : s->unit > 1 ? "minutes" : "seconds";
}

static const char *
y_label(const struct searches *s)
{
    if (s->style->ylabel != NULL)
        return s->style->ylabel;
    return s->metric != NULL && !s->metrics && strcmp(s->column, "last_value") == 0 ? s->metric
                                                                                    : s->column;
}

/* ---- drawing ---- */

static bool
better(const struct searches *s, double a, double b)
{
    return isnan(b) || (s->mode == A4NN_MIN ? a < b : a > b);
}

/* The best complete run so far, as stairs; its last value. */
static double
add_best(struct searches *s, const struct search *one)
{
    double best = NAN;
    size_t i;

    for (i = 0; i < one->n; i++) {
        if (one->run[i].complete && better(s, one->run[i].value, best)) {
            best = one->run[i].value;
            a4nn_figure_row(&s->figure, 2, (double[]){one->run[i].x, best});
        }
    }
    if (!isnan(best))
        a4nn_figure_row(&s->figure, 2, (double[]){one->run[one->n - 1].x, best});
    return best;
}

static void
draw_points(struct searches *s, const struct search *one, bool complete, unsigned colour)
{
    size_t block = a4nn_figure_block(&s->figure), i, n = 0;

    for (i = 0; i < one->n; i++)
        if (one->run[i].complete == complete) {
            a4nn_figure_row(&s->figure, 2, (double[]){one->run[i].x, one->run[i].value});
            n++;
        }
    if (n == 0) {
        a4nn_figure_block_drop(&s->figure);
        return;
    }
    a4nn_figure_block_end(&s->figure);
    a4nn_figure_draw(&s->figure, block, NULL, complete ? "complete" : "stopped",
                     "using 1:2 with points lc rgb \"#%06x\" pt %d ps %g", colour, complete ? 7 : 6,
                     complete ? 0.6 : 0.5);
}

static void
draw_search(struct searches *s, size_t i)
{
    const struct search *one = &s->one[i];
    unsigned colour = a4nn_plot_colour(s->style, i);
    struct a4nn_buf title = {0};
    size_t block;
    double best;

    draw_points(s, one, false, colour);
    draw_points(s, one, true, colour);
    block = a4nn_figure_block(&s->figure);
    best = add_best(s, one);
    a4nn_buf_addf(&title, "%s: %zu runs, %zu of them complete", one->name, one->n, one->complete);
    if (isnan(best)) {
        a4nn_figure_block_drop(&s->figure);
        a4nn_figure_key(&s->figure, title.data, "lines lc rgb \"#%06x\" lw 1.6", colour);
    } else {
        a4nn_figure_block_end(&s->figure);
        a4nn_figure_draw(&s->figure, block, title.data, NULL,
                         "using 1:2 with steps lc rgb \"#%06x\" lw 1.6", colour);
    }
    a4nn_buf_addf(&s->figure.summary, " %s", title.data);
    if (!isnan(best))
        a4nn_buf_addf(&s->figure.summary, ", best %g", best);
    a4nn_buf_adds(&s->figure.summary, ".");
    a4nn_buf_release(&title);
}

/* The better half of the runs and every best so far: what failed to learn would flatten the rest.
 */
static struct a4nn_range
values_shown(const struct searches *s)
{
    struct a4nn_range y = A4NN_RANGE_EMPTY;
    double *value = a4nn_xcalloc(s->runs + 1, sizeof *value);
    size_t n = 0, i, k;

    for (i = 0; i < s->n; i++) {
        double best = NAN;
        for (k = 0; k < s->one[i].n; k++) {
            const struct run *run = &s->one[i].run[k];
            value[n++] = run->value;
            if (run->complete && better(s, run->value, best))
                a4nn_range_hold(&y, best = run->value);
        }
    }
    gsl_sort(value, 1, n);
    for (i = 0; i < n; i++)
        if (s->mode == A4NN_MIN ? 2 * i <= n : 2 * i + 1 >= n)
            a4nn_range_hold(&y, value[i]);
    free(value);
    return a4nn_range_shown(y, s->style->y, s->style->logy);
}

static struct a4nn_range
times_shown(const struct searches *s)
{
    struct a4nn_range x = A4NN_RANGE_EMPTY;
    size_t i, k;

    if (!s->style->logx)
        a4nn_range_hold(&x, 0);
    for (i = 0; i < s->n; i++)
        for (k = 0; k < s->one[i].n; k++)
            a4nn_range_hold(&x, s->one[i].run[k].x);
    return a4nn_range_shown(x, s->style->x, s->style->logx);
}

static int
draw(struct searches *s, struct a4nn_buf *out, struct a4nn_err *err)
{
    const struct a4nn_plot_style *style = s->style;
    int result;
    size_t i;

    settle_x(s);
    a4nn_figure_init(&s->figure, style, "Searches", 1);
    a4nn_figure_panel(&s->figure, &(struct a4nn_axes){.title = style->title,
                                                      .xlabel = x_label(s),
                                                      .ylabel = y_label(s),
                                                      .x = times_shown(s),
                                                      .y = values_shown(s),
                                                      .logx = style->logx,
                                                      .logy = style->logy,
                                                      .legend = true});
    a4nn_buf_addf(&s->figure.summary, "The best complete run over %s.", x_label(s));
    for (i = 0; i < s->n; i++)
        if (s->one[i].n > 0)
            draw_search(s, i);
    result = a4nn_figure_render(&s->figure, out, err);
    a4nn_figure_release(&s->figure);
    return result;
}

int
a4nn_plot_search(char *const *files, int count, const char *y, const struct a4nn_plot_style *style,
                 struct a4nn_buf *out, struct a4nn_diag *diag, struct a4nn_err *err)
{
    static char input[] = "-";
    struct searches s = {.style = style};
    int result = A4NN_NO, i;
    size_t k;

    s.column = a4nn_plot_column_take(y != NULL ? y : "last_value", &s.mode);
    s.one = a4nn_xcalloc((size_t)count + 1, sizeof *s.one);
    if (count == 0)
        read_search(&s, input, diag);
    for (i = 0; i < count; i++)
        read_search(&s, files[i], diag);
    if (s.runs > 0)
        result = draw(&s, out, err);
    for (k = 0; k < s.n; k++) {
        free(s.one[k].name);
        free(s.one[k].run);
    }
    free(s.one);
    free(s.column);
    free(s.metric);
    return result;
}
