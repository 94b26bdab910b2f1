/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot_effects.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"
#include "plot_table.h"
#include "xalloc.h"

enum { NAME, LEVEL, EFFECT, LOW, HIGH, SHARE, COLUMNS, MOST = 40 };

/* Rows in the order in which they are drawn: by the share of their name, then as they came. */
struct effects {
    struct a4nn_plot_table table;
    struct a4nn_figure figure;
    const struct a4nn_plot_style *style;
    double *share; /* by number of the name */
    struct a4nn_strmap names;
};

struct place {
    double share;
    size_t name, row;
};

static int
by_share(const void *a, const void *b)
{
    const struct place *p = a, *q = b;

    if (p->share != q->share)
        return p->share > q->share ? -1 : 1;
    if (p->name != q->name)
        return p->name < q->name ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

static double
value(const struct effects *e, size_t row, size_t column)
{
    return a4nn_plot_value(a4nn_plot_table_num(&e->table, row, column), false);
}

static void
gather_shares(struct effects *e)
{
    size_t cap = 0, i, name;
    bool added;

    for (i = 0; i < e->table.rows; i++) {
        name = a4nn_strmap_put(&e->names, a4nn_plot_table_text(&e->table, i, NAME), &added);
        if (added) {
            e->share = a4nn_xgrow(e->share, name, &cap, sizeof *e->share);
            e->share[name] = NAN;
        }
        if (!isnan(value(e, i, SHARE)))
            e->share[name] = value(e, i, SHARE);
    }
}

/* The rows that have `column`, sorted; of the shares the first of each name. Returns how many. */
static size_t
sort(const struct effects *e, size_t column, struct place *place)
{
    size_t n = 0, kept = 0, i;
    long name;

    for (i = 0; i < e->table.rows; i++) {
        name = a4nn_strmap_find(&e->names, a4nn_plot_table_text(&e->table, i, NAME));
        if (name >= 0 && !isnan(value(e, i, column)))
            place[n++] =
                (struct place){isnan(e->share[name]) ? -1 : e->share[name], (size_t)name, i};
    }
    qsort(place, n, sizeof *place, by_share);
    if (column != SHARE)
        return n;
    for (i = 0; i < n; i++)
        if (i == 0 || place[i].name != place[kept - 1].name)
            place[kept++] = place[i];
    return kept;
}

/* A panel with a name for each line. */
static void
begin(struct effects *e, const struct place *place, size_t n, bool levels, struct a4nn_range x,
      const char *label)
{
    struct a4nn_buf *body = &e->figure.body, text = {0};
    const char *level;
    size_t i;

    a4nn_figure_panel(&e->figure,
                      &(struct a4nn_axes){.title = label, .x = x, .y = {(double)n - 0.4, -0.6}});
    a4nn_buf_adds(body, "set ytics (");
    for (i = 0; i < n; i++) {
        level = levels ? a4nn_plot_table_text(&e->table, place[i].row, LEVEL) : "";
        a4nn_buf_addf(&text, "%s%s%s", a4nn_plot_table_text(&e->table, place[i].row, NAME),
                      level[0] != '\0' ? " = " : "", level);
        a4nn_buf_adds(body, i > 0 ? ", " : "");
        a4nn_gnuplot_quote_label(body, text.data);
        a4nn_buf_addf(body, " %zu", i);
        a4nn_buf_reset(&text);
    }
    a4nn_buf_adds(body, ")\n");
    a4nn_buf_release(&text);
}

static void
draw_effects(struct effects *e, const struct place *place, size_t n)
{
    struct a4nn_range x = {0, 0};
    size_t i, block, zero;
    double low, high;

    zero = a4nn_figure_block(&e->figure);
    a4nn_figure_row(&e->figure, 2, (double[]){0, -0.6});
    a4nn_figure_row(&e->figure, 2, (double[]){0, (double)n - 0.4});
    a4nn_figure_block_end(&e->figure);
    block = a4nn_figure_block(&e->figure);
    for (i = 0; i < n; i++) {
        low = value(e, place[i].row, LOW);
        high = value(e, place[i].row, HIGH);
        low = isnan(low) ? value(e, place[i].row, EFFECT) : low;
        high = isnan(high) ? value(e, place[i].row, EFFECT) : high;
        a4nn_range_hold(&x, low);
        a4nn_range_hold(&x, high);
        a4nn_range_hold(&x, value(e, place[i].row, EFFECT));
        a4nn_figure_row(&e->figure, 4,
                        (double[]){value(e, place[i].row, EFFECT), (double)i, low, high});
    }
    a4nn_figure_block_end(&e->figure);
    begin(e, place, n, true, a4nn_range_shown(x, e->style->x, false),
          e->style->xlabel != NULL ? e->style->xlabel : "effect, with its interval");
    a4nn_figure_draw(&e->figure, zero, NULL, "no effect",
                     "using 1:2 with lines lc rgb \"#%06x\" lw 1",
                     a4nn_plot_ink(e->style, A4NN_INK_FAINT));
    a4nn_figure_draw(&e->figure, block, NULL, "effects",
                     "using 1:2:3:4 with xerrorbars lc rgb \"#%06x\" lw 1.8 pt 7 ps 0.7",
                     a4nn_plot_colour(e->style, 0));
}

static void
draw_shares(struct effects *e, const struct place *place, size_t n)
{
    struct a4nn_range x = {0, 0};
    size_t i, block = a4nn_figure_block(&e->figure);

    for (i = 0; i < n; i++) {
        a4nn_range_hold(&x, place[i].share);
        a4nn_figure_row(&e->figure, 4,
                        (double[]){place[i].share, (double)i, (double)i - 0.32, (double)i + 0.32});
    }
    a4nn_figure_block_end(&e->figure);
    x = a4nn_range_shown(x, (struct a4nn_range){0, NAN}, false);
    begin(e, place, n, false, x, "share of the variance (%)");
    a4nn_figure_draw(&e->figure, block, NULL, "shares",
                     "using 1:2:(0):1:3:4 with boxxyerror lc rgb \"#%06x\" fs solid noborder",
                     a4nn_plot_colour(e->style, 5));
}

static size_t
most(size_t n, const char *what, struct a4nn_diag *diag)
{
    if (n <= MOST)
        return n;
    a4nn_diag(diag, A4NN_WARNING, NULL, 0, "%d of %zu %s are drawn", MOST, n, what);
    return MOST;
}

static int
draw(struct effects *e, struct a4nn_buf *out, struct a4nn_diag *diag, struct a4nn_err *err)
{
    struct place *effect = a4nn_xcalloc(2 * e->table.rows + 1, sizeof *effect);
    struct place *share = effect + e->table.rows;
    size_t effects, shares;
    int result = A4NN_NO;

    gather_shares(e);
    effects = most(sort(e, EFFECT, effect), "effects", diag);
    shares = most(sort(e, SHARE, share), "shares", diag);
    if (effects + shares > 0) {
        a4nn_figure_init(&e->figure, e->style, "Effects", effects > 0 && shares > 0 ? 2 : 1);
        a4nn_buf_adds(&e->figure.body, "set tics scale 0\n");
        if (effects > 0)
            draw_effects(e, effect, effects);
        if (shares > 0)
            draw_shares(e, share, shares);
        a4nn_buf_addf(&e->figure.summary, "%zu effects and %zu shares of the variance.", effects,
                      shares);
        if (shares > 0)
            a4nn_buf_addf(&e->figure.summary, " The largest share has %s: %g %%.",
                          e->names.key[share[0].name], share[0].share);
        result = a4nn_figure_render(&e->figure, out, err);
        a4nn_figure_release(&e->figure);
    }
    free(effect);
    return result;
}

int
a4nn_plot_effects(char *const *files, int count, const struct a4nn_plot_style *style,
                  struct a4nn_buf *out, struct a4nn_diag *diag, struct a4nn_err *err)
{
    static const struct a4nn_plot_column column[COLUMNS] = {{"name", true},    {"level", false},
                                                            {"effect", false}, {"low", false},
                                                            {"high", false},   {"share", false}};
    struct effects e = {.table = {.column = column, .columns = COLUMNS}, .style = style};
    int result;

    a4nn_plot_table_read(&e.table, files, count, diag);
    result = draw(&e, out, diag, err);
    a4nn_plot_table_release(&e.table);
    a4nn_strmap_release(&e.names);
    free(e.share);
    return result;
}
