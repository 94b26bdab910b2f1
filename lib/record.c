/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "xalloc.h"

static const struct {
    const char *name;
    bool text;
} fields[A4NN_FIELDS] = {
    [A4NN_RUN] = {"run", true},
    [A4NN_TASK] = {"task", true},
    [A4NN_EPOCH] = {"epoch", false},
    [A4NN_VALUE] = {"value", false},
    [A4NN_METRIC] = {"metric", true},
    [A4NN_MODE] = {"mode", true},
    [A4NN_EPOCHS] = {"epochs", false},
    [A4NN_TIME] = {"time", false},
    [A4NN_VAL_LOSS] = {"val_loss", false},
    [A4NN_LR] = {"lr", false},
    [A4NN_FAMILY] = {"family", true},
    [A4NN_A] = {"a", false},
    [A4NN_B] = {"b", false},
    [A4NN_C] = {"c", false},
    [A4NN_D] = {"d", false},
    [A4NN_A_SE] = {"a_se", false},
    [A4NN_B_SE] = {"b_se", false},
    [A4NN_C_SE] = {"c_se", false},
    [A4NN_D_SE] = {"d_se", false},
    [A4NN_RSS] = {"rss", false},
    [A4NN_AICC] = {"aicc", false},
    [A4NN_N] = {"n", false},
    [A4NN_FIT] = {"fit", true},
    [A4NN_FORECAST] = {"forecast", false},
    [A4NN_LOW] = {"low", false},
    [A4NN_HIGH] = {"high", false},
    [A4NN_EXPECTED_ERROR] = {"expected_error", false},
    [A4NN_P_BEAT] = {"p_beat", false},
    [A4NN_VERDICT] = {"verdict", true},
    [A4NN_REASON] = {"reason", true},
    [A4NN_ACTION] = {"action", true},
    [A4NN_RESULT] = {"result", true},
};

const char *
a4nn_field_name(enum a4nn_field field)
{
    return fields[field].name;
}

bool
a4nn_field_is_text(enum a4nn_field field)
{
    return fields[field].text;
}

int
a4nn_field_find(const char *name)
{
    int i;

    for (i = 0; i < A4NN_FIELDS; i++)
        if (strcmp(fields[i].name, name) == 0)
            return i;
    return -1;
}

void
a4nn_record_set_num(struct a4nn_record *r, enum a4nn_field field, double value)
{
    r->set |= A4NN_BIT(field);
    r->num[field] = value;
}

void
a4nn_record_set_text(struct a4nn_record *r, enum a4nn_field field, const char *text)
{
    r->set |= A4NN_BIT(field);
    a4nn_xreplace(&r->text[field], text);
}

void
a4nn_record_unset(struct a4nn_record *r, uint64_t which)
{
    r->set &= ~which;
}

double
a4nn_record_num(const struct a4nn_record *r, enum a4nn_field field)
{
    return a4nn_record_has(r, field) ? r->num[field] : NAN;
}

const char *
a4nn_record_text(const struct a4nn_record *r, enum a4nn_field field, const char *otherwise)
{
    return a4nn_record_has(r, field) && r->text[field] != NULL ? r->text[field] : otherwise;
}

/* A key is made for every record: printf would take longer than all the rest. */
static void
add_length(struct a4nn_buf *out, size_t len)
{
    char text[24];
    size_t at = sizeof text;

    text[--at] = ' ';
    do
        text[--at] = (char)('0' + len % 10);
    while ((len /= 10) != 0);
    a4nn_buf_add(out, text + at, sizeof text - at);
}

double
a4nn_record_written(const struct a4nn_record *r, enum a4nn_field field)
{
    return a4nn_field_written(field, a4nn_record_num(r, field));
}

double
a4nn_field_written(enum a4nn_field field, double value)
{
    char text[400]; /* what %.9f makes of the largest number, too */

    if ((A4NN_FORECAST_FIELDS & A4NN_BIT(field)) == 0 || !isfinite(value))
        return value;
    snprintf(text, sizeof text, field == A4NN_P_BEAT ? "%.9f" : "%.10g", value);
    return strtod(text, NULL);
}

void
a4nn_record_key(const struct a4nn_record *r, uint64_t which, struct a4nn_buf *out)
{
    int f;

    for (f = 0; f < A4NN_FIELDS; f++)
        if (fields[f].text && (which & A4NN_BIT(f))) {
            const char *text = a4nn_record_text(r, (enum a4nn_field)f, "");
            size_t len = strlen(text);
            add_length(out, len);
            a4nn_buf_add(out, text, len);
        }
}

void
a4nn_record_copy(struct a4nn_record *to, const struct a4nn_record *from)
{
    int i;

    *to = *from;
    for (i = 0; i < A4NN_FIELDS; i++)
        to->text[i] = a4nn_xstrdup(from->text[i]);
    to->extra = from->extra != NULL ? a4nn_json_copy(from->extra) : NULL;
}

void
a4nn_record_release(struct a4nn_record *r)
{
    int i;

    for (i = 0; i < A4NN_FIELDS; i++)
        free(r->text[i]);
    a4nn_json_free(r->extra);
    *r = (struct a4nn_record){0};
}
