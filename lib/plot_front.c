/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot_front.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"
#include "plot_table.h"
#include "xalloc.h"

enum { X, Y, RUN, COLUMNS, NAMED = 12 };

struct point {
    double x, y; /* turned so that small is better in both */
    size_t row;
};

struct front {
    struct a4nn_plot_table table;
    struct a4nn_figure figure;
    const struct a4nn_plot_style *style;
    char *name[2];     /* of the columns */
    double sign[2];    /* -1: large is better */
    struct point *all; /* sorted; those of the front come first in `best` */
    size_t n, *best, nbest;
};

/* Takes the name of a column apart; true if small is better. */
static bool
take_name(const char *spec, char **name, bool small)
{
    enum a4nn_mode mode;

    *name = a4nn_plot_column_take(spec, &mode);
    return mode == A4NN_MODE_UNKNOWN ? small : mode == A4NN_MIN;
}

static int
by_x(const void *a, const void *b)
{
    const struct point *p = a, *q = b;

    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    if (p->y != q->y)
        return p->y < q->y ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

static void
find_front(struct front *f)
{
    double x, y, lowest = HUGE_VAL;
    size_t i;

    f->all = a4nn_xcalloc(f->table.rows + 1, sizeof *f->all);
    f->best = a4nn_xcalloc(f->table.rows + 1, sizeof *f->best);
    for (i = 0; i < f->table.rows; i++) {
        x = a4nn_plot_value(a4nn_plot_table_num(&f->table, i, X), f->style->logx);
        y = a4nn_plot_value(a4nn_plot_table_num(&f->table, i, Y), f->style->logy);
        if (!isnan(x) && !isnan(y))
            f->all[f->n++] = (struct point){f->sign[0] * x, f->sign[1] * y, i};
    }
    qsort(f->all, f->n, sizeof *f->all, by_x);
    for (i = 0; i < f->n; i++)
        if (f->all[i].y < lowest) {
            lowest = f->all[i].y;
            f->best[f->nbest++] = i;
        }
}

static double
x_of(const struct front *f, size_t i)
{
    return f->sign[0] * f->all[i].x;
}

static double
y_of(const struct front *f, size_t i)
{
    return f->sign[1] * f->all[i].y;
}

/* Where a value lies between the sides of its axis, in cells smaller than a symbol. */
static size_t
cell(double value, struct a4nn_range range, bool logarithmic, size_t cells)
{
    double at = logarithmic ? log(value / range.low) / log(range.high / range.low)
                            : (value - range.low) / (range.high - range.low);

    return at > 0 ? at < 1 ? (size_t)(at * (double)cells) : cells - 1 : 0;
}

/* All points; of those that would be drawn in the same place, one. */
static size_t
add_cloud(struct front *f, struct a4nn_range x, struct a4nn_range y)
{
    enum { CELLS = 250 };
    bool *taken = a4nn_xcalloc((size_t)CELLS * CELLS, sizeof *taken);
    size_t block = a4nn_figure_block(&f->figure), i, at;

    for (i = 0; i < f->n; i++) {
        at = cell(x_of(f, i), x, f->style->logx, CELLS) * CELLS +
             cell(y_of(f, i), y, f->style->logy, CELLS);
        if (f->n <= CELLS || !taken[at])
            a4nn_figure_row(&f->figure, 2, (double[]){x_of(f, i), y_of(f, i)});
        taken[at] = true;
    }
    a4nn_figure_block_end(&f->figure);
    free(taken);
    return block;
}

/* The front as stairs: from a member on, its y can be had for any worse x. */
static size_t
add_front(struct front *f)
{
    size_t block = a4nn_figure_block(&f->figure), i;

    for (i = 0; i < f->nbest; i++)
        a4nn_figure_row(&f->figure, 2, (double[]){x_of(f, f->best[i]), y_of(f, f->best[i])});
    a4nn_figure_block_end(&f->figure);
    return block;
}

/* Names beside the points of the front, on the side of worse values where the stairs are not. */
static void
add_names(struct front *f)
{
    struct a4nn_buf *body = &f->figure.body;
    const char *run;
    size_t i;

    for (i = 0; i < f->nbest && f->nbest <= NAMED; i++) {
        run = a4nn_plot_table_text(&f->table, f->all[f->best[i]].row, RUN);
        if (run[0] == '\0')
            continue;
        a4nn_buf_adds(body, "set label ");
        a4nn_gnuplot_quote(body, run);
        a4nn_buf_addf(body, " at %.17g,%.17g %s offset 0,%g front textcolor rgb \"#%06x\"\n",
                      x_of(f, f->best[i]), y_of(f, f->best[i]), f->sign[0] > 0 ? "left" : "right",
                      f->sign[1] > 0 ? -0.9 : 0.7, a4nn_plot_ink(f->style, A4NN_INK_TEXT));
    }
}

static int
draw(struct front *f, struct a4nn_buf *out, struct a4nn_err *err)
{
    const struct a4nn_plot_style *s = f->style;
    struct a4nn_range x = A4NN_RANGE_EMPTY, y = A4NN_RANGE_EMPTY;
    size_t i, cloud, front;
    int result;

    for (i = 0; i < f->n; i++) {
        a4nn_range_hold(&x, x_of(f, i));
        a4nn_range_hold(&y, y_of(f, i));
    }
    x = a4nn_range_shown(x, s->x, s->logx);
    y = a4nn_range_shown(y, s->y, s->logy);
    a4nn_figure_init(&f->figure, s, "Points and their Pareto front", 1);
    cloud = add_cloud(f, x, y);
    front = add_front(f);
    a4nn_figure_panel(&f->figure,
                      &(struct a4nn_axes){.title = s->title,
                                          .xlabel = s->xlabel != NULL ? s->xlabel : f->name[0],
                                          .ylabel = s->ylabel != NULL ? s->ylabel : f->name[1],
                                          .x = x,
                                          .y = y,
                                          .logx = s->logx,
                                          .logy = s->logy,
                                          .legend = true});
    add_names(f);
    a4nn_figure_draw(&f->figure, cloud, "all", NULL,
                     "using 1:2 with points lc rgb \"#%06x\" pt 6 ps 0.5",
                     a4nn_plot_ink(s, A4NN_INK_FAINT));
    a4nn_figure_draw(&f->figure, front, NULL, "stairs of the front",
                     "using 1:2 with steps lc rgb \"#%06x\" lw 1.6", a4nn_plot_colour(s, 0));
    a4nn_figure_draw(&f->figure, front, "Pareto front", NULL,
                     "using 1:2 with points lc rgb \"#%06x\" pt 7 ps 0.7", a4nn_plot_colour(s, 0));
    a4nn_buf_addf(&f->figure.summary, "%s against %s: %zu points, %zu of them on the front.",
                  f->name[1], f->name[0], f->n, f->nbest);
    result = a4nn_figure_render(&f->figure, out, err);
    a4nn_figure_release(&f->figure);
    return result;
}

int
a4nn_plot_front(char *const *files, int count, const char *x, const char *y,
                const struct a4nn_plot_style *style, struct a4nn_buf *out, struct a4nn_diag *diag,
                struct a4nn_err *err)
{
    struct front f = {.style = style};
    struct a4nn_plot_column column[COLUMNS] = {{NULL, true}, {NULL, true}, {"run", false}};
    int result = A4NN_NO;

    f.sign[0] = take_name(x, &f.name[0], true) ? 1 : -1;
    f.sign[1] = take_name(y, &f.name[1], false) ? 1 : -1;
    column[X].name = f.name[0];
    column[Y].name = f.name[1];
    f.table = (struct a4nn_plot_table){.column = column, .columns = COLUMNS};
    a4nn_plot_table_read(&f.table, files, count, diag);
    find_front(&f);
    if (f.n > 0)
        result = draw(&f, out, err);
    a4nn_plot_table_release(&f.table);
    free(f.all);
    free(f.best);
    free(f.name[0]);
    free(f.name[1]);
    return result;
}
