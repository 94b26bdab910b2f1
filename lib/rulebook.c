/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rulebook.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "xalloc.h"

static int
add_rule(struct a4nn_rulebook *b, const char *spec, struct a4nn_err *err)
{
    struct a4nn_bound_rule *r = &b->rule[b->n];

    if (b->n == A4NN_RULEBOOK_MAX)
        return a4nn_err_set(err, "more than %d rules", A4NN_RULEBOOK_MAX);
    if ((r->rule = a4nn_rule_parse(spec, &r->values, err)) == NULL)
        return -1;
    r->spec = a4nn_xstrdup(spec);
    if (r->rule->open_shared != NULL)
        r->shared = r->rule->open_shared(&r->values);
    b->n++;
    return 0;
}

static bool
has_rule(const struct a4nn_rulebook *b, const char *name)
{
    size_t i;

    for (i = 0; i < b->n; i++)
        if (strcmp(b->rule[i].rule->name, name) == 0)
            return true;
    return false;
}

/* The forecaster the rules go with: that of one that decides on forecasts, else the first's. */
static const char *
forecaster_of_rules(const struct a4nn_rulebook *b, struct a4nn_err *err)
{
    const char *needed = NULL;
    size_t i;

    for (i = 0; i < b->n; i++) {
        const struct a4nn_rule *rule = b->rule[i].rule;
        if (!rule->needs_forecast)
            continue;
        if (needed != NULL && strcmp(needed, rule->forecaster) != 0) {
            a4nn_err_set(err, "rules that go with the forecasters %s and %s: choose one with -M",
                         needed, rule->forecaster);
            return NULL;
        }
        needed = rule->forecaster;
    }
    for (i = 0; i < b->n && needed == NULL; i++)
        if (b->rule[i].rule->prefers != NULL)
            needed = b->rule[i].rule->prefers(&b->rule[i].values);
    if (needed != NULL)
        return needed;
    return b->n > 0 ? b->rule[0].rule->forecaster : "pool";
}

static bool
by_itself(const struct a4nn_rule *rule)
{
    return strcmp(rule->name, "diverged") == 0;
}

static void
join_rules(struct a4nn_rulebook *b)
{
    struct a4nn_buf names = {0};
    size_t i;

    for (i = 0; i < b->n; i++)
        if (!by_itself(b->rule[i].rule))
            a4nn_buf_addf(&names, "%s%s", names.len > 0 ? "+" : "", b->rule[i].rule->name);
    b->joint = names.data;
}

int
a4nn_rulebook_init(struct a4nn_rulebook *b, const char *forecaster, const char *const *rules,
                   size_t count, bool all, struct a4nn_err *err)
{
    struct a4nn_buf names = {0};
    bool diverged = true;
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(rules[i], "no-diverged") == 0)
            diverged = false;
        else if (add_rule(b, rules[i], err) < 0)
            return -1;
    if (forecaster == NULL && (forecaster = forecaster_of_rules(b, err)) == NULL)
        return -1;
    if ((b->forecaster = a4nn_forecaster_parse(forecaster, &b->values, err)) == NULL)
        return -1;
    if (b->forecaster->open_shared != NULL)
        b->shared = b->forecaster->open_shared(&b->values);
    if (b->n == 0 && add_rule(b, b->forecaster->rule, err) < 0)
        return -1;
    for (i = 0; i < b->n; i++)
        a4nn_buf_addf(&names, "%s%s", i != 0 ? "+" : "", b->rule[i].rule->name);
    b->names = names.data;
    if (all)
        join_rules(b);
    return diverged && !has_rule(b, "diverged") ? add_rule(b, "diverged", err) : 0;
}

void
a4nn_rulebook_release(struct a4nn_rulebook *b)
{
    size_t i;

    if (b->shared != NULL)
        b->forecaster->close_shared(b->shared);
    for (i = 0; i < b->n; i++) {
        if (b->rule[i].shared != NULL)
            b->rule[i].rule->close_shared(b->rule[i].shared);
        free(b->rule[i].spec);
    }
    free(b->names);
    free(b->joint);
}

void
a4nn_rulebook_open(const struct a4nn_rulebook *b, struct a4nn_rulebook_states *states)
{
    size_t i;

    if (b->forecaster->open != NULL)
        states->forecaster = b->forecaster->open(&b->values, b->shared);
    states->rule = a4nn_xcalloc(b->n + 1, sizeof *states->rule);
    for (i = 0; i < b->n; i++)
        if (b->rule[i].rule->open != NULL)
            states->rule[i] = b->rule[i].rule->open(&b->rule[i].values);
}

void
a4nn_rulebook_close(const struct a4nn_rulebook *b, struct a4nn_rulebook_states *states)
{
    size_t i;

    if (states->forecaster != NULL)
        b->forecaster->close(states->forecaster);
    for (i = 0; states->rule != NULL && i < b->n; i++)
        if (states->rule[i] != NULL)
            b->rule[i].rule->close(states->rule[i]);
    free(states->rule);
    *states = (struct a4nn_rulebook_states){0};
}

const char *
a4nn_rulebook_reason(const struct a4nn_rulebook *b, const bool *stop)
{
    const char *alone = NULL;
    bool all = b->joint != NULL;
    size_t i;

    for (i = b->n; i-- > 0;) {
        const struct a4nn_rule *rule = b->rule[i].rule;
        if (stop[i] && (b->joint == NULL || by_itself(rule)))
            alone = rule->name;
        all = all && (stop[i] || by_itself(rule));
    }
    return all ? b->joint : alone;
}

bool
a4nn_rulebook_compares(const struct a4nn_rulebook *b)
{
    size_t i;

    for (i = 0; i < b->n; i++)
        if (b->rule[i].rule->compares)
            return true;
    return b->forecaster->open_shared != NULL;
}
