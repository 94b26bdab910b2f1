/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One panel of curves. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plot_curves_parts.h"
#include "thin.h"
#include "xalloc.h"

/* Lines beyond these cover each other; and points, over all runs of a panel. */
enum { DOTS = 60 };
static const size_t many_runs = 1000, all_points = 400000;

struct pen {
    const struct a4nn_plot_curves *curves;
    const struct a4nn_plot_group *group;
    struct a4nn_figure *figure;
    const struct a4nn_plot_style *style;
    struct a4nn_axes axes;
    size_t columns; /* a line is thinned to */
    size_t best;    /* index of the best run, SIZE_MAX: unknown */
    size_t step;    /* of the runs each step-th is drawn */
    bool few, single, terminal;
};

static double
shown(const struct pen *p, double value)
{
    return a4nn_plot_value(value, p->style->logy);
}

/* ---- what the panel has to hold ---- */

static struct a4nn_range
span_of_values(const struct pen *p)
{
    struct a4nn_range y = A4NN_RANGE_EMPTY;
    size_t i, j;

    for (i = 0; i < p->group->runs; i++)
        for (j = 0; j < p->group->run[i].n; j++)
            a4nn_range_hold(&y, shown(p, p->group->run[i].point[j].value));
    return y;
}

/* Widens `y` to hold `value`, but to no more than `times` the span `of` on either side: an early
 * interval may be so wide that nothing else would be seen. */
static void
hold_within(struct a4nn_range *y, const struct a4nn_range *of, double times, bool logarithmic,
            double value)
{
    double low, high;

    if (!isfinite(value))
        return;
    if (logarithmic) {
        low = of->low * pow(of->low / of->high, times);
        high = of->high * pow(of->high / of->low, times);
    } else {
        low = of->low - times * (of->high - of->low);
        high = of->high + times * (of->high - of->low);
    }
    if (of->low < of->high)
        value = fmin(fmax(value, low), high);
    a4nn_range_hold(y, value);
}

static void
hold_forecasts(const struct pen *p, const struct a4nn_plot_run *run, bool interval,
               const struct a4nn_range *of, struct a4nn_range *y)
{
    const struct a4nn_plot_point *point;
    long final = a4nn_plot_run_final(run);
    size_t j;

    if (final < 0)
        return;
    point = &run->point[final];
    hold_within(y, of, 4, p->style->logy, shown(p, point->forecast));
    if (interval) {
        hold_within(y, of, 4, p->style->logy, shown(p, point->low));
        hold_within(y, of, 4, p->style->logy, shown(p, point->high));
    }
    for (j = 0; j < run->n && interval && p->curves->opts.forecasts; j++) {
        hold_within(y, of, 0.5, p->style->logy, shown(p, run->point[j].low));
        hold_within(y, of, 0.5, p->style->logy, shown(p, run->point[j].high));
    }
}

static struct a4nn_range
span_of_epochs(const struct pen *p)
{
    struct a4nn_range x = A4NN_RANGE_EMPTY;
    const struct a4nn_plot_run *run;
    size_t i;

    for (i = 0; i < p->group->runs; i++) {
        run = &p->group->run[i];
        if (run->n == 0)
            continue;
        a4nn_range_hold(&x, a4nn_plot_value(run->point[0].epoch, p->style->logx));
        a4nn_range_hold(&x, a4nn_plot_value(run->point[run->n - 1].epoch, p->style->logx));
        if (a4nn_plot_run_final(run) >= 0)
            a4nn_range_hold(&x, a4nn_plot_value(run->epochs, p->style->logx));
    }
    return x;
}

static void
set_ranges(struct pen *p)
{
    struct a4nn_range values = span_of_values(p), y = values, x = span_of_epochs(p);
    size_t i;

    for (i = 0; i < p->group->runs; i++)
        hold_forecasts(p, &p->group->run[i], p->few || i == p->best, &values, &y);
    p->axes.y = a4nn_range_shown(y, p->style->y, p->style->logy);
    /* epochs are counted from the beginning, unless what is there lies far from it */
    if (!p->style->logx && x.low > 0 && x.low < 0.2 * x.high)
        x.low = 0;
    p->axes.x = a4nn_range_shown(x, p->style->x, p->style->logx);
    if (!p->style->logx && x.low == 0 && isnan(p->style->x.low))
        p->axes.x.low = 0;
}

/* ---- data ---- */

/*
 * Whatever a picture can show of a run's points from epoch `from` to `to`, as rows of epoch,
 * value, forecast, low, high; thinned by the value, or by the forecast where that is drawn.  Only
 * rows in which it is a number count; returns how many these are.
 */
