/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fillin.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "number.h"
#include "xalloc.h"

static const enum a4nn_field offered[] = {A4NN_RUN, A4NN_EPOCH, A4NN_VALUE, A4NN_FORECAST,
                                          A4NN_REASON};
enum { OFFERED = sizeof offered / sizeof *offered };

/* The field whose {name} `at` begins with, and the length of that; -1 when it is none. */
static int
placeholder(const char *at, size_t *len)
{
    size_t i;

    for (i = 0; at[0] == '{' && i < OFFERED; i++) {
        const char *name = a4nn_field_name(offered[i]);
        *len = strlen(name) + 2;
        if (strncmp(at + 1, name, *len - 2) == 0 && at[*len - 1] == '}')
            return (int)offered[i];
    }
    return -1;
}

static bool
has_placeholder(const char *word)
{
    size_t len;

    for (; *word != '\0'; word++)
        if (placeholder(word, &len) >= 0)
            return true;
    return false;
}

static bool
is_shell(const char *command)
{
    static const char *const shells[] = {"sh", "bash", "dash", "ksh", "mksh", "zsh", "ash", "fish"};
    const char *slash = strrchr(command, '/');
    size_t i;

    for (i = 0; i < sizeof shells / sizeof *shells; i++)
        if (strcmp(slash != NULL ? slash + 1 : command, shells[i]) == 0)
            return true;
    return false;
}

int
a4nn_fillin_check(char *const *words, size_t count, struct a4nn_err *err)
{
    bool shell = false, script = false;
    size_t i;

    for (i = 0; i < count; i++) {
        /* "env bash -c", "nohup sh -c", "bash -ec" */
        if (script && has_placeholder(words[i]))
            return a4nn_err_set(err,
                                "what is in a log must not become part of a script: write "
                                "\"$A4NN_RUN\" and the like instead of '%.200s'",
                                words[i]);
        script = shell && words[i][0] == '-' && words[i][1] != '-' &&
                 words[i][strlen(words[i]) - 1] == 'c';
        shell = shell || is_shell(words[i]);
    }
    return count > 0 ? 0 : a4nn_err_set(err, "no command");
}

static void
add_field(struct a4nn_buf *out, const struct a4nn_record *r, enum a4nn_field field)
{
    char number[32];

    if (a4nn_field_is_text(field))
        a4nn_buf_adds(out, a4nn_record_text(r, field, ""));
    else if (a4nn_record_has(r, field) && (!isnan(r->num[field]) || field == A4NN_VALUE))
        a4nn_buf_adds(out, a4nn_number_format(number, a4nn_record_written(r, field)));
}

static char *
fill(const char *word, const struct a4nn_record *r)
{
    struct a4nn_buf out = {0};
    size_t len;
    int field;

    a4nn_buf_adds(&out, "");
    while (*word != '\0') {
        if ((field = placeholder(word, &len)) >= 0) {
            add_field(&out, r, (enum a4nn_field)field);
            word += len;
        } else {
            a4nn_buf_addc(&out, *word++);
        }
    }
    return out.data;
}

/* A negative number is one for every command that takes numbers. */
static bool
looks_like_option(const char *word)
{
    double v;

    return word[0] == '-' && word[1] != '\0' && !a4nn_number_parse(word, strlen(word), &v);
}

char **
a4nn_fillin_words(char *const *words, size_t count, const struct a4nn_record *record,
                  struct a4nn_err *err)
{
    char **out = a4nn_xcalloc(count + 1, sizeof *out);
    bool operands = false;
    size_t i;

    for (i = 0; i < count; i++) {
        out[i] = fill(words[i], record);
        if (!operands && words[i][0] == '{' && looks_like_option(out[i])) {
            a4nn_err_set(err, "'%.200s' would be taken for an option (write -- before it)", out[i]);
            a4nn_fillin_free(out);
            return NULL;
        }
        operands = operands || strcmp(words[i], "--") == 0;
    }
    return out;
}

char **
a4nn_fillin_environment(const struct a4nn_record *record)
{
    size_t own = 0, i;
    char **out;

    while (environ[own] != NULL)
        own++;
    out = a4nn_xcalloc(own + OFFERED + 1, sizeof *out);
    for (i = 0; i < OFFERED; i++) {
        struct a4nn_buf text = {0};
        char *c;
        a4nn_buf_addf(&text, "A4NN_%s", a4nn_field_name(offered[i]));
        for (c = text.data; *c != '\0'; c++)
            *c = (char)toupper((unsigned char)*c);
        a4nn_buf_addc(&text, '=');
        add_field(&text, record, offered[i]);
        out[i] = text.data;
    }
    for (own = 0; environ[own] != NULL; own++) {
        size_t name = strcspn(environ[own], "=") + 1, known = 0;
        while (known < OFFERED && strncmp(environ[own], out[known], name) != 0)
            known++;
        if (known == OFFERED)
            out[i++] = a4nn_xstrdup(environ[own]);
    }
    return out;
}

void
a4nn_fillin_free(char **words)
{
    size_t i;

    for (i = 0; words != NULL && words[i] != NULL; i++)
        free(words[i]);
    free(words);
}
