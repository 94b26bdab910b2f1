/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jansson behind a wall.  Its numbers cannot be NaN, nor larger than 64 bits or a double hold, so
 * those are put in quotes before it parses; a4nn_json_number() takes strings that are numbers
 * anyway.
 */
#include "json.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "utf8.h"
#include "xalloc.h"

/* The handle is never defined: it is a json_t all along. */
static json_t *
raw(const struct a4nn_json *v)
{
    return (json_t *)(uintptr_t)v;
}

static struct a4nn_json *
handle(json_t *v)
{
    return (struct a4nn_json *)v;
}

/* Begins a string that stands for a number which jansson cannot hold (a seed of 64 bits). */
enum { WIDE = '\1', WIDE_DIGITS = 19 };

/* Length of a bare NaN, Infinity or -Infinity at `s`, 0 if there is none. */
static size_t
bare_word(const char *s, size_t len)
{
    static const char *const words[] = {"NaN", "nan", "Infinity", "-Infinity", "inf", "-inf"};
    size_t i;

    for (i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]);
        if (n <= len && memcmp(s, words[i], n) == 0)
            return n;
    }
    return 0;
}

/* Length of the number at `s`, as JSON writes it, if it is too large for jansson; else 0. */
static size_t
wide_number(const char *s, size_t len)
{
    size_t sign = len > 0 && s[0] == '-', n = sign;
    double v;

    while (n < len && s[n] >= '0' && s[n] <= '9')
        n++;
    if (n == sign || (s[sign] == '0' && n > sign + 1))
        return 0;
    if (n - sign >= WIDE_DIGITS && (n == len || strchr(".eE", s[n]) == NULL))
        return n;
    n = a4nn_number_scan(s, len, &v);
    return n > 0 && s[n - 1] != '.' && isinf(v) ? n : 0;
}

/* Puts quotes around what jansson would refuse. */
static void
quote_refused(const char *s, size_t len, struct a4nn_buf *out)
{
    bool in_string = false, in_number = false;
    size_t i, done = 0, n;

    for (i = 0; i < len; i++) {
        bool within = in_number;
        in_number = !in_string && s[i] != '\0' && strchr("+-.0123456789eE", s[i]) != NULL;
        if (in_string) {
            if (s[i] == '\\')
                i++;
            else if (s[i] == '"')
                in_string = false;
        } else if (s[i] == '"') {
            in_string = true;
        } else if ((n = bare_word(s + i, len - i)) != 0 ||
                   (!within && (n = wide_number(s + i, len - i)) != 0)) {
            a4nn_buf_add(out, s + done, i - done);
            a4nn_buf_adds(out, bare_word(s + i, n) != 0 ? "\"" : "\"\\u0001");
            a4nn_buf_add(out, s + i, n);
            a4nn_buf_addc(out, '"');
            i += n - 1;
            done = i + 1;
        }
    }
    a4nn_buf_add(out, s + done, len - done);
}

/* The digits of a number that is kept as a string; NULL if `v` is none. */
static const char *
wide_text(const json_t *v)
{
    const char *text = json_string_value(v);

    return text != NULL && text[0] == WIDE &&
                   wide_number(text + 1, strlen(text + 1)) == json_string_length(v) - 1
               ? text + 1
               : NULL;
}

static struct a4nn_json *
refuse(const json_error_t *problem, unsigned long *line, struct a4nn_err *err)
{
    if (line != NULL)
        *line = problem->line > 0 ? (unsigned long)problem->line : 1;
    a4nn_err_set(err, "not JSON: %s", problem->text);
    return NULL;
}

struct a4nn_json *
a4nn_json_parse(const char *text, size_t len, unsigned long *line, struct a4nn_err *err)
{
    const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    struct a4nn_buf fixed = {0};
    json_error_t problem;
    json_t *v = json_loadb(text, len, flags, &problem);

    if (v == NULL) { /* rarely needed, so only now */
        quote_refused(text, len, &fixed);
        v = json_loadb(fixed.data, fixed.len, flags, &problem);
        a4nn_buf_release(&fixed);
    }
    return v != NULL ? handle(v) : refuse(&problem, line, err);
}

struct a4nn_json *
a4nn_json_parse_strict(const char *text, size_t len, unsigned long *line, struct a4nn_err *err)
{
    json_error_t problem;
    json_t *v = json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &problem);

    return v != NULL ? handle(v) : refuse(&problem, line, err);
}

