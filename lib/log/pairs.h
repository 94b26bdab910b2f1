/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_PAIRS_H
#define A4NN_LOG_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The `name: value`, `name=value` and `name value` pairs on a line of console output.
 *
 * A name is one or several words ("Val Acc"); it starts anew behind a number and behind
 * punctuation.  A value is a whole number-word: "2.2s", "12:30", "1,000", "oops" are none, and
 * a list of numbers behind one ':' or '=' is none either.  Of several numbers that follow a name
 * without ':' or '=' the last is the value and the others belong to the name
 * ("Prec@1 01 25.0").
 */
struct a4nn_pair {
    const char *name; /* in the line, as written */
    size_t name_len;
    unsigned words; /* of the name */
    char sep;       /* ':', '=' or ' ' */
    double value;
    double total;      /* of "3/50" the 50, else NAN */
    double average;    /* the number in parentheses behind it, else NAN */
    bool percent;      /* it, or the share in parentheses behind it, is marked by '%' */
    size_t begin, end; /* offsets in the line: of the name, behind the value and its annexes */
};

struct a4nn_pairs {
    const char *text;
    size_t len, at;
};

struct a4nn_pairs a4nn_pairs(const char *text, size_t len);

/* Finds the next pair; false at the end of the line. */
bool a4nn_pairs_next(struct a4nn_pairs *pairs, struct a4nn_pair *pair);

enum { A4NN_PAIR_NAME = 256 };

/*
 * Writes `prefix` and the pair's name with '_' between its words.  False when the name is too
 * long or nothing.
 */
bool a4nn_pair_name(const struct a4nn_pair *pair, const char *prefix, char out[A4NN_PAIR_NAME]);

/* The number the pair means: of a "hits/all" the share, in percent when it is written so. */
double a4nn_pair_value(const struct a4nn_pair *pair);

#endif
