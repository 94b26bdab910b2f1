/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * space [-n MUTATIONS] [-s SEED]: damages a search space, ours or another program's, at random,
 * converts it and reads it.
 *
 * It must not crash and not hang; one that is still a space must give configurations that lie in
 * it: each has a point, the point gives the configuration again, and values are in their ranges.
 * The same seed gives the same mutations.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "dice.h"
#include "json.h"
#include "space.h"
#include "space_convert.h"
#include "xalloc.h"

enum { HANG = 60, POINTS = 4, SAMPLES = 3 };

static const char *const sample[] = {
    "{\"parameters\": [\n"
    " {\"name\": \"lr\", \"type\": \"real\", \"low\": 1e-5, \"high\": 0.1, \"log\": true},\n"
    " {\"name\": \"layers\", \"type\": \"integer\", \"low\": 1, \"high\": 8},\n"
    " {\"name\": \"filters\", \"type\": \"integer\", \"low\": 8, \"high\": 256, \"step\": 8},\n"
    " {\"name\": \"pool\", \"type\": \"categorical\", \"values\": [\"max\", 1, true, null, [3, "
    "3]]},\n"
    " {\"name\": \"drop\", \"type\": \"real\", \"low\": -0.5, \"high\": 0.5, \"step\": 0.1,\n"
    "  \"when\": {\"pool\": [\"max\", null], \"layers\": 3}},\n"
    " {\"name\": \"decay\", \"type\": \"real\", \"low\": 0, \"high\": 1, \"when\": \"lr > 1e-3 and "
    "not drop < 0\"},\n"
    " {\"name\": \"wide\", \"type\": \"integer\", \"low\": 3, \"high\": 9000, \"step\": 5, "
    "\"log\": true}\n"
    "], \"constraints\": [\"filters * layers <= 512\", \"max(layers, 3) ** 2 / (layers - 2) != "
    "0.5\",\n"
    " \"pool in ['max', 1] or decay % 0.25 < 0.1\"], \"description\": \"\\u00e4\"}\n",
    "{\"hyperparameters\": [\n"
    " {\"name\": \"opt\", \"type\": \"categorical\", \"choices\": [\"sgd\", \"it's\"], "
    "\"default\": \"sgd\"},\n"
    " {\"name\": \"a:lr\", \"type\": \"uniform_float\", \"log\": true, \"lower\": 1e-5, \"upper\": "
    "0.1, \"q\": null},\n"
    " {\"name\": \"n\", \"type\": \"uniform_int\", \"lower\": 1, \"upper\": 9, \"q\": 2, "
    "\"default_value\": 3},\n"
    " {\"name\": \"b\", \"type\": \"ordinal\", \"sequence\": [16, 32, 64], \"meta\": {}}],\n"
    " \"conditions\": [{\"child\": \"n\", \"type\": \"OR\", \"conditions\": [\n"
    "  {\"child\": \"n\", \"parent\": \"opt\", \"type\": \"EQ\", \"value\": \"it's\"},\n"
    "  {\"child\": \"n\", \"parent\": \"b\", \"type\": \"IN\", \"values\": [16, 64]}]}],\n"
    " \"forbiddens\": [{\"name\": \"b\", \"type\": \"AND\", \"clauses\": [\n"
    "  {\"name\": \"b\", \"type\": \"EQUALS\", \"value\": 16},\n"
    "  {\"name\": \"opt\", \"type\": \"IN\", \"values\": [\"sgd\"]}]},\n"
    "  {\"left\": \"n\", \"right\": \"b\", \"type\": \"RELATION\", \"lambda\": \"GT\"}]}\n",
    "{\"x\": {\"name\": \"FloatDistribution\", \"attributes\": {\"low\": 0, \"high\": 1, \"step\": "
    "0.1}},\n"
    " \"y\": \"{\\\"name\\\": \\\"IntDistribution\\\", \\\"attributes\\\": {\\\"low\\\": 1, "
    "\\\"high\\\": 9}}\",\n"
    " \"z\": {\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": [1, null]}}}\n"};

static const char *const tokens[] = {
    "0",
    "1",
    "-1",
    "1e308",
    "-1e308",
    "1e-320",
    "9007199254740993",
    "0.1",
    "true",
    "null",
    "\"\"",
    "\"lr\"",
    "\"pool\"",
    "\"real\"",
    "\"integer\"",
    "\"categorical\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "'",
    "`",
    "(",
    ")",
    "**",
    "\"IN\"",
    "\"AND\"",
    "/ 0",
    " in ",
    " not ",
    "drop",
    "wide",
    "\\u0000",
    "\xff",
};

static struct a4nn_dice dice;

