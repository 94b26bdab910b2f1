/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "where.h"

#include <ctype.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "lexer.h"
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
    struct a4nn_lexer lex;
    int terms;
};

static struct a4nn_where *parse_or(struct parser *p);

/* ---- parsing ---- */

static bool
is_name_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("_.-/:@%+", c) != NULL) ||
           (unsigned char)c >= 0x80;
}

/* A name or a value, bare or quoted; NULL when there is none. */
static char *
take_text(struct parser *p)
{
    size_t at = a4nn_lexer_place(&p->lex);
    char *text;

    if (*p->lex.at == '\'' || *p->lex.at == '"')
        return a4nn_lexer_quoted(&p->lex);
    text = a4nn_lexer_bare(&p->lex);
    return text != NULL ? text : a4nn_lexer_wrong(&p->lex, at, "a name or a value is missing");
}

static bool
take_comparison(struct parser *p, int *kind)
{
    static const struct a4nn_lexer_sign signs[] = {
        {"==", EQUAL}, {"!=", UNEQUAL}, {"<=", LESS_EQUAL}, {">=", MORE_EQUAL},
        {"=", EQUAL},  {"<", LESS},     {">", MORE},        {"~", MATCHES}};

    return a4nn_lexer_sign_of(&p->lex, signs, sizeof signs / sizeof *signs, kind);
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
    char *name = take_text(p), *text;
    struct a4nn_where *w;
    int kind = HAS;
    size_t at;

    if (name == NULL)
        return NULL;
    w = node(HAS, NULL, NULL);
    w->name = name;
    if (!take_comparison(p, &kind))
        return w;
    at = a4nn_lexer_place(&p->lex);
    if ((text = take_text(p)) == NULL) {
        a4nn_where_free(w);
        return NULL;
    }
    w->text = text;
    if (!a4nn_number_parse(text, strlen(text), &w->number))
        w->number = NAN;
    if (kind == MATCHES && regcomp(&w->regex, text, REG_EXTENDED | REG_NOSUB) != 0) {
        a4nn_where_free(w);
        return a4nn_lexer_wrong(&p->lex, at, "not a regular expression");
    }
    w->kind = (enum kind)kind;
    return w;
}

static struct a4nn_where *
parse_single(struct parser *p)
{
    struct a4nn_where *w;

    if (!a4nn_lexer_enter(&p->lex))
        return NULL;
    if (++p->terms > TERMS)
        return a4nn_lexer_wrong(&p->lex, a4nn_lexer_place(&p->lex), "too long");
    if (a4nn_lexer_word(&p->lex, "not")) {
        w = parse_single(p);
        w = w != NULL ? node(NOT, w, NULL) : NULL;
    } else if (a4nn_lexer_sign(&p->lex, "(")) {
        w = parse_or(p);
        if (w != NULL && !a4nn_lexer_sign(&p->lex, ")")) {
            a4nn_where_free(w);
            w = a4nn_lexer_wrong(&p->lex, a4nn_lexer_place(&p->lex), "')' is missing");
        }
    } else {
        w = parse_comparison(p);
    }
    a4nn_lexer_leave(&p->lex);
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

    while (w != NULL && a4nn_lexer_word(&p->lex, "and"))
        w = join(AND, w, parse_single(p));
    return w;
}

static struct a4nn_where *
parse_or(struct parser *p)
{
    struct a4nn_where *w = parse_and(p);

    while (w != NULL && a4nn_lexer_word(&p->lex, "or"))
        w = join(OR, w, parse_and(p));
    return w;
}

struct a4nn_where *
a4nn_where_parse(const char *text, struct a4nn_err *err)
{
    struct parser p = {.lex = {text, text, is_name_char, "condition, ", 0, DEPTH, err}};
    struct a4nn_where *w = parse_or(&p);
    size_t at = a4nn_lexer_place(&p.lex);

    if (w != NULL && *p.lex.at != '\0') {
        a4nn_where_free(w);
        return a4nn_lexer_wrong(&p.lex, at, "'and', 'or' or the end is missing");
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
