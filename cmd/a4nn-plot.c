/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-plot: what the other commands write, to a picture. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"
#include "input.h"
#include "log/reader.h"
#include "number.h"
#include "outfile.h"
#include "plot.h"
#include "plot_curves.h"
#include "plot_effects.h"
#include "plot_front.h"
#include "plot_savings.h"
#include "plot_search.h"
#include "program.h"

enum {
    COLUMN_X = 256,
    COLUMN_Y,
    DARK,
    FORECASTS,
    LOGX,
    LOGY,
    SIZE,
    TITLE,
    XLABEL,
    XRANGE,
    YLABEL,
    YRANGE
};

static const struct a4nn_option options[] = {
    {DARK, "dark", NULL, "light on dark", NULL},
    A4NN_OPTION_EPOCHS,
    A4NN_OPTION_FORMAT,
    {FORECASTS, "forecasts", NULL, "show the forecasts over the epochs, with their intervals",
     NULL},
    {LOGX, "logx", NULL, "logarithmic x axis", NULL},
    {LOGY, "logy", NULL, "logarithmic y axis", NULL},
    {'k', "kind", "KIND",
     "curves, savings, effects, front or search (default: curves; with --x, front)",
     "words curves savings effects front search"},
    A4NN_OPTION_METRIC,
    A4NN_OPTION_MAX,
    A4NN_OPTION_MIN,
    {'o', "output", "FORMAT|FILE",
     "svg, png, pdf, terminal or gnuplot, or a file whose name says it", "file"},
    A4NN_OPTION_QUIET,
    A4NN_OPTION_RUN,
    A4NN_OPTION_SCALE,
    {SIZE, "size", "WxH", "pixels, or columns and lines in a terminal", NULL},
    {TITLE, "title", "TEXT", "title in place of the usual one", NULL},
    {COLUMN_X, "x", "COLUMN[:min|:max]",
     "column on the x axis of a Pareto front, and what is better", NULL},
    {XLABEL, "xlabel", "TEXT", "label of the x axis", NULL},
    {XRANGE, "xrange", "LO:HI", "what the x axis shows; either may be empty", NULL},
    {COLUMN_Y, "y", "COLUMN[:min|:max]",
     "column on the y axis; of savings, the error (default: mae); of a search, the value (default: "
     "last_value)",
     NULL},
    {YLABEL, "ylabel", "TEXT", "label of the y axis", NULL},
    {YRANGE, "yrange", "LO:HI", "what the y axis shows", NULL},
    {0},
};

static const struct a4nn_cli cli = {
    .program = "a4nn-plot",
    .operands = "[file|folder|archive ...]",
    .about = "Draw learning curves, forecasts, savings of rules, effects and searches.",
    .options = options,
    .more = "Input: observations (a4nn-log), forecasts (a4nn-predict), or training logs; with -k\n"
            "savings the tables of a4nn-replay -o csv, with -k effects or front tables; with\n"
            "-k search a table for each search, as a4nn-history runs -o csv prints it.\n"
            "Status: 0 done, 1 nothing to draw, 2 trouble.\n",
};

enum kind { UNSAID, CURVES, SAVINGS, EFFECTS, FRONT, SEARCH };

struct job {
    enum kind kind;
    const char *x, *y; /* columns, or NULL */
    struct a4nn_input in;
    struct a4nn_plot_style style;
    struct a4nn_plot_curves_opts opts;
    struct a4nn_plot_curves *curves;
    const char *file; /* where the picture goes, NULL: standard output */
    bool formatted;   /* the format was asked for */
};

/* ---- options ---- */

static void
take_kind(struct job *job, const char *arg)
{
    static const char *const name[] = {"", "curves", "savings", "effects", "front", "search"};
    size_t i;

    for (i = 1; i < sizeof name / sizeof *name; i++)
        if (strcmp(arg, name[i]) == 0) {
            job->kind = (enum kind)i;
            return;
        }
    a4nn_die(A4NN_TROUBLE, "--kind: not curves, savings, effects, front or search: '%s'", arg);
}

