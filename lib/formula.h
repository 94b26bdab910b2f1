/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FORMULA_H
#define A4NN_FORMULA_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "err.h"
#include "strmap.h"

/*
 * The language of conditions on a configuration: `filters * layers <= 512 or pool in ['max']`.
 *
 * Numbers with + - * / % ** and min(), max(), abs(), floor(), ceil(), log2(); texts in single or
 * double quotes, true, false, null; = (or ==), !=, <, <=, >, >=, `in [a, b]`; and, or, not,
 * parentheses.  A name that is no identifier stands in backquotes; a quote within quotes is
 * doubled.  `and` and `or` look at their right side only when the left one leaves the answer open.
 *
 * What is computed of a parameter that is not there is not there; what has no value (a division by
 * zero, the logarithm of a negative number, what no double holds) makes the whole undefined.
 */

enum a4nn_term_kind {
    A4NN_TERM_ABSENT, /* of a parameter that is not there */
    A4NN_TERM_UNDEFINED,
    A4NN_TERM_NUMBER,
    A4NN_TERM_TEXT,
    A4NN_TERM_TRUTH,
    A4NN_TERM_NULL,
    A4NN_TERM_OTHER /* a list or an object, which can be compared with nothing */
};

struct a4nn_term {
    enum a4nn_term_kind kind;
    double number;    /* a truth's is 0 or 1 */
    const char *text; /* its owner's */
};

/* What the names in a formula may be. */
struct a4nn_formula_scope {
    const struct a4nn_strmap *names;
    const unsigned *kinds; /* by number of the name: bits 1 << kind that its values may have */
    /* Can the name have this value? */
    bool (*allows)(const void *arg, size_t name, const struct a4nn_term *value);
    const void *arg;
};

enum { A4NN_FORMULA_LENGTH = 4096 /* bytes of a formula, at most */ };

struct a4nn_formula;

/*
 * Owned by the caller.  NULL with *err naming the place ("at character 7: ...") when the text is no
 * formula, names what is not known, compares with a value that can never be, mixes kinds, or is not
 * a condition.
 */
struct a4nn_formula *a4nn_formula_parse(const char *text, const struct a4nn_formula_scope *scope,
                                        struct a4nn_err *err) A4NN_MUST_USE;

/* Its value, a truth, not there, or undefined; `value` is that of each name, by its number. */
enum a4nn_answer { A4NN_ANSWER_NO, A4NN_ANSWER_YES, A4NN_ANSWER_ABSENT, A4NN_ANSWER_UNDEFINED };
enum a4nn_answer a4nn_formula_ask(const struct a4nn_formula *f, const struct a4nn_term *value);

/* Whether two values are the same: of one kind, and not absent, undefined or other. */
bool a4nn_term_equal(const struct a4nn_term *a, const struct a4nn_term *b);

/* Calls `each` for every name in it, as often as it is there. */
void a4nn_formula_names(const struct a4nn_formula *f, void (*each)(void *arg, size_t name),
                        void *arg);

/* Appends a text as a formula has it in quotes of that kind; in backquotes it is a name. */
void a4nn_formula_quote(struct a4nn_buf *out, char quote, const char *text);

void a4nn_formula_free(struct a4nn_formula *f);

#endif