static size_t
add_rows(struct pen *p, const struct a4nn_plot_run *run, double from, double to, bool forecast)
{
    double *x = a4nn_xcalloc(2 * run->n + 1, sizeof *x), *y = x + run->n, epoch;
    bool *keep = a4nn_xcalloc(run->n + 1, sizeof *keep);
    const struct a4nn_plot_point *point;
    size_t n = 0, first = 0, i, drawn = 0;

    for (i = 0; i < run->n; i++) {
        epoch = a4nn_plot_value(run->point[i].epoch, p->style->logx);
        if (isnan(epoch) || epoch < from || epoch > to)
            continue;
        first = n == 0 ? i : first;
        x[n] = p->style->logx ? log10(epoch) : epoch;
        y[n++] = shown(p, forecast ? run->point[i].forecast : run->point[i].value);
    }
    a4nn_thin(x, y, n, p->columns, keep);
    for (i = 0; i < n; i++) {
        point = &run->point[first + i];
        if (keep[i])
            a4nn_figure_row(p->figure, 5,
                            (double[]){point->epoch, shown(p, point->value),
                                       shown(p, point->forecast), shown(p, point->low),
                                       shown(p, point->high)});
        drawn += keep[i] && !isnan(y[i]);
    }
    free(x);
    free(keep);
    return drawn;
}

/* The last epoch that belongs to the part of a run that was judged. */
static double
judged_until(const struct a4nn_plot_run *run)
{
    return isnan(run->stop) ? HUGE_VAL : run->stop;
}

static unsigned
colour(const struct pen *p, size_t i)
{
    return a4nn_plot_colour(p->style, i);
}

/* ---- elements ---- */

static void
draw_curve(struct pen *p, const struct a4nn_plot_run *run, const char *title, unsigned rgb,
           double width)
{
    size_t block = a4nn_figure_block(p->figure);
    size_t n = add_rows(p, run, -HUGE_VAL, judged_until(run), false);

    if (n == 0)
        a4nn_figure_block_drop(p->figure);
    else {
        a4nn_figure_block_end(p->figure);
        if (n == 1 || (p->few && n <= DOTS && !p->terminal))
            a4nn_figure_draw(p->figure, block, title, run->name,
                             "using 1:2 with linespoints lc rgb \"#%06x\" lw %g pt 7 ps 0.4", rgb,
                             width);
        else
            a4nn_figure_draw(p->figure, block, title, run->name,
                             "using 1:2 with lines lc rgb \"#%06x\" lw %g", rgb, width);
    }
}

/* What the run did after it could have been stopped. */
static void
draw_rest(struct pen *p, const struct a4nn_plot_run *run, unsigned rgb, const char *title)
{
    size_t block;

    if (isnan(run->stop))
        return;
    block = a4nn_figure_block(p->figure);
    if (add_rows(p, run, run->stop, HUGE_VAL, false) < 2) {
        a4nn_figure_block_drop(p->figure);
        return;
    }
    a4nn_figure_block_end(p->figure);
    a4nn_figure_draw(p->figure, block, title, run->name,
                     "using 1:2 with lines lc rgb \"#%s%06x\" lw %g", p->few ? "80" : "a0", rgb,
                     p->few ? 1.2 : 0.8);
}

static void
draw_band(struct pen *p, const struct a4nn_plot_run *run, unsigned rgb, bool titled)
{
    size_t block = a4nn_figure_block(p->figure);

    if (add_rows(p, run, -HUGE_VAL, judged_until(run), true) == 0) {
        a4nn_figure_block_drop(p->figure);
        return;
    }
    a4nn_figure_block_end(p->figure);
    if (p->terminal) {
        a4nn_figure_draw(p->figure, block, titled ? "its 90 % interval" : NULL, run->name,
                         "using 1:4 with lines lc rgb \"#%06x\"", rgb);
        a4nn_figure_draw(p->figure, block, NULL, run->name, "using 1:5 with lines lc rgb \"#%06x\"",
                         rgb);
    } else
        a4nn_figure_draw(p->figure, block, titled ? "its 90 % interval" : NULL, run->name,
                         "using 1:4:5 with filledcurves fc rgb \"#d0%06x\" fs solid noborder", rgb);
    a4nn_figure_draw(p->figure, block, titled ? "forecast made at this epoch" : NULL, run->name,
                     "using 1:3 with lines lc rgb \"#%06x\" lw 1.2 dt (6,3)", rgb);
}

/* ---- what all runs have in common ---- */

/* The run is one of those that are drawn. */
static bool
drawn(const struct pen *p, size_t i)
{
    return i % p->step == 0 || i == p->best;
}

