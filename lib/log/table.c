/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/table.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "csv.h"
#include "log/rate.h"
#include "log/settings.h"
#include "metric.h"
#include "xalloc.h"

enum { MAX_HEADER = 1 << 20 };

/* The columns a header declares. */
struct header {
    char **name;
    enum a4nn_log_role *role;
    bool *metric; /* a known one: what stands there must be a number */
    /* settings of the run are no numbers to report, but for the learning rate */
    enum given { MEASURED, SETTING, RATE } * given;
    size_t n;
};

struct table {
    const struct a4nn_table_dialect *dialect;
    struct a4nn_log_sink sink;
    struct a4nn_buf begin; /* what came before the separator was known */
    struct a4nn_csv *csv;
    char separator;
    struct header header;
    bool refused; /* it is no table */
    bool counted; /* no column of epochs: rows are */
    unsigned long rows, runs;
    double last_epoch;
    char *run;
    struct a4nn_log_settings *settings;
};

static void
header_release(struct header *h)
{
    size_t i;

    for (i = 0; i < h->n; i++)
        free(h->name[i]);
    free(h->name);
    free(h->role);
    free(h->metric);
    free(h->given);
    memset(h, 0, sizeof *h);
}

static void
trim(char *text)
{
    size_t len = strlen(text), skip = 0;

    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    while (skip < len && isspace((unsigned char)text[skip]))
        skip++;
    memmove(text, text + skip, len - skip);
    text[len - skip] = '\0';
}

/*
 * Trims the cells; with runs of blanks as separator the empty ones between them are none, but for a
 * row that has `width` cells with them (0: no row is such).
 */
static void
tidy_row(struct a4nn_csv_row *row, char separator, size_t width)
{
    size_t i, n = 0;

    if (width != 0 && row->cells == width)
        separator = '\0';

    for (i = 0; i < row->cells; i++) {
        trim(row->cell[i]);
        if (separator != ' ' || row->cell[i][0] != '\0')
            row->cell[n++] = row->cell[i];
    }
    row->cells = n;
}

static void
header_take(struct header *h, const struct a4nn_csv_row *row)
{
    struct a4nn_metric m;
    size_t i, mark = strcmp(row->cell[0], "#") == 0; /* as gnuplot and numpy write it */

    header_release(h);
    h->n = row->cells - mark;
    h->name = a4nn_xcalloc(h->n + 1, sizeof *h->name);
    h->role = a4nn_xcalloc(h->n + 1, sizeof *h->role);
    h->metric = a4nn_xcalloc(h->n + 1, sizeof *h->metric);
    h->given = a4nn_xcalloc(h->n + 1, sizeof *h->given);
    for (i = 0; i < h->n; i++) {
        const char *name = row->cell[i + mark];
        if (i == 0 && mark == 0 && name[0] == '#')
            name++;
        h->name[i] = a4nn_xstrdup(name);
        trim(h->name[i]);
        h->metric[i] = a4nn_metric_lookup(h->name[i], &m);
    }
    a4nn_log_roles((const char *const *)h->name, h->n, h->role);
}

static long
header_find(const struct header *h, enum a4nn_log_role role)
{
    size_t i;

    for (i = 0; i < h->n; i++)
        if (h->role[i] == role)
            return (long)i;
    return -1;
}

/* ---- is it a table, and what separates its cells ---- */

struct begin {
    struct header header;
    char separator;
    char **cell;
    size_t cells;
    unsigned rows;
};

static void
begin_row(void *arg, struct a4nn_csv_row *row)
{
    struct begin *b = arg;
    size_t i;

    tidy_row(row, b->separator, 0);
    if (row->cells == 0)
        return;
    if (b->rows == 0) {
        header_take(&b->header, row);
    } else if (b->rows == 1) {
        b->cells = row->cells;
        b->cell = a4nn_xcalloc(b->cells, sizeof *b->cell);
        for (i = 0; i < b->cells; i++)
            b->cell[i] = a4nn_xstrdup(row->cell[i]);
    }
    b->rows++;
}

static void
begin_release(struct begin *b)
{
    size_t i;

    header_release(&b->header);
    for (i = 0; i < b->cells; i++)
        free(b->cell[i]);
    free(b->cell);
}

