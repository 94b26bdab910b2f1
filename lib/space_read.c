/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "number.h"
#include "readfile.h"
#include "space.h"
#include "xalloc.h"

enum { NAME_BYTES = 200, HEAD = 4096 };
/* 2^48: so many values can be told apart in u, and JSON writes them without an exponent */
static const double whole_to = 281474976710656;

static const char *const type_name[] = {"categorical", "integer", "real"};

/* ---- messages ---- */

/* "PATH: what is wrong" */
static A4NN_PRINTF(3, 4) int wrong(struct a4nn_err *err, const char *path, const char *fmt, ...)
{
    char what[700];
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return a4nn_err_set(err, "%.300s: %s", path, what);
}

/* ---- members ---- */

/* What the members of an object are called, and of which types of parameters; ends with {0}. */
struct member {
    const char *name;
    unsigned types; /* bits 1 << type */
    bool needed;
};

enum {
    ALL = 1u << A4NN_CATEGORICAL | 1u << A4NN_INTEGER | 1u << A4NN_REAL,
    NUMBERS = 1u << A4NN_INTEGER | 1u << A4NN_REAL
};

static const struct member of_parameter[] = {
    {"name", ALL, true},
    {"type", ALL, true},
    {"values", 1u << A4NN_CATEGORICAL, true},
    {"low", NUMBERS, true},
    {"high", NUMBERS, true},
    {"step", NUMBERS, false},
    {"log", NUMBERS, false},
    {"when", ALL, false},
    {"default", ALL, false},
    {"description", ALL, false},
    {0},
};
static const struct member of_space[] = {
    {"parameters", ALL, true},
    {"constraints", ALL, false},
    {"description", ALL, false},
    {0},
};

struct checking {
    const struct member *members;
    const char *path; /* "" or "parameters[3]" */
    unsigned type;    /* bit; 0: not known yet */
    struct a4nn_err *err;
};

static void
member_path(char *out, size_t size, const char *path, const char *member)
{
    snprintf(out, size, "%s%s%.100s", path, path[0] != '\0' ? "." : "", member);
}

static int
check_member(void *arg, const char *name, struct a4nn_json *value)
{
    const struct checking *c = arg;
    const struct member *m = c->members;
    char path[200];

    member_path(path, sizeof path, c->path, name);
    while (m->name != NULL && strcmp(m->name, name) != 0)
        m++;
    if (m->name == NULL)
        return wrong(c->err, path, "unknown member");
    if (c->type != 0 && (m->types & c->type) == 0)
        return wrong(c->err, path, "not of a parameter of this type");
    if (strcmp(name, "description") == 0 && a4nn_json_kind(value) != A4NN_JSON_STRING)
        return wrong(c->err, path, "not a text");
    return 0;
}

static int
check_members(const struct a4nn_json *object, struct checking *c)
{
    const struct member *m;
    char path[200];

    if (a4nn_json_members(object, check_member, c) != 0)
        return -1;
    for (m = c->members; m->name != NULL; m++)
        if (m->needed && (m->types & c->type) != 0 && a4nn_json_get(object, m->name) == NULL) {
            member_path(path, sizeof path, c->path, m->name);
            return wrong(c->err, path, "is missing");
        }
    return 0;
}

/* ---- parameters ---- */

static int
read_name(struct a4nn_space *s, size_t i, const struct a4nn_json *object, struct a4nn_err *err)
{
    const char *name = a4nn_json_string(a4nn_json_get(object, "name")), *c;
    char path[100];
    bool fresh;
    size_t at;

    snprintf(path, sizeof path, "parameters[%zu].name", i);
    if (name == NULL || name[0] == '\0')
        return wrong(err, path,
                     a4nn_json_get(object, "name") == NULL ? "is missing" : "not a name");
    for (c = name; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c))
            return wrong(err, path, "a control character");
    if (strlen(name) > NAME_BYTES)
        return wrong(err, path, "longer than %d bytes", (int)NAME_BYTES);
    at = a4nn_strmap_put(&s->names, name, &fresh);
    if (!fresh)
        return wrong(err, path, "'%.100s' is the name of parameters[%zu]", name, at);
    s->parameter[i].name = a4nn_xstrdup(name);
    return 0;
}