/* From the point at which each forecast was made to the forecast. */
static void
draw_leads(struct pen *p)
{
    size_t block = a4nn_figure_block(p->figure), i, n = 0;
    const struct a4nn_plot_run *run;
    const struct a4nn_plot_point *point;
    long final;

    for (i = 0; i < p->group->runs; i++) {
        run = &p->group->run[i];
        final = a4nn_plot_run_final(run);
        if (final < 0 || !isfinite(run->epochs) || (!p->few && i != p->best))
            continue;
        point = &run->point[final];
        if (isnan(shown(p, point->value)) || isnan(shown(p, point->forecast)))
            continue;
        a4nn_figure_row(p->figure, 3, (double[]){point->epoch, point->value, colour(p, i)});
        a4nn_figure_row(p->figure, 3, (double[]){run->epochs, point->forecast, colour(p, i)});
        a4nn_figure_break(p->figure);
        n++;
    }
    if (n == 0) {
        a4nn_figure_block_drop(p->figure);
        return;
    }
    a4nn_figure_block_end(p->figure);
    a4nn_figure_draw(p->figure, block, NULL, "from the epoch of the forecast to its value",
                     "using 1:2 with lines lc rgb \"#%06x\" lw 1 dt (2,4)",
                     a4nn_plot_ink(p->style, A4NN_INK_FAINT));
}

/* The colour of a run's forecast. */
static unsigned
forecast_colour(const struct pen *p, size_t i)
{
    return p->single ? colour(p, 1) : colour(p, p->few ? i : i == p->best ? 0 : 1);
}

/* Side by side, as intervals at one epoch would cover each other. */
static double
beside(const struct pen *p, size_t i)
{
    double width = p->axes.x.high - p->axes.x.low;

    if (!p->few || p->style->logx || !isfinite(width))
        return 0;
    return width * 0.007 * ((double)i - ((double)p->group->runs - 1) / 2);
}

/* `intervals`: those drawn with theirs, else those that are points alone. */
static size_t
draw_forecasts(struct pen *p, bool intervals, const char *title)
{
    size_t block = a4nn_figure_block(p->figure), i, n = 0;
    const struct a4nn_plot_run *run;
    const struct a4nn_plot_point *point;
    long final;

    for (i = 0; i < p->group->runs; i++) {
        run = &p->group->run[i];
        final = a4nn_plot_run_final(run);
        if (final < 0 || !isfinite(run->epochs) || (p->few || i == p->best) != intervals ||
            !drawn(p, i))
            continue;
        point = &run->point[final];
        if (isnan(shown(p, point->forecast)))
            continue;
        a4nn_figure_row(p->figure, 5,
                        (double[]){run->epochs + beside(p, i), point->forecast,
                                   isnan(shown(p, point->low)) ? point->forecast : point->low,
                                   isnan(shown(p, point->high)) ? point->forecast : point->high,
                                   forecast_colour(p, i)});
        n++;
    }
    if (n == 0) {
        a4nn_figure_block_drop(p->figure);
        return 0;
    }
    a4nn_figure_block_end(p->figure);
    if (p->single)
        a4nn_figure_draw(p->figure, block, title, NULL,
                         "using 1:2:3:4 with yerrorbars lc rgb \"#%06x\" lw 1.8 pt 7 ps 0.6",
                         colour(p, 1));
    else if (intervals)
        a4nn_figure_draw(p->figure, block, title, NULL,
                         "using 1:2:3:4:5 with yerrorbars lc rgb variable lw 1.8 pt 7 ps 0.6");
    else
        a4nn_figure_draw(p->figure, block, title, NULL,
                         "using 1:2 with points lc rgb \"#60%06x\" pt 6 ps 0.5", colour(p, 1));
    return n;
}

static void
draw_stops(struct pen *p)
{
    size_t block = a4nn_figure_block(p->figure), i, j, n = 0;
    struct a4nn_buf title = {0};
    const struct a4nn_plot_run *run = NULL;
    bool any;

    for (i = 0; i < p->group->runs; i++) {
        run = &p->group->run[i];
        for (j = 0, any = false; j < run->n && drawn(p, i); j++)
            if (run->point[j].epoch == run->stop && !isnan(shown(p, run->point[j].value))) {
                a4nn_figure_row(p->figure, 2, (double[]){run->stop, run->point[j].value});
                any = true;
            }
        n += any;
    }
    if (n == 0) {
        a4nn_figure_block_drop(p->figure);
        return;
    }
    a4nn_figure_block_end(p->figure);
    if (p->single)
        a4nn_buf_addf(&title, "stop after epoch %g%s%s", run->stop,
                      run->reason[0] != '\0' ? ": " : "", run->reason);
    else
        a4nn_buf_addf(&title, "stopped (%zu of %zu runs)", n, p->group->runs);
    a4nn_figure_draw(p->figure, block, title.data, NULL,
                     "using 1:2 with points lc rgb \"#%06x\" lw 1.5 pt 12 ps %g",
                     p->few ? a4nn_plot_ink(p->style, A4NN_INK_TEXT) : colour(p, 1),
                     p->few ? 1.3 : 0.6);
    a4nn_buf_release(&title);
}

