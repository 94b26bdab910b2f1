/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "yaml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "xalloc.h"

enum { DEPTH = 50 };

/* At a line that is neither blank nor a comment, or at the end. */
struct parser {
    char *next;    /* the line behind it */
    char *line;    /* what stands in it, without indentation; NULL at the end */
    size_t indent; /* blanks before it */
    unsigned long number;
    int depth;
    struct a4nn_err *err;
};

static struct a4nn_json *
refuse(struct parser *p, const char *what)
{
    a4nn_err_set(p->err, "line %lu: %s", p->number, what);
    return NULL;
}

/* ---- lines ---- */

static void
strip(char *text)
{
    size_t n = strlen(text);

    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r'))
        text[--n] = '\0';
}

static void
advance(struct parser *p)
{
    bool begins = p->number == 0;

    do {
        char *end;
        p->line = p->next;
        if (p->line[0] == '\0') {
            p->line = NULL;
            return;
        }
        end = p->line + strcspn(p->line, "\n");
        p->next = *end != '\0' ? end + 1 : end;
        *end = '\0';
        p->number++;
        p->indent = strspn(p->line, " ");
        p->line += p->indent;
        strip(p->line);
    } while (p->line[0] == '\0' || p->line[0] == '#' || p->line[0] == '%' ||
             (begins && strcmp(p->line, "---") == 0));
}

static bool
is_item(const struct parser *p)
{
    return p->line[0] == '-' && (p->line[1] == ' ' || p->line[1] == '\0');
}

/* ---- scalars ---- */

/* 'it''s': the length with its quotes, 0 when it has no end. */
static size_t
quoted_length(const char *text)
{
    char quote = text[0];
    size_t i;

    for (i = 1; text[i] != '\0'; i++)
        if (quote == '"' && text[i] == '\\' && text[i + 1] != '\0')
            i++;
        else if (quote == '\'' && text[i] == quote && text[i + 1] == quote)
            i++;
        else if (text[i] == quote)
            return i + 1;
    return 0;
}

/* A text in quotes that takes `len` bytes; NULL when it is none. Owned. */
static struct a4nn_json *
unquote(const char *text, size_t len)
{
    struct a4nn_buf out = {0};
    struct a4nn_err ignored;
    struct a4nn_json *v;
    size_t i;

    if (text[0] == '"')
        return a4nn_json_parse(text, len, NULL, &ignored);
    for (i = 1; i + 1 < len; i++) {
        a4nn_buf_addc(&out, text[i]);
        i += text[i] == '\'';
    }
    v = a4nn_json_from_string(out.data != NULL ? out.data : "");
    a4nn_buf_release(&out);
    return v;
}

static bool
only_comment(const char *rest)
{
    size_t blanks = strspn(rest, " \t");

    return rest[blanks] == '\0' || (blanks > 0 && rest[blanks] == '#');
}

static struct a4nn_json *
plain(char *text)
{
    char *comment = strstr(text, " #");

    if (comment != NULL)
        *comment = '\0';
    strip(text);
    return strcmp(text, "~") == 0 ? a4nn_json_meant("null") : a4nn_json_meant(text);
}

static struct a4nn_json *
scalar(struct parser *p, char *text)
{
    struct a4nn_json *v = NULL;
    struct a4nn_err ignored;
    size_t len;

    if (text[0] == '"' || text[0] == '\'') {
        len = quoted_length(text);
        if (len > 0 && only_comment(text + len))
            v = unquote(text, len);
        return v != NULL ? v : refuse(p, "a text in quotes that does not end as one");
    }
    if (text[0] == '[' || text[0] == '{') {
        v = a4nn_json_parse(text, strlen(text), NULL, &ignored);
        return v != NULL ? v : refuse(p, "flow style that is no JSON");
    }
    if (strchr("&*!|>%@`,]}?", text[0]) != NULL || strstr(text, ": ") != NULL ||
        text[strlen(text) - 1] == ':')
        return refuse(p, "YAML that is not read here");
    return plain(text);
}

/* ---- blocks ---- */

static struct a4nn_json *block(struct parser *p);

