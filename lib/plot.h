/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PLOT_H
#define A4NN_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "err.h"

/*
 * A picture as gnuplot's script, data inline, and from there to bytes of a file.  What is in a
 * picture of curves, savings, effects or points stands in plot_*.h.
 *
 * Order of calls: init; for each panel: a4nn_figure_panel, then blocks of data and the elements
 * that draw them; a4nn_figure_render; release.
 */

enum a4nn_plot_format {
    A4NN_PLOT_SVG,
    A4NN_PLOT_PNG,
    A4NN_PLOT_PDF,
    A4NN_PLOT_TERMINAL, /* characters */
    A4NN_PLOT_SCRIPT    /* gnuplot's own */
};

/* The format of that name ("svg", "gnuplot"), or that a file's name ends with, or -1. */
int a4nn_plot_format_find(const char *name);
int a4nn_plot_format_of_file(const char *path);

/* A range; a side that is NAN is left to the data. */
struct a4nn_range {
    double low, high;
};

/* What the user asks for; NULL, NAN and 0: as the kind of picture has it. */
struct a4nn_plot_style {
    enum a4nn_plot_format format;
    const char *title, *xlabel, *ylabel;
    struct a4nn_range x, y;
    bool logx, logy, dark;
    unsigned width, height; /* pixels; columns and lines in a terminal */
    bool colour;            /* in a terminal */
};

/* Sets the defaults. */
void a4nn_plot_style_init(struct a4nn_plot_style *style);

/* Parts of a picture that are neither data of one run nor text. */
enum a4nn_ink { A4NN_INK_TEXT, A4NN_INK_BACKGROUND, A4NN_INK_GRID, A4NN_INK_FAINT, A4NN_INKS };

/* 0xRRGGBB of a part; of the i-th of several things (Okabe and Ito's palette, which most people
 * can tell apart), which repeats after A4NN_COLOURS. */
enum { A4NN_COLOURS = 8 };
unsigned a4nn_plot_ink(const struct a4nn_plot_style *style, enum a4nn_ink ink);
unsigned a4nn_plot_colour(const struct a4nn_plot_style *style, size_t i);

struct a4nn_figure {
    const struct a4nn_plot_style *style;
    const char *title;       /* of the whole; may be NULL; must outlive the figure */
    const char *about;       /* what it is, where there is no title: "Learning curves" */
    struct a4nn_buf summary; /* what is to be seen, in words, for who cannot see it */
    struct a4nn_buf data, body;
    char **name;   /* of the elements, panel by panel, NULL: none */
    size_t *first; /* the first element of each panel */
    size_t names, cap_names, panels, cap_panels, blocks, block_begin;
    size_t rows, columns; /* of panels */
    size_t in_panel;      /* elements of the panel at hand so far */
};

struct a4nn_axes {
    const char *title, *xlabel, *ylabel; /* NULL: none */
    struct a4nn_range x, y;
    bool logx, logy;
    bool legend;
};

/* Begins a figure of so many panels; `style` must outlive it. */
void a4nn_figure_init(struct a4nn_figure *f, const struct a4nn_plot_style *style, const char *about,
                      size_t panels);

/* Begins a panel; more settings of gnuplot may be appended to f->body before its first element. */
void a4nn_figure_panel(struct a4nn_figure *f, const struct a4nn_axes *axes);

/* How many columns of pixels a panel has, about. */
size_t a4nn_figure_pixels(const struct a4nn_figure *f);

/* Data: begins a block and returns its number; a row of numbers; a break in a line; its end; or
 * that it is not to be, after all. */
size_t a4nn_figure_block(struct a4nn_figure *f);
void a4nn_figure_row(struct a4nn_figure *f, size_t n, const double *value);
void a4nn_figure_break(struct a4nn_figure *f);
void a4nn_figure_block_end(struct a4nn_figure *f);
void a4nn_figure_block_drop(struct a4nn_figure *f);

/*
 * An element: block `block` drawn as the words of gnuplot after "plot $data" say ("using 1:2 with
 * lines").  `title` is in the legend, and the name of the element in an SVG; `name`, where there is
 * no title, is that name only; either may be NULL.
 */
void a4nn_figure_draw(struct a4nn_figure *f, size_t block, const char *title, const char *name,
                      const char *fmt, ...) A4NN_PRINTF(5, 6);

/* Behind the elements: a line of the legend for things that have no one colour. */
void a4nn_figure_key(struct a4nn_figure *f, const char *title, const char *fmt, ...)
    A4NN_PRINTF(3, 4);

/*
 * Appends the finished picture to `out`: the script itself, or what gnuplot makes of it.  The same
 * figure gives the same bytes.  0, or -1 with *err filled.
 */
int a4nn_figure_render(struct a4nn_figure *f, struct a4nn_buf *out,
                       struct a4nn_err *err) A4NN_MUST_USE;

void a4nn_figure_release(struct a4nn_figure *f);

/* ---- help for those who make figures ---- */

/* Widens a range to hold a finite value; begin with A4NN_RANGE_EMPTY. */
#define A4NN_RANGE_EMPTY                                                                           \
    {                                                                                              \
        HUGE_VAL, -HUGE_VAL                                                                        \
    }
void a4nn_range_hold(struct a4nn_range *range, double value);

/*
 * What to show of an axis whose data lie in `data`: some room on both sides, room around a single
 * value, and what the user asked for in its place.
 */
struct a4nn_range a4nn_range_shown(struct a4nn_range data, struct a4nn_range asked,
                                   bool logarithmic);

/* A value that can be shown: finite, of a size that a picture can have, positive on a log axis;
 * otherwise NAN. */
double a4nn_plot_value(double value, bool logarithmic);

#endif
