/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LEXER_H
#define A4NN_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/*
 * The tokens of a small language of conditions, for a parser that asks for what may come next.
 * Each call passes white space, then takes a token when it is the one asked for; when it is not,
 * nothing but the white space is taken.  What is wrong is said with its place, "at character 7:
 * ...", counted from 1 in bytes of the text.
 */
struct a4nn_lexer {
    const char *begin, *at;   /* the text, its owner's; how far it is taken */
    bool (*in_word)(char c);  /* what words and names are made of; never the end */
    const char *said_of;      /* stands before the place: "condition, ", or "" */
    int depth, depth_at_most; /* of what lies in each other */
    struct a4nn_err *err;
};

/* What a sign means to its language. Where one begins another, the longer one stands first. */
struct a4nn_lexer_sign {
    const char *sign;
    int means;
};

/* The offset at which the next token begins. */
size_t a4nn_lexer_place(struct a4nn_lexer *lex);

/* A word that ends there: `or` is not taken of `order`. */
bool a4nn_lexer_word(struct a4nn_lexer *lex, const char *word);

bool a4nn_lexer_sign(struct a4nn_lexer *lex, const char *sign);

/* The first of the signs that is there; *means is left alone when none is. */
bool a4nn_lexer_sign_of(struct a4nn_lexer *lex, const struct a4nn_lexer_sign *signs, size_t count,
                        int *means);

/* All that words are made of, up to what is not; NULL when there is none. Owned by the caller. */
char *a4nn_lexer_bare(struct a4nn_lexer *lex);

/*
 * What stands in quotes of the kind that comes next, which must be one; that quote within is
 * doubled.  Owned by the caller; NULL with *err filled when it does not end.
 */
char *a4nn_lexer_quoted(struct a4nn_lexer *lex);

/* Goes one deeper, so that no text makes a parser run out of stack; *err filled when too deep. */
bool a4nn_lexer_enter(struct a4nn_lexer *lex);
void a4nn_lexer_leave(struct a4nn_lexer *lex);

/* Fills *err with what is wrong at the offset. Always NULL, to be returned. */
void *a4nn_lexer_wrong(const struct a4nn_lexer *lex, size_t at, const char *fmt, ...)
    A4NN_PRINTF(3, 4);

#endif
