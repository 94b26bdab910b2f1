/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ConfigSpace's JSON: hyperparameters, conditions, and what is forbidden. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formula.h"
#include "space_convert.h"

enum { DEPTH = 50 /* of conjunctions in each other */ };

struct work {
    struct a4nn_json *parameters;
    struct a4nn_diag *diag;
    struct a4nn_err *err;
};

static A4NN_PRINTF(3, 4) int wrong(const struct work *w, const char *path, const char *fmt, ...)
{
    char what[500];
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return a4nn_err_set(w->err, "%.400s: %s", path, what);
}

/* ---- hyperparameters ---- */

static const struct kind {
    const char *name, *type;
} kinds[] = {
    {"uniform_float", "real"},  {"uniform_int", "integer"},  {"categorical", "categorical"},
    {"ordinal", "categorical"}, {"constant", "categorical"}, {"unparametrized", "categorical"},
};

/* What their members are with us; NULL: looked at elsewhere. */
static const struct {
    const char *theirs, *ours;
} members[] = {
    {"name", "name"},
    {"type", NULL},
    {"lower", "low"},
    {"upper", "high"},
    {"log", "log"},
    {"q", "step"},
    {"choices", "values"},
    {"sequence", "values"},
    {"value", NULL},
    {"default", "default"},
    {"default_value", "default"},
    {"weights", NULL},
    {"meta", NULL},
};

struct taking {
    struct work *w;
    const char *path;
    struct a4nn_json *parameter;
};

static int
take_member(void *arg, const char *name, struct a4nn_json *v)
{
    const struct taking *t = arg;
    char path[300];
    size_t i;

    for (i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(name, members[i].theirs) == 0) {
            if (members[i].ours != NULL && a4nn_json_kind(v) != A4NN_JSON_NULL)
                a4nn_json_set(t->parameter, members[i].ours, a4nn_json_copy(v));
            return 0;
        }
    snprintf(path, sizeof path, "%.100s.%.100s", t->path, name);
    return wrong(t->w, path, "cannot be expressed");
}

/* Weights that are all the same say nothing. */
static int
check_weights(const struct work *w, const char *path, const struct a4nn_json *weights)
{
    double first = 0, v;
    char at[200];
    size_t i;

    for (i = 0; i < a4nn_json_size(weights); i++) {
        if (!a4nn_json_number(a4nn_json_at(weights, i), &v) || (i > 0 && v != first)) {
            snprintf(at, sizeof at, "%.100s.weights", path);
            return wrong(w, at, "cannot be expressed: choices of different weight");
        }
        first = v;
    }
    return 0;
}

/* An order of numbers that are in order is not lost; any other would be. */
static int
check_sequence(const struct work *w, const char *path, const struct a4nn_json *sequence)
{
    double last = NAN, v;
    char at[200];
    size_t i;

    for (i = 0; i < a4nn_json_size(sequence); i++) {
        const struct a4nn_json *one = a4nn_json_at(sequence, i);

        if (a4nn_json_kind(one) != A4NN_JSON_NUMBER || !a4nn_json_number(one, &v) || v <= last) {
            snprintf(at, sizeof at, "%.100s.sequence[%zu]", path, i);
            return wrong(w, at, "cannot be expressed: an order other than of rising numbers");
        }
        last = v;
    }
    return 0;
}

/* Theirs are counted from the lower end, and the upper end is one of them. */
static int
check_quantum(const struct work *w, const char *path, const struct a4nn_json *h)
{
    double q, lower, upper, n;
    char at[200];

    if (!a4nn_json_number(a4nn_json_get(h, "q"), &q) ||
        !a4nn_json_number(a4nn_json_get(h, "lower"), &lower) ||
        !a4nn_json_number(a4nn_json_get(h, "upper"), &upper) || !(q > 0))
        return 0;
    n = (upper - lower) / q;
    if (fabs(n - round(n)) < 1e-6)
        return 0;
    snprintf(at, sizeof at, "%.100s.q", path);
    return wrong(w, at, "cannot be expressed: from lower to upper is no multiple of it");
}

