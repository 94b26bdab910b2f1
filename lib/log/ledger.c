/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/ledger.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

/* Names remembered per epoch; a log with more is no training log but must not cost memory. */
enum { MOST_NAMES = 512 };

struct stated {
    char *name;
    double said_value, held_value;
    struct a4nn_log_at held_at;
    bool said, held;
};

struct a4nn_log_ledger {
    const struct a4nn_log_sink *sink;
    struct a4nn_log_at at;
    struct stated *stated;
    size_t count, cap;
    double first, highest; /* epochs of this run */
    bool restart, reported;
    unsigned runs;
    char run[16];
};

struct a4nn_log_ledger *
a4nn_log_ledger_new(const struct a4nn_log_sink *sink)
{
    struct a4nn_log_ledger *e = a4nn_xcalloc(1, sizeof *e);

    e->sink = sink;
    e->at.epoch = e->at.step = e->at.epochs = e->at.time = NAN;
    e->first = e->highest = NAN;
    e->runs = 1;
    return e;
}

struct a4nn_log_at *
a4nn_log_ledger_at(struct a4nn_log_ledger *e)
{
    return &e->at;
}

static void
forget(struct a4nn_log_ledger *e)
{
    size_t i;

    for (i = 0; i < e->count; i++)
        free(e->stated[i].name);
    e->count = 0;
}

/* Whether `epoch` cannot belong to the run so far. */
static bool
begins_run(const struct a4nn_log_ledger *e, double epoch)
{
    if (!e->reported || !(epoch <= e->highest))
        return false;
    return e->restart || (epoch <= e->first && e->highest > e->first);
}

void
a4nn_log_ledger_begin(struct a4nn_log_ledger *e, double epoch)
{
    bool new_run = begins_run(e, epoch);

    e->restart = false;
    if (epoch == e->at.epoch && !new_run)
        return;
    a4nn_log_ledger_flush(e);
    forget(e);
    if (new_run) {
        snprintf(e->run, sizeof e->run, "%u", ++e->runs);
        e->at.run = e->run;
        e->reported = false;
    }
    if (new_run || isnan(e->first))
        e->first = e->highest = epoch;
    if (epoch < e->first)
        e->first = epoch;
    if (epoch > e->highest)
        e->highest = epoch;
    e->at.epoch = epoch;
    e->at.step = NAN;
}

void
a4nn_log_ledger_step(struct a4nn_log_ledger *e, double step)
{
    if (step == e->at.step)
        return;
    a4nn_log_ledger_flush(e);
    forget(e);
    e->at.step = step;
}

void
a4nn_log_ledger_restart(struct a4nn_log_ledger *e)
{
    a4nn_log_ledger_flush(e);
    e->restart = true;
}

static struct stated *
find(struct a4nn_log_ledger *e, const char *name)
{
    size_t i;
    struct stated *s;

    for (i = 0; i < e->count; i++)
        if (strcmp(e->stated[i].name, name) == 0)
            return &e->stated[i];
    if (e->count == MOST_NAMES)
        return NULL;
    e->stated = a4nn_xgrow(e->stated, e->count, &e->cap, sizeof *e->stated);
    s = &e->stated[e->count++];
    memset(s, 0, sizeof *s);
    s->name = a4nn_xstrdup(name);
    return s;
}

static bool
same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void
report(struct a4nn_log_ledger *e, const struct a4nn_log_at *at, struct stated *s, double value)
{
    if (s->said && same(s->said_value, value))
        return;
    s->said = true;
    s->said_value = value;
    e->reported = true;
    e->sink->scalar(e->sink->arg, at, s->name, value);
}

void
a4nn_log_ledger_say(struct a4nn_log_ledger *e, const char *name, double value)
{
    struct stated *s = find(e, name);

    if (s == NULL)
        return;
    s->held = false;
    report(e, &e->at, s, value);
}

void
a4nn_log_ledger_hold(struct a4nn_log_ledger *e, const char *name, double value)
{
    struct stated *s = find(e, name);

    if (s == NULL)
        return;
    s->held = true;
    s->held_value = value;
    s->held_at = e->at;
}

void
a4nn_log_ledger_drop(struct a4nn_log_ledger *e, const char *prefix)
{
    size_t i, n = strlen(prefix);

    for (i = 0; i < e->count; i++)
        if (strncmp(e->stated[i].name, prefix, n) == 0)
            e->stated[i].held = false;
}

void
a4nn_log_ledger_flush(struct a4nn_log_ledger *e)
{
    size_t i;

    for (i = 0; i < e->count; i++) {
        struct stated *s = &e->stated[i];
        if (!s->held)
            continue;
        s->held = false;
        report(e, &s->held_at, s, s->held_value);
    }
}

void
a4nn_log_ledger_free(struct a4nn_log_ledger *e)
{
    if (e == NULL)
        return;
    forget(e);
    free(e->stated);
    free(e);
}
