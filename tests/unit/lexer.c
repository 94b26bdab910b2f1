/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens: what is taken, what is left, and where it is said to be wrong. */
#include "lexer.h"

#include <ctype.h>
#include <stdlib.h>

#include "unit.h"

static struct a4nn_err err;

static bool
in_word(char c)
{
    return isalnum((unsigned char)c) || c == '-';
}

static struct a4nn_lexer
lexer(const char *text)
{
    err.msg[0] = '\0';
    return (struct a4nn_lexer){text, text, in_word, "here, ", 0, 2, &err};
}

static void
check_words(void)
{
    struct a4nn_lexer lex = lexer(" \t\n or-der or)nor");
    char *word;

    CHECK(a4nn_lexer_place(&lex) == 4);
    CHECK(!a4nn_lexer_word(&lex, "or") && !a4nn_lexer_word(&lex, "or-der x"));
    CHECK(a4nn_lexer_word(&lex, "or-der") && a4nn_lexer_word(&lex, "or"));
    CHECK(a4nn_lexer_bare(&lex) == NULL && a4nn_lexer_place(&lex) == 13);
    CHECK(a4nn_lexer_sign(&lex, ")"));
    word = a4nn_lexer_bare(&lex);
    CHECK_STR(word, "nor");
    free(word);
    CHECK(*lex.at == '\0' && a4nn_lexer_bare(&lex) == NULL && !a4nn_lexer_word(&lex, "or"));
}

static void
check_signs(void)
{
    static const struct a4nn_lexer_sign signs[] = {{"<=", 1}, {"<", 2}, {"=", 3}};
    struct a4nn_lexer lex = lexer("< = <= !");
    int means = 9;

    CHECK(a4nn_lexer_sign_of(&lex, signs, 3, &means) && means == 2);
    CHECK(a4nn_lexer_sign_of(&lex, signs, 3, &means) && means == 3);
    CHECK(a4nn_lexer_sign_of(&lex, signs, 3, &means) && means == 1);
    CHECK(!a4nn_lexer_sign_of(&lex, signs, 3, &means) && means == 1);
    CHECK(!a4nn_lexer_sign(&lex, "!!") && a4nn_lexer_place(&lex) == 7);
}

static void
check_quotes(void)
{
    static const struct {
        const char *text, *quoted, *rest;
    } good[] = {
        {" 'a b'c", "a b", "c"},        {"''", "", ""},           {"'it''s'", "it's", ""},
        {"\"a''\"\"b\"", "a''\"b", ""}, {"`a'b` `", "a'b", " `"}, {"''''", "'", ""},
    };
    static const char *const bad[] = {"  'a", "  '", "  'a''", "  \"a'"};
    struct a4nn_lexer lex;
    size_t i;

    for (i = 0; i < sizeof good / sizeof *good; i++) {
        char *quoted;

        lex = lexer(good[i].text);
        quoted = a4nn_lexer_quoted(&lex);
        CHECK_STR(quoted, good[i].quoted);
        CHECK_STR(lex.at, good[i].rest);
        free(quoted);
    }
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        lex = lexer(bad[i]);
        CHECK(a4nn_lexer_quoted(&lex) == NULL);
        CHECK_STR(err.msg, "here, at character 3: a quote that does not end");
    }
}

static void
check_wrong(void)
{
    struct a4nn_lexer lex = lexer("a  b");
    char longer[2000];

    CHECK(a4nn_lexer_enter(&lex) && a4nn_lexer_enter(&lex));
    a4nn_lexer_leave(&lex);
    CHECK(a4nn_lexer_enter(&lex) && err.msg[0] == '\0');
    lex.at++;
    CHECK(!a4nn_lexer_enter(&lex));
    CHECK_STR(err.msg, "here, at character 4: too deep");
    CHECK(a4nn_lexer_wrong(&lex, 0, "no '%s'", "a") == NULL);
    CHECK_STR(err.msg, "here, at character 1: no 'a'");
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    a4nn_lexer_wrong(&lex, 0, "%s", longer);
    CHECK(strncmp(err.msg, "here, at character 1: xxx", 25) == 0);
}

int
main(void)
{
    check_words();
    check_signs();
    check_quotes();
    check_wrong();
    return unit_end();
}
