/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parameters do to the final value. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "before.h"
#include "effects.h"
#include "intake.h"
#include "program.h"
#include "sheet.h"
#include "verbs.h"
#include "xalloc.h"

static const struct a4nn_option options[] = {
    {A4NN_STEER_BEFORE, "before", "FILE", "what was printed earlier (-o jsonl): tell what is new",
     "file"},
    A4NN_STEER_OPTIONS("how many parameters and interactions (default: 10)", "table",
                       A4NN_STEER_OPTION_OBJECTIVE),
    {0},
};

const struct a4nn_cli a4nn_steer_explain_cli = {
    .program = "a4nn-steer explain",
    .operands = "[space] [file ...]",
    .about = "Tell what each parameter does to the final value, and which levels can be dropped.",
    .options = options,
    .more = "The files, or standard input, hold the results so far: streams or logs.  A file\n"
            "that begins as a space does is the space.\n"
            "Status: 0 done, 1 there are too few results, 2 trouble.\n",
};

/* Names as `a4nn-plot -k effects` knows them. */
static const struct a4nn_sheet_column columns[] = {
    {"name", "parameter", 0, true},
    {"share", "share %", 1, false},
    {"share_low", "low", 1, false},
    {"share_high", "high", 1, false},
    {"level", "level", 0, true},
    {"configurations", "of", 0, false},
    {"tried", "tried", 0, false},
    {"value", "value", -1, false},
    {"effect", "effect", -1, false},
    {"low", "low", -1, false},
    {"high", "high", -1, false},
    {"p_drop", "p(drop)", 3, false},
    {"share_before", "share % before", 1, false},
    {"effect_before", "effect before", -1, false},
    {"p_drop_before", "p(drop) before", 3, false},
};
enum { BEFORE = 3 }; /* the last of them */
enum { PERCENT = 100 };

/* The mean final value over the configurations, from which effects are counted. */
static double
mean_of(const struct a4nn_effect *e)
{
    double sum = 0, all = 0;
    size_t i;

    for (i = 0; i < e->levels; i++) {
        sum += (double)e->level[i].count * e->level[i].value;
        all += (double)e->level[i].count;
    }
    return sum / all;
}

static void
print_shares(struct a4nn_sheet *sheet, double share, double low, double high)
{
    a4nn_sheet_number(sheet, PERCENT * share);
    a4nn_sheet_number(sheet, PERCENT * low);
    a4nn_sheet_number(sheet, PERCENT * high);
}

static void
print_level(struct a4nn_sheet *sheet, const struct a4nn_level *level, double mean)
{
    a4nn_sheet_text(sheet, level->name.data);
    a4nn_sheet_number(sheet, (double)level->count);
    a4nn_sheet_number(sheet, (double)level->tried);
    a4nn_sheet_number(sheet, level->value);
    a4nn_sheet_number(sheet, level->value - mean);
    a4nn_sheet_number(sheet, level->low - mean);
    a4nn_sheet_number(sheet, level->high - mean);
    a4nn_sheet_number(sheet, level->drop);
}

/* What was said earlier of a parameter, and of one of its levels, if there was anything earlier. */
static void
print_before(struct a4nn_sheet *sheet, const struct a4nn_steer_before *b, const char *name,
             const char *level, bool with_share)
{
    struct a4nn_steer_said said;

    if (b == NULL)
        return;
    a4nn_sheet_number(sheet, with_share ? a4nn_steer_before_of(b, name, NULL).share : NAN);
    said = a4nn_steer_before_of(b, name, level != NULL ? level : "");
    a4nn_sheet_number(sheet, said.effect);
    a4nn_sheet_number(sheet, said.drop);
}

/* A row without a level, for what has only a share. */
static void
print_share(struct a4nn_sheet *sheet, const struct a4nn_steer_before *b, const char *name,
            const double *shares)
{
    size_t i;

    a4nn_sheet_text(sheet, name);
    print_shares(sheet, shares[0], shares[1], shares[2]);
    a4nn_sheet_text(sheet, NULL);
    for (i = 0; i < 7; i++)
        a4nn_sheet_number(sheet, NAN);
    print_before(sheet, b, name, NULL, true);
}

static void
print_effect(struct a4nn_sheet *sheet, const struct a4nn_steer_before *b, const char *name,
             const struct a4nn_effect *e)
{
    const double shares[] = {e->share, e->low, e->high};
    size_t i;

    if (e->levels == 0)
        print_share(sheet, b, name, shares);
    for (i = 0; i < e->levels; i++) {
        a4nn_sheet_text(sheet, name);
        if (i == 0)
            print_shares(sheet, e->share, e->low, e->high);
        else
            print_shares(sheet, NAN, NAN, NAN);
        print_level(sheet, &e->level[i], mean_of(e));
        print_before(sheet, b, name, e->level[i].name.data, i == 0);
    }
    if (e->levels > 0)
        a4nn_sheet_space(sheet);
}