static int
read_type(struct a4nn_parameter *p, const char *parent, const struct a4nn_json *object,
          struct a4nn_err *err)
{
    const struct a4nn_json *type = a4nn_json_get(object, "type");
    const char *text = a4nn_json_string(type);
    char path[200];
    size_t t;

    member_path(path, sizeof path, parent, "type");
    if (type == NULL)
        return wrong(err, path, "is missing");
    for (t = 0; t < sizeof type_name / sizeof *type_name; t++)
        if (text != NULL && strcmp(text, type_name[t]) == 0) {
            p->type = (enum a4nn_parameter_type)t;
            return 0;
        }
    return wrong(err, path, "'%.100s' is no type: categorical, integer, real",
                 text != NULL ? text : "");
}

static int
read_number(const struct a4nn_parameter *p, const char *parent, const struct a4nn_json *object,
            const char *name, double *out, struct a4nn_err *err)
{
    const struct a4nn_json *v = a4nn_json_get(object, name);
    char path[200];

    if (v == NULL)
        return 0;
    member_path(path, sizeof path, parent, name);
    if (a4nn_json_kind(v) != A4NN_JSON_NUMBER || !a4nn_json_number(v, out) || !isfinite(*out))
        return wrong(err, path, "not a number");
    if (*out != 0 && fabs(*out) < 1e-290)
        return wrong(err, path, "nearer to 0 than 1e-290");
    if (p->type == A4NN_INTEGER && (*out != round(*out) || fabs(*out) > whole_to))
        return wrong(err, path, "not a whole number up to 2^48");
    return 0;
}

static int
read_log(struct a4nn_parameter *p, const char *parent, const struct a4nn_json *object,
         struct a4nn_err *err)
{
    const struct a4nn_json *v = a4nn_json_get(object, "log");
    char path[200];

    if (v == NULL)
        return 0;
    if (a4nn_json_kind(v) != A4NN_JSON_BOOL) {
        member_path(path, sizeof path, parent, "log");
        return wrong(err, path, "not true or false");
    }
    p->log = a4nn_json_true(v);
    return 0;
}

static int
read_range(struct a4nn_parameter *p, const char *parent, const struct a4nn_json *object,
           struct a4nn_err *err)
{
    char path[200], number[32];

    p->step = p->type == A4NN_INTEGER ? 1 : 0;
    if (read_number(p, parent, object, "low", &p->low, err) < 0 ||
        read_number(p, parent, object, "high", &p->high, err) < 0 ||
        read_number(p, parent, object, "step", &p->step, err) < 0 ||
        read_log(p, parent, object, err) < 0)
        return -1;
    member_path(path, sizeof path, parent, "high");
    if (p->high < p->low)
        return wrong(err, path, "less than low, %s", a4nn_number_format(number, p->low));
    member_path(path, sizeof path, parent, "low");
    if (p->log && !(p->low > 0))
        return wrong(err, path, "not more than 0, which a logarithm needs");
    member_path(path, sizeof path, parent, "step");
    if (a4nn_json_get(object, "step") != NULL) {
        if (!(p->step > 0))
            return wrong(err, path, "not more than 0");
        if (p->step > p->high - p->low)
            return wrong(err, path, "more than from low to high");
        if (!((p->high - p->low) / p->step < whole_to))
            return wrong(err, path, "too small for the range");
    }
    return 0;
}

static int
read_value(struct a4nn_parameter *p, struct a4nn_strmap *prints, const char *parent, size_t i,
           struct a4nn_err *err)
{
    static const enum a4nn_term_kind kinds[] = {
        [A4NN_JSON_NULL] = A4NN_TERM_NULL,     [A4NN_JSON_BOOL] = A4NN_TERM_TRUTH,
        [A4NN_JSON_NUMBER] = A4NN_TERM_NUMBER, [A4NN_JSON_STRING] = A4NN_TERM_TEXT,
        [A4NN_JSON_ARRAY] = A4NN_TERM_OTHER,   [A4NN_JSON_OBJECT] = A4NN_TERM_OTHER,
    };
    const struct a4nn_json *v = a4nn_json_at(p->list, i);
    struct a4nn_term *term = &p->value[i];
    struct a4nn_buf print = {0};
    char path[200];
    bool fresh;
    size_t at;