static void
set_constant(struct a4nn_json *parameter, const struct a4nn_json *value)
{
    struct a4nn_json *list;

    if (value == NULL)
        return;
    list = a4nn_json_array();
    a4nn_json_append(list, a4nn_json_copy(value));
    a4nn_json_set(parameter, "values", list);
}

static int
take_hyperparameter(struct work *w, size_t i, const struct a4nn_json *h)
{
    const char *type = a4nn_json_string(a4nn_json_get(h, "type"));
    char path[100], at[200];
    struct taking t = {w, path, NULL};
    size_t k = 0;

    snprintf(path, sizeof path, "hyperparameters[%zu]", i);
    snprintf(at, sizeof at, "%s.type", path);
    while (k < sizeof kinds / sizeof *kinds && (type == NULL || strcmp(type, kinds[k].name) != 0))
        k++;
    if (k == sizeof kinds / sizeof *kinds)
        return wrong(w, at, "'%.100s' cannot be expressed", type != NULL ? type : "");
    t.parameter = a4nn_json_object();
    a4nn_json_append(w->parameters, t.parameter);
    a4nn_json_set(t.parameter, "type", a4nn_json_from_string(kinds[k].type));
    if (a4nn_json_members(h, take_member, &t) != 0 ||
        check_weights(w, path, a4nn_json_get(h, "weights")) < 0 ||
        check_sequence(w, path, a4nn_json_get(h, "sequence")) < 0 || check_quantum(w, path, h) < 0)
        return -1;
    set_constant(t.parameter, a4nn_json_get(h, "value"));
    if (a4nn_json_size(a4nn_json_get(h, "meta")) > 0)
        a4nn_diag(w->diag, A4NN_NOTE, NULL, 0, "%s.meta is left out", path);
    return 0;
}

/* ---- conditions ---- */

static const struct {
    const char *type, *sign;
} comparisons[] = {{"EQ", "="},          {"NEQ", "!="},       {"GT", ">"},
                   {"LT", "<"},          {"EQUALS", "="},     {"RELATION_LT", "<"},
                   {"RELATION_GT", ">"}, {"RELATION_EQ", "="}};

static const char *
sign_of(const char *type)
{
    size_t i;

    for (i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        if (strcmp(type, comparisons[i].type) == 0)
            return comparisons[i].sign;
    return NULL;
}

static int
add_value(const struct work *w, const char *path, const struct a4nn_json *v, struct a4nn_buf *out)
{
    if (a4nn_json_string(v) != NULL)
        a4nn_formula_quote(out, '\'', a4nn_json_string(v));
    else if (v == NULL || a4nn_json_kind(v) == A4NN_JSON_ARRAY ||
             a4nn_json_kind(v) == A4NN_JSON_OBJECT)
        return wrong(w, path, "no value to compare with");
    else
        a4nn_json_dump(v, out);
    return 0;
}

static int
add_values(const struct work *w, const char *path, const struct a4nn_json *list,
           struct a4nn_buf *out)
{
    size_t i;

    if (a4nn_json_size(list) == 0 || a4nn_json_kind(list) != A4NN_JSON_ARRAY)
        return wrong(w, path, "no values to compare with");
    a4nn_buf_adds(out, " in [");
    for (i = 0; i < a4nn_json_size(list); i++) {
        a4nn_buf_adds(out, i > 0 ? ", " : "");
        if (add_value(w, path, a4nn_json_at(list, i), out) < 0)
            return -1;
    }
    a4nn_buf_addc(out, ']');
    return 0;
}

/* A name, the member of `c` that is called so. */
static int
add_name(const struct work *w, const char *path, const struct a4nn_json *c, const char *member,
         struct a4nn_buf *out)
{
    const char *name = a4nn_json_string(a4nn_json_get(c, member));

    if (name == NULL)
        return wrong(w, path, "no %s", member);
    a4nn_formula_quote(out, '`', name);
    return 0;
}

/* What a condition or a forbidden clause may have. */
static int
is_unknown(void *arg, const char *name, struct a4nn_json *v)
{
    static const char *const known[] = {"type",   "child",      "parent",  "value",
                                        "values", "conditions", "clauses", "name",
                                        "left",   "right",      "lambda"};
    const char **unknown = arg;
    size_t i;

    (void)v;
    for (i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i]) == 0)
            return 0;
    *unknown = name;
    return 1;
}

