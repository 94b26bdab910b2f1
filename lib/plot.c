/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script of a picture: settings, panels, data, elements. */
#include "plot.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"
#include "number.h"
#include "plot_finish.h"
#include "xalloc.h"

void
a4nn_figure_init(struct a4nn_figure *f, const struct a4nn_plot_style *style, const char *about,
                 size_t panels)
{
    *f = (struct a4nn_figure){.style = style, .about = about, .title = style->title, .columns = 1};
    while (f->columns * f->columns < panels)
        f->columns++;
    f->rows = panels == 0 ? 1 : (panels + f->columns - 1) / f->columns;
}

/* The size, in pixels or characters, where the user has not said it. */
static unsigned
width_of(const struct a4nn_figure *f)
{
    if (f->style->width > 0)
        return f->style->width;
    return f->style->format == A4NN_PLOT_TERMINAL ? 79 : f->columns > 1 ? 1080 : 800;
}

static unsigned
height_of(const struct a4nn_figure *f)
{
    if (f->style->height > 0)
        return f->style->height;
    return f->style->format == A4NN_PLOT_TERMINAL ? 24
           : f->rows > 1                          ? 300 * (unsigned)f->rows
                                                  : 450;
}

size_t
a4nn_figure_pixels(const struct a4nn_figure *f)
{
    return 1 + width_of(f) / f->columns;
}

/* Of letters, in pixels or points as the format has it. */
static int
text_size(const struct a4nn_figure *f)
{
    return f->style->format == A4NN_PLOT_PDF || f->style->format == A4NN_PLOT_PNG ? 10 : 13;
}

/* ---- panels ---- */

static void
add_side(struct a4nn_buf *out, double side)
{
    char number[32];

    a4nn_buf_adds(out, isnan(side) ? "*" : a4nn_number_format(number, side));
}

static void
add_axis(struct a4nn_figure *f, char axis, const char *label, struct a4nn_range range, bool log)
{
    struct a4nn_buf *out = &f->body;

    a4nn_buf_addf(out, log ? "set logscale %c\n" : "unset logscale %c\n", axis);
    a4nn_buf_addf(out, "set format %c \"%s\"\n", axis, log ? "%g" : "% h");
    a4nn_buf_addf(out, "set %crange [", axis);
    add_side(out, range.low);
    a4nn_buf_addc(out, ':');
    add_side(out, range.high);
    a4nn_buf_addf(out, "] noextend\nset %clabel ", axis);
    a4nn_gnuplot_quote(out, label != NULL ? label : "");
    /* an empty line, which keeps the legend below away from the label */
    a4nn_buf_addf(
        out, "%s\nset %ctics autofreq\n",
        axis == 'x' && label != NULL && f->style->format != A4NN_PLOT_TERMINAL ? ".\"\\n\"" : "",
        axis);
}

static void
end_panel(struct a4nn_figure *f)
{
    if (f->in_panel > 0)
        a4nn_buf_addc(&f->body, '\n');
    f->in_panel = 0;
}

/* A panel's title is a little larger than other text, if it is that of the picture. */
static int
title_size(const struct a4nn_figure *f)
{
    int text = text_size(f);

    return f->rows * f->columns > 1 ? text : text + 2;
}

void
a4nn_figure_panel(struct a4nn_figure *f, const struct a4nn_axes *axes)
{
    const struct a4nn_plot_style *s = f->style;

    end_panel(f);
    f->first = a4nn_xgrow(f->first, f->panels, &f->cap_panels, sizeof *f->first);
    f->first[f->panels++] = f->names;
    a4nn_buf_adds(&f->body, "\nset title ");
    a4nn_gnuplot_quote(&f->body, axes->title != NULL ? axes->title : "");
    a4nn_buf_addf(&f->body, " font \",%d\" textcolor rgb \"#%06x\"\n", title_size(f),
                  a4nn_plot_ink(s, A4NN_INK_TEXT));
    add_axis(f, 'x', axes->xlabel, axes->x, axes->logx);
    add_axis(f, 'y', axes->ylabel, axes->y, axes->logy);
    a4nn_buf_adds(&f->body, axes->legend ? "set key on\n" : "set key off\n");
}

