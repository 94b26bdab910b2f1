/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions as Optuna writes them: {"name": "FloatDistribution", "attributes": {...}}. */
#include <string.h>

#include "space_convert.h"

static const struct kind {
    const char *name, *type;
    bool log; /* without saying so */
} kinds[] = {
    {"FloatDistribution", "real", false},
    {"IntDistribution", "integer", false},
    {"CategoricalDistribution", "categorical", false},
    /* before version 3 */
    {"UniformDistribution", "real", false},
    {"LogUniformDistribution", "real", true},
    {"DiscreteUniformDistribution", "real", false},
    {"IntUniformDistribution", "integer", false},
    {"IntLogUniformDistribution", "integer", true},
};

/* What an attribute is called with us. */
static const struct {
    const char *theirs, *ours;
} attributes[] = {{"low", "low"}, {"high", "high"},      {"step", "step"},
                  {"q", "step"},  {"choices", "values"}, {"log", "log"}};

struct work {
    struct a4nn_json *parameters, *parameter;
    const char *name; /* of the parameter at hand */
    struct a4nn_err *err;
};

static int
take_attribute(void *arg, const char *name, struct a4nn_json *v)
{
    struct work *w = arg;
    size_t i;

    for (i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (strcmp(name, attributes[i].theirs) == 0) {
            if (a4nn_json_kind(v) != A4NN_JSON_NULL)
                a4nn_json_set(w->parameter, attributes[i].ours, a4nn_json_copy(v));
            return 0;
        }
    return a4nn_err_set(w->err, "%.200s.attributes.%.100s: cannot be expressed", w->name, name);
}

/* A step of the whole range or more, as Optuna has it for constants, is none. */
static void
drop_idle_step(struct a4nn_json *parameter)
{
    double low, high, step;

    if (a4nn_json_number(a4nn_json_get(parameter, "low"), &low) &&
        a4nn_json_number(a4nn_json_get(parameter, "high"), &high) &&
        a4nn_json_number(a4nn_json_get(parameter, "step"), &step) && low == high && step > 0)
        a4nn_json_set(parameter, "step", NULL);
}

static int
take_distribution(struct work *w, const struct a4nn_json *v)
{
    const char *kind = a4nn_json_string(a4nn_json_get(v, "name"));
    const struct a4nn_json *attributes_of = a4nn_json_get(v, "attributes");
    size_t i = 0;

    while (i < sizeof kinds / sizeof *kinds && (kind == NULL || strcmp(kind, kinds[i].name) != 0))
        i++;
    if (i == sizeof kinds / sizeof *kinds)
        return a4nn_err_set(w->err, "%.200s.name: '%.100s' is no distribution of Optuna", w->name,
                            kind != NULL ? kind : "");
    if (a4nn_json_kind(attributes_of) != A4NN_JSON_OBJECT)
        return a4nn_err_set(w->err, "%.200s.attributes: not an object", w->name);
    w->parameter = a4nn_json_object();
    a4nn_json_append(w->parameters, w->parameter);
    a4nn_json_set(w->parameter, "name", a4nn_json_from_string(w->name));
    a4nn_json_set(w->parameter, "type", a4nn_json_from_string(kinds[i].type));
    if (kinds[i].log)
        a4nn_json_set(w->parameter, "log", a4nn_json_from_bool(true));
    if (a4nn_json_members(attributes_of, take_attribute, w) != 0)
        return -1;
    drop_idle_step(w->parameter);
    return 0;
}

static int
take_member(void *arg, const char *name, struct a4nn_json *v)
{
    struct work *w = arg;
    const char *text = a4nn_json_string(v);
    struct a4nn_json *parsed;
    struct a4nn_err why;
    int result;

    w->name = name;
    if (text == NULL)
        return take_distribution(w, v);
    parsed = a4nn_json_parse_strict(text, strlen(text), NULL, &why);
    if (parsed == NULL)
        return a4nn_err_set(w->err, "%.200s: %.300s", name, why.msg);
    result = take_distribution(w, parsed);
    a4nn_json_free(parsed);
    return result;
}

struct a4nn_json *
a4nn_space_of_optuna(const struct a4nn_json *from, struct a4nn_err *err)
{
    struct work w = {.parameters = a4nn_json_array(), .err = err};
    struct a4nn_json *space = a4nn_json_object();

    a4nn_json_set(space, "parameters", w.parameters);
    if (a4nn_json_members(from, take_member, &w) == 0)
        return space;
    a4nn_json_free(space);
    return NULL;
}