static void
fail(const struct a4nn_buf *text, const char *what)
{
    printf("%s:\n%s\n", what, text->data);
    exit(1);
}

static void
mutate(struct a4nn_buf *text)
{
    size_t times = 1 + a4nn_dice_below(&dice, 4);

    for (; times > 0 && text->len > 0; times--) {
        size_t at = a4nn_dice_below(&dice, text->len), len = 1 + a4nn_dice_below(&dice, 12);
        const char *token = tokens[a4nn_dice_below(&dice, sizeof tokens / sizeof *tokens)];
        struct a4nn_buf rest = {0};
        size_t cut = text->len - at < len ? text->len - at : len;

        a4nn_buf_adds(&rest, "");
        a4nn_buf_add(&rest, text->data + at, text->len - at);
        text->len = at;
        switch (a4nn_dice_below(&dice, 3)) {
        case 0: a4nn_buf_add(text, rest.data + cut, rest.len - cut); break;
        case 1:
            a4nn_buf_adds(text, token);
            a4nn_buf_add(text, rest.data, rest.len);
            break;
        case 2:
            a4nn_buf_adds(text, token);
            a4nn_buf_add(text, rest.data + cut, rest.len - cut);
            break;
        }
        a4nn_buf_release(&rest);
    }
}

static char *
print(const struct a4nn_space *space, const double *u, struct a4nn_json **config)
{
    struct a4nn_buf out = {0};

    *config = a4nn_space_config(space, u);
    a4nn_json_dump(*config, &out);
    return out.data;
}

static void
check_point(const struct a4nn_buf *text, const struct a4nn_space *space, const double *u)
{
    double *again = a4nn_xcalloc(space->n, sizeof *again);
    struct a4nn_json *config, *same;
    char *one = print(space, u, &config), *other;
    size_t i;

    memcpy(again, u, space->n * sizeof *again);
    if (a4nn_space_point(space, config, again) != a4nn_json_size(config))
        fail(text, one);
    other = print(space, again, &same);
    if (strcmp(one, other) != 0)
        fail(text, other);
    for (i = 0; i < space->n; i++) {
        double v;

        if (space->parameter[i].type != A4NN_CATEGORICAL &&
            a4nn_json_number(a4nn_json_get(config, space->parameter[i].name), &v) &&
            !(v >= space->parameter[i].low && v <= space->parameter[i].high))
            fail(text, one);
    }
    a4nn_json_free(config);
    a4nn_json_free(same);
    free(one);
    free(other);
    free(again);
}

/* Whether it is still a space. */
static bool
check(const struct a4nn_buf *text)
{
    struct a4nn_err err;
    struct a4nn_json *json =
        a4nn_json_parse_strict(text->data != NULL ? text->data : "", text->len, NULL, &err);
    struct a4nn_json *ours = json != NULL ? a4nn_space_convert(json, NULL, &err) : NULL;
    struct a4nn_space space;
    struct a4nn_term *terms;
    double *u;
    size_t k, i;

    a4nn_json_free(json);
    if (ours == NULL)
        return false;
    if (a4nn_space_of(ours, &space, &err) < 0)
        fail(text, err.msg);
    u = a4nn_xcalloc(space.n, sizeof *u);
    terms = a4nn_xcalloc(space.n, sizeof *terms);
    for (k = 0; k < POINTS; k++) {
        for (i = 0; i < space.n; i++)
            u[i] = a4nn_dice_share(&dice);
        a4nn_space_terms(&space, u, terms);
        a4nn_space_unmet(&space, terms, NULL);
        check_point(text, &space, u);
    }
    free(u);
    free(terms);
    a4nn_space_release(&space);
    a4nn_json_free(ours);
    return true;
}

int
main(int argc, char **argv)
{
    unsigned long n = 50000, spaces = 0, i;
    int c;

    while ((c = getopt(argc, argv, "n:s:")) != -1)
        if (c == 'n')
            n = strtoul(optarg, NULL, 10);
        else if (c == 's')
            dice.state = strtoul(optarg, NULL, 10);
        else
            return 2;
    alarm(HANG);
    for (i = 0; i < SAMPLES + n; i++) {
        struct a4nn_buf text = {0};

        a4nn_buf_adds(&text, sample[i % SAMPLES]);
        if (i >= SAMPLES)
            mutate(&text);
        spaces += check(&text) ? 1 : 0;
        if (i < SAMPLES && spaces <= i)
            fail(&text, "the sample is no space");
        a4nn_buf_release(&text);
    }
    printf("%lu mutations, %lu of them spaces\n", n, spaces);
    return spaces <= SAMPLES;
}
