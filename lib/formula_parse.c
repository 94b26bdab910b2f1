/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formula_parts.h"
#include "lexer.h"
#include "number.h"
#include "xalloc.h"

enum { DEPTH = 100 /* of what lies in each other */ };
enum {
    NUMBER = 1u << A4NN_TERM_NUMBER,
    TEXT = 1u << A4NN_TERM_TEXT,
    TRUTH = 1u << A4NN_TERM_TRUTH,
    NOTHING = 1u << A4NN_TERM_NULL
};

struct parser {
    struct a4nn_lexer lex;
    const struct a4nn_formula_scope *scope;
};

static struct a4nn_formula *parse_or(struct parser *p);
static struct a4nn_formula *parse_unary(struct parser *p);

static bool
begins_name(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool
continues_name(char c)
{
    return begins_name(c) || isdigit((unsigned char)c) || c == '.';
}

/* ---- nodes ---- */

static struct a4nn_formula *
node(enum a4nn_formula_op op, size_t at, unsigned kinds, struct a4nn_formula *left,
     struct a4nn_formula *right)
{
    struct a4nn_formula *f = a4nn_xcalloc(1, sizeof *f);

    f->op = op;
    f->at = at;
    f->kinds = kinds;
    f->left = left;
    f->right = right;
    return f;
}

static void *
drop(struct a4nn_formula *a, struct a4nn_formula *b)
{
    a4nn_formula_free(a);
    a4nn_formula_free(b);
    return NULL;
}

/* Joins two when both have the kind that is needed; frees them otherwise. */
static struct a4nn_formula *
join(struct parser *p, enum a4nn_formula_op op, struct a4nn_formula *a, struct a4nn_formula *b,
     unsigned needed, unsigned kinds)
{
    const struct a4nn_formula *odd;

    if (a == NULL || b == NULL)
        return drop(a, b);
    odd = (a->kinds & ~needed) != 0 ? a : ((b->kinds & ~needed) != 0 ? b : NULL);
    if (odd != NULL) {
        a4nn_lexer_wrong(&p->lex, odd->at, needed == NUMBER ? "not a number" : "not a condition");
        return drop(a, b);
    }
    return node(op, a->at, kinds, a, b);
}

static struct a4nn_formula *
alone(struct parser *p, enum a4nn_formula_op op, size_t at, struct a4nn_formula *a, unsigned needed,
      unsigned kinds)
{
    if (a == NULL)
        return NULL;
    if ((a->kinds & ~needed) != 0) {
        a4nn_lexer_wrong(&p->lex, a->at, needed == NUMBER ? "not a number" : "not a condition");
        return drop(a, NULL);
    }
    return node(op, at, kinds, a, NULL);
}

/* ---- values and names ---- */

static struct a4nn_formula *
value(size_t at, enum a4nn_term_kind kind, double number, char *text)
{
    struct a4nn_formula *f = node(A4NN_OP_VALUE, at, 1u << kind, NULL, NULL);

    f->value = (struct a4nn_term){kind, number, text};
    f->text = text;
    return f;
}

/* Takes `name` over. */
static struct a4nn_formula *
named(struct parser *p, size_t at, char *name)
{
    long i = a4nn_strmap_find(p->scope->names, name);
    struct a4nn_formula *f = NULL;

    if (i < 0) {
        a4nn_lexer_wrong(&p->lex, at, "no parameter '%.100s'", name);
    } else {
        f = node(A4NN_OP_NAME, at, p->scope->kinds[i], NULL, NULL);
        f->name = (size_t)i;
    }
    free(name);
    return f;
}

static struct a4nn_formula *
parse_number(struct parser *p, size_t at)
{
    double v;
    size_t n = a4nn_number_scan(p->lex.at, strlen(p->lex.at), &v);

    if (n == 0 || !isfinite(v))
        return a4nn_lexer_wrong(&p->lex, at, "not a number");
    p->lex.at += n;
    if (continues_name(*p->lex.at))
        return a4nn_lexer_wrong(&p->lex, at,
                                "not a number; a name that begins so stands in backquotes");
    return value(at, A4NN_TERM_NUMBER, v, NULL);
}

static const struct function {
    const char *name;
    enum a4nn_formula_op op;
    bool many; /* two arguments or more; else one */
} functions[] = {
    {"min", A4NN_OP_MIN, true},      {"max", A4NN_OP_MAX, true},    {"abs", A4NN_OP_ABS, false},
    {"floor", A4NN_OP_FLOOR, false}, {"ceil", A4NN_OP_CEIL, false}, {"log2", A4NN_OP_LOG2, false},
};

/* The arguments of a function, behind its parenthesis. */
static struct a4nn_formula *
parse_arguments(struct parser *p, const struct function *fn, size_t at)
{
    struct a4nn_formula *f = parse_or(p);
    size_t n = 1;

    if (!fn->many)
        f = alone(p, fn->op, at, f, NUMBER, NUMBER);
    for (; f != NULL && fn->many && a4nn_lexer_sign(&p->lex, ","); n++)
        f = join(p, fn->op, f, parse_or(p), NUMBER, NUMBER);
    if (f == NULL)
        return NULL;
    if (!a4nn_lexer_sign(&p->lex, ")")) {
        a4nn_lexer_wrong(&p->lex, a4nn_lexer_place(&p->lex), "')' is missing");
        return drop(f, NULL);
    }
    if (fn->many && n < 2) {
        a4nn_lexer_wrong(&p->lex, at, "%s() takes two numbers or more", fn->name);
        return drop(f, NULL);
    }
    return f;
}

static struct a4nn_formula *
parse_word(struct parser *p, size_t at)
{
    char *word = a4nn_lexer_bare(&p->lex);
    size_t i;

    if (*p->lex.at == '(')
        for (i = 0; i < sizeof functions / sizeof *functions; i++)
            if (strcmp(functions[i].name, word) == 0) {
                free(word);
                p->lex.at++;
                return parse_arguments(p, &functions[i], at);
            }
    if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
        bool yes = word[0] == 't';

        free(word);
        return value(at, A4NN_TERM_TRUTH, yes ? 1 : 0, NULL);
    }
    if (strcmp(word, "null") == 0) {
        free(word);
        return value(at, A4NN_TERM_NULL, 0, NULL);
    }
    return named(p, at, word);
}

