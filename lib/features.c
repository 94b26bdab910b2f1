/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "features.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "strmap.h"
#include "xalloc.h"

enum {
    DEPTH = 32,     /* of objects and lists in each other */
    NAMES = 1024,   /* of parameters; what comes later is not looked at */
    LEVELS = 64,    /* of a category */
    ARGUMENTS = 8,  /* of a token */
    LOG_FACTOR = 10 /* a range that spans more is one of magnitudes */
};

struct cell {
    size_t name;
    double number; /* NAN: it is a text */
    size_t text;   /* its number among the texts */
};

struct row {
    struct cell *cell;
    size_t n, cap;
};

struct a4nn_features {
    struct a4nn_strmap names, texts;
    bool count[NAMES]; /* by name: one that is not there is 0 */
    struct row *row;
    size_t rows, row_cap;
    size_t from, stand; /* rows that stand for all; 0: each does */
    double *x;          /* rows times columns */
    size_t columns;
    struct a4nn_feature_group *group;
    size_t groups, group_cap;
    double **column; /* while the matrix is made */
    size_t column_cap;
};

struct a4nn_features *
a4nn_features_new(void)
{
    return a4nn_xcalloc(1, sizeof(struct a4nn_features));
}

/* ---- rows ---- */

static struct cell *
put(struct a4nn_features *f, const char *name)
{
    struct row *r = &f->row[f->rows - 1];
    struct cell *c;
    size_t i;

    if (f->names.n >= NAMES && a4nn_strmap_find(&f->names, name) < 0)
        return NULL;
    i = a4nn_strmap_put(&f->names, name, NULL);
    r->cell = a4nn_xgrow(r->cell, r->n, &r->cap, sizeof *r->cell);
    c = &r->cell[r->n++];
    *c = (struct cell){i, NAN, 0};
    return c;
}

static void
put_number(struct a4nn_features *f, const char *base, const char *of, double number, bool count)
{
    struct a4nn_buf name = {0};
    struct cell *c;

    a4nn_buf_addf(&name, "%s%s", base, of);
    if (isfinite(number) && (c = put(f, name.data)) != NULL) {
        c->number = number;
        f->count[c->name] = count;
    }
    a4nn_buf_release(&name);
}

/* ---- texts ---- */

static bool
is_bits(const char *text)
{
    size_t len = strlen(text);

    return len >= 2 && strspn(text, "01") == len;
}

static void
put_bits(struct a4nn_features *f, const char *base, const char *text)
{
    char of[40] = ".";
    size_t i;

    for (i = 0; i < NAMES && text[i] != '\0'; i++) {
        a4nn_number_format(of + 1, (double)(i + 1));
        put_number(f, base, of, text[i] - '0', false);
    }
}

/* One token: a name, or a number alone, and the arguments in parentheses that follow a name. */
struct token {
    char name[32];
    double argument[ARGUMENTS];
    size_t n;
};

static const char *
read_arguments(const char *at, struct token *t)
{
    while (*at != '\0' && *at != ')') {
        double number;
        size_t taken = a4nn_number_scan(at, strlen(at), &number);

        if (taken > 0 && t->n < ARGUMENTS)
            t->argument[t->n++] = number;
        at += taken > 0 ? taken : 1;
    }
    return *at == ')' ? at + 1 : at;
}

/* The next token at or behind `at`; NULL when there is none. */
static const char *
next_token(const char *at, struct token *t)
{
    size_t n = 0, taken;

    t->n = 0;
    while (*at != '\0' && !isalnum((unsigned char)*at))
        at++;
    if (*at == '\0')
        return NULL;
    if (isdigit((unsigned char)*at)) {
        taken = a4nn_number_scan(at, strlen(at), &t->argument[t->n++]);
        t->name[0] = '\0';
        return at + (taken > 0 ? taken : 1);
    }
    for (; isalpha((unsigned char)*at) || *at == '_'; at++)
        if (n < sizeof t->name - 1)
            t->name[n++] = *at;
    t->name[n] = '\0';
    return *at == '(' ? read_arguments(at + 1, t) : at;
}

static size_t
count_tokens(const char *text)
{
    struct token t;
    size_t n = 0;

    for (; (text = next_token(text, &t)) != NULL; n++)
        continue;
    return n;
}

/* A text of several tokens, some of which take arguments or stand in a list. */
static bool
is_sequence(const char *text)
{
    return strpbrk(text, "(,|;>") != NULL && count_tokens(text) >= 2;
}

/* What one name of tokens amounts to in a sequence. */
struct tally {
    double count, sum[ARGUMENTS], first[ARGUMENTS], last[ARGUMENTS], seen[ARGUMENTS];
};

