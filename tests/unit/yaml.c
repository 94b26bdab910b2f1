/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The YAML that configurations are written in: what is read, and what is refused. */
#include "yaml.h"

#include <stdlib.h>

#include "buf.h"
#include "unit.h"

static char answer[1024];

/* The mapping as JSON in one line, or what is wrong. */
static const char *
read_text(const char *text, size_t len)
{
    struct a4nn_buf out = {0};
    struct a4nn_err err = {""};
    struct a4nn_json *v = a4nn_yaml_parse(text, len, &err);

    if (v != NULL)
        a4nn_json_dump(v, &out);
    snprintf(answer, sizeof answer, "%s", v != NULL ? out.data : err.msg);
    a4nn_json_free(v);
    a4nn_buf_release(&out);
    return answer;
}

static const char *
yaml(const char *text)
{
    return read_text(text, strlen(text));
}

static const char whole[] = "---\n"
                            "# a run\n"
                            "lr: 1e-3   # the rate\n"
                            "net:\n"
                            "    depth: 3\n"
                            "    act: relu\n"
                            "\n"
                            "    inner:\n"
                            "        on: true\n"
                            "layers:\n"
                            "- 64\n"
                            "- 'it''s'\n"
                            "deep:\n"
                            "  - 1\n"
                            "nothing:\n"
                            "none: ~\n"
                            "\"a b\": \"x\\ty\"\n"
                            "json: {\"a\": [1, 2]}\n"
                            "url: https://x.org/a:b\n"
                            "name: two words\n";

static void
check_what_is_read(void)
{
    CHECK_STR(yaml("a: 1\r\nb: x\r\n"), "{\"a\":1,\"b\":\"x\"}");
    CHECK_STR(yaml("a: 1"), "{\"a\":1}");
    CHECK_STR(yaml("'a: b': null\n"), "{\"a: b\":null}");
    CHECK_STR(yaml(whole), "{\"lr\":0.001,\"net\":{\"depth\":3,\"act\":\"relu\",\"inner\":{\"on\":"
                           "true}},\"layers\":[64,\"it's\"],\"deep\":[1],\"nothing\":null,"
                           "\"none\":null,\"a b\":\"x\\ty\",\"json\":{\"a\":[1,2]},"
                           "\"url\":\"https://x.org/a:b\",\"name\":\"two words\"}");
}

static void
check_what_is_refused(void)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "nothing is in it"},
        {"# only this\n", "nothing is in it"},
        {"just text\n", "line 1: not 'name: value'"},
        {"- 1\n", "line 1: not a mapping"},
        {"a: &x 1\n", "line 1: YAML that is not read here"},
        {"a: *x\n", "line 1: YAML that is not read here"},
        {"a: !!int 1\n", "line 1: YAML that is not read here"},
        {"a: |\n  text\n", "line 1: YAML that is not read here"},
        {"a: [x, y]\n", "line 1: flow style that is no JSON"},
        {"a: 1\n  more\n", "line 2: a line that is indented further than it may be"},
        {"a:\n    b: 1\n  c: 2\n", "line 3: a line that is indented further than it may be"},
        {"a:\n- b: 1\n", "line 2: YAML that is not read here"},
        {"a:\n- - 1\n", "line 2: a list of other than scalars"},
        {"a: 'x\n", "line 1: a text in quotes that does not end as one"},
        {"a: \"x\" y\n", "line 1: a text in quotes that does not end as one"},
        {"a: 1\n\tb: 2\n", "line 2: not 'name: value'"},
        {"? a\n: 1\n", "line 1: not 'name: value'"},
        {"a: 1\n---\nb: 2\n", "line 2: not 'name: value'"},
    };
    struct a4nn_buf deep = {0};
    size_t i;

    for (i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_STR(yaml(bad[i].text), bad[i].why);
    CHECK_STR(read_text("a: 1\0b: 2", 9), "no text");
    for (i = 0; i < 60; i++)
        a4nn_buf_addf(&deep, "%*sa:\n", (int)i, "");
    CHECK_STR(yaml(deep.data), "line 51: too deep");
    a4nn_buf_release(&deep);
}

/* Cut and changed anywhere, it is read or refused, and nothing else happens. */
static void
check_damage(void)
{
    static const char bytes[] = "\n :-#'\"[{\\&\t\r";
    size_t len = sizeof whole - 1, i, k;
    char copy[sizeof whole];

    for (i = 0; i <= len; i++)
        CHECK(read_text(whole, i)[0] != '\0');
    for (i = 0; i < len; i++)
        for (k = 0; k < sizeof bytes - 1; k++) {
            memcpy(copy, whole, sizeof whole);
            copy[i] = bytes[k];
            CHECK(read_text(copy, len)[0] != '\0');
        }
}

int
main(void)
{
    check_what_is_read();
    check_what_is_refused();
    check_damage();
    return unit_end();
}