/* A scalar whose line is done with must not go on in the next. */
static struct a4nn_json *
scalar_line(struct parser *p, char *text, size_t indent)
{
    struct a4nn_json *v = scalar(p, text);

    if (v == NULL)
        return NULL;
    advance(p);
    if (p->line == NULL || p->indent <= indent)
        return v;
    a4nn_json_free(v);
    return refuse(p, "a line that is indented further than it may be");
}

static struct a4nn_json *
list(struct parser *p)
{
    struct a4nn_json *all = a4nn_json_array(), *v;
    size_t indent = p->indent;

    while (p->line != NULL && p->indent == indent && is_item(p)) {
        char *text = p->line + 1 + strspn(p->line + 1, " ");
        if (text[0] == '\0' || (text[0] == '-' && text[1] == ' '))
            v = refuse(p, "a list of other than scalars");
        else
            v = scalar_line(p, text, indent);
        if (v == NULL) {
            a4nn_json_free(all);
            return NULL;
        }
        a4nn_json_append(all, v);
    }
    return all;
}

/* What stands before the colon, which *text is moved behind; owned, or NULL. */
static char *
take_key(struct parser *p, char **text)
{
    struct a4nn_json *v;
    char *colon, *key;
    size_t len;

    if (p->line[0] == '"' || p->line[0] == '\'') {
        len = quoted_length(p->line);
        v = len > 0 && p->line[len] == ':' ? unquote(p->line, len) : NULL;
        key = v != NULL && a4nn_json_string(v) != NULL ? a4nn_xstrdup(a4nn_json_string(v)) : NULL;
        a4nn_json_free(v);
        if (key == NULL)
            return NULL;
        colon = p->line + len;
    } else {
        for (colon = strchr(p->line, ':'); colon != NULL && colon[1] != ' ' && colon[1] != '\0';)
            colon = strchr(colon + 1, ':');
        if (colon == NULL || strchr("&*!|>%@`?[]{},#\t", p->line[0]) != NULL || is_item(p))
            return NULL;
        key = a4nn_xstrndup(p->line, (size_t)(colon - p->line));
        strip(key);
    }
    *text = colon + 1 + strspn(colon + 1, " ");
    return key;
}

/* The value behind a key that ends its line: a block, a list, or nothing. */
static struct a4nn_json *
value_below(struct parser *p, size_t indent)
{
    advance(p);
    if (p->line != NULL && (p->indent > indent || (p->indent == indent && is_item(p))))
        return block(p);
    return a4nn_json_meant("null");
}

static struct a4nn_json *
mapping(struct parser *p)
{
    struct a4nn_json *all = a4nn_json_object(), *v = all;
    size_t indent = p->indent;

    while (p->line != NULL && p->indent == indent && v != NULL) {
        char *text = NULL, *key = take_key(p, &text);
        if (key == NULL)
            v = refuse(p, "not 'name: value'");
        else if (text[0] == '\0' || text[0] == '#')
            v = value_below(p, indent);
        else
            v = scalar_line(p, text, indent);
        if (v != NULL)
            a4nn_json_set(all, key, v);
        free(key);
    }
    if (v != NULL && p->line != NULL && p->indent > indent)
        v = refuse(p, "a line that is indented further than it may be");
    if (v != NULL)
        return all;
    a4nn_json_free(all);
    return NULL;
}

static struct a4nn_json *
block(struct parser *p)
{
    struct a4nn_json *v;

    if (p->depth == DEPTH)
        return refuse(p, "too deep");
    p->depth++;
    v = is_item(p) ? list(p) : mapping(p);
    p->depth--;
    return v;
}

struct a4nn_json *
a4nn_yaml_parse(const char *text, size_t len, struct a4nn_err *err)
{
    char *copy = a4nn_xstrndup(text, len);
    struct parser p = {.next = copy, .err = err};
    struct a4nn_json *v = NULL;

    if (memchr(text, '\0', len) != NULL) {
        a4nn_err_set(err, "no text");
    } else {
        advance(&p);
        if (p.line == NULL)
            a4nn_err_set(err, "nothing is in it");
        else
            v = block(&p);
    }
    if (v != NULL && (p.line != NULL || a4nn_json_kind(v) != A4NN_JSON_OBJECT)) {
        a4nn_json_free(v);
        v = refuse(&p, p.line != NULL ? "YAML that is not read here" : "not a mapping");
    }
    free(copy);
    return v;
}