    *term = (struct a4nn_term){kinds[a4nn_json_kind(v)], 0, a4nn_json_string(v)};
    if (term->kind == A4NN_TERM_NUMBER)
        a4nn_json_number(v, &term->number);
    if (term->kind == A4NN_TERM_TRUTH)
        term->number = a4nn_json_true(v);
    a4nn_json_dump(v, &print);
    p->print[i] = print.data;
    at = a4nn_strmap_put(prints, print.data, &fresh);
    if (fresh)
        return 0;
    snprintf(path, sizeof path, "%.100s.values[%zu]", parent, i);
    return wrong(err, path, "%.100s is values[%zu], too", print.data, at);
}

static int
read_values(struct a4nn_parameter *p, const char *parent, const struct a4nn_json *object,
            struct a4nn_err *err)
{
    const struct a4nn_json *list = a4nn_json_get(object, "values");
    size_t n = a4nn_json_size(list), i;
    struct a4nn_strmap prints = {0};
    char path[200];
    int result = 0;

    member_path(path, sizeof path, parent, "values");
    if (a4nn_json_kind(list) != A4NN_JSON_ARRAY || n == 0)
        return wrong(err, path, "not a list of values");
    if (n > A4NN_SPACE_VALUES)
        return wrong(err, path, "more than %d values", (int)A4NN_SPACE_VALUES);
    p->list = a4nn_json_copy(list);
    p->values = n;
    p->value = a4nn_xcalloc(n, sizeof *p->value);
    p->print = a4nn_xcalloc(n, sizeof *p->print);
    for (i = 0; i < n && result == 0; i++)
        result = read_value(p, &prints, parent, i, err);
    a4nn_strmap_release(&prints);
    return result;
}

static int
read_default(struct a4nn_parameter *p, const char *parent, const struct a4nn_json *object,
             struct a4nn_err *err)
{
    const struct a4nn_json *v = a4nn_json_get(object, "default");
    struct a4nn_buf print = {0};
    char path[200];
    int result = 0;

    p->start = v != NULL ? a4nn_parameter_find(p, v) : -1;
    if (v != NULL && p->start < 0) {
        member_path(path, sizeof path, parent, "default");
        a4nn_json_dump(v, &print);
        result = wrong(err, path, "%.100s is no value of '%.100s'", print.data, p->name);
        a4nn_buf_release(&print);
    }
    return result;
}

static int
read_parameter(struct a4nn_space *s, size_t i, const struct a4nn_json *object, struct a4nn_err *err)
{
    struct a4nn_parameter *p = &s->parameter[i];
    char path[100];
    struct checking c = {of_parameter, path, 0, err};

    snprintf(path, sizeof path, "parameters[%zu]", i);
    if (a4nn_json_kind(object) != A4NN_JSON_OBJECT)
        return wrong(err, path, "not an object");
    if (check_members(object, &c) < 0 || read_name(s, i, object, err) < 0 ||
        read_type(p, path, object, err) < 0)
        return -1;
    c.type = 1u << p->type;
    if (check_members(object, &c) < 0)
        return -1;
    if ((p->type == A4NN_CATEGORICAL ? read_values(p, path, object, err)
                                     : read_range(p, path, object, err)) < 0)
        return -1;
    return read_default(p, path, object, err);
}

/* ---- conditions ---- */

static bool
allows(const void *arg, size_t name, const struct a4nn_term *value)
{
    const struct a4nn_space *s = arg;
    const struct a4nn_parameter *p = &s->parameter[name];
    struct a4nn_json *number;
    bool found = false;
    size_t i;

    if (p->type == A4NN_CATEGORICAL) {
        for (i = 0; i < p->values && !found; i++)
            found = a4nn_term_equal(&p->value[i], value);
        return found;
    }
    if (value->kind != A4NN_TERM_NUMBER)
        return false;
    number = a4nn_json_from_number(value->number);
    found = a4nn_parameter_find(p, number) >= 0;
    a4nn_json_free(number);
    return found;
}