/* Length of the first `lines` lines that are not blank, as far as they are complete. */
static size_t
first_lines(const char *text, size_t len, unsigned lines, bool complete)
{
    bool blank = true;
    size_t i;

    for (i = 0; i < len; i++) {
        if (text[i] != '\n' && text[i] != '\r') {
            blank = blank && isspace((unsigned char)text[i]);
            continue;
        }
        if (!blank && --lines == 0)
            return i + 1;
        blank = true;
    }
    return complete ? len : 0;
}

static bool
is_header(const struct header *h)
{
    bool tells = false;
    double number;
    size_t i;

    for (i = 0; i < h->n; i++) {
        if (a4nn_log_cell_number(h->name[i], &number))
            return false;
        tells =
            tells || h->metric[i] || h->role[i] == A4NN_ROLE_EPOCH || h->role[i] == A4NN_ROLE_STEP;
    }
    return tells;
}

/* Splits `text` at `separator`; false and nothing to release when no header begins it. */
static bool
try_separator(const char *text, size_t len, char separator, struct begin *b)
{
    struct a4nn_csv *csv = a4nn_csv_new(separator, begin_row, b);

    memset(b, 0, sizeof *b);
    b->separator = separator;
    a4nn_csv_feed(csv, text, len);
    a4nn_csv_finish(csv);
    a4nn_csv_free(csv);
    if (b->header.n >= 2 && is_header(&b->header))
        return true;
    begin_release(b);
    return false;
}

/* The separator of the header that is `text`, or 0. */
static char
find_separator(const char *text, size_t len, const char *separators)
{
    struct begin b;

    for (; *separators != '\0'; separators++)
        if (memchr(text, *separators, len) != NULL && try_separator(text, len, *separators, &b)) {
            begin_release(&b);
            return *separators;
        }
    return '\0';
}

bool
a4nn_table_head(const struct a4nn_log_head *head, struct a4nn_table_head *out)
{
    bool complete = head->complete != 0;
    size_t one = first_lines(head->bytes, head->len, 1, complete);
    size_t two = first_lines(head->bytes, head->len, 2, complete);
    char separator = find_separator(head->bytes, one, A4NN_TABLE_SEPARATORS);
    struct begin b;

    memset(out, 0, sizeof *out);
    if (separator == '\0' || memchr(head->bytes, '\0', one) != NULL ||
        !try_separator(head->bytes, two != 0 ? two : one, separator, &b))
        return false;
    free(b.header.metric);
    free(b.header.given);
    *out = (struct a4nn_table_head){separator,  b.header.name, b.header.role,
                                    b.header.n, b.cell,        b.cells};
    return true;
}

void
a4nn_table_head_release(struct a4nn_table_head *head)
{
    size_t i;

    for (i = 0; i < head->names; i++)
        free(head->name[i]);
    for (i = 0; i < head->cells; i++)
        free(head->cell[i]);
    free(head->name);
    free(head->role);
    free(head->cell);
    memset(head, 0, sizeof *head);
}

/* ---- rows ---- */

/* Gives the columns that the dialect names the role it says. */
static void
apply_dialect(struct table *t)
{
    const char *config = t->dialect->config, *prefix = t->dialect->setting;
    struct header *h = &t->header;
    size_t i;

    for (i = 0; i < h->n; i++) {
        const char *name = h->name[i];
        if ((config != NULL && i > 0 && h->given[i - 1] != MEASURED) ||
            (config != NULL && strcmp(name, config) == 0) ||
            (prefix != NULL && strncmp(name, prefix, strlen(prefix)) == 0))
            h->given[i] = a4nn_log_rate_name(name) != 0 ? RATE : SETTING;
        if (t->dialect->epoch != NULL && strcasecmp(h->name[i], t->dialect->epoch) == 0)
            h->role[i] = A4NN_ROLE_EPOCH;
        if ((t->dialect->flags & A4NN_TABLE_ONE_RUN) && h->role[i] == A4NN_ROLE_RUN)
            h->role[i] = A4NN_ROLE_VALUE;
        if (t->dialect->run != NULL && strcasecmp(h->name[i], t->dialect->run) == 0)
            h->role[i] = A4NN_ROLE_RUN;
    }
    t->counted = header_find(h, A4NN_ROLE_EPOCH) < 0 && header_find(h, A4NN_ROLE_STEP) < 0;
}

