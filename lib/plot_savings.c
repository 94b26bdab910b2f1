/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot_savings.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"
#include "plot_table.h"
#include "xalloc.h"

enum { SCOPE, COLLECTION, RULE, POLICY, KIND, SAVED, ERROR, COLUMNS, MAX_BARS = 30 };

struct savings {
    struct a4nn_plot_table table;
    struct a4nn_figure figure;
    const struct a4nn_plot_style *style;
    const char *error;
    bool total; /* rows of all collections together are there, and count alone */
};

/* A row that is drawn. */
static bool
counts(const struct savings *s, size_t row)
{
    const char *scope = a4nn_plot_table_text(&s->table, row, SCOPE);

    return (strcmp(scope, "total") == 0) == s->total &&
           !isnan(a4nn_plot_value(a4nn_plot_table_num(&s->table, row, SAVED), false)) &&
           !isnan(a4nn_plot_value(a4nn_plot_table_num(&s->table, row, ERROR), s->style->logy));
}

static bool
is_baseline(const struct savings *s, size_t row)
{
    return strcmp(a4nn_plot_table_text(&s->table, row, KIND), "baseline") == 0;
}

/* The rule that does what the baseline shows. */
static bool
is_reading(const struct savings *s, size_t row)
{
    return strcmp(a4nn_plot_table_text(&s->table, row, RULE), "read") == 0;
}

static void
hold(const struct savings *s, struct a4nn_range *x, struct a4nn_range *y)
{
    size_t i;

    for (i = 0; i < s->table.rows; i++)
        if (counts(s, i)) {
            a4nn_range_hold(x, a4nn_plot_table_num(&s->table, i, SAVED));
            a4nn_range_hold(y, a4nn_plot_table_num(&s->table, i, ERROR));
        }
}

static const char *
error_label(const struct savings *s)
{
    if (s->style->ylabel != NULL)
        return s->style->ylabel;
    return strcmp(s->error, "mae") == 0 ? "mean error of the final value (points)" : s->error;
}

/* ---- lines over the savings ---- */

static int
by_savings(const void *a, const void *b)
{
    const double *p = a, *q = b;

    return p[0] < q[0] ? -1 : p[0] > q[0] ? 1 : p[1] < q[1] ? -1 : p[1] > q[1];
}

/* The rows of one rule, or all of the baseline (NULL), from few savings to many. */
static void
draw_rule(struct savings *s, const char *rule, size_t number)
{
    double *point = a4nn_xcalloc(2 * s->table.rows + 1, sizeof *point);
    size_t n = 0, i, block;

    for (i = 0; i < s->table.rows; i++)
        if (counts(s, i) && is_baseline(s, i) == (rule == NULL) &&
            (rule == NULL || strcmp(a4nn_plot_table_text(&s->table, i, RULE), rule) == 0)) {
            point[2 * n] = a4nn_plot_table_num(&s->table, i, SAVED);
            point[2 * n++ + 1] = a4nn_plot_table_num(&s->table, i, ERROR);
        }
    if (n > 0) {
        qsort(point, n, 2 * sizeof *point, by_savings);
        block = a4nn_figure_block(&s->figure);
        for (i = 0; i < n; i++)
            a4nn_figure_row(&s->figure, 2, point + 2 * i);
        a4nn_figure_block_end(&s->figure);
        if (rule == NULL)
            a4nn_figure_draw(&s->figure, block, "last value at a fixed epoch", NULL,
                             "using 1:2 with lines lc rgb \"#80%06x\" lw 4",
                             a4nn_plot_ink(s->style, A4NN_INK_FAINT));
        else /* beyond as many as there are colours, the points differ */
            a4nn_figure_draw(&s->figure, block, rule, NULL,
                             "using 1:2 with linespoints lc rgb \"#%06x\" lw 1.6 pt %d ps 0.6",
                             a4nn_plot_colour(s->style, number),
                             number < A4NN_COLOURS ? 7 : 5 + (int)(number / A4NN_COLOURS) % 4 * 2);
    }
    free(point);
}

static void
draw_lines(struct savings *s)
{
    struct a4nn_range x = A4NN_RANGE_EMPTY, y = A4NN_RANGE_EMPTY;
    struct a4nn_strmap rules = {0};
    size_t i;

    hold(s, &x, &y);
    if (!s->style->logy)
        a4nn_range_hold(&y, 0);
    a4nn_figure_panel(&s->figure,
                      &(struct a4nn_axes){.title = s->style->title,
                                          .xlabel = s->style->xlabel != NULL ? s->style->xlabel
                                                                             : "epochs saved (%)",
                                          .ylabel = error_label(s),
                                          .x = a4nn_range_shown(x, s->style->x, s->style->logx),
                                          .y = a4nn_range_shown(y, s->style->y, s->style->logy),
                                          .logx = s->style->logx,
                                          .logy = s->style->logy,
                                          .legend = true});
    draw_rule(s, NULL, 0);
    for (i = 0; i < s->table.rows; i++)
        if (counts(s, i) && !is_baseline(s, i) && !is_reading(s, i))
            a4nn_strmap_put(&rules, a4nn_plot_table_text(&s->table, i, RULE), NULL);
    for (i = 0; i < rules.n; i++)
        draw_rule(s, rules.key[i], i);
    a4nn_buf_addf(&s->figure.summary,
                  "%s over epochs saved, of %zu rules. Savings %g to %g %%, errors %g to %g.",
                  s->error, rules.n, x.low, x.high, y.low, y.high);
    a4nn_strmap_release(&rules);
}

