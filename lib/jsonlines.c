/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsonlines.h"

#include <stdbool.h>
#include <string.h>

static bool
is_blank(const char *text, size_t len)
{
    while (len > 0 && text[len - 1] != '\0' && strchr(" \t\r\n", text[len - 1]) != NULL)
        len--;
    return len == 0;
}

int
a4nn_jsonlines(const char *text, size_t len,
               int (*each)(void *arg, unsigned long number, struct a4nn_json *line,
                           const char *wrong),
               void *arg)
{
    unsigned long number = 0;
    int ended = 0;

    while (len > 0 && ended == 0) {
        const char *end = memchr(text, '\n', len);
        size_t n = end != NULL ? (size_t)(end - text) + 1 : len;
        struct a4nn_json *line;
        struct a4nn_err err;

        number++;
        if (!is_blank(text, n)) {
            line = a4nn_json_parse(text, n, NULL, &err);
            if (line != NULL && a4nn_json_kind(line) != A4NN_JSON_OBJECT) {
                a4nn_json_free(line);
                line = NULL;
                a4nn_err_set(&err, "not a JSON object");
            }
            ended = each(arg, number, line, line == NULL ? err.msg : NULL);
        }
        text += n;
        len -= n;
    }
    return ended;
}
