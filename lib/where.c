/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "where.h"

#include <ctype.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "number.h"
#include "xalloc.h"

enum kind { AND, OR, NOT, HAS, EQUAL, UNEQUAL, LESS, LESS_EQUAL, MORE, MORE_EQUAL, MATCHES };

enum { DEPTH = 200 /* of parentheses */, TERMS = 10000 /* which make a tree as deep */ };

struct a4nn_where {
    enum kind kind;
    struct a4nn_where *left, *right; /* of AND, OR; NOT has a left one */
    char *name, *text;               /* of comparisons */
    double number;                   /* of `text`, NAN when it is none */
    regex_t regex;
};

struct parser {
    const char *begin, *at;
    int depth, terms;
    struct a4nn_err *err;
};

static struct a4nn_where *parse_or(struct parser *p);

/* ---- parsing ---- */

static void *
wrong(struct parser *p, const char *what)
{
    a4nn_err_set(p->err, "condition, at character %zu: %s", (size_t)(p->at - p->begin) + 1, what);
    return NULL;
}

static void
skip_blanks(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
}

static bool
is_name_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("_.-/:@%+", c) != NULL) ||
           (unsigned char)c >= 0x80;
}

/* Takes the word when it comes next. */
static bool
take_word(struct parser *p, const char *word)
{
    size_t len = strlen(word);

    skip_blanks(p);
    if (strncmp(p->at, word, len) != 0 || is_name_char(p->at[len]))
        return false;
    p->at += len;
    return true;
}

