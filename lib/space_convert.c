/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "space_convert.h"

#include <stdbool.h>

#include "space.h"

/* Does it look like a distribution of Optuna: as an object, or as the text that it writes? */
static int
is_no_distribution(void *arg, const char *name, struct a4nn_json *v)
{
    (void)arg;
    (void)name;
    return a4nn_json_string(v) == NULL && a4nn_json_get(v, "attributes") == NULL;
}

static struct a4nn_json *
convert(const struct a4nn_json *from, struct a4nn_diag *diag, struct a4nn_err *err)
{
    if (a4nn_json_kind(a4nn_json_get(from, "hyperparameters")) == A4NN_JSON_ARRAY)
        return a4nn_space_of_configspace(from, diag, err);
    if (a4nn_json_kind(a4nn_json_get(from, "parameters")) == A4NN_JSON_ARRAY)
        return a4nn_json_copy(from);
    if (a4nn_json_size(from) > 0 && a4nn_json_kind(from) == A4NN_JSON_OBJECT &&
        a4nn_json_members(from, is_no_distribution, NULL) == 0)
        return a4nn_space_of_optuna(from, err);
    a4nn_err_set(err, "no search space: it has no parameters, hyperparameters or distributions");
    return NULL;
}

struct a4nn_json *
a4nn_space_convert(const struct a4nn_json *from, struct a4nn_diag *diag, struct a4nn_err *err)
{
    struct a4nn_json *json = convert(from, diag, err);
    bool ours = a4nn_json_get(from, "hyperparameters") == NULL;
    struct a4nn_space space;
    struct a4nn_err why;

    if (json == NULL)
        return NULL;
    if (a4nn_space_of(json, &space, &why) < 0) {
        a4nn_err_set(err, "%s%s", ours ? "" : "as a space: ", why.msg);
        a4nn_json_free(json);
        return NULL;
    }
    a4nn_space_release(&space);
    return json;
}