static void
tally_token(struct tally *y, const struct token *t)
{
    size_t i;

    y->count++;
    for (i = 0; i < t->n; i++) {
        double v = t->argument[i] > 0 ? log(t->argument[i]) : t->argument[i];

        if (y->seen[i]++ == 0)
            y->first[i] = v;
        y->last[i] = v;
        y->sum[i] += v;
    }
}

static void
put_tally(struct a4nn_features *f, const char *base, const char *token, const struct tally *y)
{
    char of[80];
    size_t i;
    struct a4nn_buf name = {0};

    a4nn_buf_addf(&name, "%s.%s", base, token[0] != '\0' ? token : "number");
    put_number(f, name.data, ".count", y->count, true);
    for (i = 0; i < ARGUMENTS && y->seen[i] > 0; i++) {
        struct a4nn_buf argument = {0};

        a4nn_number_format(of, (double)(i + 1));
        a4nn_buf_addf(&argument, "%s.%s", name.data, of);
        put_number(f, argument.data, ".mean", y->sum[i] / y->seen[i], false);
        put_number(f, argument.data, ".first", y->first[i], false);
        put_number(f, argument.data, ".last", y->last[i], false);
        a4nn_buf_release(&argument);
    }
    a4nn_buf_release(&name);
}

static void
put_sequence(struct a4nn_features *f, const char *base, const char *text)
{
    struct a4nn_strmap tokens = {0};
    struct tally *tally = NULL;
    size_t cap = 0, i;
    struct token t;
    bool added;

    put_number(f, base, ".length", (double)count_tokens(text), false);
    while ((text = next_token(text, &t)) != NULL && tokens.n < NAMES) {
        i = a4nn_strmap_put(&tokens, t.name, &added);
        if (added) {
            tally = a4nn_xgrow(tally, i, &cap, sizeof *tally);
            tally[i] = (struct tally){0};
        }
        if (tally != NULL)
            tally_token(&tally[i], &t);
    }
    for (i = 0; i < tokens.n && tally != NULL; i++)
        put_tally(f, base, tokens.key[i], &tally[i]);
    free(tally);
    a4nn_strmap_release(&tokens);
}

static void
put_text(struct a4nn_features *f, const char *name, const char *text)
{
    struct cell *c;

    if (is_bits(text))
        put_bits(f, name, text);
    else if (is_sequence(text))
        put_sequence(f, name, text);
    else if ((c = put(f, name)) != NULL)
        c->text = a4nn_strmap_put(&f->texts, text, NULL);
}

/* ---- members ---- */

struct walk {
    struct a4nn_features *f;
    const char *prefix; /* "" or "a.b." */
    int depth;
};

static int walk(void *arg, const char *name, struct a4nn_json *value);

static void
walk_list(const struct walk *w, const char *name, const struct a4nn_json *list)
{
    size_t n = a4nn_json_size(list), i;
    struct a4nn_buf prefix = {0};
    struct walk below = *w;
    char at[32];

    a4nn_buf_addf(&prefix, "%s.", name);
    below.prefix = prefix.data;
    put_number(w->f, name, ".length", (double)n, false);
    for (i = 0; i < n && i < NAMES; i++)
        walk(&below, a4nn_number_format(at, (double)(i + 1)), a4nn_json_at(list, i));
    a4nn_buf_release(&prefix);
}

static int
walk(void *arg, const char *name, struct a4nn_json *value)
{
    struct walk *w = arg, below = *w;
    struct a4nn_buf full = {0};
    double number = 0;

    if (below.depth++ >= DEPTH)
        return 0;
    a4nn_buf_addf(&full, "%s%s", w->prefix, name);
    switch (a4nn_json_kind(value)) {
    case A4NN_JSON_NULL: break;
    case A4NN_JSON_BOOL: put_number(w->f, full.data, "", a4nn_json_true(value), false); break;
    case A4NN_JSON_NUMBER:
        a4nn_json_number(value, &number);
        put_number(w->f, full.data, "", number, false);
        break;
    case A4NN_JSON_STRING: put_text(w->f, full.data, a4nn_json_string(value)); break;
    case A4NN_JSON_ARRAY: walk_list(&below, full.data, value); break;
    case A4NN_JSON_OBJECT:
        a4nn_buf_addc(&full, '.');
        below.prefix = full.data;
        a4nn_json_members(value, walk, &below);
        break;
    }
    a4nn_buf_release(&full);
    return 0;
}