static bool
take_char(struct parser *p, char c)
{
    skip_blanks(p);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

/* A name or a value, bare or quoted; NULL when there is none. */
static char *
take_text(struct parser *p)
{
    const char *from;
    char quote, *text;

    skip_blanks(p);
    quote = *p->at == '\'' || *p->at == '"' ? *p->at : '\0';
    from = quote != '\0' ? p->at + 1 : p->at;
    for (p->at = from; quote != '\0' ? *p->at != quote : is_name_char(*p->at); p->at++)
        if (*p->at == '\0')
            return wrong(p, "a quote that does not end");
    if (quote == '\0' && p->at == from)
        return wrong(p, "a name or a value is missing");
    text = a4nn_xstrndup(from, (size_t)(p->at - from));
    p->at += quote != '\0';
    return text;
}

static bool
take_comparison(struct parser *p, enum kind *kind)
{
    static const struct {
        const char *sign;
        enum kind kind;
    } signs[] = {{"==", EQUAL}, {"!=", UNEQUAL}, {"<=", LESS_EQUAL}, {">=", MORE_EQUAL},
                 {"=", EQUAL},  {"<", LESS},     {">", MORE},        {"~", MATCHES}};
    size_t i;

    skip_blanks(p);
    for (i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(p->at, signs[i].sign, strlen(signs[i].sign)) == 0) {
            *kind = signs[i].kind;
            p->at += strlen(signs[i].sign);
            return true;
        }
    return false;
}

static struct a4nn_where *
node(enum kind kind, struct a4nn_where *left, struct a4nn_where *right)
{
    struct a4nn_where *w = a4nn_xcalloc(1, sizeof *w);

    w->kind = kind;
    w->left = left;
    w->right = right;
    return w;
}

static struct a4nn_where *
parse_comparison(struct parser *p)
{
    char *name = take_text(p);
    struct a4nn_where *w;

    if (name == NULL)
        return NULL;
    w = node(HAS, NULL, NULL);
    w->name = name;
    if (!take_comparison(p, &w->kind))
        return w;
    if ((w->text = take_text(p)) == NULL) {
        w->kind = HAS;
        a4nn_where_free(w);
        return NULL;
    }
    if (!a4nn_number_parse(w->text, strlen(w->text), &w->number))
        w->number = NAN;
    if (w->kind == MATCHES && regcomp(&w->regex, w->text, REG_EXTENDED | REG_NOSUB) != 0) {
        w->kind = HAS;
        a4nn_where_free(w);
        return wrong(p, "not a regular expression");
    }
    return w;
}

static struct a4nn_where *
parse_single(struct parser *p)
{
    struct a4nn_where *w;

    if (++p->depth > DEPTH)
        return wrong(p, "too deep");
    if (++p->terms > TERMS)
        return wrong(p, "too long");
    if (take_word(p, "not")) {
        w = parse_single(p);
        w = w != NULL ? node(NOT, w, NULL) : NULL;
    } else if (take_char(p, '(')) {
        w = parse_or(p);
        if (w != NULL && !take_char(p, ')')) {
            a4nn_where_free(w);
            w = wrong(p, "')' is missing");
        }
    } else {
        w = parse_comparison(p);
    }
    p->depth--;
    return w;
}

/* Joins what is there with the next term; frees it when there is none. */
static struct a4nn_where *
join(enum kind kind, struct a4nn_where *left, struct a4nn_where *right)
{
    if (right != NULL)
        return node(kind, left, right);
    a4nn_where_free(left);
    return NULL;
}

static struct a4nn_where *
parse_and(struct parser *p)
{
    struct a4nn_where *w = parse_single(p);

    while (w != NULL && take_word(p, "and"))
        w = join(AND, w, parse_single(p));
    return w;
}

static struct a4nn_where *
parse_or(struct parser *p)
{
    struct a4nn_where *w = parse_and(p);

    while (w != NULL && take_word(p, "or"))
        w = join(OR, w, parse_and(p));
    return w;
}

struct a4nn_where *
a4nn_where_parse(const char *text, struct a4nn_err *err)
{
    struct parser p = {.begin = text, .at = text, .err = err};
    struct a4nn_where *w = parse_or(&p);

    skip_blanks(&p);
    if (w != NULL && *p.at != '\0') {
        a4nn_where_free(w);
        return wrong(&p, "'and', 'or' or the end is missing");
    }
    return w;
}

/* ---- what a run has ---- */

struct value {
    double number; /* NAN: none */
    const char *text;
    struct a4nn_buf dumped;  /* a text that had to be made */
    struct a4nn_json *whole; /* what `text` may lie in */
};

static void
of_json(struct value *v, const struct a4nn_json *j)
{
    if (j == NULL || a4nn_json_kind(j) == A4NN_JSON_NULL)
        return;
    a4nn_json_number(j, &v->number);
    v->text = a4nn_json_string(j);
    if (v->text == NULL) {
        a4nn_json_dump(j, &v->dumped);
        v->text = v->dumped.data;
    }
}

/* A name may itself hold a dot; else dots lead into objects. */
static const struct a4nn_json *
member(const struct a4nn_json *object, const char *path)
{
    const struct a4nn_json *found = a4nn_json_get(object, path);
    const char *dot = strchr(path, '.');
    char *head;

    if (found != NULL || dot == NULL)
        return found;
    head = a4nn_xstrndup(path, (size_t)(dot - path));
    found = a4nn_json_get(object, head);
    free(head);
    return found != NULL ? member(found, dot + 1) : NULL;
}

static void
of_config(struct value *v, const struct a4nn_history_run *run, const char *path)
{
    const char *config = run->facts.text[A4NN_FACT_CONFIG];
    struct a4nn_err err;

    if (config != NULL && (v->whole = a4nn_json_parse(config, strlen(config), NULL, &err)) != NULL)
        of_json(v, member(v->whole, path));
}

static bool
of_column(struct value *v, const struct a4nn_history_run *run, const char *name)
{
    const struct {
        const char *name, *text;
        double number;
    } columns[] = {
        {"task", run->task, NAN},
        {"metric", run->metric, NAN},
        {"run", run->name, NAN},
        {"mode", a4nn_mode_name(run->mode), NAN},
        {"id", NULL, (double)run->id},
        {"epochs", NULL, run->epochs},
        {"observations", NULL, (double)run->observations},
        {"last_epoch", NULL, run->last_epoch},
        {"last_value", NULL, run->last_value},
        {"best_value", NULL, run->best_value},
    };
    size_t i;

    for (i = 0; i < sizeof columns / sizeof *columns; i++)
        if (strcmp(columns[i].name, name) == 0) {
            v->text = columns[i].text;
            v->number = columns[i].number;
            return true;
        }
    return false;
}

static void
look_up(struct value *v, const struct a4nn_history_run *run, const char *name)
{
    int fact = a4nn_fact_find(name);

    *v = (struct value){.number = NAN};
    if (fact >= 0) {
        v->text = run->facts.text[fact];
        v->number = run->facts.num[fact];
    } else if (!of_column(v, run, name)) {
        of_config(v, run, strncmp(name, "config.", 7) == 0 ? name + 7 : name);
    }
    if (v->text != NULL && isnan(v->number))
        a4nn_number_parse(v->text, strlen(v->text), &v->number);
    if (v->text == NULL && !isnan(v->number)) {
        a4nn_json_add_number(&v->dumped, v->number);
        v->text = v->dumped.data;
    }
}

/* ---- conditions ---- */

static bool
compare(const struct a4nn_where *w, const struct value *v)
{
    int order;

    if (w->kind == HAS)
        return true;
    if (!isnan(v->number) && !isnan(w->number))
        order = (v->number > w->number) - (v->number < w->number);
    else
        order = strcmp(v->text, w->text);
    switch (w->kind) {
    case EQUAL: return order == 0;
    case UNEQUAL: return order != 0;
    case LESS: return order < 0;
    case LESS_EQUAL: return order <= 0;
    case MORE: return order > 0;
    case MORE_EQUAL: return order >= 0;
    case MATCHES: return regexec(&w->regex, v->text, 0, NULL, 0) == 0;
    default: return true;
    }
}

bool
a4nn_where_met(const struct a4nn_where *w, const struct a4nn_history_run *run)
{
    struct value v;
    bool met;

    if (w == NULL)
        return true;
    switch (w->kind) {
    case AND: return a4nn_where_met(w->left, run) && a4nn_where_met(w->right, run);
    case OR: return a4nn_where_met(w->left, run) || a4nn_where_met(w->right, run);
    case NOT: return !a4nn_where_met(w->left, run);
    default: break;
    }
    look_up(&v, run, w->name);
    met = v.text != NULL && compare(w, &v);
    a4nn_buf_release(&v.dumped);
    a4nn_json_free(v.whole);
    return met;
}

void
a4nn_where_free(struct a4nn_where *w)
{
    if (w == NULL)
        return;
    if (w->kind == MATCHES)
        regfree(&w->regex);
    a4nn_where_free(w->left);
    a4nn_where_free(w->right);
    free(w->name);
    free(w->text);
    free(w);
}
