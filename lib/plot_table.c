/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "csv.h"
#include "json.h"
#include "number.h"
#include "source.h"
#include "xalloc.h"

enum { MAX_COLUMNS = 16, MAX_LINE = 1 << 20, ABSENT = -1 };

/* One input on its way into the table. */
struct intake {
    struct a4nn_plot_table *table;
    struct a4nn_diag *diag;
    char *file;
    enum { UNDECIDED, CSV, JSON, REFUSED } kind;
    struct a4nn_csv *csv;
    long at[MAX_COLUMNS]; /* where in a row of the CSV each column is, or ABSENT */
    bool header;          /* it has been read */
    struct a4nn_buf line; /* of JSON, not yet complete */
    unsigned long number; /* of that line */
};

static struct a4nn_plot_cell *
add_row(struct a4nn_plot_table *t)
{
    struct a4nn_plot_cell *row;
    size_t i;

    t->cell = a4nn_xgrow(t->cell, t->rows, &t->cap, t->columns * sizeof *t->cell);
    row = t->cell + t->rows++ * t->columns;
    for (i = 0; i < t->columns; i++)
        row[i] = (struct a4nn_plot_cell){NAN, ABSENT};
    return row;
}

static void
set_text(struct a4nn_plot_table *t, struct a4nn_plot_cell *cell, const char *text)
{
    double number;

    if (text[0] == '\0')
        return;
    if (a4nn_number_parse(text, strlen(text), &number))
        cell->num = number;
    cell->text = (long)a4nn_strmap_put(&t->texts, text, NULL);
}

/* ---- CSV ---- */

static void
take_header(struct intake *in, const struct a4nn_csv_row *row)
{
    struct a4nn_plot_table *t = in->table;
    size_t i, j;

    in->header = true;
    for (i = 0; i < t->columns; i++) {
        in->at[i] = ABSENT;
        for (j = 0; j < row->cells && in->at[i] == ABSENT; j++)
            if (strcmp(row->cell[j], t->column[i].name) == 0)
                in->at[i] = (long)j;
        if (in->at[i] == ABSENT && t->column[i].required && in->kind != REFUSED) {
            a4nn_diag(in->diag, A4NN_ERROR, in->file, row->line, "no column '%.100s'",
                      t->column[i].name);
            in->kind = REFUSED;
        }
    }
}

static void
on_row(void *arg, struct a4nn_csv_row *row)
{
    struct intake *in = arg;
    struct a4nn_plot_cell *cell;
    size_t i;

    if (in->kind == REFUSED)
        return;
    if (!in->header) {
        take_header(in, row);
        return;
    }
    cell = add_row(in->table);
    for (i = 0; i < in->table->columns; i++)
        if (in->at[i] >= 0 && (size_t)in->at[i] < row->cells) {
            a4nn_csv_unguard(row->cell[in->at[i]]);
            set_text(in->table, &cell[i], row->cell[in->at[i]]);
        }
}

/* ---- JSON Lines ---- */

static const struct a4nn_json *
member(const struct a4nn_json *object, const char *name)
{
    const struct a4nn_json *v = a4nn_json_get(object, name);
    const char *dot = strchr(name, '.');
    char *head;

    if (v != NULL || dot == NULL)
        return v;
    head = a4nn_xstrndup(name, (size_t)(dot - name));
    v = a4nn_json_get(object, head);
    free(head);
    return v != NULL ? member(v, dot + 1) : NULL;
}

static void
take_object(struct intake *in, const struct a4nn_json *object)
{
    struct a4nn_plot_table *t = in->table;
    struct a4nn_plot_cell *cell;
    const struct a4nn_json *v;
    char number[32];
    double num;
    size_t i;

    for (i = 0; i < t->columns; i++)
        if (t->column[i].required && member(object, t->column[i].name) == NULL)
            return;
    cell = add_row(t);
    for (i = 0; i < t->columns; i++) {
        v = member(object, t->column[i].name);
        if (a4nn_json_string(v) != NULL)
            set_text(t, &cell[i], a4nn_json_string(v));
        else if (a4nn_json_number(v, &num))
            set_text(t, &cell[i], a4nn_number_format(number, num));
        else if (a4nn_json_kind(v) == A4NN_JSON_BOOL)
            set_text(t, &cell[i], a4nn_json_true(v) ? "true" : "false");
    }
}

