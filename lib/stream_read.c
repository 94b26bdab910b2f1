/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stream of a4nn-stream(5), read. */
#include "stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "csv.h"
#include "json.h"
#include "number.h"
#include "xalloc.h"

enum { MAX_LINE = 16 << 20, UNKNOWN_COLUMN = -1 };

struct a4nn_stream_reader {
    int (*record)(void *arg, struct a4nn_record *record);
    void *arg;
    struct a4nn_diag *diag;
    const char *file, *default_run;
    enum a4nn_encoding encoding;
    bool enough; /* the receiver wants no more */
    /* CSV */
    struct a4nn_csv *csv;
    int *column; /* field of each column; NULL until the header was seen */
    size_t columns;
    struct a4nn_record row; /* used again for each, as its texts are mostly the same */
    bool unusable;          /* the header lacks what is needed */
    /* JSON Lines */
    struct a4nn_buf line;
    unsigned long number;
    bool too_long;
};

/* ---- what both encodings share ---- */

/* Fills one number field from text; false, with a message, when it is none. */
static bool
take_number(struct a4nn_stream_reader *in, struct a4nn_record *r, enum a4nn_field field,
            const char *text)
{
    double v = NAN;

    if (text[0] != '\0' && !a4nn_number_parse(text, strlen(text), &v) &&
        strcmp(text, "null") != 0 && strcmp(text, "NA") != 0) {
        a4nn_diag(in->diag, A4NN_ERROR, in->file, r->line, "%s is not a number: '%.100s'",
                  a4nn_field_name(field), text);
        return false;
    }
    if (text[0] != '\0' || field == A4NN_VALUE)
        a4nn_record_set_num(r, field, v);
    return true;
}

/* A name cut at a NUL would be that of another run. */
static bool
refuse_nul(struct a4nn_stream_reader *in, unsigned long line, enum a4nn_field field)
{
    a4nn_diag(in->diag, A4NN_ERROR, in->file, line, "%s holds a NUL", a4nn_field_name(field));
    return false;
}

/* Hands a record on if it is one: an epoch is what every later stage counts on. */
static void
deliver(struct a4nn_stream_reader *in, struct a4nn_record *r)
{
    if (!isfinite(a4nn_record_num(r, A4NN_EPOCH))) {
        a4nn_diag(in->diag, A4NN_ERROR, in->file, r->line, "no epoch");
        return;
    }
    if (!a4nn_record_has(r, A4NN_RUN) || r->text[A4NN_RUN][0] == '\0')
        a4nn_record_set_text(r, A4NN_RUN, in->default_run);
    in->enough = in->record(in->arg, r) != 0;
}

/* ---- CSV ---- */

static void
read_header(struct a4nn_stream_reader *in, const struct a4nn_csv_row *row)
{
    uint64_t seen = 0;
    size_t i;

    in->column = a4nn_xcalloc(row->cells, sizeof *in->column);
    in->columns = row->cells;
    for (i = 0; i < row->cells; i++) {
        in->column[i] = a4nn_field_find(row->cell[i]);
        if (in->column[i] == UNKNOWN_COLUMN)
            a4nn_diag(in->diag, A4NN_WARNING, in->file, row->line,
                      "unknown column '%.100s' is left out", row->cell[i]);
        else if (seen & A4NN_BIT(in->column[i]))
            a4nn_diag(in->diag, A4NN_ERROR, in->file, row->line, "column '%.100s' is there twice",
                      row->cell[i]);
        else
            seen |= A4NN_BIT(in->column[i]);
    }
    in->unusable = !(seen & A4NN_BIT(A4NN_EPOCH)) || !(seen & A4NN_BIT(A4NN_VALUE));
    if (in->unusable)
        a4nn_diag(in->diag, A4NN_ERROR, in->file, row->line, "no column '%s' in the header",
                  seen & A4NN_BIT(A4NN_EPOCH) ? "value" : "epoch");
}

/* Several streams put one behind the other repeat the header. */
static bool
is_header_again(const struct a4nn_stream_reader *in, const struct a4nn_csv_row *row)
{
    size_t i;

    for (i = 0; i < row->cells && i < in->columns; i++)
        if (in->column[i] == A4NN_EPOCH)
            return strcmp(row->cell[i], "epoch") == 0;
    return false;
}

