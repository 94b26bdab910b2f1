/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conditions on a configuration: what they answer, and what is none. */
#include <stdbool.h>

#include "formula.h"
#include "unit.h"

/* i = 3, r = 0.5, pool = 'max' of max and avg, on = true, gone is not there, mixed is 1 of 1, 'a',
 * null; 'a b' = 4 */
enum { NAMES = 7 };
static const char *const name[NAMES] = {"i", "r", "pool", "on", "gone", "mixed", "a b"};
static const struct a4nn_term value[NAMES] = {
    {A4NN_TERM_NUMBER, 3, NULL}, {A4NN_TERM_NUMBER, 0.5, NULL}, {A4NN_TERM_TEXT, 0, "max"},
    {A4NN_TERM_TRUTH, 1, NULL},  {A4NN_TERM_ABSENT, 0, NULL},   {A4NN_TERM_NUMBER, 1, NULL},
    {A4NN_TERM_NUMBER, 4, NULL},
};
static const unsigned kinds[NAMES] = {
    1u << A4NN_TERM_NUMBER, 1u << A4NN_TERM_NUMBER,
    1u << A4NN_TERM_TEXT,   1u << A4NN_TERM_TRUTH,
    1u << A4NN_TERM_NUMBER, 1u << A4NN_TERM_NUMBER | 1u << A4NN_TERM_TEXT | 1u << A4NN_TERM_NULL,
    1u << A4NN_TERM_NUMBER,
};

static bool
allows(const void *arg, size_t n, const struct a4nn_term *v)
{
    (void)arg;
    if (v->kind == A4NN_TERM_TEXT)
        return n == 2 ? strcmp(v->text, "max") == 0 || strcmp(v->text, "avg") == 0
                      : n == 5 && strcmp(v->text, "a") == 0;
    return (kinds[n] >> v->kind & 1) != 0 && (v->kind != A4NN_TERM_NUMBER || v->number < 100);
}

static struct a4nn_strmap names;
static struct a4nn_err err;

static struct a4nn_formula *
parse(const char *text)
{
    const struct a4nn_formula_scope scope = {&names, kinds, allows, NULL};

    return a4nn_formula_parse(text, &scope, &err);
}

static int
answer(const char *text)
{
    struct a4nn_formula *f = parse(text);
    int got = f != NULL ? (int)a4nn_formula_ask(f, value) : -1;

    if (f == NULL)
        fprintf(stderr, "%s: %s\n", text, err.msg);
    a4nn_formula_free(f);
    return got;
}

static const char *
refusal(const char *text)
{
    struct a4nn_formula *f = parse(text);

    if (f == NULL)
        return err.msg;
    a4nn_formula_free(f);
    return "taken";
}

static void
answers(void)
{
    static const char *const yes[] = {
        "i = 3",
        "i == 3 and r = .5",
        "i*2+1 = 7",
        "1 + i * 2 = 7",
        "(1 + i) * 2 = 8",
        "10 - i - 2 = 5",
        "12 / i / 2 = 2",
        "2 ** i ** 2 = 512",
        "-2 ** 2 = -4",
        "-i < -2.5",
        "i % 2 = 1",
        "-i % 2 = 1",
        "i>=3 and i<=3 and not i<3 and not i>3 and i!=4",
        "pool = 'max'",
        "pool in ['avg', \"max\"]",
        "pool not in ['avg']",
        "not pool in ['avg']",
        "on",
        "on = true and on != false",
        "not (on and pool = 'avg')",
        "i = 4 or r < 1 and on",
        "mixed = 1 and mixed != 'a' and mixed != null",
        "`a b` = 4",
        "`i` in [1, 3]",
        "min(i, r, 9) = r and max(1, i) = 3",
        "abs(-i) = 3 and floor(r) = 0 and ceil(r) = 1 and log2(8) = i",
        "'it''s' = 'it''s'",
        "1e2 >= 99",
        "on or 1 / 0 = 1",
    };
    static const char *const no[] = {
        "i = 4",          "pool = 'avg'",         "not on",
        "i < 3 or i > 3", "mixed in ['a', null]", "i = 4 and 1 / 0 = 1",
    };
    size_t i;

    for (i = 0; i < sizeof yes / sizeof *yes; i++)
        if (answer(yes[i]) != A4NN_ANSWER_YES)
            CHECK_STR(yes[i], "met");
    for (i = 0; i < sizeof no / sizeof *no; i++)
        if (answer(no[i]) != A4NN_ANSWER_NO)
            CHECK_STR(no[i], "not met");
    CHECK(i > 0);
}