static int add_condition(const struct work *w, const char *path, const struct a4nn_json *c,
                         int depth, struct a4nn_buf *out);

static int
add_joined(const struct work *w, const char *path, const struct a4nn_json *c, const char *list,
           const char *word, int depth, struct a4nn_buf *out)
{
    const struct a4nn_json *parts = a4nn_json_get(c, list);
    char below[300];
    size_t i;

    if (a4nn_json_size(parts) == 0 || a4nn_json_kind(parts) != A4NN_JSON_ARRAY)
        return wrong(w, path, "no %s", list);
    a4nn_buf_addc(out, '(');
    for (i = 0; i < a4nn_json_size(parts); i++) {
        a4nn_buf_adds(out, i > 0 ? word : "");
        snprintf(below, sizeof below, "%.200s.%s[%zu]", path, list, i);
        if (add_condition(w, below, a4nn_json_at(parts, i), depth + 1, out) < 0)
            return -1;
    }
    a4nn_buf_addc(out, ')');
    return 0;
}

/* Of two hyperparameters, as "RELATION" with the kind in `lambda`, or each with a type. */
static int
add_relation(const struct work *w, const char *path, const struct a4nn_json *c, const char *sign,
             struct a4nn_buf *out)
{
    if (add_name(w, path, c, "left", out) < 0)
        return -1;
    a4nn_buf_addf(out, " %s ", sign);
    return add_name(w, path, c, "right", out);
}

static int
add_condition(const struct work *w, const char *path, const struct a4nn_json *c, int depth,
              struct a4nn_buf *out)
{
    const char *type = a4nn_json_string(a4nn_json_get(c, "type")), *sign;
    const char *lambda = a4nn_json_string(a4nn_json_get(c, "lambda"));
    const char *unknown = NULL;

    if (a4nn_json_members(c, is_unknown, &unknown) != 0)
        return wrong(w, path, "'%.100s' cannot be expressed", unknown);
    if (type == NULL)
        return wrong(w, path, "no type");
    if (depth > DEPTH)
        return wrong(w, path, "too deep");
    if (strcmp(type, "AND") == 0)
        return add_joined(w, path, c,
                          a4nn_json_get(c, "clauses") != NULL ? "clauses" : "conditions", " and ",
                          depth, out);
    if (strcmp(type, "OR") == 0)
        return add_joined(w, path, c, "conditions", " or ", depth, out);
    if (strcmp(type, "RELATION") == 0 && lambda != NULL && (sign = sign_of(lambda)) != NULL)
        return add_relation(w, path, c, sign, out);
    sign = sign_of(type);
    if (strncmp(type, "RELATION_", 9) == 0 && sign != NULL)
        return add_relation(w, path, c, sign, out);
    if (strcmp(type, "IN") != 0 && sign == NULL)
        return wrong(w, path, "'%.100s' cannot be expressed", type);
    if (add_name(w, path, c, a4nn_json_get(c, "parent") != NULL ? "parent" : "name", out) < 0)
        return -1;
    if (sign == NULL)
        return add_values(w, path, a4nn_json_get(c, "values"), out);
    a4nn_buf_addf(out, " %s ", sign);
    return add_value(w, path, a4nn_json_get(c, "value"), out);
}

/* The parameter a condition is about; NULL: there is none. */
static struct a4nn_json *
child_of(const struct work *w, const struct a4nn_json *c)
{
    const char *child = a4nn_json_string(a4nn_json_get(c, "child"));
    size_t i;

    for (i = 0; child != NULL && i < a4nn_json_size(w->parameters); i++) {
        struct a4nn_json *p = a4nn_json_at(w->parameters, i);
        const char *name = a4nn_json_string(a4nn_json_get(p, "name"));

        if (name != NULL && strcmp(name, child) == 0)
            return p;
    }
    return NULL;
}

