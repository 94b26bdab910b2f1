/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "configs.h"

#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "history_facts.h"
#include "jsonlines.h"
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

static int
sort_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct sorter *s = arg;
    struct a4nn_buf run = {0};

    if (a4nn_json_kind(value) == A4NN_JSON_NULL)
        return 0;
    if (strcmp(name, "run") == 0) {
        a4nn_json_say(value, &run);
        free(s->run);
        s->run = run.data;
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

static int
read_json_line(void *arg, unsigned long number, struct a4nn_json *line, const char *wrong)
{
    struct loader *l = arg;

    if (line != NULL)
        take(l, line, number);
    else
        a4nn_diag(l->diag, A4NN_ERROR, l->file, number, "%s", wrong);
    a4nn_json_free(line);
    return 0;
}

static void
read_bytes(struct loader *l, const struct a4nn_buf *bytes)
{
    size_t first = strspn(bytes->data, " \t\r\n\xef\xbb\xbf"), i;
    struct a4nn_csv *csv;

    if (bytes->data[first] == '{') {
        a4nn_jsonlines(bytes->data + first, bytes->len - first, read_json_line, l);
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