static void
read_row(void *arg, struct a4nn_csv_row *row)
{
    struct a4nn_stream_reader *in = arg;
    struct a4nn_record *r = &in->row;
    bool ok = true;
    size_t i;

    if (in->column == NULL) {
        read_header(in, row);
        return;
    }
    if (in->unusable || in->enough)
        return;
    if (is_header_again(in, row)) {
        free(in->column);
        read_header(in, row);
        return;
    }
    if (row->cells != in->columns) {
        a4nn_diag(in->diag, A4NN_ERROR, in->file, row->line, "expected %zu columns, got %zu",
                  in->columns, row->cells);
        return;
    }
    r->set = 0;
    r->line = row->line;
    for (i = 0; i < row->cells && ok; i++) {
        int field = in->column[i];
        if (field == UNKNOWN_COLUMN)
            continue;
        if (!a4nn_field_is_text((enum a4nn_field)field)) {
            ok = take_number(in, r, (enum a4nn_field)field, row->cell[i]);
        } else if (strlen(row->cell[i]) != row->len[i]) {
            ok = refuse_nul(in, row->line, (enum a4nn_field)field);
        } else if (row->cell[i][0] != '\0') {
            a4nn_csv_unguard(row->cell[i]);
            a4nn_record_set_text(r, (enum a4nn_field)field, row->cell[i]);
        }
    }
    if (ok)
        deliver(in, r);
}

/* ---- JSON Lines ---- */

struct member_taker {
    struct a4nn_stream_reader *in;
    struct a4nn_record *r;
};

static void
keep_extra(struct a4nn_record *r, const char *name, struct a4nn_json *value)
{
    if (r->extra == NULL)
        r->extra = a4nn_json_object();
    a4nn_json_set(r->extra, name, a4nn_json_copy(value));
}

/* A run may well be named by a number. */
static int
take_text(struct member_taker *t, enum a4nn_field field, struct a4nn_json *value)
{
    struct a4nn_buf text = {0};

    if (a4nn_json_string_cut(value)) {
        return !refuse_nul(t->in, t->r->line, field);
    } else if (a4nn_json_string(value) != NULL) {
        a4nn_record_set_text(t->r, field, a4nn_json_string(value));
    } else if (a4nn_json_kind(value) == A4NN_JSON_NUMBER) {
        a4nn_json_dump(value, &text);
        a4nn_record_set_text(t->r, field, text.data);
        a4nn_buf_release(&text);
    } else {
        a4nn_diag(t->in->diag, A4NN_ERROR, t->in->file, t->r->line, "%s is not a text",
                  a4nn_field_name(field));
        return 1;
    }
    return 0;
}

static int
take_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct member_taker *t = arg;
    int field = a4nn_field_find(name);
    const char *text = a4nn_json_string(value);
    double v = NAN;

    if (field == UNKNOWN_COLUMN) {
        keep_extra(t->r, name, value);
    } else if (a4nn_json_kind(value) == A4NN_JSON_NULL) {
        if (!a4nn_field_is_text((enum a4nn_field)field))
            a4nn_record_set_num(t->r, (enum a4nn_field)field, NAN);
    } else if (a4nn_field_is_text((enum a4nn_field)field)) {
        return take_text(t, (enum a4nn_field)field, value);
    } else if (a4nn_json_number(value, &v)) {
        a4nn_record_set_num(t->r, (enum a4nn_field)field, v);
    } else {
        a4nn_diag(t->in->diag, A4NN_ERROR, t->in->file, t->r->line, "%s is not a number: '%.100s'",
                  name, text != NULL ? text : "...");
        return 1;
    }
    return 0;
}

static void
read_json(struct a4nn_stream_reader *in, const char *text, size_t len)
{
    struct a4nn_record r = {.line = in->number};
    struct member_taker taker = {in, &r};
    struct a4nn_err err;
    struct a4nn_json *v;

    if (strspn(text, " \t\r") == len)
        return;
    if ((v = a4nn_json_parse(text, len, NULL, &err)) == NULL) {
        a4nn_diag(in->diag, A4NN_ERROR, in->file, in->number, "%s", err.msg);
        return;
    }
    if (a4nn_json_kind(v) != A4NN_JSON_OBJECT)
        a4nn_diag(in->diag, A4NN_ERROR, in->file, in->number, "not a JSON object");
    else if (a4nn_json_members(v, take_member, &taker) == 0) {
        if (!a4nn_record_has(&r, A4NN_VALUE))
            a4nn_diag(in->diag, A4NN_ERROR, in->file, in->number, "no value");
        else
            deliver(in, &r);
    }
    a4nn_record_release(&r);
    a4nn_json_free(v);
}

static void
end_json_line(struct a4nn_stream_reader *in)
{
    in->number++;
    if (in->too_long)
        a4nn_diag(in->diag, A4NN_ERROR, in->file, in->number, "line longer than %d MiB",
                  MAX_LINE >> 20);
    else if (in->line.len != 0)
        read_json(in, in->line.data, in->line.len);
    in->too_long = false;
    a4nn_buf_reset(&in->line);
}

