/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libcsv behind a wall: rows instead of single cells, with their line numbers. */
#include "csv.h"

#include <csv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "xalloc.h"

enum { MAX_CELL = 1 << 20, MAX_CELLS = 1 << 16, RUNAWAY = 16 << 20 };

struct a4nn_csv {
    struct csv_parser parser;
    void (*row)(void *arg, struct a4nn_csv_row *row);
    void *arg;
    struct a4nn_buf text; /* the cells of the row so far, one after the other, each with a NUL */
    size_t *start, *len;  /* of each cell in `text` */
    char **cell;
    size_t cells, cap_start, cap_len, cap_cell;
    unsigned long line, row_line;
    bool between; /* a row has ended, and nothing of the next was parsed */
    char separator;
};

static void
on_cell(void *bytes, size_t len, void *arg)
{
    struct a4nn_csv *csv = arg;

    if (csv->cells >= MAX_CELLS)
        return;
    if (len > MAX_CELL)
        len = MAX_CELL;
    csv->start = a4nn_xgrow(csv->start, csv->cells, &csv->cap_start, sizeof *csv->start);
    csv->len = a4nn_xgrow(csv->len, csv->cells, &csv->cap_len, sizeof *csv->len);
    csv->start[csv->cells] = csv->text.len;
    csv->len[csv->cells++] = len;
    a4nn_buf_add(&csv->text, bytes != NULL ? bytes : "", len);
    a4nn_buf_addc(&csv->text, '\0');
}

static void
on_row(int terminator, void *arg)
{
    struct a4nn_csv *csv = arg;
    struct a4nn_csv_row row;
    size_t i;

    for (i = 0; i < csv->cells; i++) {
        csv->cell = a4nn_xgrow(csv->cell, i, &csv->cap_cell, sizeof *csv->cell);
        csv->cell[i] = csv->text.data + csv->start[i];
    }
    row = (struct a4nn_csv_row){csv->cell, csv->len, csv->cells, csv->row_line};
    if (csv->cells != 0)
        csv->row(csv->arg, &row);
    csv->cells = 0;
    csv->between = terminator == '\n'; /* what follows another one is not known */
    a4nn_buf_reset(&csv->text);
}

struct a4nn_csv *
a4nn_csv_new(char separator, void (*row)(void *arg, struct a4nn_csv_row *row), void *arg)
{
    struct a4nn_csv *csv = a4nn_xcalloc(1, sizeof *csv);

    if (csv_init(&csv->parser, 0) != 0) {
        free(csv);
        return a4nn_xreallocarray(NULL, (size_t)-1, 2); /* it fails for want of memory only */
    }
    csv_set_delim(&csv->parser, (unsigned char)separator);
    csv_set_blk_size(&csv->parser,
                     1 << 16); /* it grows by so much at a time, and cells may be long */
    csv->row = row;
    csv->arg = arg;
    csv->line = csv->row_line = 1;
    csv->between = true;
    csv->separator = separator;
    return csv;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/*
 * A line that is a row, in which nothing is quoted, as nearly all are: what libcsv makes of it, in
 * a fraction of the time.  False for all others.
 */
static bool
parse_plain(struct a4nn_csv *csv, const char *line, size_t len)
{
    const char *end;

    if (len > 0 && line[len - 1] == '\r')
        len--;
    end = line + len;
    if (!csv->between || len > MAX_CELL || memchr(line, '"', len) != NULL ||
        memchr(line, '\r', len) != NULL || is_blank(csv->separator))
        return false;
    while (line < end && is_blank(*line))
        line++;
    if (line == end)
        return false;
    for (;;) {
        const char *stop = memchr(line, csv->separator, (size_t)(end - line)), *last;
        last = stop != NULL ? stop : end;
        while (line < last && is_blank(*line))
            line++;
        while (last > line && is_blank(last[-1]))
            last--;
        on_cell((void *)(uintptr_t)line, (size_t)(last - line), csv);
        if (stop == NULL)
            break;
        line = stop + 1;
    }
    on_row('\n', csv);
    return true;
}

/* libcsv tells no line numbers, so it is given one line at a time. */
void
a4nn_csv_feed(struct a4nn_csv *csv, const char *bytes, size_t len)
{
    while (len > 0) {
        const char *lf = memchr(bytes, '\n', len);
        size_t n = lf != NULL ? (size_t)(lf - bytes) + 1 : len;

        if (lf == NULL || !parse_plain(csv, bytes, n - 1)) {
            csv->between = false;
            csv_parse(&csv->parser, bytes, n, on_cell, on_row, csv);
        }
        if (csv->parser.entry_pos > RUNAWAY) /* a quote that never closes must not eat memory */
            csv_fini(&csv->parser, on_cell, on_row, csv);
        if (lf != NULL) {
            csv->line++;
            if (csv->cells == 0)
                csv->row_line = csv->line;
        }
        bytes += n;
        len -= n;
    }
}

void
a4nn_csv_finish(struct a4nn_csv *csv)
{
    csv_fini(&csv->parser, on_cell, on_row, csv);
}

void
a4nn_csv_free(struct a4nn_csv *csv)
{
    if (csv == NULL)
        return;
    csv_free(&csv->parser);
    a4nn_buf_release(&csv->text);
    free(csv->start);
    free(csv->len);
    free(csv->cell);
    free(csv);
}

/* Also one that was guarded before, so that taking the guard away gives back what was there. */
static bool
looks_like_formula(const char *text)
{
    double v;

    text += strspn(text, "'");
    return text[0] != '\0' && strchr("=+-@\t", text[0]) != NULL &&
           !a4nn_number_parse(text, strlen(text), &v);
}

/* Blanks around a cell without quotes are not part of it. */
static bool
needs_quotes(const char *text)
{
    size_t len = strlen(text);

    return strpbrk(text, ",\"\r\n") != NULL ||
           (len > 0 && (is_blank(text[0]) || is_blank(text[len - 1])));
}

void
a4nn_csv_add_cell(struct a4nn_buf *out, const char *text)
{
    const char *guard = looks_like_formula(text) ? "'" : "";
    const char *c;

    if (!needs_quotes(text)) {
        a4nn_buf_adds(out, guard);
        a4nn_buf_adds(out, text);
        return;
    }
    a4nn_buf_addc(out, '"');
    a4nn_buf_adds(out, guard);
    for (c = text; *c != '\0'; c++) {
        if (*c == '"')
            a4nn_buf_addc(out, '"');
        a4nn_buf_addc(out, *c);
    }
    a4nn_buf_addc(out, '"');
}

void
a4nn_csv_unguard(char *text)
{
    if (text[0] == '\'' && looks_like_formula(text))
        memmove(text, text + 1, strlen(text));
}
