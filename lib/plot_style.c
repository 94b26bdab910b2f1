/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture looks like before there is anything in it: formats, colours, ranges. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "plot.h"

static const struct {
    const char *name, *suffix;
} format[] = {
    [A4NN_PLOT_SVG] = {"svg", "svg"},       [A4NN_PLOT_PNG] = {"png", "png"},
    [A4NN_PLOT_PDF] = {"pdf", "pdf"},       [A4NN_PLOT_TERMINAL] = {"terminal", "txt"},
    [A4NN_PLOT_SCRIPT] = {"gnuplot", "gp"},
};

enum { FORMATS = sizeof format / sizeof *format };

int
a4nn_plot_format_find(const char *name)
{
    int i;

    for (i = 0; i < FORMATS; i++)
        if (strcmp(name, format[i].name) == 0)
            return i;
    return -1;
}

int
a4nn_plot_format_of_file(const char *path)
{
    const char *file = strrchr(path, '/'), *dot;
    int i;

    dot = strrchr(file != NULL ? file : path, '.');
    for (i = 0; i < FORMATS && dot != NULL; i++)
        if (strcasecmp(dot + 1, format[i].suffix) == 0 || strcasecmp(dot + 1, format[i].name) == 0)
            return i;
    return -1;
}

void
a4nn_plot_style_init(struct a4nn_plot_style *style)
{
    *style = (struct a4nn_plot_style){.x = {NAN, NAN}, .y = {NAN, NAN}};
}

unsigned
a4nn_plot_ink(const struct a4nn_plot_style *style, enum a4nn_ink ink)
{
    static const unsigned colour[2][A4NN_INKS] = {
        {[A4NN_INK_TEXT] = 0x30343a,
         [A4NN_INK_BACKGROUND] = 0xffffff,
         [A4NN_INK_GRID] = 0xe4e6e9,
         [A4NN_INK_FAINT] = 0x8a9099},
        {[A4NN_INK_TEXT] = 0xd8dbe0,
         [A4NN_INK_BACKGROUND] = 0x16191d,
         [A4NN_INK_GRID] = 0x30353c,
         [A4NN_INK_FAINT] = 0x8a9099},
    };

    return colour[style->dark][ink];
}

unsigned
a4nn_plot_colour(const struct a4nn_plot_style *style, size_t i)
{
    /* M. Okabe and K. Ito, Color Universal Design, 2008.  Its yellow is last, being too light on
     * white; on dark ground the black one is white, and the blue one lightened. */
    static const unsigned colour[2][A4NN_COLOURS] = {
        {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000, 0xf0e442},
        {0x3d9bd6, 0xe8752a, 0x1fb88b, 0xd98fba, 0xe69f00, 0x7cc6f2, 0xffffff, 0xf0e442},
    };

    return colour[style->dark][i % A4NN_COLOURS];
}

void
a4nn_range_hold(struct a4nn_range *range, double value)
{
    if (!isfinite(value))
        return;
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

struct a4nn_range
a4nn_range_shown(struct a4nn_range data, struct a4nn_range asked, bool logarithmic)
{
    double room;

    if (!(data.low <= data.high))
        data = (struct a4nn_range){1, 1};
    if (logarithmic) {
        room = data.low < data.high ? pow(data.high / data.low, 0.04) : 2;
        data.low /= room;
        data.high *= room;
    } else {
        room = data.low < data.high ? 0.04 * (data.high - data.low)
                                    : fmax(0.05 * fabs(data.low), 1e-3);
        data.low -= room;
        data.high += room;
    }
    if (!isnan(asked.low))
        data.low = asked.low;
    if (!isnan(asked.high))
        data.high = asked.high;
    return data;
}

double
a4nn_plot_value(double value, bool logarithmic)
{
    /* beyond this, differences and ratios overflow in gnuplot */
    const double most = 1e100;

    if (!isfinite(value) || fabs(value) > most || (logarithmic && value < 1 / most))
        return NAN;
    return value;
}