/* ---- few runs, many runs ---- */

static void
draw_few(struct pen *p)
{
    const struct a4nn_plot_run *run;
    size_t i;

    for (i = 0; i < p->group->runs && p->curves->opts.forecasts; i++)
        draw_band(p, &p->group->run[i], forecast_colour(p, i), p->single);
    for (i = 0; i < p->group->runs; i++) {
        run = &p->group->run[i];
        draw_rest(p, run, colour(p, i), p->single ? "what followed the stop" : NULL);
        draw_curve(p, run, p->single ? "observed" : run->name, colour(p, i), 1.8);
    }
}

/* Runs in one colour: each an element with its name while they are not too many, else all in one.
 */
static void
draw_others(struct pen *p, unsigned rgb)
{
    struct a4nn_buf title = {0};
    size_t i, block, n = 0, rows = 0;
    const char *text;

    a4nn_buf_addf(&title, "%zu runs", p->group->runs);
    text = title.data;
    if (p->group->runs <= 200) {
        for (i = 0; i < p->group->runs; i++)
            if (i != p->best) {
                n = p->figure->names;
                draw_curve(p, &p->group->run[i], text, rgb, 0.8);
                text = p->figure->names > n ? NULL : text;
            }
    } else {
        block = a4nn_figure_block(p->figure);
        for (i = 0; i < p->group->runs; i++)
            if (drawn(p, i) && i != p->best) {
                rows += add_rows(p, &p->group->run[i], -HUGE_VAL, judged_until(&p->group->run[i]),
                                 false);
                a4nn_figure_break(p->figure);
            }
        if (rows == 0)
            a4nn_figure_block_drop(p->figure);
        else {
            a4nn_figure_block_end(p->figure);
            a4nn_figure_draw(p->figure, block, text, NULL,
                             "using 1:2 with lines lc rgb \"#a0%06x\" lw 0.7", rgb);
        }
    }
    a4nn_buf_release(&title);
}

static void
draw_many(struct pen *p)
{
    unsigned rgb = a4nn_plot_ink(p->style, A4NN_INK_FAINT);
    const struct a4nn_plot_run *best = p->best < p->group->runs ? &p->group->run[p->best] : NULL;
    struct a4nn_buf title = {0};
    size_t i;

    for (i = 0; i < p->group->runs && p->group->runs <= 200; i++)
        draw_rest(p, &p->group->run[i], i == p->best ? colour(p, 0) : rgb, NULL);
    draw_others(p, rgb);
    if (best != NULL) {
        if (p->curves->opts.forecasts)
            draw_band(p, best, colour(p, 0), false);
        a4nn_buf_addf(&title, "best: %s", best->name);
        draw_curve(p, best, title.data, colour(p, 0), 2.4);
        a4nn_buf_release(&title);
    }
    draw_forecasts(p, false, "forecasts");
}

/* ---- words ---- */

static void
find_best(struct pen *p)
{
    double best = NAN, end;
    size_t i;

    p->best = SIZE_MAX;
    for (i = 0; i < p->group->runs && p->group->kind.mode != A4NN_MODE_UNKNOWN; i++) {
        end = shown(p, a4nn_plot_run_end(&p->group->run[i]));
        if (isnan(end) ||
            (!isnan(best) && (p->group->kind.mode == A4NN_MAX ? end <= best : end >= best)))
            continue;
        best = end;
        p->best = i;
    }
}

