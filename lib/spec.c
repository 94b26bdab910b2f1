/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>
#include <string.h>

#include "buf.h"
#include "number.h"

size_t
a4nn_spec_name(const char *spec)
{
    return strcspn(spec, ":");
}

static int
unknown_key(const char *spec, const char *key, size_t len, const struct a4nn_param *params,
            size_t count, struct a4nn_err *err)
{
    struct a4nn_buf known = {0};
    size_t i;

    for (i = 0; i < count; i++)
        a4nn_buf_addf(&known, "%s%s", i != 0 ? ", " : "", params[i].key);
    a4nn_err_set(err, "'%.60s': no key '%.*s'; it has: %s", spec, (int)(len > 40 ? 40 : len), key,
                 count != 0 ? known.data : "none");
    a4nn_buf_release(&known);
    return -1;
}

static int
read_word(const char *spec, const struct a4nn_param *p, const char *text, size_t len, double *out,
          struct a4nn_err *err)
{
    size_t i;

    for (i = 0; p->words[i] != NULL; i++)
        if (strlen(p->words[i]) == len && strncmp(p->words[i], text, len) == 0) {
            *out = (double)i;
            return 0;
        }
    return a4nn_err_set(err, "'%.60s': %s cannot be '%.*s'", spec, p->key,
                        (int)(len > 40 ? 40 : len), text);
}

static int
read_value(const char *spec, const struct a4nn_param *p, const char *text, size_t len, double *out,
           bool *percent, struct a4nn_err *err)
{
    double v = NAN;

    if (p->words != NULL)
        return read_word(spec, p, text, len, out, err);
    if (p->unset != NULL && strlen(p->unset) == len && strncmp(p->unset, text, len) == 0) {
        *out = NAN;
        return 0;
    }
    *percent = len > 0 && text[len - 1] == '%';
    if (!a4nn_number_parse(text, len - (*percent ? 1 : 0), &v) || isnan(v) || v < p->lo ||
        v > p->hi || (p->whole && v < floor(v)) || (p->whole && v > floor(v)))
        return a4nn_err_set(err, "'%.60s': %s takes a %s from %g to %g, not '%.*s'", spec, p->key,
                            p->whole ? "whole number" : "number", p->lo, p->hi,
                            (int)(len > 40 ? 40 : len), text);
    *out = v;
    return 0;
}

int
a4nn_spec_parse(const char *spec, const struct a4nn_param *params, size_t count,
                struct a4nn_values *out, struct a4nn_err *err)
{
    const char *at = spec + a4nn_spec_name(spec);
    size_t i;

    *out = (struct a4nn_values){{0}, {false}, {false}};
    for (i = 0; i < count; i++)
        out->v[i] = params[i].def;
    while (*at != '\0') {
        size_t len = strcspn(++at, ","), key = strcspn(at, "=,");
        for (i = 0; i < count; i++)
            if (strlen(params[i].key) == key && strncmp(params[i].key, at, key) == 0)
                break;
        if (i == count)
            return unknown_key(spec, at, key, params, count, err);
        if (key >= len)
            return a4nn_err_set(err, "'%.60s': %s needs a value", spec, params[i].key);
        if (read_value(spec, &params[i], at + key + 1, len - key - 1, &out->v[i], &out->percent[i],
                       err) < 0)
            return -1;
        out->given[i] = true;
        at += len;
    }
    return 0;
}