/* --x alone says enough. */
static void
settle_kind(struct job *job)
{
    if (job->kind == UNSAID)
        job->kind = job->x != NULL ? FRONT : CURVES;
    if (job->kind == FRONT && (job->x == NULL || job->y == NULL))
        a4nn_die(A4NN_TROUBLE, "a Pareto front needs --x and --y");
    if (job->x != NULL && job->kind != FRONT)
        a4nn_die(A4NN_TROUBLE, "--x: only with --kind front");
    if (job->y != NULL && job->kind != FRONT && job->kind != SAVINGS && job->kind != SEARCH)
        a4nn_die(A4NN_TROUBLE, "--y: only with --kind front, savings or search");
}

/* A format, or a file; which format a file has is settled when all options are known. */
static void
take_output(struct job *job, const char *arg)
{
    int format = a4nn_plot_format_find(arg);

    if (format < 0)
        job->file = arg;
    else {
        job->formatted = true;
        job->style.format = (enum a4nn_plot_format)format;
    }
}

/* The format, where none was named. */
static void
choose_format(struct job *job, bool terminal)
{
    int format = terminal ? A4NN_PLOT_TERMINAL : A4NN_PLOT_SVG;

    if (job->file != NULL && (format = a4nn_plot_format_of_file(job->file)) < 0)
        a4nn_die(A4NN_TROUBLE,
                 "--output: not svg, png, pdf, terminal or gnuplot, nor a file that ends in .svg, "
                 ".png, .pdf, .txt or .gp: '%s'",
                 job->file);
    job->style.format = (enum a4nn_plot_format)format;
}

static void
take_size(struct a4nn_plot_style *style, const char *arg)
{
    unsigned w, h;
    int used = 0;

    if (strspn(arg, "0123456789x") != strlen(arg) || sscanf(arg, "%5ux%5u%n", &w, &h, &used) != 2 ||
        arg[used] != '\0' || w < 20 || h < 5 || w > 16384 || h > 16384)
        a4nn_die(A4NN_TROUBLE, "--size: not as 800x450, of at most 16384: '%s'", arg);
    style->width = w;
    style->height = h;
}

static struct a4nn_range
take_range(const char *option, const char *arg)
{
    struct a4nn_range range = {NAN, NAN};
    const char *colon = strchr(arg, ':');
    bool good = colon != NULL;

    if (good && colon > arg)
        good =
            a4nn_number_parse(arg, (size_t)(colon - arg), &range.low) && fabs(range.low) <= 1e100;
    if (good && colon[1] != '\0')
        good = a4nn_number_parse(colon + 1, strlen(colon + 1), &range.high) &&
               fabs(range.high) <= 1e100;
    if (!good || range.low >= range.high)
        a4nn_die(A4NN_TROUBLE, "%s: not LO:HI: '%s'", option, arg);
    return range;
}

/* How the picture looks; false: another option. */
static bool
style_option(struct a4nn_plot_style *style, int code, const char *arg)
{
    switch (code) {
    case DARK: style->dark = true; break;
    case LOGX: style->logx = true; break;
    case LOGY: style->logy = true; break;
    case SIZE: take_size(style, arg); break;
    case TITLE: style->title = arg; break;
    case XLABEL: style->xlabel = arg; break;
    case XRANGE: style->x = take_range("--xrange", arg); break;
    case YLABEL: style->ylabel = arg; break;
    case YRANGE: style->y = take_range("--yrange", arg); break;
    default: return false;
    }
    return true;
}

static void
check_log_range(const char *option, bool logarithmic, const struct a4nn_range *range)
{
    if (logarithmic && (range->low <= 0 || range->high <= 0))
        a4nn_die(A4NN_TROUBLE, "%s: a logarithmic axis has positive values only", option);
}

/* ---- the terminal ---- */

static unsigned
from_environment(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    double number;

    if (text == NULL || !a4nn_number_parse(text, strlen(text), &number) ||
        !(number >= 20 && number <= 1000))
        return otherwise;
    return (unsigned)number;
}

/* One column is left free, as some terminals begin a new line behind the last one. */
static void
fit_window(struct a4nn_plot_style *style)
{
    struct winsize window = {0};
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    bool terminal = isatty(STDOUT_FILENO);

    style->colour = terminal && (no_colour == NULL || no_colour[0] == '\0') && term != NULL &&
                    strcmp(term, "dumb") != 0;
    if (style->width > 0)
        return;
    if (!terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col < 20 ||
        window.ws_row < 8) {
        window.ws_col = (unsigned short)from_environment("COLUMNS", 80);
        window.ws_row = (unsigned short)from_environment("LINES", 25);
    }
    style->width = window.ws_col - 1U;
    style->height = window.ws_row - 1U;
}

