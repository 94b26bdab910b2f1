/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "objective.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

int
a4nn_objective_parse(const char *text, struct a4nn_objective *out, struct a4nn_err *err)
{
    const char *colon = strrchr(text, ':');

    *out = (struct a4nn_objective){.mode = A4NN_MIN};
    if (colon != NULL && strcmp(colon, ":max") == 0)
        out->mode = A4NN_MAX;
    else if (colon != NULL && strcmp(colon, ":min") != 0)
        return a4nn_err_set(err, "'%.100s' is no objective: NAME, NAME:min or NAME:max", text);
    if (text[0] == '\0' || colon == text)
        return a4nn_err_set(err, "an objective needs a name");
    out->name = a4nn_xstrdup(text);
    if (colon != NULL)
        out->name[colon - text] = '\0';
    return 0;
}

double
a4nn_objective_in(const struct a4nn_objective *o, const struct a4nn_json *object)
{
    char *path = a4nn_xstrdup(o->name), *rest = path, *part;
    const struct a4nn_json *v = a4nn_json_get(object, o->name);
    double number = NAN;

    if (v == NULL) {
        v = object;
        while ((part = strsep(&rest, ".")) != NULL)
            v = a4nn_json_get(v, part);
    }
    if (!a4nn_json_number(v, &number) || !isfinite(number))
        number = NAN;
    free(path);
    return number;
}

void
a4nn_objective_release(struct a4nn_objective *o)
{
    free(o->name);
    *o = (struct a4nn_objective){0};
}