static void
take_line(struct intake *in)
{
    struct a4nn_json *object;
    struct a4nn_err err;

    in->number++;
    if (in->line.len == 0 || strspn(in->line.data, " \t\r") == in->line.len)
        return;
    object = a4nn_json_parse(in->line.data, in->line.len, NULL, &err);
    if (object == NULL || a4nn_json_kind(object) != A4NN_JSON_OBJECT) {
        a4nn_diag(in->diag, A4NN_ERROR, in->file, in->number, "no JSON object%s%s",
                  object == NULL ? ": " : "", object == NULL ? err.msg : "");
        in->kind = REFUSED; /* what follows is hardly better */
    } else
        take_object(in, object);
    a4nn_json_free(object);
}

static void
feed_lines(struct intake *in, const char *bytes, size_t len)
{
    const char *end;
    size_t n;

    while (len > 0 && in->kind == JSON) {
        end = memchr(bytes, '\n', len);
        n = end != NULL ? (size_t)(end - bytes) : len;
        if (in->line.len + n > MAX_LINE) {
            a4nn_diag(in->diag, A4NN_ERROR, in->file, in->number + 1,
                      "line is longer than %d bytes", MAX_LINE);
            in->kind = REFUSED;
            return;
        }
        a4nn_buf_add(&in->line, bytes, n);
        if (end == NULL)
            return;
        take_line(in);
        a4nn_buf_reset(&in->line);
        bytes += n + 1;
        len -= n + 1;
    }
}

/* ---- inputs ---- */

static int
on_begin(void *arg, const struct a4nn_source_member *m)
{
    struct intake *in = arg;

    in->file = a4nn_xstrdup(m->path);
    in->kind = UNDECIDED;
    in->header = false;
    in->number = 0;
    return 0;
}

static int
on_bytes(void *arg, const char *bytes, size_t len)
{
    struct intake *in = arg;
    size_t blank = 0;

    if (in->kind == UNDECIDED) {
        while (blank < len && strchr(" \t\r\n", bytes[blank]) != NULL && bytes[blank] != '\0')
            blank++;
        if (blank == len)
            return 0;
        in->kind = bytes[blank] == '{' ? JSON : CSV;
        if (in->kind == CSV)
            in->csv = a4nn_csv_new(',', on_row, in);
    }
    if (in->kind == JSON)
        feed_lines(in, bytes, len);
    else if (in->kind == CSV)
        a4nn_csv_feed(in->csv, bytes, len);
    return in->kind == REFUSED;
}

static void
on_end(void *arg)
{
    struct intake *in = arg;

    if (in->kind == CSV)
        a4nn_csv_finish(in->csv);
    if (in->kind == JSON)
        take_line(in);
    a4nn_csv_free(in->csv);
    in->csv = NULL;
    a4nn_buf_release(&in->line);
    free(in->file);
}

void
a4nn_plot_table_read(struct a4nn_plot_table *t, char *const *files, int count,
                     struct a4nn_diag *diag)
{
    struct intake in = {.table = t, .diag = diag};
    const struct a4nn_source_sink sink = {on_begin, on_bytes, on_end, &in, diag};
    int i;

    if (t->columns > MAX_COLUMNS)
        return;
    if (count == 0)
        (void)!a4nn_source_walk("-", &sink); /* reported, and counted by diag */
    for (i = 0; i < count; i++)
        (void)!a4nn_source_walk(files[i], &sink);
}

char *
a4nn_plot_column_take(const char *spec, enum a4nn_mode *mode)
{
    size_t len = strlen(spec);
    struct a4nn_metric metric;
    bool min = len > 4 && strcmp(spec + len - 4, ":min") == 0;
    bool max = len > 4 && strcmp(spec + len - 4, ":max") == 0;
    char *name = a4nn_xstrndup(spec, min || max ? len - 4 : len);

    if (min || max)
        *mode = min ? A4NN_MIN : A4NN_MAX;
    else
        *mode = a4nn_metric_lookup(name, &metric) ? metric.mode : A4NN_MODE_UNKNOWN;
    return name;
}

double
a4nn_plot_table_num(const struct a4nn_plot_table *t, size_t row, size_t column)
{
    return t->cell[row * t->columns + column].num;
}

const char *
a4nn_plot_table_text(const struct a4nn_plot_table *t, size_t row, size_t column)
{
    long text = t->cell[row * t->columns + column].text;

    return text < 0 ? "" : t->texts.key[text];
}

void
a4nn_plot_table_release(struct a4nn_plot_table *t)
{
    free(t->cell);
    a4nn_strmap_release(&t->texts);
    t->cell = NULL;
    t->rows = t->cap = 0;
}
