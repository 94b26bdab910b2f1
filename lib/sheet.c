/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "csv.h"
#include "json.h"
#include "xalloc.h"

struct cell {
    char *text;
    double number;
    bool space; /* of a row's first cell: a blank line comes before it */
};

struct a4nn_sheet {
    const struct a4nn_sheet_column *column;
    size_t columns;
    struct cell *cell;
    size_t n, cap;
    bool space;
    FILE *out; /* not NULL: rows are written as they come */
    enum a4nn_encoding encoding;
};

struct a4nn_sheet *
a4nn_sheet_new(const struct a4nn_sheet_column *columns, size_t count)
{
    struct a4nn_sheet *s = a4nn_xcalloc(1, sizeof *s);

    s->column = columns;
    s->columns = count;
    return s;
}

void
a4nn_sheet_space(struct a4nn_sheet *s)
{
    s->space = true;
}

/* ---- for machines ---- */

static void
csv_row(const struct a4nn_sheet *s, const struct cell *row, struct a4nn_buf *line)
{
    size_t i;

    for (i = 0; i < s->columns; i++) {
        if (i > 0)
            a4nn_buf_addc(line, ',');
        if (row == NULL)
            a4nn_buf_adds(line, s->column[i].name);
        else if (row[i].text != NULL)
            a4nn_csv_add_cell(line, row[i].text);
        else if (!isnan(row[i].number))
            a4nn_buf_addf(line, "%.9g", row[i].number);
    }
    a4nn_buf_addc(line, '\n');
}

static void
json_row(const struct a4nn_sheet *s, const struct cell *row, struct a4nn_buf *line)
{
    size_t i;

    for (i = 0; i < s->columns; i++) {
        a4nn_buf_addf(line, "%s\"%s\":", i > 0 ? "," : "{", s->column[i].name);
        if (row[i].text != NULL)
            a4nn_json_quote(line, row[i].text);
        else if (isfinite(row[i].number))
            a4nn_buf_addf(line, "%.9g", row[i].number);
        else
            a4nn_buf_adds(line, "null");
    }
    a4nn_buf_adds(line, "}\n");
}

/* ---- for people ---- */

/* The text of a cell; row NULL: the column's title. */
static void
show(const struct a4nn_sheet_column *column, const struct cell *cell, char out[400])
{
    char text[100];

    if (cell == NULL)
        snprintf(text, sizeof text, "%s", column->title);
    else if (cell->text != NULL) {
        a4nn_escape(out, 400, cell->text);
        return;
    } else if (isnan(cell->number))
        snprintf(text, sizeof text, "%s", column->text ? "" : "-");
    else if (column->digits < 0 || fabs(cell->number) >= 1e7)
        snprintf(text, sizeof text, "%.6g", cell->number);
    else
        snprintf(text, sizeof text, "%.*f", column->digits, cell->number);
    memcpy(out, text, strlen(text) + 1);
}

/* Characters, not bytes. */
static int
width_of(const char *text)
{
    int n = 0;

    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void
table_row(const struct a4nn_sheet *s, const struct cell *row, const int *width,
          struct a4nn_buf *line)
{
    char text[400];
    const char *sep = "";
    size_t i;

    for (i = 0; i < s->columns; i++) {
        int pad;
        if (s->column[i].title == NULL)
            continue;
        show(&s->column[i], row != NULL ? &row[i] : NULL, text);
        pad = width[i] - width_of(text);
        if (s->column[i].text)
            a4nn_buf_addf(line, "%s%s%*s", sep, text, pad, "");
        else
            a4nn_buf_addf(line, "%s%*s%s", sep, pad, "", text);
        sep = "  ";
    }
    while (line->len > 0 && line->data[line->len - 1] == ' ')
        line->data[--line->len] = '\0';
    a4nn_buf_addc(line, '\n');
}

static int *
measure(const struct a4nn_sheet *s)
{
    int *width = a4nn_xcalloc(s->columns + 1, sizeof *width), w;
    char text[400];
    size_t i;

    for (i = 0; i < s->columns + s->n; i++) {
        const struct a4nn_sheet_column *column = &s->column[i % s->columns];
        if (column->title == NULL)
            continue;
        show(column, i < s->columns ? NULL : &s->cell[i - s->columns], text);
        w = width_of(text);
        if (w > width[i % s->columns])
            width[i % s->columns] = w;
    }
    return width;
}

/* One row, or with row NULL what comes before all rows. */
static void
write_row(const struct a4nn_sheet *s, const struct cell *row, const int *width, FILE *out,
          enum a4nn_encoding encoding)
{
    struct a4nn_buf line = {0};

    if (encoding == A4NN_TABLE) {
        table_row(s, row, width, &line);
        if (row != NULL && row->space)
            fputc('\n', out);
    } else if (encoding == A4NN_CSV) {
        csv_row(s, row, &line);
    } else if (row != NULL) {
        json_row(s, row, &line);
    }
    if (line.len > 0)
        fwrite(line.data, 1, line.len, out);
    a4nn_buf_release(&line);
}

/* ---- gathering ---- */

static void
clear(struct a4nn_sheet *s)
{
    size_t i;

    for (i = 0; i < s->n; i++)
        free(s->cell[i].text);
    s->n = 0;
}

static void
add(struct a4nn_sheet *s, const char *text, double number)
{
    s->cell = a4nn_xgrow(s->cell, s->n, &s->cap, sizeof *s->cell);
    s->cell[s->n++] = (struct cell){a4nn_xstrdup(text), number, s->space};
    s->space = false;
    if (s->out == NULL || s->n < s->columns)
        return;
    write_row(s, s->cell, NULL, s->out, s->encoding);
    clear(s);
}

void
a4nn_sheet_text(struct a4nn_sheet *s, const char *text)
{
    add(s, text, NAN);
}

void
a4nn_sheet_number(struct a4nn_sheet *s, double value)
{
    add(s, NULL, value);
}

void
a4nn_sheet_stream(struct a4nn_sheet *s, FILE *out, enum a4nn_encoding encoding)
{
    if (encoding == A4NN_TABLE)
        return;
    s->out = out;
    s->encoding = encoding;
    write_row(s, NULL, NULL, out, encoding);
}

void
a4nn_sheet_write(const struct a4nn_sheet *s, FILE *out, enum a4nn_encoding encoding)
{
    int *width;
    size_t i;

    if (s->out != NULL)
        return;
    width = measure(s);
    write_row(s, NULL, width, out, encoding);
    for (i = 0; i + s->columns <= s->n; i += s->columns)
        write_row(s, &s->cell[i], width, out, encoding);
    free(width);
}

void
a4nn_sheet_free(struct a4nn_sheet *s)
{
    if (s == NULL)
        return;
    clear(s);
    free(s->cell);
    free(s);
}
