/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "xalloc.h"

void
a4nn_explain_part(struct a4nn_explanation *e, const char *name, double weight, double value,
                  double sd)
{
    e->part = a4nn_xgrow(e->part, e->nparts, &e->cap_parts, sizeof *e->part);
    e->part[e->nparts++] = (struct a4nn_part){a4nn_xstrdup(name), weight, value, sd};
}

void
a4nn_explain_step(struct a4nn_explanation *e, double value, const char *fmt, ...)
{
    char name[200];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(name, sizeof name, fmt, ap);
    va_end(ap);
    e->step = a4nn_xgrow(e->step, e->nsteps, &e->cap_steps, sizeof *e->step);
    e->step[e->nsteps++] = (struct a4nn_step){a4nn_xstrdup(name), value};
}

void
a4nn_explain_source(struct a4nn_explanation *e, const char *name, const char *about,
                    double variance)
{
    e->source = a4nn_xgrow(e->source, e->nsources, &e->cap_sources, sizeof *e->source);
    e->source[e->nsources++] = (struct a4nn_source){name, about, variance};
}

void
a4nn_explanation_release(struct a4nn_explanation *e)
{
    size_t i;

    for (i = 0; i < e->nparts; i++)
        free(e->part[i].name);
    for (i = 0; i < e->nsteps; i++)
        free(e->step[i].name);
    free(e->step);
    free(e->part);
    free(e->source);
    *e = (struct a4nn_explanation){0};
}

static bool
holds(double value, enum a4nn_relation relation, double limit)
{
    switch (relation) {
    case A4NN_AT_MOST: return value <= limit;
    case A4NN_AT_LEAST: return value >= limit;
    case A4NN_BELOW: return value < limit;
    case A4NN_ABOVE: return value > limit;
    }
    return false;
}

struct a4nn_condition *
a4nn_account_add(struct a4nn_account *account, double value, enum a4nn_relation relation,
                 double limit, const char *unit, const char *fmt, ...)
{
    struct a4nn_condition *c;
    char what[200];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    account->condition =
        a4nn_xgrow(account->condition, account->n, &account->cap, sizeof *account->condition);
    c = &account->condition[account->n++];
    *c = (struct a4nn_condition){.what = a4nn_xstrdup(what),
                                 .value = value,
                                 .limit = limit,
                                 .relation = relation,
                                 .unit = unit,
                                 .holds = holds(value, relation, limit)};
    return c;
}

const char *
a4nn_relation_sign(enum a4nn_relation relation)
{
    static const char *const sign[] = {"<=", ">=", "<", ">"};

    return sign[relation];
}

void
a4nn_account_release(struct a4nn_account *account)
{
    size_t i;

    for (i = 0; i < account->n; i++)
        free(account->condition[i].what);
    free(account->condition);
    *account = (struct a4nn_account){0};
}