/* ---- bars ---- */

/* The bars of one column, from the top down, the baseline's below its policy's. */
static void
draw_bars(struct savings *s, const size_t *row, size_t n, size_t column, const char *label)
{
    struct a4nn_range x = {0, 0};
    size_t i, k, block[2];

    for (i = 0; i < n; i++)
        for (k = 0; k < 2; k++)
            if (row[2 * i + k] != SIZE_MAX)
                a4nn_range_hold(&x, a4nn_plot_table_num(&s->table, row[2 * i + k], column));
    x = a4nn_range_shown(x, (struct a4nn_range){x.low, NAN}, false);
    a4nn_figure_panel(
        &s->figure,
        &(struct a4nn_axes){.title = label, .x = x, .y = {(double)n - 0.4, -0.6}, .legend = true});
    a4nn_buf_adds(&s->figure.body, "set ytics (");
    for (i = 0; i < n; i++) {
        a4nn_buf_adds(&s->figure.body, i > 0 ? ", " : "");
        a4nn_gnuplot_quote_label(&s->figure.body,
                                 a4nn_plot_table_text(&s->table, row[2 * i], POLICY));
        a4nn_buf_addf(&s->figure.body, " %zu", i);
    }
    a4nn_buf_adds(&s->figure.body, ")\n");
    for (k = 0; k < 2; k++) {
        block[k] = a4nn_figure_block(&s->figure);
        for (i = 0; i < n; i++)
            if (row[2 * i + k] != SIZE_MAX)
                a4nn_figure_row(&s->figure, 4,
                                (double[]){0,
                                           a4nn_plot_table_num(&s->table, row[2 * i + k], column),
                                           (double)i + (k == 0 ? -0.3 : 0.02),
                                           (double)i + (k == 0 ? 0.0 : 0.3)});
        a4nn_figure_block_end(&s->figure);
    }
    for (k = 0; k < 2; k++)
        if (k == 0 || row[1] != SIZE_MAX)
            a4nn_figure_draw(
                &s->figure, block[k], k == 0 ? "policy" : "last value at a fixed epoch", NULL,
                "using 2:3:(0):2:3:4 with boxxyerror lc rgb \"#%06x\" fs solid noborder",
                k == 0 ? a4nn_plot_colour(s->style, 0) : a4nn_plot_ink(s->style, A4NN_INK_FAINT));
}

static void
draw_table(struct savings *s)
{
    size_t *row = a4nn_xcalloc(2 * s->table.rows + 2, sizeof *row), n = 0, i;

    for (i = 0; i < s->table.rows && n < MAX_BARS; i++)
        if (counts(s, i) && !is_baseline(s, i)) {
            row[2 * n] = i;
            row[2 * n++ + 1] = i + 1 < s->table.rows && counts(s, i + 1) && is_baseline(s, i + 1)
                                   ? i + 1
                                   : SIZE_MAX;
        }
    a4nn_buf_adds(&s->figure.body, "set tics scale 0\n");
    draw_bars(s, row, n, SAVED, "epochs saved (%)");
    draw_bars(s, row, n, ERROR, error_label(s));
    for (i = 0; i < n; i++)
        a4nn_buf_addf(&s->figure.summary, "%s%s saves %g %% of the epochs, %s %g.",
                      i > 0 ? " " : "", a4nn_plot_table_text(&s->table, row[2 * i], POLICY),
                      a4nn_plot_table_num(&s->table, row[2 * i], SAVED), s->error,
                      a4nn_plot_table_num(&s->table, row[2 * i], ERROR));
    free(row);
}

int
a4nn_plot_savings(char *const *files, int count, const char *error,
                  const struct a4nn_plot_style *style, struct a4nn_buf *out, struct a4nn_diag *diag,
                  struct a4nn_err *err)
{
    const struct a4nn_plot_column column[COLUMNS] = {
        {"scope", false}, {"collection", false}, {"rule", false}, {"policy", true},
        {"kind", true},   {"saved_pct", true},   {error, true}};
    struct savings s = {
        .table = {.column = column, .columns = COLUMNS}, .style = style, .error = error};
    bool rules = false, any = false;
    int result = A4NN_NO;
    size_t i;

    a4nn_plot_table_read(&s.table, files, count, diag);
    for (i = 0; i < s.table.rows; i++)
        s.total = s.total || strcmp(a4nn_plot_table_text(&s.table, i, SCOPE), "total") == 0;
    for (i = 0; i < s.table.rows; i++)
        if (counts(&s, i) && !is_baseline(&s, i)) {
            any = true;
            rules = rules || a4nn_plot_table_text(&s.table, i, RULE)[0] != '\0';
        }
    if (any) {
        a4nn_figure_init(&s.figure, style, "Savings and errors of stopping rules", rules ? 1 : 2);
        if (rules)
            draw_lines(&s);
        else
            draw_table(&s);
        result = a4nn_figure_render(&s.figure, out, err);
        a4nn_figure_release(&s.figure);
    }
    a4nn_plot_table_release(&s.table);
    return result;
}