static struct a4nn_formula_scope
scope_of(const struct a4nn_space *s, unsigned *kinds)
{
    size_t i, j;

    for (i = 0; i < s->n; i++) {
        const struct a4nn_parameter *p = &s->parameter[i];

        kinds[i] = p->type == A4NN_CATEGORICAL ? 0 : 1u << A4NN_TERM_NUMBER;
        for (j = 0; j < p->values; j++)
            kinds[i] |= 1u << p->value[j].kind;
    }
    return (struct a4nn_formula_scope){&s->names, kinds, allows, s};
}

/* {"pool": "max", "layers": [2, 3]} as the formula `pool` in ['max'] and `layers` in [2,3] */
struct wording {
    const struct a4nn_space *space;
    struct a4nn_buf out;
    const char *path;
    struct a4nn_err *err;
};

static int
word_value(struct wording *w, const char *path, size_t name, const struct a4nn_json *v)
{
    struct a4nn_buf print = {0};
    struct a4nn_term term = {A4NN_TERM_NULL, 0, a4nn_json_string(v)};
    int result = 0;

    a4nn_json_dump(v, &print);
    switch (a4nn_json_kind(v)) {
    case A4NN_JSON_NULL: break;
    case A4NN_JSON_BOOL: term.kind = A4NN_TERM_TRUTH; break;
    case A4NN_JSON_NUMBER: term.kind = A4NN_TERM_NUMBER; break;
    case A4NN_JSON_STRING: term.kind = A4NN_TERM_TEXT; break;
    default: result = wrong(w->err, path, "a value cannot be a list or an object");
    }
    term.number = a4nn_json_true(v);
    if (term.kind == A4NN_TERM_NUMBER)
        a4nn_json_number(v, &term.number);
    if (result == 0 && !allows(w->space, name, &term))
        result = wrong(w->err, path, "%.100s is no value of '%.100s'", print.data,
                       w->space->parameter[name].name);
    if (term.text != NULL)
        a4nn_formula_quote(&w->out, '\'', term.text);
    else
        a4nn_buf_adds(&w->out, print.data);
    a4nn_buf_release(&print);
    return result;
}

static int
word_member(void *arg, const char *name, struct a4nn_json *v)
{
    struct wording *w = arg;
    long i = a4nn_strmap_find(&w->space->names, name);
    size_t n = a4nn_json_size(v), k;
    char path[400];

    member_path(path, sizeof path, w->path, name);
    if (i < 0)
        return wrong(w->err, path, "no parameter '%.100s'", name);
    a4nn_buf_adds(&w->out, w->out.len > 0 ? " and " : "");
    a4nn_formula_quote(&w->out, '`', name);
    a4nn_buf_adds(&w->out, " in [");
    if (a4nn_json_kind(v) != A4NN_JSON_ARRAY) {
        if (word_value(w, path, (size_t)i, v) < 0)
            return -1;
    } else if (n == 0) {
        return wrong(w->err, path, "no value");
    }
    for (k = 0; a4nn_json_kind(v) == A4NN_JSON_ARRAY && k < n; k++) {
        a4nn_buf_adds(&w->out, k > 0 ? ", " : "");
        if (word_value(w, path, (size_t)i, a4nn_json_at(v, k)) < 0)
            return -1;
    }
    a4nn_buf_addc(&w->out, ']');
    return 0;
}

static int
read_when(struct a4nn_space *s, size_t i, const struct a4nn_json *when,
          const struct a4nn_formula_scope *scope, struct a4nn_err *err)
{
    struct a4nn_err why;
    char path[100];
    struct wording w = {.space = s, .path = path, .err = err};
    const char *text = a4nn_json_string(when);
    int result = 0;

    if (when == NULL)
        return 0;
    snprintf(path, sizeof path, "parameters[%zu].when", i);
    if (a4nn_json_kind(when) == A4NN_JSON_OBJECT && a4nn_json_size(when) > 0) {
        result = a4nn_json_members(when, word_member, &w) != 0 ? -1 : 0;
        text = w.out.data;
    } else if (text == NULL) {
        result = wrong(err, path, "not a condition: an object or a text");
    }
    if (result == 0 && (s->parameter[i].when = a4nn_formula_parse(text, scope, &why)) == NULL)
        result = wrong(err, path, "%s", why.msg);
    a4nn_buf_release(&w.out);
    return result;
}

