/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stream of a4nn-stream(5), written. */
#include "stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "csv.h"
#include "json.h"
#include "number.h"
#include "xalloc.h"

int
a4nn_encoding_find(const char *name)
{
    if (strcmp(name, "csv") == 0)
        return A4NN_CSV;
    if (strcmp(name, "jsonl") == 0)
        return A4NN_JSONL;
    return strcmp(name, "table") == 0 ? A4NN_TABLE : -1;
}

struct a4nn_stream_writer {
    FILE *out;
    enum a4nn_encoding encoding;
    uint64_t columns;
    int width[A4NN_FIELDS]; /* of the table's columns */
    bool begun, live;
    struct a4nn_buf line;
};

struct a4nn_stream_writer *
a4nn_stream_writer_new(FILE *out, enum a4nn_encoding encoding, uint64_t columns)
{
    struct a4nn_stream_writer *w = a4nn_xcalloc(1, sizeof *w);
    struct stat st;

    w->out = out;
    w->live = fstat(fileno(out), &st) != 0 || !S_ISREG(st.st_mode);
    w->encoding = encoding == A4NN_AS_INPUT ? A4NN_CSV : encoding;
    w->columns = columns;
    return w;
}

static void
csv_line(struct a4nn_stream_writer *w, const struct a4nn_record *r)
{
    const char *sep = "";
    char number[32];
    int f;

    for (f = 0; f < A4NN_FIELDS; f++) {
        enum a4nn_field field = (enum a4nn_field)f;
        if (!(w->columns & A4NN_BIT(f)))
            continue;
        a4nn_buf_adds(&w->line, sep);
        sep = ",";
        if (r == NULL)
            a4nn_buf_adds(&w->line, a4nn_field_name(field));
        else if (!a4nn_record_has(r, field))
            continue;
        else if (a4nn_field_is_text(field))
            a4nn_csv_add_cell(&w->line, a4nn_record_text(r, field, ""));
        else if (!isnan(r->num[f]) || field == A4NN_VALUE)
            a4nn_buf_adds(&w->line, a4nn_number_format(number, a4nn_record_written(r, field)));
    }
    a4nn_buf_addc(&w->line, '\n');
}

static int
add_extra(void *arg, const char *name, struct a4nn_json *value)
{
    struct a4nn_buf *line = arg;

    a4nn_buf_addc(line, ',');
    a4nn_json_quote(line, name);
    a4nn_buf_addc(line, ':');
    a4nn_json_dump(value, line);
    return 0;
}

static void
json_line(struct a4nn_stream_writer *w, const struct a4nn_record *r)
{
    const char *sep = "{";
    int f;

    for (f = 0; f < A4NN_FIELDS; f++) {
        enum a4nn_field field = (enum a4nn_field)f;
        if (!a4nn_record_has(r, field))
            continue;
        a4nn_buf_addf(&w->line, "%s\"%s\":", sep, a4nn_field_name(field));
        sep = ",";
        if (a4nn_field_is_text(field))
            a4nn_json_quote(&w->line, a4nn_record_text(r, field, ""));
        else
            a4nn_json_add_number(&w->line, a4nn_record_written(r, field));
    }
    if (r->extra != NULL)
        a4nn_json_members(r->extra, add_extra, &w->line);
    a4nn_buf_adds(&w->line, "}\n");
}

/* Width of a column: what its numbers take; a run's name as long as the first one. */
static void
measure(struct a4nn_stream_writer *w, const struct a4nn_record *r)
{
    int f;

    for (f = 0; f < A4NN_FIELDS; f++) {
        int width = (int)strlen(a4nn_field_name((enum a4nn_field)f)), least = 9;
        if (a4nn_field_is_text((enum a4nn_field)f)) {
            size_t len = strlen(a4nn_record_text(r, (enum a4nn_field)f, ""));
            least = len > 40 ? 40 : (int)len;
            if (f == A4NN_VERDICT)
                least = 8;
        } else if (f == A4NN_EPOCH || f == A4NN_EPOCHS || f == A4NN_N) {
            least = 6;
        }
        w->width[f] = width > least ? width : least;
    }
}

static void
table_line(struct a4nn_stream_writer *w, const struct a4nn_record *r)
{
    char cell[400], safe[400];
    const char *sep = "";
    int f;

    for (f = 0; f < A4NN_FIELDS; f++) {
        enum a4nn_field field = (enum a4nn_field)f;
        bool text = a4nn_field_is_text(field);
        double v = r != NULL ? a4nn_record_num(r, field) : NAN;
        if (!(w->columns & A4NN_BIT(f)))
            continue;
        if (r == NULL)
            snprintf(cell, sizeof cell, "%s", a4nn_field_name(field));
        else if (text)
            snprintf(cell, sizeof cell, "%s", a4nn_record_text(r, field, ""));
        else if (!a4nn_record_has(r, field) || (isnan(v) && field != A4NN_VALUE))
            strcpy(cell, "-");
        else
            snprintf(cell, sizeof cell, fabs(v) >= 1e6 ? "%.8g" : "%.6g", v);
        a4nn_escape(safe, sizeof safe, cell);
        a4nn_buf_addf(&w->line, text ? "%s%-*s" : "%s%*s", sep, w->width[f], safe);
        sep = "  ";
    }
    while (w->line.len > 0 && w->line.data[w->line.len - 1] == ' ')
        w->line.data[--w->line.len] = '\0';
    a4nn_buf_addc(&w->line, '\n');
}

void
a4nn_stream_write(struct a4nn_stream_writer *w, const struct a4nn_record *record)
{
    a4nn_buf_reset(&w->line);
    if (!w->begun && w->encoding == A4NN_CSV)
        csv_line(w, NULL);
    if (!w->begun && w->encoding == A4NN_TABLE) {
        measure(w, record);
        table_line(w, NULL);
    }
    w->begun = true;
    if (w->encoding == A4NN_CSV)
        csv_line(w, record);
    else if (w->encoding == A4NN_JSONL)
        json_line(w, record);
    else
        table_line(w, record);
    fwrite(w->line.data, 1, w->line.len, w->out);
}

void
a4nn_stream_pause(struct a4nn_stream_writer *w)
{
    if (w != NULL && w->live)
        fflush(w->out);
}

void
a4nn_stream_writer_free(struct a4nn_stream_writer *w)
{
    if (w == NULL)
        return;
    a4nn_buf_release(&w->line);
    free(w);
}