static struct a4nn_formula *
parse_single(struct parser *p)
{
    size_t at = a4nn_lexer_place(&p->lex);
    struct a4nn_formula *f;
    char *text;

    if (*p->lex.at == '\'' || *p->lex.at == '"') {
        text = a4nn_lexer_quoted(&p->lex);
        return text != NULL ? value(at, A4NN_TERM_TEXT, 0, text) : NULL;
    }
    if (*p->lex.at == '`') {
        text = a4nn_lexer_quoted(&p->lex);
        return text != NULL ? named(p, at, text) : NULL;
    }
    if (isdigit((unsigned char)*p->lex.at) || *p->lex.at == '.')
        return parse_number(p, at);
    if (begins_name(*p->lex.at))
        return parse_word(p, at);
    if (!a4nn_lexer_sign(&p->lex, "("))
        return a4nn_lexer_wrong(&p->lex, at, "a name or a value is missing");
    f = parse_or(p);
    if (f != NULL && !a4nn_lexer_sign(&p->lex, ")")) {
        a4nn_lexer_wrong(&p->lex, a4nn_lexer_place(&p->lex), "')' is missing");
        return drop(f, NULL);
    }
    return f;
}

/* ---- arithmetic ---- */

static struct a4nn_formula *
parse_power(struct parser *p)
{
    struct a4nn_formula *f = parse_single(p);

    if (f != NULL && a4nn_lexer_sign(&p->lex, "**"))
        f = join(p, A4NN_OP_POWER, f, parse_unary(p), NUMBER, NUMBER);
    return f;
}

/* Everything that lies in something else comes by here. */
static struct a4nn_formula *
parse_unary(struct parser *p)
{
    size_t at = a4nn_lexer_place(&p->lex);
    struct a4nn_formula *f;

    if (!a4nn_lexer_enter(&p->lex))
        return NULL;
    if (!a4nn_lexer_sign(&p->lex, "-"))
        f = parse_power(p);
    else
        f = alone(p, A4NN_OP_MINUS, at, parse_unary(p), NUMBER, NUMBER);
    if (f != NULL && f->op == A4NN_OP_MINUS && f->left->op == A4NN_OP_VALUE) {
        double v = -f->left->value.number;

        drop(f, NULL);
        f = value(at, A4NN_TERM_NUMBER, v, NULL);
    }
    a4nn_lexer_leave(&p->lex);
    return f;
}