size_t
a4nn_features_add(struct a4nn_features *f, const struct a4nn_json *config)
{
    struct walk w = {f, "", 0};

    f->row = a4nn_xgrow(f->row, f->rows, &f->row_cap, sizeof *f->row);
    f->row[f->rows++] = (struct row){0};
    a4nn_json_members(config, walk, &w);
    return f->rows - 1;
}

void
a4nn_features_stand(struct a4nn_features *f, size_t from, size_t n)
{
    f->from = from;
    f->stand = n;
}

/* ---- the matrix ---- */

/* All that one name has, row by row. */
struct member {
    double *number; /* NAN: none */
    long *text;     /* -1: none */
    size_t numbers, texts;
};

static double *
column_of(const struct a4nn_features *f)
{
    return a4nn_xcalloc(f->rows + 1, sizeof(double));
}

/* Puts it into units in which its mean is 0; its variance. */
static double
centre(const struct a4nn_features *f, double *x)
{
    size_t from = f->stand > 0 ? f->from : 0, n = f->stand > 0 ? f->stand : f->rows, i;
    double mean = 0, variance = 0;

    for (i = from; i < from + n; i++)
        mean += x[i] / (double)n;
    for (i = 0; i < f->rows; i++)
        x[i] -= mean;
    for (i = from; i < from + n; i++)
        variance += x[i] * x[i] / (double)n;
    return variance;
}

static bool
is_there(const struct a4nn_features *f, const double *x)
{
    size_t i;

    for (i = 0; i < f->columns; i++)
        if (memcmp(f->column[i], x, f->rows * sizeof *x) == 0)
            return true;
    return false;
}

/* Takes n columns over as a group, unless they say nothing, or nothing new. */
static void
add_group(struct a4nn_features *f, const char *name, double **x, size_t n)
{
    double variance = 0;
    size_t i, j;

    for (i = 0; i < n; i++)
        variance += centre(f, x[i]);
    for (i = 0; variance > 0 && i < n; i++)
        for (j = 0; j < f->rows; j++)
            x[i][j] /= sqrt(variance);
    if (!(variance > 1e-20) || !isfinite(variance) || (n == 1 && is_there(f, x[0]))) {
        for (i = 0; i < n; i++)
            free(x[i]);
        return;
    }
    f->group = a4nn_xgrow(f->group, f->groups, &f->group_cap, sizeof *f->group);
    f->group[f->groups++] = (struct a4nn_feature_group){name, f->columns, n};
    for (i = 0; i < n; i++) {
        f->column = a4nn_xgrow(f->column, f->columns, &f->column_cap, sizeof(double *));
        f->column[f->columns++] = x[i];
    }
}

static void
add_numbers(struct a4nn_features *f, size_t name, const struct member *m)
{
    double *x = column_of(f), *missing = column_of(f), lo = INFINITY, hi = -INFINITY, mean = 0;
    struct a4nn_buf is_missing = {0};
    size_t i;
    bool magnitudes;

    for (i = 0; i < f->rows; i++) {
        lo = fmin(lo, m->number[i]);
        hi = fmax(hi, m->number[i]);
    }
    magnitudes = lo > 0 && hi / lo >= LOG_FACTOR;
    for (i = 0; i < f->rows; i++)
        if (!isnan(m->number[i])) {
            x[i] = magnitudes ? log(m->number[i]) : m->number[i];
            mean += x[i] / (double)m->numbers;
        }
    for (i = 0; i < f->rows; i++)
        if (isnan(m->number[i])) {
            x[i] = f->count[name] ? 0 : mean;
            missing[i] = !f->count[name];
        }
    add_group(f, f->names.key[name], &x, 1);
    a4nn_buf_addf(&is_missing, "%s is missing", f->names.key[name]);
    i = a4nn_strmap_put(&f->names, is_missing.data, NULL);
    add_group(f, f->names.key[i], &missing, 1);
    a4nn_buf_release(&is_missing);
}

/* Numbers and texts alike are levels here; those behind the last that is told apart are one. */
static void
add_levels(struct a4nn_features *f, size_t name, const struct member *m)
{
    struct a4nn_strmap levels = {0};
    double *x[LEVELS] = {0};
    size_t i, n;
    char text[40];

    for (i = 0; i < f->rows; i++) {
        bool there = m->text[i] >= 0 || !isnan(m->number[i]);

        text[0] = '#';
        a4nn_number_format(text + 1, m->number[i]);
        n = a4nn_strmap_put(&levels,
                            m->text[i] >= 0 ? f->texts.key[m->text[i]] : (there ? text : ""), NULL);
        n = n < LEVELS ? n : LEVELS - 1;
        if (x[n] == NULL)
            x[n] = column_of(f);
        x[n][i] = 1;
    }
    n = levels.n < LEVELS ? levels.n : LEVELS;
    if (levels.n > f->rows / 2 && levels.n > 4)
        for (i = 0; i < n; i++)
            free(x[i]);
    else
        add_group(f, f->names.key[name], x, n);
    a4nn_strmap_release(&levels);
}