/* ---- which comes first ---- */

struct ordering {
    struct a4nn_space *space;
    size_t n;      /* ordered so far */
    char *state;   /* 0: not seen, 1: being looked at, 2: ordered */
    size_t *chain; /* parameters being looked at */
    size_t depth;
    bool failed;
    struct a4nn_err *err;
};

static void
say_cycle(struct ordering *o, size_t i)
{
    struct a4nn_buf text = {0};
    char path[100];
    size_t k = 0;

    while (o->chain[k] != i)
        k++;
    snprintf(path, sizeof path, "parameters[%zu].when", i);
    for (; k < o->depth; k++)
        a4nn_buf_addf(&text, "'%.50s' needs ", o->space->parameter[o->chain[k]].name);
    a4nn_buf_addf(&text, "'%.50s'", o->space->parameter[i].name);
    wrong(o->err, path, "a cycle: %s", text.data);
    a4nn_buf_release(&text);
    o->failed = true;
}

static void
order_parameter(void *arg, size_t i)
{
    struct ordering *o = arg;

    if (o->failed || o->state[i] == 2)
        return;
    if (o->state[i] == 1) {
        say_cycle(o, i);
        return;
    }
    o->state[i] = 1;
    o->chain[o->depth++] = i;
    a4nn_formula_names(o->space->parameter[i].when, order_parameter, o);
    o->depth--;
    o->state[i] = 2;
    o->space->order[o->n++] = i;
}

static int
order(struct a4nn_space *s, struct a4nn_err *err)
{
    struct ordering o = {.space = s, .err = err};
    size_t i;

    s->order = a4nn_xcalloc(s->n, sizeof *s->order);
    o.state = a4nn_xcalloc(s->n, 1);
    o.chain = a4nn_xcalloc(s->n + 1, sizeof *o.chain);
    for (i = 0; i < s->n; i++)
        order_parameter(&o, i);
    free(o.state);
    free(o.chain);
    return o.failed ? -1 : 0;
}

/* ---- constraints ---- */

static void
note_name(void *arg, size_t name)
{
    struct a4nn_constraint *c = arg;
    size_t i;

    for (i = 0; i < c->n; i++)
        if (c->names[i] == name)
            return;
    c->names = a4nn_xreallocarray(c->names, c->n + 1, sizeof *c->names);
    c->names[c->n++] = name;
}

static int
read_constraints(struct a4nn_space *s, const struct a4nn_json *list,
                 const struct a4nn_formula_scope *scope, struct a4nn_err *err)
{
    size_t n = a4nn_json_size(list), i;
    struct a4nn_err why;
    char path[100];

    if (list == NULL)
        return 0;
    if (a4nn_json_kind(list) != A4NN_JSON_ARRAY)
        return wrong(err, "constraints", "not a list");
    if (n > A4NN_SPACE_CONSTRAINTS)
        return wrong(err, "constraints", "more than %d", (int)A4NN_SPACE_CONSTRAINTS);
    s->constraint = a4nn_xcalloc(n + 1, sizeof *s->constraint);
    for (i = 0; i < n; i++) {
        const char *text = a4nn_json_string(a4nn_json_at(list, i));
        struct a4nn_constraint *c = &s->constraint[i];

        snprintf(path, sizeof path, "constraints[%zu]", i);
        if (text == NULL)
            return wrong(err, path, "not a text");
        c->formula = a4nn_formula_parse(text, scope, &why);
        if (c->formula == NULL)
            return wrong(err, path, "%s", why.msg);
        c->text = a4nn_xstrdup(text);
        s->constraints = i + 1;
        a4nn_formula_names(c->formula, note_name, c);
    }
    return 0;
}

/* ---- all of it ---- */