static void
add_summary(const struct pen *p, struct a4nn_buf *out)
{
    const struct a4nn_plot_group *g = p->group;
    struct a4nn_range y = span_of_values(p), x = span_of_epochs(p);
    const struct a4nn_plot_run *run;
    size_t stopped = 0, i;
    long final;

    for (i = 0; i < g->runs; i++)
        stopped += !isnan(g->run[i].stop) ? 1 : 0;
    a4nn_buf_addf(out, "%s%s%s%s by epoch", out->len > 0 ? " " : "", g->task,
                  g->task[0] != '\0' ? ": " : "", g->metric[0] != '\0' ? g->metric : "value");
    if (p->single)
        a4nn_buf_addf(out, " of the run %s", g->run[0].name);
    else
        a4nn_buf_addf(out, " of %zu runs", g->runs);
    a4nn_buf_addf(out, ", epochs %g to %g, values %g to %g.", x.low, x.high, y.low, y.high);
    if (stopped > 0)
        a4nn_buf_addf(out, " %zu stopped.", stopped);
    if (p->best >= g->runs)
        return;
    run = &g->run[p->best];
    if (!p->single)
        a4nn_buf_addf(out, " The best one, %s, ends at %g.", run->name, a4nn_plot_run_end(run));
    final = a4nn_plot_run_final(run);
    if (final >= 0 && isfinite(run->epochs))
        a4nn_buf_addf(out, " Forecast for epoch %g, made at epoch %g: %g, 90 %% interval %g to %g.",
                      run->epochs, run->point[final].epoch, run->point[final].forecast,
                      run->point[final].low, run->point[final].high);
}

static void
set_labels(struct pen *p, struct a4nn_buf *ylabel, struct a4nn_buf *title)
{
    const struct a4nn_plot_group *g = p->group;
    struct a4nn_range y = span_of_values(p);
    bool share = g->kind.scale == A4NN_PERCENT || (g->kind.scale == A4NN_BOUNDED && y.high > 1.5);

    a4nn_buf_addf(ylabel, "%s%s", g->metric[0] != '\0' ? g->metric : "value", share ? " (%)" : "");
    if (p->curves->groups > 1)
        a4nn_buf_addf(title, "%s%s%s", g->task, g->task[0] != '\0' ? ": " : "",
                      g->metric[0] != '\0' ? g->metric : "value");
    else
        a4nn_buf_adds(title, p->figure->title != NULL ? p->figure->title : "");
    p->axes.title = title->data;
    p->axes.xlabel = p->style->xlabel != NULL ? p->style->xlabel : "epoch";
    p->axes.ylabel = p->style->ylabel != NULL ? p->style->ylabel : ylabel->data;
}

/* How much of the data is drawn. */
static void
set_budget(struct pen *p, struct a4nn_diag *diag)
{
    size_t runs = p->group->runs, lines;

    p->step = 1 + runs / (many_runs + 1);
    lines = runs / p->step + 1;
    p->columns = a4nn_figure_pixels(p->figure);
    if (p->columns * 4 * lines > all_points)
        p->columns = all_points / 4 / lines;
    if (p->step > 1)
        a4nn_diag(diag, A4NN_WARNING, NULL, 0,
                  "%zu runs are too many: the best one and every %zu. of them are drawn", runs,
                  p->step);
}

static bool
lacks_epochs(const struct a4nn_plot_group *g)
{
    size_t i;

    for (i = 0; i < g->runs; i++)
        if (a4nn_plot_run_final(&g->run[i]) >= 0 && !isfinite(g->run[i].epochs))
            return true;
    return false;
}

void
a4nn_plot_group_draw(const struct a4nn_plot_curves *c, const struct a4nn_plot_group *g,
                     struct a4nn_figure *f, struct a4nn_diag *diag)
{
    struct pen p = {.curves = c, .group = g, .figure = f, .style = f->style};
    static const char forecast[] = "forecast, 90 % interval";
    struct a4nn_buf ylabel = {0}, title = {0};
    size_t n;

    p.few = g->runs <= A4NN_PLOT_FEW;
    p.single = g->runs == 1;
    p.terminal = f->style->format == A4NN_PLOT_TERMINAL;
    find_best(&p);
    set_budget(&p, diag);
    set_ranges(&p);
    set_labels(&p, &ylabel, &title);
    p.axes.logx = f->style->logx;
    p.axes.logy = f->style->logy;
    p.axes.legend = true;
    a4nn_figure_panel(f, &p.axes);
    if (p.few)
        draw_few(&p);
    else
        draw_many(&p);
    draw_leads(&p);
    n = draw_forecasts(&p, true, p.single ? forecast : NULL);
    draw_stops(&p);
    if (n > 0 && p.few && !p.single)
        a4nn_figure_key(f, forecast, "with yerrorbars lc rgb \"#%06x\" lw 1.8 pt 7 ps 0.6",
                        a4nn_plot_ink(f->style, A4NN_INK_TEXT));
    if (lacks_epochs(g))
        a4nn_diag(diag, A4NN_NOTE, NULL, 0,
                  "forecasts without the planned total of epochs are not drawn (-E says it)");
    add_summary(&p, &f->summary);
    a4nn_buf_release(&ylabel);
    a4nn_buf_release(&title);
}