static void
feed_json(struct a4nn_stream_reader *in, const char *bytes, size_t len)
{
    while (len > 0 && !in->enough) {
        const char *lf = memchr(bytes, '\n', len);
        size_t n = lf != NULL ? (size_t)(lf - bytes) : len;

        if (in->line.len + n > MAX_LINE)
            in->too_long = true;
        else
            a4nn_buf_add(&in->line, bytes, n);
        if (lf == NULL)
            return;
        end_json_line(in);
        bytes += n + 1;
        len -= n + 1;
    }
}

/* ---- the reader ---- */

struct a4nn_stream_reader *
a4nn_stream_reader_new(int (*record)(void *arg, struct a4nn_record *record), void *arg,
                       struct a4nn_diag *diag, const char *file, const char *default_run)
{
    struct a4nn_stream_reader *in = a4nn_xcalloc(1, sizeof *in);

    in->record = record;
    in->arg = arg;
    in->diag = diag;
    in->file = file;
    in->default_run = default_run;
    in->csv = a4nn_csv_new(',', read_row, in);
    return in;
}

void
a4nn_stream_feed(struct a4nn_stream_reader *in, const char *bytes, size_t len)
{
    size_t i = 0;

    if (in->encoding == A4NN_AS_INPUT) {
        while (i < len && strchr(" \t\r\n\xef\xbb\xbf", bytes[i]) != NULL && bytes[i] != '\0')
            i++;
        if (i == len)
            return;
        in->encoding = bytes[i] == '{' ? A4NN_JSONL : A4NN_CSV;
    }
    if (in->encoding == A4NN_JSONL)
        feed_json(in, bytes + i, len - i);
    else
        a4nn_csv_feed(in->csv, bytes + i, len - i);
}

void
a4nn_stream_finish(struct a4nn_stream_reader *in)
{
    if (in->encoding == A4NN_JSONL && in->line.len != 0 && !in->enough)
        end_json_line(in);
    if (in->encoding == A4NN_CSV)
        a4nn_csv_finish(in->csv);
}

enum a4nn_encoding
a4nn_stream_encoding(const struct a4nn_stream_reader *in)
{
    return in->encoding;
}

uint64_t
a4nn_stream_columns(const struct a4nn_stream_reader *in)
{
    uint64_t columns = 0;
    size_t i;

    for (i = 0; i < in->columns; i++)
        if (in->column[i] != UNKNOWN_COLUMN)
            columns |= A4NN_BIT(in->column[i]);
    return columns;
}

void
a4nn_stream_reader_free(struct a4nn_stream_reader *in)
{
    if (in == NULL)
        return;
    a4nn_csv_free(in->csv);
    a4nn_record_release(&in->row);
    free(in->column);
    a4nn_buf_release(&in->line);
    free(in);
}

/* ---- recognising ---- */

struct sniffed {
    uint64_t seen;
    bool done;
};

static void
sniff_row(void *arg, struct a4nn_csv_row *row)
{
    struct sniffed *s = arg;
    size_t i;

    for (i = 0; i < row->cells && !s->done; i++) {
        int field = a4nn_field_find(row->cell[i]);
        if (field != UNKNOWN_COLUMN)
            s->seen |= A4NN_BIT(field);
    }
    s->done = true;
}

static int
sniff_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct sniffed *s = arg;
    int field = a4nn_field_find(name);

    (void)value;
    if (field != UNKNOWN_COLUMN)
        s->seen |= A4NN_BIT(field);
    return 0;
}

int
a4nn_stream_sniff(const char *bytes, size_t len)
{
    const uint64_t want = A4NN_BIT(A4NN_EPOCH) | A4NN_BIT(A4NN_VALUE);
    struct sniffed s = {0};
    const char *lf;
    size_t first;

    while (len > 0 && strchr(" \t\r\n\xef\xbb\xbf", bytes[0]) != NULL && bytes[0] != '\0')
        bytes++, len--;
    lf = memchr(bytes, '\n', len);
    first = lf != NULL ? (size_t)(lf - bytes) : len;
    if (first > 0 && bytes[0] == '{') {
        struct a4nn_json *v = a4nn_json_parse(bytes, first, NULL, NULL);
        if (v != NULL)
            a4nn_json_members(v, sniff_member, &s);
        a4nn_json_free(v);
    } else {
        struct a4nn_csv *csv = a4nn_csv_new(',', sniff_row, &s);
        a4nn_csv_feed(csv, bytes, first);
        a4nn_csv_finish(csv);
        a4nn_csv_free(csv);
    }
    return (s.seen & want) == want ? 100 : 0;
}
