/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spoken.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "buf.h"
#include "log/pairs.h"
#include "metric.h"
#include "number.h"

static void
take(struct a4nn_record *to, const struct a4nn_record *from)
{
    a4nn_record_set_num(to, A4NN_VALUE, a4nn_record_num(from, A4NN_VALUE));
    if (a4nn_record_has(from, A4NN_METRIC))
        a4nn_record_set_text(to, A4NN_METRIC, a4nn_record_text(from, A4NN_METRIC, ""));
    if (a4nn_record_has(from, A4NN_MODE))
        a4nn_record_set_text(to, A4NN_MODE, a4nn_record_text(from, A4NN_MODE, ""));
}

static int
on_record(void *arg, struct a4nn_record *record)
{
    take(arg, record);
    return 0;
}

/* As a log. What the reader has to say against it is of no interest. */
static bool
by_log(int fd, const struct a4nn_select_opts *select, const struct a4nn_log_format *format,
       struct a4nn_record *record)
{
    struct a4nn_diag silent = {0};
    struct a4nn_reader_opts opts = {.format = format,
                                    .select = *select,
                                    .run = "r",
                                    .record = on_record,
                                    .arg = record,
                                    .diag = &silent};
    struct a4nn_reader *reader = a4nn_reader_new(&opts);
    char path[64], *argument = path;
    unsigned long records;

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    a4nn_reader_read(reader, &argument, 1);
    records = a4nn_reader_records(reader);
    a4nn_reader_free(reader);
    return records > 0;
}

/* The name a person would judge by; of equals the last. */
struct best {
    bool any;
    unsigned rank;
    char name[A4NN_PAIR_NAME];
    double value;
};

static void
take_pair(const struct a4nn_pair *pair, const char *asked, struct best *best)
{
    struct a4nn_metric metric = {0};
    char name[A4NN_PAIR_NAME];

    if (!a4nn_pair_name(pair, "", name))
        return;
    if (asked != NULL
            ? strcasecmp(name, asked) != 0
            : !a4nn_metric_lookup(name, &metric) || (best->any && metric.rank > best->rank))
        return;
    best->any = true;
    best->rank = metric.rank;
    strcpy(best->name, asked != NULL ? "" : name);
    best->value = a4nn_pair_value(pair);
}

static bool
by_name(const char *text, size_t len, const struct a4nn_select_opts *select,
        struct a4nn_record *record)
{
    struct best best = {0};

    while (len > 0) {
        const char *lf = memchr(text, '\n', len);
        size_t n = lf != NULL ? (size_t)(lf - text) : len;
        struct a4nn_pairs pairs = a4nn_pairs(text, n);
        struct a4nn_pair pair;
        while (a4nn_pairs_next(&pairs, &pair))
            take_pair(&pair, select->metric, &best);
        n += lf != NULL;
        text += n;
        len -= n;
    }
    if (!best.any)
        return false;
    a4nn_record_set_num(record, A4NN_VALUE, best.value);
    a4nn_record_set_text(record, A4NN_METRIC, select->metric != NULL ? select->metric : best.name);
    return true;
}

/* The last word that is a number. */
static bool
by_order(const char *text, size_t len, struct a4nn_record *record)
{
    static const char *const around = "()[]{}<>,;:=%\"'*";
    bool any = false;
    size_t at = 0;
    double v;

    while (at < len) {
        size_t begin = at, end;
        while (at < len && !isspace((unsigned char)text[at]) && strchr("=:", text[at]) == NULL)
            at++;
        end = at;
        while (begin < end && strchr(around, text[begin]) != NULL)
            begin++;
        while (end > begin && strchr(around, text[end - 1]) != NULL)
            end--;
        if (end > begin && a4nn_number_parse(text + begin, end - begin, &v)) {
            a4nn_record_set_num(record, A4NN_VALUE, v);
            any = true;
        }
        at++;
    }
    return any;
}

/* A number and nothing else needs no name. */
static bool
by_itself(const char *text, size_t len, const struct a4nn_select_opts *select,
          struct a4nn_record *record)
{
    double v;

    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    while (len > 0 && isspace((unsigned char)*text))
        text++, len--;
    if (!a4nn_number_parse(text, len, &v))
        return false;
    a4nn_record_set_num(record, A4NN_VALUE, v);
    if (select->metric != NULL)
        a4nn_record_set_text(record, A4NN_METRIC, select->metric);
    return true;
}

static void
read_all(int fd, struct a4nn_buf *out)
{
    char piece[65536];
    ssize_t n;

    a4nn_buf_adds(out, "");
    while ((n = pread(fd, piece, sizeof piece, (off_t)out->len)) > 0)
        a4nn_buf_add(out, piece, (size_t)n);
}

bool
a4nn_spoken(int fd, const struct a4nn_select_opts *select, const struct a4nn_log_format *format,
            struct a4nn_record *record)
{
    struct a4nn_buf text = {0};
    bool found;

    if (by_log(fd, select, format, record))
        return true;
    if (format != NULL)
        return false;
    read_all(fd, &text);
    found = by_itself(text.data, text.len, select, record) ||
            by_name(text.data, text.len, select, record) ||
            (select->metric == NULL && by_order(text.data, text.len, record));
    a4nn_buf_release(&text);
    return found;
}