static void
take_header(struct table *t, const struct a4nn_csv_row *row)
{
    bool first = t->header.n == 0;

    header_take(&t->header, row);
    apply_dialect(t);
    if (t->counted && first)
        a4nn_diag(t->sink.diag, A4NN_NOTE, t->sink.file, row->line,
                  "no column of epochs: each row is taken for one");
}

/* Programs that append to a log of theirs write its header again. */
static bool
header_again(const struct table *t, const struct a4nn_csv_row *row)
{
    const struct header *h = &t->header;
    long at = header_find(h, A4NN_ROLE_EPOCH);

    if (at < 0)
        at = header_find(h, A4NN_ROLE_STEP);
    if (at < 0)
        return row->cells == h->n && strcmp(row->cell[0], h->name[0]) == 0;
    return (size_t)at < row->cells && strcasecmp(row->cell[at], h->name[at]) == 0;
}

static bool
right_width(const struct table *t, const struct a4nn_csv_row *row)
{
    size_t n = row->cells;

    while (n > t->header.n && row->cell[n - 1][0] == '\0')
        n--;
    if (n == t->header.n || (n < t->header.n && (t->dialect->flags & A4NN_TABLE_RAGGED)))
        return true;
    a4nn_diag(t->sink.diag, A4NN_ERROR, t->sink.file, row->line, "expected %zu columns, got %zu",
              t->header.n, n);
    return false;
}

/* Reads the cell of an epoch or step: NAN where it is empty. */
static bool
read_count(const struct table *t, const char *name, const char *cell, unsigned long line,
           double *out)
{
    if (a4nn_log_is_missing(cell) || a4nn_log_cell_number(cell, out))
        return true;
    a4nn_diag(t->sink.diag, A4NN_ERROR, t->sink.file, line, "%s is not a number: '%.100s'", name,
              cell);
    return false;
}

static bool
read_place(struct table *t, const struct a4nn_csv_row *row, struct a4nn_log_at *at)
{
    size_t i;

    *at = (struct a4nn_log_at){
        .line = row->line, .epoch = NAN, .step = NAN, .epochs = NAN, .time = NAN};
    if (t->counted)
        at->epoch = (double)t->rows;
    for (i = 0; i < row->cells && i < t->header.n; i++) {
        const char *cell = row->cell[i];
        bool ok = true;

        switch (t->header.role[i]) {
        case A4NN_ROLE_EPOCH: ok = read_count(t, "epoch", cell, row->line, &at->epoch); break;
        case A4NN_ROLE_STEP: ok = read_count(t, "step", cell, row->line, &at->step); break;
        case A4NN_ROLE_EPOCHS: (void)a4nn_log_cell_number(cell, &at->epochs); break;
        case A4NN_ROLE_RUN: at->run = cell[0] != '\0' ? cell : NULL; break;
        case A4NN_ROLE_TASK: at->task = a4nn_log_is_task(cell) ? cell : NULL; break;
        case A4NN_ROLE_TIME: (void)a4nn_log_time(cell, &at->time); break;
        case A4NN_ROLE_VALUE: break;
        }
        if (!ok)
            return false;
    }
    return true;
}

/* Files of many runs one after the other: "arch" and their number, as their authors name them. */
static void
number_run(struct table *t, struct a4nn_log_at *at)
{
    struct a4nn_buf name = {0};
    double number;

    if (t->run == NULL || at->epoch <= t->last_epoch) {
        if (at->run == NULL || !a4nn_log_cell_number(at->run, &number) ||
            !(number >= 0 && number < 1e9))
            number = (double)t->runs;
        a4nn_buf_addf(&name, "arch%03.0f", number);
        free(t->run);
        t->run = name.data;
        t->runs++;
    }
    t->last_epoch = at->epoch;
    at->run = t->run;
}

static void
report_cell(const struct table *t, const struct a4nn_log_at *at, size_t i, const char *cell)
{
    const bool texts = (t->dialect->flags & A4NN_TABLE_TEXTS) != 0;
    double value;

    if (t->header.given[i] == SETTING)
        return;
    if (a4nn_log_cell_number(cell, &value))
        t->sink.scalar(t->sink.arg, at, t->header.name[i], value);
    else if (strcmp(cell, "True") == 0 || strcmp(cell, "False") == 0)
        t->sink.scalar(t->sink.arg, at, t->header.name[i], cell[0] == 'T');
    else if (t->header.metric[i] && cell[0] != '[' && !a4nn_log_is_missing(cell))
        a4nn_diag(t->sink.diag, A4NN_ERROR, t->sink.file, at->line,
                  "expected a number in '%s', got '%s'", t->header.name[i], cell);
    else if (texts && !t->header.metric[i] && !a4nn_log_is_missing(cell))
        a4nn_log_settings_constant(t->settings, at, i, t->header.name[i], cell);
}