static void
open_answers(void)
{
    CHECK(answer("gone > 1") == A4NN_ANSWER_ABSENT);
    CHECK(answer("not gone > 1") == A4NN_ANSWER_ABSENT);
    CHECK(answer("gone in [1]") == A4NN_ANSWER_ABSENT);
    CHECK(answer("gone > 1 and on") == A4NN_ANSWER_ABSENT);
    CHECK(answer("gone > 1 and not on") == A4NN_ANSWER_NO);
    CHECK(answer("on or gone > 1") == A4NN_ANSWER_YES);
    CHECK(answer("gone > 1 or on") == A4NN_ANSWER_YES);
    CHECK(answer("i / 0 > 1") == A4NN_ANSWER_UNDEFINED);
    CHECK(answer("not i / 0 > 1") == A4NN_ANSWER_UNDEFINED);
    CHECK(answer("i % 0 > 1") == A4NN_ANSWER_UNDEFINED);
    CHECK(answer("(-2) ** r < 1") == A4NN_ANSWER_UNDEFINED);
    CHECK(answer("log2(-i) < 1") == A4NN_ANSWER_UNDEFINED);
    CHECK(answer("99 ** 999 > 1") == A4NN_ANSWER_UNDEFINED);
    CHECK(answer("gone / 0 > 1 and on") == A4NN_ANSWER_ABSENT);
    CHECK(answer("gone + i / 0 > 1") == A4NN_ANSWER_UNDEFINED);
    CHECK(answer("on and 0 ** -1 > 1") == A4NN_ANSWER_UNDEFINED);
}

static void
refusals(void)
{
    char deep[4 * 300 + 1], longer[A4NN_FORMULA_LENGTH + 10];
    size_t i;

    CHECK_STR(refusal(""), "at character 1: a name or a value is missing");
    CHECK_STR(refusal("i"), "at character 1: not a condition");
    CHECK_STR(refusal("i +"), "at character 4: a name or a value is missing");
    CHECK_STR(refusal("i > 1 >"), "at character 7: a second comparison: join them by 'and'");
    CHECK_STR(refusal("1 < i < 3"), "at character 7: a second comparison: join them by 'and'");
    CHECK_STR(refusal("i > 1 i"), "at character 7: an operator or the end is missing");
    CHECK_STR(refusal("(i > 1"), "at character 7: ')' is missing");
    CHECK_STR(refusal("max(i, 2 > 1"), "at character 8: not a number");
    CHECK_STR(refusal("max(i) > 1"), "at character 1: max() takes two numbers or more");
    CHECK_STR(refusal("abs(i, 2) > 1"), "at character 6: ')' is missing");
    CHECK_STR(refusal("j > 1"), "at character 1: no parameter 'j'");
    CHECK_STR(refusal("system('ls') = 1"), "at character 1: no parameter 'system'");
    CHECK_STR(refusal("i > 1 and jj > 1"), "at character 11: no parameter 'jj'");
    CHECK_STR(refusal("pool > 1"), "at character 1: not a number");
    CHECK_STR(refusal("pool + 'x' = 'maxx'"), "at character 1: not a number");
    CHECK_STR(refusal("pool = 'mean'"), "at character 8: 'mean' is no value of 'pool'");
    CHECK_STR(refusal("pool in ['max', 'mean']"), "at character 17: 'mean' is no value of 'pool'");
    CHECK_STR(refusal("pool = 3"), "at character 8: '3' is no value of 'pool'");
    CHECK_STR(refusal("pool = i"), "at character 8: compared with what it can never be");
    CHECK_STR(refusal("on = null"), "at character 6: 'null' is no value of 'on'");
    CHECK_STR(refusal("i = 1000"), "at character 5: '1000' is no value of 'i'");
    CHECK_STR(refusal("i and on"), "at character 1: not a condition");
    CHECK_STR(refusal("not i"), "at character 5: not a condition");
    CHECK_STR(refusal("i in [1, r]"), "at character 10: not a value");
    CHECK_STR(refusal("i in []"), "at character 7: a name or a value is missing");
    CHECK_STR(refusal("i in 3"), "at character 6: '[' is missing");
    CHECK_STR(refusal("i in [3"), "at character 8: ']' is missing");
    CHECK_STR(refusal("i not 3"), "at character 7: 'in' is missing");
    CHECK_STR(refusal("pool = 'max"), "at character 8: a quote that does not end");
    CHECK_STR(refusal("3x > 1"),
              "at character 1: not a number; a name that begins so stands in backquotes");
    CHECK_STR(refusal("1e999 > i"), "at character 1: not a number");
    for (i = 0; i < 300; i++)
        memcpy(deep + 4 * i, "not ", 5);
    CHECK_STR(refusal(deep), "at character 401: too deep");
    memset(longer, '(', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    CHECK_STR(refusal(longer), "longer than 4096 bytes");
    longer[4000] = '\0';
    CHECK(strstr(refusal(longer), "too deep") != NULL);
    memset(longer, '-', 4000);
    CHECK(strstr(refusal(longer), "too deep") != NULL);
}

int
main(void)
{
    size_t i;

    for (i = 0; i < NAMES; i++)
        a4nn_strmap_put(&names, name[i], NULL);
    answers();
    open_answers();
    refusals();
    a4nn_strmap_release(&names);
    return unit_end();
}