static struct a4nn_formula *
parse_product(struct parser *p)
{
    struct a4nn_formula *f = parse_unary(p);

    for (;;) {
        if (f == NULL)
            return NULL;
        if (a4nn_lexer_sign(&p->lex, "*"))
            f = join(p, A4NN_OP_MULTIPLY, f, parse_unary(p), NUMBER, NUMBER);
        else if (a4nn_lexer_sign(&p->lex, "/"))
            f = join(p, A4NN_OP_DIVIDE, f, parse_unary(p), NUMBER, NUMBER);
        else if (a4nn_lexer_sign(&p->lex, "%"))
            f = join(p, A4NN_OP_REST, f, parse_unary(p), NUMBER, NUMBER);
        else
            return f;
    }
}

static struct a4nn_formula *
parse_sum(struct parser *p)
{
    struct a4nn_formula *f = parse_product(p);

    for (;;) {
        if (f == NULL)
            return NULL;
        if (a4nn_lexer_sign(&p->lex, "+"))
            f = join(p, A4NN_OP_ADD, f, parse_product(p), NUMBER, NUMBER);
        else if (a4nn_lexer_sign(&p->lex, "-"))
            f = join(p, A4NN_OP_SUBTRACT, f, parse_product(p), NUMBER, NUMBER);
        else
            return f;
    }
}

/* ---- comparisons ---- */

static bool
take_comparison(struct parser *p, int *op)
{
    static const struct a4nn_lexer_sign signs[] = {
        {"==", A4NN_OP_EQUAL},      {"!=", A4NN_OP_UNEQUAL}, {"<=", A4NN_OP_LESS_EQUAL},
        {">=", A4NN_OP_MORE_EQUAL}, {"=", A4NN_OP_EQUAL},    {"<", A4NN_OP_LESS},
        {">", A4NN_OP_MORE}};

    return a4nn_lexer_sign_of(&p->lex, signs, sizeof signs / sizeof *signs, op);
}

/* Can the two ever be the same? If not, says why at `b`. */
static bool
can_equal(struct parser *p, const struct a4nn_formula *a, const struct a4nn_formula *b)
{
    const struct a4nn_formula *name = a->op == A4NN_OP_NAME ? a : b;
    const struct a4nn_formula *literal = a->op == A4NN_OP_NAME ? b : a;
    const struct a4nn_strmap *names = p->scope->names;
    char number[32];

    if (name->op == A4NN_OP_NAME && literal->op == A4NN_OP_VALUE) {
        const struct a4nn_term *v = &literal->value;
        const char *text =
            v->kind == A4NN_TERM_TEXT
                ? v->text
                : (v->kind == A4NN_TERM_NUMBER
                       ? a4nn_number_format(number, v->number)
                       : (v->kind == A4NN_TERM_NULL ? "null"
                                                    : (v->number != 0 ? "true" : "false")));

        if (!p->scope->allows(p->scope->arg, name->name, v)) {
            a4nn_lexer_wrong(&p->lex, literal->at, "'%.100s' is no value of '%.100s'", text,
                             names->key[name->name]);
            return false;
        }
    } else if ((a->kinds & b->kinds) == 0) {
        a4nn_lexer_wrong(&p->lex, b->at, "compared with what it can never be");
        return false;
    }
    return true;
}

/* The list behind `in`, whose elements `f` can be. */
static struct a4nn_formula *
parse_list(struct parser *p, const struct a4nn_formula *f)
{
    struct a4nn_formula *list = NULL, **end = &list;

    if (!a4nn_lexer_sign(&p->lex, "["))
        return a4nn_lexer_wrong(&p->lex, a4nn_lexer_place(&p->lex), "'[' is missing");
    do {
        struct a4nn_formula *one = parse_unary(p);

        if (one != NULL && one->op != A4NN_OP_VALUE) {
            a4nn_lexer_wrong(&p->lex, one->at, "not a value");
            one = drop(one, NULL);
        }
        if (one == NULL || !can_equal(p, f, one)) {
            drop(one, NULL);
            return drop(list, NULL);
        }
        *end = node(A4NN_OP_LIST, one->at, one->kinds, one, NULL);
        end = &(*end)->right;
    } while (a4nn_lexer_sign(&p->lex, ","));
    if (!a4nn_lexer_sign(&p->lex, "]")) {
        a4nn_lexer_wrong(&p->lex, a4nn_lexer_place(&p->lex), "']' is missing");
        return drop(list, NULL);
    }
    return list;
}