void
a4nn_json_free(struct a4nn_json *v)
{
    json_decref(raw(v));
}

enum a4nn_json_kind
a4nn_json_kind(const struct a4nn_json *v)
{
    if (v == NULL)
        return A4NN_JSON_NULL;
    switch (json_typeof(raw(v))) {
    case JSON_OBJECT: return A4NN_JSON_OBJECT;
    case JSON_ARRAY: return A4NN_JSON_ARRAY;
    case JSON_STRING: return wide_text(raw(v)) != NULL ? A4NN_JSON_NUMBER : A4NN_JSON_STRING;
    case JSON_INTEGER:
    case JSON_REAL: return A4NN_JSON_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE: return A4NN_JSON_BOOL;
    case JSON_NULL: break;
    }
    return A4NN_JSON_NULL;
}

struct a4nn_json *
a4nn_json_get(const struct a4nn_json *v, const char *name)
{
    return handle(json_object_get(raw(v), name));
}

size_t
a4nn_json_size(const struct a4nn_json *v)
{
    return json_is_array(raw(v)) ? json_array_size(raw(v)) : json_object_size(raw(v));
}

struct a4nn_json *
a4nn_json_at(const struct a4nn_json *v, size_t index)
{
    return handle(json_array_get(raw(v), index));
}

bool
a4nn_json_number(const struct a4nn_json *v, double *out)
{
    const char *wide = wide_text(raw(v));

    if (wide != NULL)
        return a4nn_number_parse(wide, strlen(wide), out);
    if (json_is_string(raw(v)))
        return a4nn_number_parse(json_string_value(raw(v)), json_string_length(raw(v)), out);
    if (!json_is_number(raw(v)))
        return false;
    *out = json_number_value(raw(v));
    return true;
}

bool
a4nn_json_true(const struct a4nn_json *v)
{
    return json_is_true(raw(v));
}

const char *
a4nn_json_string(const struct a4nn_json *v)
{
    return wide_text(raw(v)) == NULL ? json_string_value(raw(v)) : NULL;
}

bool
a4nn_json_string_cut(const struct a4nn_json *v)
{
    const char *text = a4nn_json_string(v);

    return text != NULL && strlen(text) != json_string_length(raw(v));
}

int
a4nn_json_members(const struct a4nn_json *v,
                  int (*each)(void *arg, const char *name, struct a4nn_json *value), void *arg)
{
    void *at;
    int stop = 0;

    for (at = json_object_iter(raw(v)); at != NULL && stop == 0;
         at = json_object_iter_next(raw(v), at))
        stop = each(arg, json_object_iter_key(at), handle(json_object_iter_value(at)));
    return stop;
}

/* jansson answers NULL when memory is out, or for text that is not UTF-8, which is made so first.
 */
static json_t *
made(json_t *v)
{
    if (v == NULL)
        (void)a4nn_xreallocarray(NULL, (size_t)-1, 2);
    return v;
}

struct a4nn_json *
a4nn_json_object(void)
{
    return handle(made(json_object()));
}

struct a4nn_json *
a4nn_json_array(void)
{
    return handle(made(json_array()));
}

struct a4nn_json *
a4nn_json_from_number(double v)
{
    if (isnan(v))
        return handle(json_null());
    if (isinf(v))
        return a4nn_json_from_string(v < 0 ? "-inf" : "inf");
    return handle(made(json_real(v)));
}

struct a4nn_json *
a4nn_json_from_string(const char *text)
{
    struct a4nn_buf valid = {0};
    json_t *v;

    a4nn_utf8_repair(&valid, text);
    v = made(json_string(valid.data != NULL ? valid.data : ""));
    a4nn_buf_release(&valid);
    return handle(v);
}

struct a4nn_json *
a4nn_json_from_bool(bool v)
{
    return handle(json_boolean(v));
}

struct a4nn_json *
a4nn_json_meant(const char *text)
{
    struct a4nn_err err;
    struct a4nn_json *v = NULL;

    if (strcmp(text, "True") == 0 || strcmp(text, "False") == 0)
        return a4nn_json_from_bool(text[0] == 'T');
    /* the bare NaN and Infinity of Python are words to keep: a number could not say them */
    if (text[0] != '\0' && strchr("[{\"-0123456789tfn", text[0]) != NULL &&
        strcmp(text, "-Infinity") != 0)
        v = a4nn_json_parse(text, strlen(text), NULL, &err);
    return v != NULL ? v : a4nn_json_from_string(text);
}

