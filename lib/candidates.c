/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "candidates.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flatconfig.h"
#include "history_facts.h"
#include "jsonlines.h"
#include "number.h"
#include "readfile.h"
#include "xalloc.h"

static const char *const added[] = {"run",  "task",          "predicted", "low",
                                    "high", "expected_cost", "why"};

static int
take_member(void *arg, const char *name, struct a4nn_json *value)
{
    size_t i;

    if (a4nn_fact_find(name) >= 0)
        return 0;
    for (i = 0; i < sizeof added / sizeof *added; i++)
        if (strcmp(name, added[i]) == 0)
            return 0;
    a4nn_json_set(arg, name, a4nn_json_copy(value));
    return 0;
}

static char *
name_of(const struct a4nn_json *run)
{
    struct a4nn_buf out = {0};

    if (a4nn_json_kind(run) == A4NN_JSON_NULL)
        return NULL;
    a4nn_json_say(run, &out);
    return out.data;
}

int
a4nn_candidate_of(struct a4nn_json *line, struct a4nn_candidate *out, struct a4nn_err *err)
{
    const struct a4nn_json *config;

    if (a4nn_json_kind(line) != A4NN_JSON_OBJECT)
        return a4nn_err_set(err, "not a JSON object");
    config = a4nn_json_get(line, "config");
    if (config != NULL && a4nn_json_kind(config) != A4NN_JSON_OBJECT)
        return a4nn_err_set(err, "'config' is not an object");
    *out = (struct a4nn_candidate){.line = line, .run = name_of(a4nn_json_get(line, "run"))};
    out->config = config != NULL ? a4nn_json_copy(config) : a4nn_json_object();
    if (config == NULL)
        a4nn_json_members(line, take_member, out->config);
    return 0;
}

void
a4nn_candidate_release(struct a4nn_candidate *c)
{
    a4nn_json_free(c->line);
    a4nn_json_free(c->config);
    free(c->run);
    *c = (struct a4nn_candidate){0};
}

static int
take_fact(void *arg, const char *name, struct a4nn_json *value)
{
    static const enum a4nn_fact before[] = {A4NN_FACT_PARAMETERS, A4NN_FACT_FLOPS, A4NN_FACT_SEED};
    size_t i;

    for (i = 0; i < sizeof before / sizeof *before; i++)
        if (strcmp(name, a4nn_fact_name(before[i])) == 0)
            a4nn_json_set(arg, name, a4nn_json_copy(value));
    return 0;
}

void
a4nn_candidate_state(const struct a4nn_candidate *c, struct a4nn_json *facts)
{
    a4nn_json_members(c->line, take_fact, facts);
}

/* Takes `line` over, or says what is wrong with it. */
static int
take(struct a4nn_candidates *c, struct a4nn_json *line, struct a4nn_err *err)
{
    struct a4nn_candidate one = {0};
    bool fresh = true;
    size_t i = 0;

    if (a4nn_candidate_of(line, &one, err) < 0)
        return -1;
    if (one.run != NULL)
        i = a4nn_strmap_put(&c->runs, one.run, &fresh);
    if (!fresh) {
        a4nn_err_set(err, "run '%.100s' again", one.run);
        one.line = NULL;
        a4nn_candidate_release(&one);
        return -1;
    }
    if (one.run != NULL) {
        c->of_run = a4nn_xgrow(c->of_run, i, &c->of_run_cap, sizeof *c->of_run);
        c->of_run[i] = c->n;
    }
    c->one = a4nn_xgrow(c->one, c->n, &c->cap, sizeof *c->one);
    c->one[c->n++] = one;
    return 0;
}

void
a4nn_candidates_add(struct a4nn_candidates *c, const char *run, const struct a4nn_json *config)
{
    struct a4nn_json *line = a4nn_json_object();
    struct a4nn_err err;

    a4nn_json_set(line, "run", a4nn_json_from_string(run));
    a4nn_json_set(line, "config", a4nn_json_copy(config));
    if (take(c, line, &err) < 0)
        a4nn_json_free(line);
}

struct reading {
    struct a4nn_candidates *out;
    struct a4nn_diag *diag;
    const char *file;
};

static int
on_line(void *arg, unsigned long number, struct a4nn_json *line, const char *wrong)
{
    struct reading *r = arg;
    struct a4nn_err err;

    if (line != NULL && take(r->out, line, &err) == 0)
        return 0;
    a4nn_diag(r->diag, A4NN_ERROR, r->file, number, "%s", line == NULL ? wrong : err.msg);
    a4nn_json_free(line);
    return 0;
}

int
a4nn_candidates_read(const char *file, struct a4nn_candidates *out, struct a4nn_diag *diag,
                     struct a4nn_err *err)
{
    struct reading r = {out, diag, strcmp(file, "-") == 0 ? "standard input" : file};
    struct a4nn_buf text = {0};
    int result = a4nn_readfile_most(file, SIZE_MAX, &text, err);

    if (result == 0)
        a4nn_jsonlines(text.data, text.len, on_line, &r);
    a4nn_buf_release(&text);
    return result;
}

long
a4nn_candidates_find(const struct a4nn_candidates *c, const char *run)
{
    long i = a4nn_strmap_find(&c->runs, run);

    return i < 0 ? -1 : (long)c->of_run[i];
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *
a4nn_candidate_print(const struct a4nn_json *config)
{
    struct a4nn_buf out = {0};
    struct a4nn_strmap names = {0};
    struct a4nn_flat_config flat = {0};
    char **member, number[32];
    size_t i;

    a4nn_flat_config_of(config, &names, &flat);
    member = a4nn_xcalloc(flat.n + 1, sizeof *member);
    for (i = 0; i < flat.n; i++) {
        const struct a4nn_flat_member *m = &flat.member[i];
        struct a4nn_buf one = {0};

        a4nn_json_quote(&one, names.key[m->name]);
        a4nn_buf_addc(&one, ':');
        if (m->number == m->number)
            a4nn_buf_adds(&one, a4nn_number_format(number, m->number));
        else
            a4nn_json_quote(&one, m->text);
        member[i] = one.data;
    }
    qsort(member, flat.n, sizeof *member, by_text);
    a4nn_buf_adds(&out, "");
    for (i = 0; i < flat.n; i++) {
        a4nn_buf_addf(&out, "%s\n", member[i]);
        free(member[i]);
    }
    free(member);
    a4nn_flat_config_release(&flat);
    a4nn_strmap_release(&names);
    return out.data;
}

void
a4nn_candidates_release(struct a4nn_candidates *c)
{
    size_t i;

    for (i = 0; i < c->n; i++)
        a4nn_candidate_release(&c->one[i]);
    free(c->one);
    free(c->of_run);
    a4nn_strmap_release(&c->runs);
    *c = (struct a4nn_candidates){0};
}
