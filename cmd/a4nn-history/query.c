/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options that the verbs which read share, and how they name runs. */
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "number.h"
#include "program.h"
#include "verbs.h"
#include "xalloc.h"

bool
a4nn_verb_option(struct a4nn_verb_query *query, int code, const char *arg)
{
    struct a4nn_err err;
    int encoding;

    switch (code) {
    case 'H': query->history = arg; break;
    case 't': query->which.task = arg; break;
    case 'r': query->which.name = arg; break;
    case 'q': a4nn_verbosity = 0; break;
    case 'o':
        if ((encoding = a4nn_encoding_find(arg)) < 0)
            a4nn_die(A4NN_TROUBLE, "--output: not csv, jsonl or table: '%s'", arg);
        query->encoding = (enum a4nn_encoding)encoding;
        break;
    case 'w':
        a4nn_where_free(query->where);
        if ((query->where = a4nn_where_parse(arg, &err)) == NULL)
            a4nn_die(A4NN_TROUBLE, "--where: %s", err.msg);
        break;
    default: return false;
    }
    return true;
}

struct a4nn_db *
a4nn_verb_open(const char *history, enum a4nn_db_access access)
{
    struct a4nn_err err;
    struct a4nn_db *db = a4nn_history_open(history, access, A4NN_HISTORY_PATIENCE, &err);

    if (db == NULL)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    return db;
}

void
a4nn_verb_name_run(struct a4nn_history_which *which, const char *run)
{
    double id;

    if (run[0] == '#' && a4nn_number_parse(run + 1, strlen(run + 1), &id) && id >= 1 && id < 1e15)
        which->id = (int64_t)id;
    else
        which->name = run;
}

void
a4nn_verb_read(int result, const struct a4nn_err *err)
{
    if (result < 0)
        a4nn_die(A4NN_TROUBLE, "%s", err->msg);
}

void
a4nn_verb_no_operands(int argc, char **argv, int first)
{
    if (first < argc)
        a4nn_die(A4NN_TROUBLE, "unexpected: '%s'", argv[first]);
}

/* ---- names that are none ---- */

struct relatives {
    const char *run;
    size_t n;
    char *first; /* owned */
};

static int
find_relative(void *arg, const struct a4nn_history_run *run)
{
    struct relatives *r = arg;
    size_t len = run->name != NULL ? strlen(run->name) : 0, tail = strlen(r->run);

    if (len <= tail + 1 || run->name[len - tail - 1] != '/' ||
        strcmp(run->name + len - tail, r->run) != 0)
        return 0;
    if (r->n++ == 0)
        r->first = a4nn_xstrdup(run->name);
    return 0;
}

void
a4nn_verb_no_run(struct a4nn_db *db, const char *run)
{
    const struct a4nn_history_which all = {0};
    struct relatives r = {.run = run};
    struct a4nn_err err;

    if (a4nn_history_runs(db, &all, find_relative, &r, &err) == 0 && r.n == 1)
        a4nn_warn("no run '%s', but '%s'", run, r.first);
    else if (r.n > 1)
        a4nn_warn("no run '%s', but %zu behind a folder's name, the first '%s'", run, r.n, r.first);
    else
        a4nn_warn("no run '%s'", run);
    free(r.first);
}