struct a4nn_json *
a4nn_json_copy(const struct a4nn_json *v)
{
    return handle(made(json_deep_copy(raw(v))));
}

void
a4nn_json_set(struct a4nn_json *object, const char *name, struct a4nn_json *v)
{
    struct a4nn_buf valid = {0};

    a4nn_utf8_repair(&valid, name);
    if (v != NULL)
        json_object_set_new(raw(object), valid.data != NULL ? valid.data : "", raw(v));
    else
        json_object_del(raw(object), valid.data != NULL ? valid.data : "");
    a4nn_buf_release(&valid);
}

void
a4nn_json_append(struct a4nn_json *array, struct a4nn_json *v)
{
    json_array_append_new(raw(array), raw(v));
}

void
a4nn_json_quote(struct a4nn_buf *out, const char *text)
{
    struct a4nn_json *s = a4nn_json_from_string(text);
    a4nn_json_dump(s, out);
    a4nn_json_free(s);
}

static int
take(const char *bytes, size_t len, void *arg)
{
    a4nn_buf_add(arg, bytes, len);
    return 0;
}

/* Depth of a value in a dump over many lines; COMPACT in one over a single line. */
enum { COMPACT = -1 };

static void dump_any(json_t *v, struct a4nn_buf *out, int depth);

static int
deeper(int depth)
{
    return depth == COMPACT ? COMPACT : depth + 1;
}

static void
break_line(struct a4nn_buf *out, int depth)
{
    if (depth != COMPACT)
        a4nn_buf_addf(out, "\n%*s", 2 * depth, "");
}

static void
dump_object(json_t *v, struct a4nn_buf *out, int depth)
{
    const char *name;
    json_t *member;
    const char *sep = "";

    a4nn_buf_addc(out, '{');
    json_object_foreach(v, name, member)
    {
        a4nn_buf_adds(out, sep);
        break_line(out, deeper(depth));
        a4nn_json_quote(out, name);
        a4nn_buf_adds(out, depth == COMPACT ? ":" : ": ");
        dump_any(member, out, deeper(depth));
        sep = ",";
    }
    if (sep[0] != '\0')
        break_line(out, depth);
    a4nn_buf_addc(out, '}');
}

static void
dump_array(json_t *v, struct a4nn_buf *out, int depth)
{
    size_t i, n = json_array_size(v);

    a4nn_buf_addc(out, '[');
    for (i = 0; i < n; i++) {
        if (i != 0)
            a4nn_buf_addc(out, ',');
        break_line(out, deeper(depth));
        dump_any(json_array_get(v, i), out, deeper(depth));
    }
    if (n > 0)
        break_line(out, depth);
    a4nn_buf_addc(out, ']');
}

/* Own walk instead of json_dumps(): the shortest numbers that read back, "5" and not "5.0". */
static void
dump_any(json_t *v, struct a4nn_buf *out, int depth)
{
    char number[32];

    if (json_is_object(v))
        dump_object(v, out, depth);
    else if (json_is_array(v))
        dump_array(v, out, depth);
    else if (wide_text(v) != NULL)
        a4nn_buf_adds(out, wide_text(v));
    else if (json_is_integer(v))
        a4nn_buf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else if (json_is_real(v))
        a4nn_buf_adds(out, a4nn_number_format(number, json_number_value(v)));
    else
        json_dump_callback(v, take, out, JSON_ENCODE_ANY | JSON_COMPACT);
}

void
a4nn_json_dump(const struct a4nn_json *v, struct a4nn_buf *out)
{
    dump_any(raw(v), out, COMPACT);
}

void
a4nn_json_say(const struct a4nn_json *v, struct a4nn_buf *out)
{
    if (a4nn_json_string(v) != NULL)
        a4nn_buf_adds(out, a4nn_json_string(v));
    else
        a4nn_json_dump(v, out);
}

void
a4nn_json_dump_indented(const struct a4nn_json *v, struct a4nn_buf *out)
{
    dump_any(raw(v), out, 0);
    a4nn_buf_addc(out, '\n');
}

void
a4nn_json_add_number(struct a4nn_buf *out, double v)
{
    char number[32];

    if (isnan(v))
        a4nn_buf_adds(out, "null");
    else if (isinf(v))
        a4nn_buf_adds(out, v < 0 ? "\"-inf\"" : "\"inf\"");
    else
        a4nn_buf_adds(out, a4nn_number_format(number, v));
}