static void
report_settings(const struct table *t, const struct a4nn_log_at *at, const struct a4nn_csv_row *row)
{
    const char *prefix = t->dialect->setting;
    size_t skip = prefix != NULL ? strlen(prefix) : 0, i;

    for (i = 0; i < row->cells && i < t->header.n; i++)
        if (t->header.given[i] != MEASURED && row->cell[i] != at->task &&
            !a4nn_log_is_missing(row->cell[i]))
            a4nn_log_settings_given(t->settings, at, i, t->header.name[i] + skip, row->cell[i]);
}

static void
take_row(struct table *t, struct a4nn_csv_row *row)
{
    struct a4nn_log_at at;
    size_t i;

    if (!right_width(t, row) || !read_place(t, row, &at))
        return;
    t->rows++;
    if (t->dialect->flags & A4NN_TABLE_RESTARTS)
        number_run(t, &at);
    if (t->dialect->config != NULL || t->dialect->setting != NULL)
        report_settings(t, &at, row);
    for (i = 0; i < row->cells && i < t->header.n; i++) {
        bool value = t->header.role[i] == A4NN_ROLE_VALUE ||
                     (t->header.role[i] == A4NN_ROLE_TASK && at.task == NULL) ||
                     (t->header.role[i] == A4NN_ROLE_TIME && isnan(at.time));
        if (value && t->header.name[i][0] != '\0')
            report_cell(t, &at, i, row->cell[i]);
    }
}

static void
on_row(void *arg, struct a4nn_csv_row *row)
{
    struct table *t = arg;

    /* who writes settings between single blanks leaves a place empty where there is none */
    tidy_row(row, t->separator, t->dialect->config != NULL ? t->header.n : 0);
    if (row->cells == 0 || (t->header.n != 0 && row->cell[0][0] == '#' && !header_again(t, row)))
        return;
    if (t->header.n == 0 || header_again(t, row))
        take_header(t, row);
    else
        take_row(t, row);
}

/* ---- the format's members ---- */

void *
a4nn_table_open(const struct a4nn_log_sink *sink, const struct a4nn_table_dialect *dialect)
{
    struct table *t = a4nn_xcalloc(1, sizeof *t);

    t->sink = *sink;
    t->dialect = dialect;
    t->settings = a4nn_log_settings_new(&t->sink);
    return t;
}

/* Begins to cut rows once the header is there, and with it the separator. */
static void
begin_rows(struct table *t, bool complete)
{
    const char *text = t->begin.data != NULL ? t->begin.data : "";
    size_t header = first_lines(text, t->begin.len, 1, complete || t->begin.len > MAX_HEADER);

    if (header == 0)
        return;
    t->separator = find_separator(text, header, t->dialect->separators);
    if (t->separator == '\0') {
        a4nn_diag(t->sink.diag, A4NN_ERROR, t->sink.file, 1,
                  "the first line is no header with an epoch or a known metric");
        t->refused = true;
    } else {
        t->csv = a4nn_csv_new(t->separator, on_row, t);
        a4nn_csv_feed(t->csv, text, t->begin.len);
    }
    a4nn_buf_release(&t->begin);
}

void
a4nn_table_feed(void *state, const char *bytes, size_t len)
{
    struct table *t = state;

    if (t->csv != NULL) {
        a4nn_csv_feed(t->csv, bytes, len);
    } else if (!t->refused) {
        a4nn_buf_add(&t->begin, bytes, len);
        begin_rows(t, false);
    }
}

void
a4nn_table_finish(void *state)
{
    struct table *t = state;

    if (t->csv == NULL && !t->refused && t->begin.len != 0)
        begin_rows(t, true);
    if (t->csv != NULL)
        a4nn_csv_finish(t->csv);
}

void
a4nn_table_close(void *state)
{
    struct table *t = state;

    a4nn_csv_free(t->csv);
    header_release(&t->header);
    a4nn_buf_release(&t->begin);
    free(t->run);
    a4nn_log_settings_free(t->settings);
    free(t);
}