static int
read_parameters(struct a4nn_space *s, const struct a4nn_json *list, struct a4nn_err *err)
{
    size_t n = a4nn_json_size(list), i;

    if (a4nn_json_kind(list) != A4NN_JSON_ARRAY || n == 0)
        return wrong(err, "parameters", "not a list of parameters");
    if (n > A4NN_SPACE_PARAMETERS)
        return wrong(err, "parameters", "more than %d", (int)A4NN_SPACE_PARAMETERS);
    s->parameter = a4nn_xcalloc(n, sizeof *s->parameter);
    s->n = n;
    for (i = 0; i < n; i++)
        if (read_parameter(s, i, a4nn_json_at(list, i), err) < 0)
            return -1;
    return 0;
}

static int
read_rest(struct a4nn_space *s, const struct a4nn_json *json, struct a4nn_err *err)
{
    const struct a4nn_json *list = a4nn_json_get(json, "parameters");
    unsigned *kinds = a4nn_xcalloc(s->n, sizeof *kinds);
    const struct a4nn_formula_scope scope = scope_of(s, kinds);
    int result = 0;
    size_t i;

    for (i = 0; i < s->n && result == 0; i++)
        result = read_when(s, i, a4nn_json_get(a4nn_json_at(list, i), "when"), &scope, err);
    if (result == 0)
        result = order(s, err);
    if (result == 0)
        result = read_constraints(s, a4nn_json_get(json, "constraints"), &scope, err);
    free(kinds);
    return result;
}

int
a4nn_space_of(const struct a4nn_json *json, struct a4nn_space *out, struct a4nn_err *err)
{
    struct checking c = {of_space, "", ALL, err};

    *out = (struct a4nn_space){0};
    if (a4nn_json_kind(json) != A4NN_JSON_OBJECT)
        return a4nn_err_set(err, "not an object");
    if (check_members(json, &c) == 0 &&
        read_parameters(out, a4nn_json_get(json, "parameters"), err) == 0 &&
        read_rest(out, json, err) == 0)
        return 0;
    a4nn_space_release(out);
    return -1;
}

int
a4nn_space_read(const char *file, struct a4nn_space *out, struct a4nn_err *err)
{
    const char *name = strcmp(file, "-") == 0 ? "standard input" : file;
    struct a4nn_buf text = {0};
    struct a4nn_json *json;
    struct a4nn_err why;
    unsigned long line;
    int result;

    *out = (struct a4nn_space){0};
    result = a4nn_readfile_most(file, A4NN_SPACE_BYTES, &text, err);
    if (result < 0) {
        a4nn_buf_release(&text);
        return -1;
    }
    json = a4nn_json_parse_strict(text.data != NULL ? text.data : "", text.len, &line, &why);
    if (json == NULL)
        result = a4nn_err_set(err, "%.300s:%lu: %s", name, line, why.msg);
    else if ((result = a4nn_space_of(json, out, &why)) < 0)
        a4nn_err_set(err, "%.300s: %s", name, why.msg);
    a4nn_json_free(json);
    a4nn_buf_release(&text);
    return result;
}

/* ---- what is a space ---- */

static const char *
behind(const char *at, const char *sign)
{
    size_t len = strlen(sign);

    if (at == NULL)
        return NULL;
    at += strspn(at, " \t\r\n");
    return strncmp(at, sign, len) == 0 ? at + len : NULL;
}

/* What follows a description, if there is one here. */
static const char *
behind_description(const char *at)
{
    const char *text = behind(behind(behind(at, "\"description\""), ":"), "\"");

    if (text == NULL)
        return at;
    while (*text != '"' && *text != '\0')
        text += text[0] == '\\' && text[1] != '\0' ? 2 : 1;
    return behind(behind(text, "\""), ",");
}

bool
a4nn_space_is_one(const char *file)
{
    char head[HEAD + 1];
    const char *start;
    struct stat about;
    FILE *in;
    size_t n;

    if (stat(file, &about) < 0 || !S_ISREG(about.st_mode) || (in = fopen(file, "re")) == NULL)
        return false;
    n = fread(head, 1, HEAD, in);
    fclose(in);
    head[n] = '\0';
    start = behind_description(behind(head, "{"));
    return behind(behind(behind(start, "\"parameters\""), ":"), "[") != NULL;
}
