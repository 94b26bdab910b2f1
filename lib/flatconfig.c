/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flatconfig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

struct flattener {
    struct a4nn_strmap *names;
    struct a4nn_flat_config *out;
    const char *prefix; /* "" or "a.b." */
};

static int flatten(void *arg, const char *name, struct a4nn_json *value);

static void
add(struct flattener *f, const char *name, const struct a4nn_json *value)
{
    struct a4nn_flat_config *c = f->out;
    struct a4nn_buf text = {0};
    struct a4nn_flat_member *m;

    c->member = a4nn_xgrow(c->member, c->n, &c->cap, sizeof *c->member);
    m = &c->member[c->n++];
    m->name = a4nn_strmap_put(f->names, name, NULL);
    m->number = NAN;
    a4nn_json_say(value, &text);
    if (a4nn_json_kind(value) == A4NN_JSON_NUMBER)
        a4nn_json_number(value, &m->number);
    m->text = text.data;
}

static int
flatten(void *arg, const char *name, struct a4nn_json *value)
{
    struct flattener *f = arg, below = *f;
    struct a4nn_buf full = {0};

    a4nn_buf_addf(&full, "%s%s", f->prefix, name);
    if (a4nn_json_kind(value) == A4NN_JSON_OBJECT) {
        a4nn_buf_addc(&full, '.');
        below.prefix = full.data;
        a4nn_json_members(value, flatten, &below);
    } else if (a4nn_json_kind(value) != A4NN_JSON_NULL) {
        add(f, full.data, value);
    }
    a4nn_buf_release(&full);
    return 0;
}

void
a4nn_flat_config_of(const struct a4nn_json *config, struct a4nn_strmap *names,
                    struct a4nn_flat_config *out)
{
    struct flattener f = {names, out, ""};

    a4nn_json_members(config, flatten, &f);
}

void
a4nn_flat_config_read(const char *json, struct a4nn_strmap *names, struct a4nn_flat_config *out)
{
    struct a4nn_err err;
    struct a4nn_json *v;

    if (json == NULL || (v = a4nn_json_parse(json, strlen(json), NULL, &err)) == NULL)
        return;
    a4nn_flat_config_of(v, names, out);
    a4nn_json_free(v);
}

void
a4nn_flat_config_release(struct a4nn_flat_config *config)
{
    size_t i;

    for (i = 0; i < config->n; i++)
        free(config->member[i].text);
    free(config->member);
    *config = (struct a4nn_flat_config){0};
}