static void
settle_output(struct job *job)
{
    bool terminal = job->file == NULL && isatty(STDOUT_FILENO);

    if (!job->formatted)
        choose_format(job, terminal);
    if (terminal && (job->style.format == A4NN_PLOT_PNG || job->style.format == A4NN_PLOT_PDF))
        a4nn_die(A4NN_TROUBLE, "a terminal cannot show this format: name a file with -o");
    if (job->style.format == A4NN_PLOT_TERMINAL)
        fit_window(&job->style);
    check_log_range("--logx", job->style.logx, &job->style.x);
    check_log_range("--logy", job->style.logy, &job->style.y);
}

/* ---- the work ---- */

static int
on_record(void *arg, struct a4nn_record *record)
{
    struct job *job = arg;

    a4nn_plot_curves_add(job->curves, record, a4nn_input_metric(&job->in, record));
    return 0;
}

static int
draw_curves(struct job *job, char *const *files, int count, struct a4nn_buf *picture,
            struct a4nn_err *err)
{
    struct a4nn_reader *reader;
    int result;

    job->opts.epochs = job->in.epochs;
    job->curves = a4nn_plot_curves_new(&job->opts);
    job->in.reader.record = on_record;
    job->in.reader.arg = job;
    reader = a4nn_reader_new(&job->in.reader);
    a4nn_reader_read(reader, files, count);
    a4nn_reader_free(reader);
    result = a4nn_plot_curves_draw(job->curves, &job->style, picture, &job->in.diag, err);
    a4nn_plot_curves_free(job->curves);
    return result;
}

static int
draw(struct job *job, char *const *files, int count, struct a4nn_buf *picture, struct a4nn_err *err)
{
    struct a4nn_diag *diag = &job->in.diag;

    switch (job->kind) {
    case SAVINGS:
        return a4nn_plot_savings(files, count, job->y != NULL ? job->y : "mae", &job->style,
                                 picture, diag, err);
    case EFFECTS: return a4nn_plot_effects(files, count, &job->style, picture, diag, err);
    case FRONT:
        return a4nn_plot_front(files, count, job->x, job->y, &job->style, picture, diag, err);
    case SEARCH: return a4nn_plot_search(files, count, job->y, &job->style, picture, diag, err);
    default: return draw_curves(job, files, count, picture, err);
    }
}

static int
put(const struct job *job, const struct a4nn_buf *picture, struct a4nn_err *err)
{
    if (job->file != NULL)
        return a4nn_outfile_put(job->file, picture->data, picture->len, err);
    fwrite(picture->data, 1, picture->len, stdout);
    return 0; /* a4nn_program_end tells whether it was written */
}

int
main(int argc, char **argv)
{
    struct job job = {0};
    struct a4nn_buf picture = {0};
    struct a4nn_err err;
    int code, first, result;
    const char *arg;

    a4nn_program_begin("a4nn-plot");
    a4nn_input_init(&job.in);
    a4nn_plot_style_init(&job.style);
    while ((code = a4nn_cli_next(&cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        switch (code) {
        case COLUMN_X: job.x = arg; break;
        case COLUMN_Y: job.y = arg; break;
        case FORECASTS: job.opts.forecasts = true; break;
        case 'k': take_kind(&job, arg); break;
        case 'o': take_output(&job, arg); break;
        default:
            if (!style_option(&job.style, code, arg))
                a4nn_input_option(&job.in, &cli, code, arg);
        }
    settle_kind(&job);
    settle_output(&job);
    result = draw(&job, argv + first, argc - first, &picture, &err);
    if (result == A4NN_OK)
        result = put(&job, &picture, &err);
    else if (result == A4NN_NO && job.in.diag.errors == 0)
        a4nn_warn("nothing to draw");
    if (result < 0) {
        a4nn_warn("%s", err.msg);
        result = A4NN_TROUBLE;
    }
    if (job.in.diag.errors > 0)
        result = A4NN_TROUBLE;
    a4nn_buf_release(&picture);
    a4nn_input_release(&job.in);
    return a4nn_program_end(result);
}