static struct a4nn_formula *
parse_compared(struct parser *p, enum a4nn_formula_op op, struct a4nn_formula *a)
{
    struct a4nn_formula *b = parse_sum(p);

    if (b == NULL)
        return drop(a, NULL);
    if (op != A4NN_OP_EQUAL && op != A4NN_OP_UNEQUAL)
        return join(p, op, a, b, NUMBER, TRUTH);
    if (!can_equal(p, a, b))
        return drop(a, b);
    return node(op, a->at, TRUTH, a, b);
}

static struct a4nn_formula *
parse_comparison(struct parser *p)
{
    struct a4nn_formula *f = parse_sum(p), *list;
    int op;
    bool negated;
    size_t at;

    if (f == NULL)
        return NULL;
    if (take_comparison(p, &op)) {
        f = parse_compared(p, (enum a4nn_formula_op)op, f);
        at = a4nn_lexer_place(&p->lex);
        if (f != NULL && take_comparison(p, &op)) {
            a4nn_lexer_wrong(&p->lex, at, "a second comparison: join them by 'and'");
            return drop(f, NULL);
        }
        return f;
    }
    negated = a4nn_lexer_word(&p->lex, "not");
    if (!a4nn_lexer_word(&p->lex, "in")) {
        if (!negated)
            return f;
        a4nn_lexer_wrong(&p->lex, a4nn_lexer_place(&p->lex), "'in' is missing");
        return drop(f, NULL);
    }
    list = parse_list(p, f);
    if (list == NULL)
        return drop(f, NULL);
    f = node(A4NN_OP_IN, f->at, TRUTH, f, list);
    return negated ? node(A4NN_OP_NOT, f->at, TRUTH, f, NULL) : f;
}

/* ---- and, or, not ---- */

static struct a4nn_formula *
parse_not(struct parser *p)
{
    size_t at = a4nn_lexer_place(&p->lex);
    struct a4nn_formula *f;

    if (!a4nn_lexer_enter(&p->lex))
        return NULL;
    if (a4nn_lexer_word(&p->lex, "not"))
        f = alone(p, A4NN_OP_NOT, at, parse_not(p), TRUTH, TRUTH);
    else
        f = parse_comparison(p);
    a4nn_lexer_leave(&p->lex);
    return f;
}

static struct a4nn_formula *
parse_and(struct parser *p)
{
    struct a4nn_formula *f = parse_not(p);

    while (f != NULL && a4nn_lexer_word(&p->lex, "and"))
        f = join(p, A4NN_OP_AND, f, parse_not(p), TRUTH, TRUTH);
    return f;
}

static struct a4nn_formula *
parse_or(struct parser *p)
{
    struct a4nn_formula *f = parse_and(p);

    while (f != NULL && a4nn_lexer_word(&p->lex, "or"))
        f = join(p, A4NN_OP_OR, f, parse_and(p), TRUTH, TRUTH);
    return f;
}

struct a4nn_formula *
a4nn_formula_parse(const char *text, const struct a4nn_formula_scope *scope, struct a4nn_err *err)
{
    struct parser p = {
        .lex = {text, text, continues_name, "", 0, DEPTH, err},
        .scope = scope,
    };
    struct a4nn_formula *f;
    size_t at;

    if (strlen(text) > A4NN_FORMULA_LENGTH) {
        a4nn_err_set(err, "longer than %d bytes", (int)A4NN_FORMULA_LENGTH);
        return NULL;
    }
    f = parse_or(&p);
    if (f == NULL)
        return NULL;
    at = a4nn_lexer_place(&p.lex);
    if (*p.lex.at != '\0') {
        a4nn_lexer_wrong(&p.lex, at, "an operator or the end is missing");
        return drop(f, NULL);
    }
    if (f->kinds != TRUTH) {
        a4nn_lexer_wrong(&p.lex, f->at, "not a condition");
        return drop(f, NULL);
    }
    return f;
}
