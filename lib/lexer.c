/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lexer.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "xalloc.h"

void *
a4nn_lexer_wrong(const struct a4nn_lexer *lex, size_t at, const char *fmt, ...)
{
    char what[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    a4nn_err_set(lex->err, "%sat character %zu: %s", lex->said_of, at + 1, what);
    return NULL;
}

size_t
a4nn_lexer_place(struct a4nn_lexer *lex)
{
    while (isspace((unsigned char)*lex->at))
        lex->at++;
    return (size_t)(lex->at - lex->begin);
}

bool
a4nn_lexer_word(struct a4nn_lexer *lex, const char *word)
{
    size_t len = strlen(word);

    a4nn_lexer_place(lex);
    if (strncmp(lex->at, word, len) != 0 || lex->in_word(lex->at[len]))
        return false;
    lex->at += len;
    return true;
}

bool
a4nn_lexer_sign(struct a4nn_lexer *lex, const char *sign)
{
    size_t len = strlen(sign);

    a4nn_lexer_place(lex);
    if (strncmp(lex->at, sign, len) != 0)
        return false;
    lex->at += len;
    return true;
}

bool
a4nn_lexer_sign_of(struct a4nn_lexer *lex, const struct a4nn_lexer_sign *signs, size_t count,
                   int *means)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (a4nn_lexer_sign(lex, signs[i].sign)) {
            *means = signs[i].means;
            return true;
        }
    return false;
}

char *
a4nn_lexer_bare(struct a4nn_lexer *lex)
{
    const char *from;

    a4nn_lexer_place(lex);
    for (from = lex->at; lex->in_word(*lex->at);)
        lex->at++;
    return lex->at > from ? a4nn_xstrndup(from, (size_t)(lex->at - from)) : NULL;
}

char *
a4nn_lexer_quoted(struct a4nn_lexer *lex)
{
    size_t from = a4nn_lexer_place(lex);
    const char quote = *lex->at;
    struct a4nn_buf text = {0};

    a4nn_buf_adds(&text, "");
    for (lex->at++;; lex->at++) {
        if (*lex->at == '\0') {
            a4nn_buf_release(&text);
            return a4nn_lexer_wrong(lex, from, "a quote that does not end");
        }
        if (*lex->at == quote && *++lex->at != quote)
            return text.data;
        a4nn_buf_addc(&text, *lex->at);
    }
}

bool
a4nn_lexer_enter(struct a4nn_lexer *lex)
{
    if (++lex->depth <= lex->depth_at_most)
        return true;
    a4nn_lexer_wrong(lex, a4nn_lexer_place(lex), "too deep");
    return false;
}

void
a4nn_lexer_leave(struct a4nn_lexer *lex)
{
    lex->depth--;
}
