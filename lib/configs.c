/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "configs.h"

#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "history_facts.h"
#include "readfile.h"
#include "strmap.h"
#include "xalloc.h"

struct a4nn_configs {
    struct a4nn_strmap runs;
    struct a4nn_json **about; /* by number of the run */
    size_t cap;
};

struct loader {
    struct a4nn_configs *configs;
    struct a4nn_diag *diag;
    const char *file;
    char **column;
    size_t columns;
};

/* ---- one run ---- */

struct sorter {
    struct a4nn_json *about, *config;
    char *run; /* owned */
};

static char *
as_text(const struct a4nn_json *v)
{
    struct a4nn_buf out = {0};

    if (a4nn_json_string(v) != NULL)
        return a4nn_xstrdup(a4nn_json_string(v));
    a4nn_json_dump(v, &out);
    return out.data;
}

static int
sort_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct sorter *s = arg;

    if (a4nn_json_kind(value) == A4NN_JSON_NULL)
        return 0;
    if (strcmp(name, "run") == 0) {
        free(s->run);
        s->run = as_text(value);
    } else if (strcmp(name, "task") == 0 || a4nn_fact_find(name) >= 0) {
        a4nn_json_set(s->about, name, a4nn_json_copy(value));
    } else {
        a4nn_json_set(s->config, name, a4nn_json_copy(value));
    }
    return 0;
}

static void
take(struct loader *l, const struct a4nn_json *row, unsigned long line)
{
    struct sorter s = {.about = a4nn_json_object(), .config = a4nn_json_object()};
    struct a4nn_configs *c = l->configs;
    bool added;
    size_t i;

    a4nn_json_members(row, sort_member, &s);
    if (a4nn_json_size(s.config) > 0 && a4nn_json_get(s.about, "config") == NULL)
        a4nn_json_set(s.about, "config", s.config);
    else
        a4nn_json_free(s.config);
    if (s.run == NULL) {
        a4nn_diag(l->diag, A4NN_ERROR, l->file, line, "no run");
        a4nn_json_free(s.about);
        return;
    }
    i = a4nn_strmap_put(&c->runs, s.run, &added);
    if (added) {
        c->about = a4nn_xgrow(c->about, i, &c->cap, sizeof *c->about);
    } else {
        a4nn_diag(l->diag, A4NN_WARNING, l->file, line, "run '%.100s' again: the last line counts",
                  s.run);
        a4nn_json_free(c->about[i]);
    }
    c->about[i] = s.about;
    free(s.run);
}

/* ---- CSV ---- */

static void
read_row(void *arg, struct a4nn_csv_row *row)
{
    struct loader *l = arg;
    struct a4nn_json *object;
    size_t i;

    if (l->column == NULL) {
        l->column = a4nn_xcalloc(row->cells + 1, sizeof *l->column);
        for (l->columns = 0; l->columns < row->cells; l->columns++)
            l->column[l->columns] = a4nn_xstrdup(row->cell[l->columns]);
        return;
    }
    object = a4nn_json_object();
    for (i = 0; i < row->cells && i < l->columns; i++) {
        a4nn_csv_unguard(row->cell[i]);
        if (row->cell[i][0] != '\0')
            a4nn_json_set(object, l->column[i],
                          strcmp(l->column[i], "run") == 0 ? a4nn_json_from_string(row->cell[i])
                                                           : a4nn_json_meant(row->cell[i]));
    }
    take(l, object, row->line);
    a4nn_json_free(object);
}

/* ---- files ---- */

static void
read_json_line(struct loader *l, const char *line, size_t len, unsigned long number)
{
    struct a4nn_err err;
    struct a4nn_json *v = a4nn_json_parse(line, len, NULL, &err);

    if (v != NULL && a4nn_json_kind(v) == A4NN_JSON_OBJECT)
        take(l, v, number);
    else
        a4nn_diag(l->diag, A4NN_ERROR, l->file, number, "%s",
                  v == NULL ? err.msg : "not a JSON object");
    a4nn_json_free(v);
}

static void
read_json(struct loader *l, const char *bytes, size_t len)
{
    unsigned long number = 0;
    const char *end;

    for (; len > 0; bytes = end) {
        size_t n;

        end = memchr(bytes, '\n', len);
        end = end != NULL ? end + 1 : bytes + len;
        n = (size_t)(end - bytes);
        number++;
        if (strspn(bytes, " \t\r\n") < n)
            read_json_line(l, bytes, n, number);
        len -= n;
    }
}

static void
read_bytes(struct loader *l, const struct a4nn_buf *bytes)
{
    size_t first = strspn(bytes->data, " \t\r\n\xef\xbb\xbf"), i;
    struct a4nn_csv *csv;

    if (bytes->data[first] == '{') {
        read_json(l, bytes->data + first, bytes->len - first);
        return;
    }
    csv = a4nn_csv_new(',', read_row, l);
    a4nn_csv_feed(csv, bytes->data + first, bytes->len - first);
    a4nn_csv_finish(csv);
    a4nn_csv_free(csv);
    for (i = 0; i < l->columns; i++)
        free(l->column[i]);
    free(l->column);
}

struct a4nn_configs *
a4nn_configs_read(const char *file, struct a4nn_diag *diag, struct a4nn_err *err)
{
    struct loader l = {.diag = diag, .file = file};
    struct a4nn_buf bytes = {0};
    int result = a4nn_readfile(file, &bytes, err);

    l.configs = a4nn_xcalloc(1, sizeof *l.configs);
    if (result == 0 && bytes.len > 0)
        read_bytes(&l, &bytes);
    a4nn_buf_release(&bytes);
    if (result == 0 && l.configs->runs.n == 0)
        result = a4nn_err_set(err, "no configuration of a run in '%.300s'", file);
    if (result == 0)
        return l.configs;
    a4nn_configs_free(l.configs);
    return NULL;
}

const struct a4nn_json *
a4nn_configs_find(const struct a4nn_configs *configs, const char *run)
{
    const char *slash = strrchr(run, '/');
    long i = a4nn_strmap_find(&configs->runs, run);

    if (i == A4NN_STRMAP_NONE && slash != NULL)
        i = a4nn_strmap_find(&configs->runs, slash + 1);
    return i != A4NN_STRMAP_NONE ? configs->about[i] : NULL;
}

size_t
a4nn_configs_count(const struct a4nn_configs *configs)
{
    return configs->runs.n;
}

void
a4nn_configs_free(struct a4nn_configs *configs)
{
    size_t i;

    for (i = 0; i < configs->runs.n; i++)
        a4nn_json_free(configs->about[i]);
    free(configs->about);
    a4nn_strmap_release(&configs->runs);
    free(configs);
}
