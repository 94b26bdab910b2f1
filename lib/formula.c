/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "formula.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formula_parts.h"

bool
a4nn_term_equal(const struct a4nn_term *a, const struct a4nn_term *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case A4NN_TERM_NUMBER:
    case A4NN_TERM_TRUTH: return a->number == b->number;
    case A4NN_TERM_TEXT: return strcmp(a->text, b->text) == 0;
    case A4NN_TERM_NULL: return true;
    default: return false;
    }
}

static struct a4nn_term
truth(bool v)
{
    return (struct a4nn_term){A4NN_TERM_TRUTH, v ? 1 : 0, NULL};
}

static struct a4nn_term
number(double v)
{
    return (struct a4nn_term){isfinite(v) ? A4NN_TERM_NUMBER : A4NN_TERM_UNDEFINED, v, NULL};
}

static bool
is_open(const struct a4nn_term *t)
{
    return t->kind == A4NN_TERM_ABSENT || t->kind == A4NN_TERM_UNDEFINED;
}

static struct a4nn_term evaluate(const struct a4nn_formula *f, const struct a4nn_term *value);

/* `and`, or, with `decides` true, `or`. */
static struct a4nn_term
evaluate_joined(const struct a4nn_formula *f, const struct a4nn_term *value, bool decides)
{
    struct a4nn_term left = evaluate(f->left, value), right;

    if (left.kind == A4NN_TERM_UNDEFINED ||
        (left.kind == A4NN_TERM_TRUTH && (left.number != 0) == decides))
        return left;
    right = evaluate(f->right, value);
    if (is_open(&right) || (right.number != 0) == decides)
        return right;
    return left;
}

static struct a4nn_term
evaluate_in(const struct a4nn_formula *f, const struct a4nn_term *value)
{
    struct a4nn_term left = evaluate(f->left, value);
    const struct a4nn_formula *list;

    if (is_open(&left))
        return left;
    for (list = f->right; list != NULL; list = list->right)
        if (a4nn_term_equal(&left, &list->left->value))
            return truth(true);
    return truth(false);
}

static double
compute(enum a4nn_formula_op op, double a, double b)
{
    switch (op) {
    case A4NN_OP_ADD: return a + b;
    case A4NN_OP_SUBTRACT: return a - b;
    case A4NN_OP_MULTIPLY: return a * b;
    case A4NN_OP_DIVIDE: return b == 0 ? NAN : a / b;
    /* of the sign of the divisor, as the remainder in Python is */
    case A4NN_OP_REST: return b == 0 ? NAN : a - b * floor(a / b);
    case A4NN_OP_POWER: return pow(a, b);
    case A4NN_OP_MINUS: return -a;
    case A4NN_OP_MIN: return fmin(a, b);
    case A4NN_OP_MAX: return fmax(a, b);
    case A4NN_OP_ABS: return fabs(a);
    case A4NN_OP_FLOOR: return floor(a);
    case A4NN_OP_CEIL: return ceil(a);
    case A4NN_OP_LOG2: return log2(a);
    default: return NAN;
    }
}

static struct a4nn_term
evaluate_two(const struct a4nn_formula *f, const struct a4nn_term *value)
{
    struct a4nn_term a = evaluate(f->left, value);
    struct a4nn_term b = f->right != NULL ? evaluate(f->right, value) : a;

    if (a.kind == A4NN_TERM_UNDEFINED || (is_open(&a) && b.kind != A4NN_TERM_UNDEFINED))
        return a;
    if (is_open(&b))
        return b;
    switch (f->op) {
    case A4NN_OP_NOT: return truth(a.number == 0);
    case A4NN_OP_EQUAL: return truth(a4nn_term_equal(&a, &b));
    case A4NN_OP_UNEQUAL: return truth(!a4nn_term_equal(&a, &b));
    case A4NN_OP_LESS: return truth(a.number < b.number);
    case A4NN_OP_LESS_EQUAL: return truth(a.number <= b.number);
    case A4NN_OP_MORE: return truth(a.number > b.number);
    case A4NN_OP_MORE_EQUAL: return truth(a.number >= b.number);
    default: return number(compute(f->op, a.number, b.number));
    }
}

static struct a4nn_term
evaluate(const struct a4nn_formula *f, const struct a4nn_term *value)
{
    switch (f->op) {
    case A4NN_OP_NAME: return value[f->name];
    case A4NN_OP_VALUE: return f->value;
    case A4NN_OP_AND: return evaluate_joined(f, value, false);
    case A4NN_OP_OR: return evaluate_joined(f, value, true);
    case A4NN_OP_IN: return evaluate_in(f, value);
    default: return evaluate_two(f, value);
    }
}

enum a4nn_answer
a4nn_formula_ask(const struct a4nn_formula *f, const struct a4nn_term *value)
{
    struct a4nn_term t = evaluate(f, value);

    if (t.kind == A4NN_TERM_ABSENT)
        return A4NN_ANSWER_ABSENT;
    if (t.kind != A4NN_TERM_TRUTH)
        return A4NN_ANSWER_UNDEFINED;
    return t.number != 0 ? A4NN_ANSWER_YES : A4NN_ANSWER_NO;
}

void
a4nn_formula_names(const struct a4nn_formula *f, void (*each)(void *arg, size_t name), void *arg)
{
    if (f == NULL)
        return;
    if (f->op == A4NN_OP_NAME)
        each(arg, f->name);
    a4nn_formula_names(f->left, each, arg);
    a4nn_formula_names(f->right, each, arg);
}

void
a4nn_formula_quote(struct a4nn_buf *out, char quote, const char *text)
{
    a4nn_buf_addc(out, quote);
    for (; *text != '\0'; text++) {
        if (*text == quote)
            a4nn_buf_addc(out, quote);
        a4nn_buf_addc(out, *text);
    }
    a4nn_buf_addc(out, quote);
}

void
a4nn_formula_free(struct a4nn_formula *f)
{
    if (f == NULL)
        return;
    a4nn_formula_free(f->left);
    a4nn_formula_free(f->right);
    free(f->text);
    free(f);
}
