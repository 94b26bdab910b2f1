/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conditions on runs: what they say of a run, and where they are wrong. */
#include "where.h"

#include <stdlib.h>

#include "buf.h"
#include "unit.h"

static struct a4nn_history_run run;

/* 1 and 0, or -1 when the text is no condition; `said` tells why. */
static char said[256];

static int
met(const char *text)
{
    struct a4nn_err err = {""};
    struct a4nn_where *w = a4nn_where_parse(text, &err);
    int answer = w != NULL ? a4nn_where_met(w, &run) : -1;

    snprintf(said, sizeof said, "%.*s", (int)sizeof said - 1, err.msg);
    a4nn_where_free(w);
    return answer;
}

static void
make_run(void)
{
    run = (struct a4nn_history_run){.id = 7,
                                    .task = strdup("nas"),
                                    .metric = strdup("val_acc"),
                                    .name = strdup("it's 1"),
                                    .mode = A4NN_MAX,
                                    .epochs = NAN,
                                    .observations = 20,
                                    .last_epoch = 20,
                                    .last_value = 91.5,
                                    .best_value = NAN};
    a4nn_facts_init(&run.facts);
    a4nn_facts_set_text(&run.facts, A4NN_FACT_CONFIG,
                        "{\"lr\": 1e-3, \"net\": {\"depth\": 3, \"kind\": \"conv\"}, \"a.b\": 5, "
                        "\"task\": \"other\", \"on\": true, \"none\": null, \"list\": [1, 2]}");
    a4nn_facts_set_text(&run.facts, A4NN_FACT_SEED, "18446744073709551615");
    run.facts.num[A4NN_FACT_FLOPS] = 1e12;
}

static void
check_comparisons(void)
{
    CHECK(met("last_value > 91 and last_value < 92 and last_value = 91.50") == 1);
    CHECK(met("last_value >= 91.5") == 1 && met("last_value <= 91.5") == 1);
    CHECK(met("last_value != 91.5") == 0 && met("last_value == 9.15e1") == 1);
    CHECK(met("id=7") == 1 && met("mode = max") == 1 && met("observations > 5") == 1);
    /* numbers as numbers, all else as text */
    CHECK(met("observations < 100") == 1 && met("task < xyz") == 1 && met("task > 9") == 1);
    CHECK(met("seed = 18446744073709551615") == 1 && met("flops > 1e11") == 1);
    CHECK(met("run ~ '^it'") == 1 && met("run ~ ^x") == -1 && met("run = \"it's 1\"") == 1);
    CHECK(met("run = 'it''s 1'") == 1 && met("run = 'it' 's 1'") == -1);
    CHECK(met("task ~ 'a|x'") == 1 && met("task ~ 'b+'") == 0);
}

static void
check_configuration(void)
{
    CHECK(met("config.lr <= 0.001") == 1 && met("lr = 1e-3") == 1);
    CHECK(met("config.net.depth = 3") == 1 && met("net.kind = conv") == 1);
    CHECK(met("a.b = 5") == 1);      /* a name may hold a dot itself */
    CHECK(met("task = other") == 0); /* a column goes first ... */
    CHECK(met("config.task = other") == 1);
    CHECK(met("on = true") == 1 && met("list ~ 2") == 1);
    CHECK(met("net") == 1 && met("net.depth.more") == 0);
}

/* What a run does not have meets no comparison, and so its contrary is no comparison either. */
static void
check_what_is_missing(void)
{
    static const char *const missing[] = {"best_value", "epochs",   "host",
                                          "none",       "config.x", "parameters"};
    char text[64];
    size_t i;

    for (i = 0; i < sizeof missing / sizeof *missing; i++) {
        CHECK(met(missing[i]) == 0);
        snprintf(text, sizeof text, "not %s", missing[i]);
        CHECK(met(text) == 1);
        snprintf(text, sizeof text, "%s = 1 or %s != 1", missing[i], missing[i]);
        CHECK(met(text) == 0);
    }
    CHECK(met("config and seed and flops and run") == 1); /* texts and numbers alike */
    CHECK(a4nn_where_met(NULL, &run));
    free(run.facts.text[A4NN_FACT_CONFIG]);
    run.facts.text[A4NN_FACT_CONFIG] = strdup("{ no JSON");
    CHECK(met("lr = 1") == 0 && met("config") == 1);
}

static void
check_grammar(void)
{
    CHECK(met("not id = 8 and id = 7") == 1);
    CHECK(met("not (id = 8 or id = 7)") == 0);
    CHECK(met("id = 8 and id = 8 or id = 7") == 1); /* and binds more */
    CHECK(met("id = 8 and (id = 8 or id = 7)") == 0);
    CHECK(met("not not id = 7") == 1);
    CHECK(met("android = 1 or orange = 1 or notes = 1") == 0); /* names that begin like words */
}

static void
check_wrong(void)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "condition, at character 1: a name or a value is missing"},
        {"id =", "condition, at character 5: a name or a value is missing"},
        {"id = 7 id = 8", "condition, at character 8: 'and', 'or' or the end is missing"},
        {"(id = 7", "condition, at character 8: ')' is missing"},
        {"id = 7)", "condition, at character 7: 'and', 'or' or the end is missing"},
        {"run = 'x", "condition, at character 7: a quote that does not end"},
        {"run ~ '('", "condition, at character 7: not a regular expression"},
        {"id = 7 and", "condition, at character 11: a name or a value is missing"},
        {"id = 7 and (id = 8 or", "condition, at character 22: a name or a value is missing"},
    };
    struct a4nn_buf text = {0};
    size_t i;

    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(met(bad[i].text) == -1);
        CHECK_STR(said, bad[i].why);
    }
    for (i = 0; i < 300; i++)
        a4nn_buf_addc(&text, '(');
    CHECK(met(text.data) == -1);
    CHECK_STR(said, "condition, at character 201: too deep");
    a4nn_buf_reset(&text);
    for (i = 0; i < 9999; i++)
        a4nn_buf_adds(&text, "id=8 or ");
    a4nn_buf_adds(&text, "id=7");
    CHECK(met(text.data) == 1);
    a4nn_buf_adds(&text, " or id=7");
    CHECK(met(text.data) == -1);
    CHECK(strstr(said, "too long") != NULL);
    a4nn_buf_release(&text);
}

int
main(void)
{
    make_run();
    check_comparisons();
    check_configuration();
    check_grammar();
    check_wrong();
    check_what_is_missing();
    a4nn_history_run_release(&run);
    return unit_end();
}