static void
finish_name(struct a4nn_features *f, size_t name, struct member *m, size_t *at)
{
    size_t i;

    m->numbers = m->texts = 0;
    for (i = 0; i < f->rows; i++) {
        const struct row *r = &f->row[i];

        m->number[i] = NAN;
        m->text[i] = -1;
        /* cells are in the order of their names, so each row is gone through once */
        for (; at[i] < r->n && r->cell[at[i]].name == name; at[i]++) {
            m->number[i] = r->cell[at[i]].number;
            m->text[i] = isnan(m->number[i]) ? (long)r->cell[at[i]].text : -1;
        }
        m->numbers += isnan(m->number[i]) ? 0 : 1;
        m->texts += m->text[i] >= 0 ? 1 : 0;
    }
    if (m->texts > 0)
        add_levels(f, name, m);
    else if (m->numbers > 0)
        add_numbers(f, name, m);
}

static int
by_name(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;

    return (x->name > y->name) - (x->name < y->name);
}

void
a4nn_features_finish(struct a4nn_features *f)
{
    struct member m = {column_of(f), a4nn_xcalloc(f->rows + 1, sizeof(long)), 0, 0};
    size_t *at = a4nn_xcalloc(f->rows + 1, sizeof *at), names = f->names.n, i, j;

    for (i = 0; i < f->rows; i++)
        if (f->row[i].n > 1)
            qsort(f->row[i].cell, f->row[i].n, sizeof *f->row[i].cell, by_name);
    for (i = 0; i < names; i++)
        finish_name(f, i, &m, at);
    f->x = a4nn_xcalloc(f->rows * f->columns + 1, sizeof *f->x);
    for (j = 0; j < f->columns; j++) {
        for (i = 0; i < f->rows; i++)
            f->x[i * f->columns + j] = f->column[j][i];
        free(f->column[j]);
    }
    free(f->column);
    f->column = NULL;
    free(m.number);
    free(m.text);
    free(at);
}

size_t
a4nn_features_rows(const struct a4nn_features *f)
{
    return f->rows;
}

size_t
a4nn_features_columns(const struct a4nn_features *f)
{
    return f->columns;
}

const double *
a4nn_features_row(const struct a4nn_features *f, size_t row)
{
    return f->x + row * f->columns;
}

size_t
a4nn_features_groups(const struct a4nn_features *f)
{
    return f->groups;
}

const struct a4nn_feature_group *
a4nn_features_group(const struct a4nn_features *f, size_t i)
{
    return &f->group[i];
}

static const struct cell *
cell_of(const struct a4nn_features *f, size_t group, size_t row)
{
    long name = a4nn_strmap_find(&f->names, f->group[group].name);
    size_t i;

    for (i = 0; i < f->row[row].n; i++)
        if ((long)f->row[row].cell[i].name == name)
            return &f->row[row].cell[i];
    return NULL;
}

double
a4nn_features_number(const struct a4nn_features *f, size_t group, size_t row)
{
    const struct cell *c = cell_of(f, group, row);

    return c != NULL ? c->number : NAN;
}

void
a4nn_features_text(const struct a4nn_features *f, size_t group, size_t row, struct a4nn_buf *out)
{
    const struct cell *c = cell_of(f, group, row);

    if (c == NULL)
        a4nn_buf_adds(out, "none");
    else if (isnan(c->number))
        a4nn_buf_adds(out, f->texts.key[c->text]);
    else
        a4nn_buf_addf(out, "%.4g", c->number);
}

bool
a4nn_features_missing(const struct a4nn_features *f, size_t group, size_t row)
{
    long name = a4nn_strmap_find(&f->names, f->group[group].name);

    return cell_of(f, group, row) == NULL && name >= 0 && name < NAMES && !f->count[name];
}

void
a4nn_features_free(struct a4nn_features *f)
{
    size_t i;

    if (f == NULL)
        return;
    for (i = 0; i < f->rows; i++)
        free(f->row[i].cell);
    free(f->row);
    free(f->x);
    free(f->group);
    a4nn_strmap_release(&f->names);
    a4nn_strmap_release(&f->texts);
    free(f);
}
