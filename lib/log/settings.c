/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/settings.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "strmap.h"
#include "xalloc.h"

/* What a column says in the rows of a run. */
struct column {
    char *text; /* NULL: nothing yet, or different things */
    bool reported, varies;
};

struct run {
    struct column *column;
    size_t n;
};

struct a4nn_log_settings {
    const struct a4nn_log_sink *sink;
    struct a4nn_strmap names; /* run and task */
    struct a4nn_buf key;      /* of the last row's */
    struct run *run;
    size_t cap;
    size_t last; /* the run of the last row, as most rows are of the same */
};

struct a4nn_log_settings *
a4nn_log_settings_new(const struct a4nn_log_sink *sink)
{
    struct a4nn_log_settings *s = a4nn_xcalloc(1, sizeof *s);

    s->sink = sink;
    return s;
}

static struct run *
run_of(struct a4nn_log_settings *s, const struct a4nn_log_at *at)
{
    bool added;

    a4nn_buf_reset(&s->key);
    a4nn_buf_addf(&s->key, "%s\n%s", at->run != NULL ? at->run : "",
                  at->task != NULL ? at->task : "");
    if (s->names.n > 0 && strcmp(s->names.key[s->last], s->key.data) == 0)
        return &s->run[s->last];
    s->last = a4nn_strmap_put(&s->names, s->key.data, &added);
    if (added) {
        s->run = a4nn_xgrow(s->run, s->last, &s->cap, sizeof *s->run);
        s->run[s->last] = (struct run){0};
    }
    return &s->run[s->last];
}

static struct column *
column_of(struct a4nn_log_settings *s, const struct a4nn_log_at *at, size_t column)
{
    struct run *run = run_of(s, at);

    if (column >= run->n) {
        run->column = a4nn_xreallocarray(run->column, column + 1, sizeof *run->column);
        memset(run->column + run->n, 0, (column + 1 - run->n) * sizeof *run->column);
        run->n = column + 1;
    }
    return &run->column[column];
}

void
a4nn_log_settings_given(struct a4nn_log_settings *s, const struct a4nn_log_at *at, size_t column,
                        const char *name, const char *cell)
{
    struct column *c = column_of(s, at, column);

    if (c->text != NULL && strcmp(c->text, cell) == 0)
        return;
    a4nn_xreplace(&c->text, cell);
    a4nn_log_fact(s->sink, at, name, cell);
}

void
a4nn_log_settings_constant(struct a4nn_log_settings *s, const struct a4nn_log_at *at, size_t column,
                           const char *name, const char *cell)
{
    struct column *c = column_of(s, at, column);

    if (c->varies)
        return;
    if (c->text == NULL) {
        c->text = a4nn_xstrdup(cell);
    } else if (strcmp(c->text, cell) != 0) {
        c->varies = true;
        free(c->text);
        c->text = NULL;
        if (c->reported)
            a4nn_log_fact(s->sink, at, name, NULL);
    } else if (!c->reported) {
        c->reported = true;
        a4nn_log_fact(s->sink, at, name, cell);
    }
}

void
a4nn_log_settings_free(struct a4nn_log_settings *s)
{
    size_t i, k;

    if (s == NULL)
        return;
    for (i = 0; i < s->names.n; i++) {
        for (k = 0; k < s->run[i].n; k++)
            free(s->run[i].column[k].text);
        free(s->run[i].column);
    }
    free(s->run);
    a4nn_strmap_release(&s->names);
    a4nn_buf_release(&s->key);
    free(s);
}