static int
take_condition(struct work *w, size_t i, const struct a4nn_json *c)
{
    struct a4nn_json *child = child_of(w, c);
    struct a4nn_buf text = {0};
    const char *before = a4nn_json_string(a4nn_json_get(child, "when"));
    char path[100];
    int result;

    snprintf(path, sizeof path, "conditions[%zu]", i);
    if (child == NULL)
        return wrong(w, path, "its child is no hyperparameter");
    /* of several conditions all have to be met */
    if (before != NULL)
        a4nn_buf_addf(&text, "%s and ", before);
    result = add_condition(w, path, c, 0, &text);
    if (result == 0)
        a4nn_json_set(child, "when", a4nn_json_from_string(text.data));
    a4nn_buf_release(&text);
    return result;
}

static int
take_forbidden(struct work *w, size_t i, const struct a4nn_json *c, struct a4nn_json *constraints)
{
    struct a4nn_buf text = {0};
    char path[100];
    int result;

    snprintf(path, sizeof path, "forbiddens[%zu]", i);
    a4nn_buf_adds(&text, "not (");
    result = add_condition(w, path, c, 0, &text);
    a4nn_buf_addc(&text, ')');
    if (result == 0)
        a4nn_json_append(constraints, a4nn_json_from_string(text.data));
    a4nn_buf_release(&text);
    return result;
}

/* ---- all of it ---- */

static int
check_top(void *arg, const char *name, struct a4nn_json *v)
{
    static const char *const known[] = {
        "name", "hyperparameters",       "conditions",          "forbiddens",
        "meta", "python_module_version", "json_format_version", "format_version"};
    const struct work *w = arg;
    size_t i;

    for (i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i]) == 0) {
            if (strcmp(name, "meta") == 0 && a4nn_json_size(v) > 0)
                a4nn_diag(w->diag, A4NN_NOTE, NULL, 0, "meta is left out");
            return 0;
        }
    return wrong(w, name, "cannot be expressed");
}

static int
take_all(struct work *w, const struct a4nn_json *from, struct a4nn_json *constraints)
{
    const struct a4nn_json *list = a4nn_json_get(from, "hyperparameters");
    size_t i;

    if (a4nn_json_members(from, check_top, w) != 0)
        return -1;
    for (i = 0; i < a4nn_json_size(list); i++)
        if (take_hyperparameter(w, i, a4nn_json_at(list, i)) < 0)
            return -1;
    list = a4nn_json_get(from, "conditions");
    for (i = 0; i < a4nn_json_size(list); i++)
        if (take_condition(w, i, a4nn_json_at(list, i)) < 0)
            return -1;
    list = a4nn_json_get(from, "forbiddens");
    for (i = 0; i < a4nn_json_size(list); i++)
        if (take_forbidden(w, i, a4nn_json_at(list, i), constraints) < 0)
            return -1;
    return 0;
}

struct a4nn_json *
a4nn_space_of_configspace(const struct a4nn_json *from, struct a4nn_diag *diag,
                          struct a4nn_err *err)
{
    struct work w = {a4nn_json_array(), diag, err};
    struct a4nn_json *space = a4nn_json_object(), *constraints = a4nn_json_array();
    const char *name = a4nn_json_string(a4nn_json_get(from, "name"));

    a4nn_json_set(space, "parameters", w.parameters);
    a4nn_json_set(space, "constraints", constraints);
    if (name != NULL)
        a4nn_json_set(space, "description", a4nn_json_from_string(name));
    if (take_all(&w, from, constraints) == 0) {
        if (a4nn_json_size(constraints) == 0)
            a4nn_json_set(space, "constraints", NULL);
        return space;
    }
    a4nn_json_free(space);
    return NULL;
}