/* ---- data ---- */

size_t
a4nn_figure_block(struct a4nn_figure *f)
{
    f->blocks++;
    f->block_begin = f->data.len;
    a4nn_buf_addf(&f->data, "$data%zu << END\n", f->blocks);
    return f->blocks;
}

void
a4nn_figure_row(struct a4nn_figure *f, size_t n, const double *value)
{
    char number[32];
    size_t i;

    for (i = 0; i < n; i++) {
        if (i > 0)
            a4nn_buf_addc(&f->data, ' ');
        a4nn_buf_adds(&f->data, isfinite(value[i]) ? a4nn_number_format(number, value[i]) : "NaN");
    }
    a4nn_buf_addc(&f->data, '\n');
}

void
a4nn_figure_break(struct a4nn_figure *f)
{
    a4nn_buf_addc(&f->data, '\n');
}

void
a4nn_figure_block_end(struct a4nn_figure *f)
{
    a4nn_buf_adds(&f->data, "END\n");
}

void
a4nn_figure_block_drop(struct a4nn_figure *f)
{
    f->data.len = f->block_begin;
    f->data.data[f->data.len] = '\0';
    f->blocks--;
}

void
a4nn_figure_draw(struct a4nn_figure *f, size_t block, const char *title, const char *name,
                 const char *fmt, ...)
{
    char how[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(how, sizeof how, fmt, ap);
    va_end(ap);
    f->name = a4nn_xgrow(f->name, f->names, &f->cap_names, sizeof *f->name);
    f->name[f->names++] = a4nn_xstrdup(title != NULL ? title : name);
    a4nn_buf_addf(&f->body, f->in_panel++ == 0 ? "plot $data%zu %s " : ", \\\n     $data%zu %s ",
                  block, how);
    if (title == NULL) {
        a4nn_buf_adds(&f->body, "notitle");
        return;
    }
    a4nn_buf_adds(&f->body, "title ");
    a4nn_gnuplot_quote(&f->body, title);
}

void
a4nn_figure_key(struct a4nn_figure *f, const char *title, const char *fmt, ...)
{
    char how[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(how, sizeof how, fmt, ap);
    va_end(ap);
    a4nn_buf_addf(&f->body, ", \\\n     keyentry %s title ", how);
    a4nn_gnuplot_quote(&f->body, title);
}

/* ---- the whole ---- */

/* gnuplot 6 draws with small blocks what gnuplot 5 draws with letters. */
static void
add_text_terminal(const struct a4nn_figure *f, struct a4nn_buf *out)
{
    const char *colour = f->style->colour ? "ansi256" : "mono";
    unsigned w = width_of(f), h = height_of(f);

    a4nn_buf_addf(out,
                  "if (GPVAL_VERSION >= 6.0) { eval \"set terminal block braille size %u,%u %s "
                  "noenhanced\" } else { set terminal dumb size %u,%u %s noenhanced }\n",
                  w, h, f->style->colour ? "ansi256" : "mono", w, h, colour);
}

static void
add_terminal(const struct a4nn_figure *f, struct a4nn_buf *out)
{
    unsigned w = width_of(f), h = height_of(f);
    unsigned background = a4nn_plot_ink(f->style, A4NN_INK_BACKGROUND);

    switch (f->style->format) {
    case A4NN_PLOT_TERMINAL: add_text_terminal(f, out); break;
    case A4NN_PLOT_PNG:
        a4nn_buf_addf(out,
                      "set terminal pngcairo size %u,%u font \"sans,%d\" noenhanced "
                      "background rgb \"#%06x\"\n",
                      w, h, text_size(f), background);
        break;
    case A4NN_PLOT_PDF: /* at the 96 pixels per inch of a web page */
        a4nn_buf_addf(out,
                      "set terminal pdfcairo size %gin,%gin font \"sans,%d\" fontscale 1 "
                      "noenhanced background rgb \"#%06x\"\n",
                      w / 96.0, h / 96.0, text_size(f), background);
        break;
    case A4NN_PLOT_SVG:
    case A4NN_PLOT_SCRIPT:
        a4nn_buf_addf(out,
                      "set terminal svg size %u,%u font \"sans-serif,%d\" noenhanced "
                      "background \"#%06x\"\n",
                      w, h, text_size(f), background);
        break;
    }
}

static void
add_look(const struct a4nn_figure *f, struct a4nn_buf *out)
{
    unsigned text = a4nn_plot_ink(f->style, A4NN_INK_TEXT);

    a4nn_buf_addf(out,
                  "set border 3 linecolor rgb \"#%06x\" linewidth 1\n"
                  "set tics nomirror scale 0.6 textcolor rgb \"#%06x\"\n"
                  "set xlabel offset 0,0.3 textcolor rgb \"#%06x\"\n"
                  "set ylabel textcolor rgb \"#%06x\"\n"
                  "set key bmargin left Left reverse horizontal samplen 2 width 1 "
                  "textcolor rgb \"#%06x\"\n",
                  text, text, text, text, text);
    if (f->style->format != A4NN_PLOT_TERMINAL) /* there it would be all one sees */
        a4nn_buf_addf(out, "set grid back linecolor rgb \"#%06x\" linewidth 1 linetype 1\n",
                      a4nn_plot_ink(f->style, A4NN_INK_GRID));
}

static void
add_layout(const struct a4nn_figure *f, struct a4nn_buf *out)
{
    if (f->panels < 2)
        return;
    a4nn_buf_addf(out, "set multiplot layout %zu,%zu", f->rows, f->columns);
    if (f->title != NULL && f->title[0] != '\0') {
        a4nn_buf_adds(out, " title ");
        a4nn_gnuplot_quote(out, f->title);
        a4nn_buf_addf(out, " font \",%d\" textcolor rgb \"#%06x\"", text_size(f) + 2,
                      a4nn_plot_ink(f->style, A4NN_INK_TEXT));
    }
    a4nn_buf_addc(out, '\n');
}

static void
compose(struct a4nn_figure *f, struct a4nn_buf *out)
{
    end_panel(f);
    a4nn_buf_adds(out, "# a picture by a4nn-plot: gnuplot -d FILE > picture.svg\n"
                       "set encoding utf8\n");
    add_terminal(f, out);
    add_look(f, out);
    a4nn_buf_addc(out, '\n');
    a4nn_buf_add(out, f->data.data, f->data.len);
    add_layout(f, out);
    a4nn_buf_add(out, f->body.data, f->body.len);
    if (f->panels > 1)
        a4nn_buf_adds(out, "unset multiplot\n");
}

int
a4nn_figure_render(struct a4nn_figure *f, struct a4nn_buf *out, struct a4nn_err *err)
{
    struct a4nn_buf script = {0};
    size_t begin = out->len;
    int result = 0;

    compose(f, &script);
    if (f->style->format == A4NN_PLOT_SCRIPT)
        a4nn_buf_add(out, script.data, script.len);
    else
        result = a4nn_gnuplot_run(&script, out, err);
    a4nn_buf_release(&script);
    if (result == 0 && f->style->format == A4NN_PLOT_SVG)
        return a4nn_plot_finish_svg(f, out, begin, err);
    if (result == 0 && f->style->format == A4NN_PLOT_PDF)
        a4nn_plot_finish_pdf(out, begin);
    return result;
}

void
a4nn_figure_release(struct a4nn_figure *f)
{
    size_t i;

    for (i = 0; i < f->names; i++)
        free(f->name[i]);
    free(f->name);
    free(f->first);
    a4nn_buf_release(&f->summary);
    a4nn_buf_release(&f->data);
    a4nn_buf_release(&f->body);
    *f = (struct a4nn_figure){0};
}
