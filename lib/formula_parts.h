/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FORMULA_PARTS_H
#define A4NN_FORMULA_PARTS_H

#include "formula.h"

/* A formula as a tree; only formula.c and formula_parse.c look into it. */

enum a4nn_formula_op {
    A4NN_OP_NAME,
    A4NN_OP_VALUE,
    A4NN_OP_AND,
    A4NN_OP_OR,
    A4NN_OP_NOT,
    A4NN_OP_EQUAL,
    A4NN_OP_UNEQUAL,
    A4NN_OP_LESS,
    A4NN_OP_LESS_EQUAL,
    A4NN_OP_MORE,
    A4NN_OP_MORE_EQUAL,
    A4NN_OP_IN,
    A4NN_OP_LIST, /* left is an element, right the rest of the list */
    A4NN_OP_ADD,
    A4NN_OP_SUBTRACT,
    A4NN_OP_MULTIPLY,
    A4NN_OP_DIVIDE,
    A4NN_OP_REST,
    A4NN_OP_POWER,
    A4NN_OP_MINUS,
    A4NN_OP_MIN,
    A4NN_OP_MAX,
    A4NN_OP_ABS,
    A4NN_OP_FLOOR,
    A4NN_OP_CEIL,
    A4NN_OP_LOG2
};

struct a4nn_formula {
    enum a4nn_formula_op op;
    struct a4nn_formula *left, *right; /* owned, NULL where the operation has none */
    size_t name;                       /* of NAME */
    struct a4nn_term value;            /* of VALUE */
    char *text;                        /* of a VALUE that is a text; owned */
    unsigned kinds;                    /* bits of what its value may be */
    size_t at;                         /* where it begins in the text, for messages */
};

#endif