static void
print(const struct a4nn_steer *s, const struct a4nn_effects *effects,
      const struct a4nn_steer_before *b)
{
    const double noise[] = {effects->noise, NAN, NAN};
    size_t all = sizeof columns / sizeof *columns;
    struct a4nn_sheet *sheet = a4nn_sheet_new(columns, b != NULL ? all : all - BEFORE);
    size_t i, mains = 0, pairs = 0;

    for (i = 0; i < effects->n; i++) {
        const struct a4nn_effect *e = &effects->effect[i];
        struct a4nn_buf name = {0};

        if ((e->group == e->with ? mains++ : pairs++) >= s->count)
            continue;
        a4nn_buf_adds(&name, a4nn_features_group(s->features, e->group)->name);
        if (e->group != e->with)
            a4nn_buf_addf(&name, " x %s", a4nn_features_group(s->features, e->with)->name);
        print_effect(sheet, b, name.data, e);
        a4nn_buf_release(&name);
    }
    print_share(sheet, b, "(noise)", noise);
    a4nn_sheet_write(sheet, stdout, s->in.encoding == A4NN_AS_INPUT ? A4NN_TABLE : s->in.encoding);
    a4nn_sheet_free(sheet);
}

/* ---- several objectives ---- */

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The runs that none is better than in all objectives, the least of the metric first. */
static void
print_front(const struct a4nn_steer *s, const struct a4nn_propose_opts *opts)
{
    struct a4nn_tradeoff t = a4nn_steer_tradeoff(s);
    struct a4nn_sheet_column front[2 + A4NN_STEER_OBJECTIVES] = {{"run", "on the front", 0, true},
                                                                 {"value", "value", -1, false}};
    bool *on = a4nn_xcalloc(s->results + 1, sizeof *on);
    struct {
        double value;
        size_t result;
    } *row = a4nn_xcalloc(s->results + 1, sizeof *row);
    struct a4nn_sheet *sheet;
    size_t n = 0, i, k;

    for (k = 0; k < t.n; k++)
        front[2 + k] =
            (struct a4nn_sheet_column){t.objective[k].name, t.objective[k].name, -1, false};
    a4nn_tradeoff_front(&t, opts, on);
    for (i = 0; i < s->results; i++)
        if (on[i]) {
            row[n].value = s->result[i].value;
            row[n++].result = i;
        }
    qsort(row, n, sizeof *row, by_value);
    sheet = a4nn_sheet_new(front, 2 + t.n);
    for (i = 0; i < n; i++) {
        a4nn_sheet_text(sheet, s->outcomes.runs.key[s->run[row[i].result]]);
        a4nn_sheet_number(sheet, row[i].value);
        for (k = 0; k < t.n; k++)
            a4nn_sheet_number(sheet, t.value[row[i].result * t.n + k]);
    }
    if (s->in.encoding != A4NN_JSONL)
        putchar('\n');
    a4nn_sheet_write(sheet, stdout, s->in.encoding == A4NN_JSONL ? A4NN_JSONL : A4NN_TABLE);
    a4nn_sheet_free(sheet);
    free(on);
    free(row);
}

int
a4nn_steer_explain(int argc, char **argv)
{
    struct a4nn_steer s;
    int first = a4nn_steer_begin(&s, &a4nn_steer_explain_cli, 10, argc, argv), status = A4NN_OK;
    struct a4nn_propose_opts opts;
    struct a4nn_steer_before before = {0};
    struct a4nn_effects effects;

    if (s.before != NULL && a4nn_steer_before_read(s.before, &before, &s.err) < 0)
        a4nn_die(A4NN_TROUBLE, "%s", s.err.msg);
    if (s.objectives > 0 && s.in.encoding == A4NN_CSV)
        a4nn_die(A4NN_TROUBLE, "--objective makes two tables, and a CSV file holds one");
    a4nn_steer_read(&s, argv + first, argc - first, A4NN_STEER_EXPLAIN);
    opts = a4nn_steer_model(&s);
    if (a4nn_effects_find(&opts, &effects)) {
        print(&s, &effects, s.before != NULL ? &before : NULL);
        if (s.objectives > 0)
            print_front(&s, &opts);
    } else {
        a4nn_diag(&s.in.diag, A4NN_NOTE, NULL, 0, "too few results to explain: %zu",
                  effects.results);
        status = A4NN_NO;
    }
    status = s.in.diag.errors > 0 ? A4NN_TROUBLE : status;
    a4nn_effects_release(&effects);
    a4nn_steer_before_release(&before);
    a4nn_steer_release(&s);
    return a4nn_program_end(status);
}
