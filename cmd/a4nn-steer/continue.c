/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the running trainings to continue, and why. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "intake.h"
#include "outlook.h"
#include "program.h"
#include "sheet.h"
#include "verbs.h"
#include "xalloc.h"

static const struct a4nn_option options[] = {
    A4NN_STEER_OPTIONS("how many that may be stopped at once (default: 1000)", "jsonl", ),
    {A4NN_STEER_P, "p", "P", "stop what beats the best with a smaller probability (0.01)", NULL},
    {0},
};

const struct a4nn_cli a4nn_steer_continue_cli = {
    .program = "a4nn-steer continue",
    .operands = "[space] [file ...]",
    .about = "Tell of each running training whether it is worth continuing, and why.",
    .options = options,
    .more = "The files, or standard input, hold the results so far: what a4nn-predict writes, so\n"
            "that running ones have forecasts.  The answer is one that a4nn-stop acts on.\n"
            "Status: 0 done, 1 nothing is running or there are too few results, 2 trouble.\n",
};

static const struct a4nn_sheet_column columns[] = {
    {"run", "run", 0, true},         {"task", NULL, 0, true},
    {"epoch", "epoch", -1, false},   {"value", NULL, -1, false},
    {"metric", NULL, 0, true},       {"epochs", "of", -1, false},
    {"forecast", "ends", -1, false}, {"low", "low", -1, false},
    {"high", "high", -1, false},     {"p_beat", "p(beat)", 3, false},
    {"p_next", "p(next)", 3, false}, {"verdict", "verdict", 0, true},
    {"reason", "reason", 0, true},   {"why", "why", 0, true},
};

/* The least promising first, as far as they may be stopped. */
static bool
stops(const struct a4nn_steer *s, const struct a4nn_outlook *all, size_t n, size_t i)
{
    size_t worse = 0, k;

    for (k = 0; k < n; k++)
        worse += all[k].p_beat < all[i].p_beat || (k < i && !(all[i].p_beat < all[k].p_beat));
    return all[i].p_beat < s->p && worse < s->count;
}

static void
add_why(const struct a4nn_steer *s, const struct a4nn_outlook *o, struct a4nn_buf *out)
{
    const struct a4nn_outcome *run = &s->outcomes.run[s->run[o->result]];

    if (isnan(o->by_config))
        a4nn_buf_addf(out, "by its configuration alone: it has no forecast yet");
    else
        a4nn_buf_addf(out, "%.4g by its curve so far, %.4g by its configuration", run->forecast,
                      o->by_config);
    if (!isnan(o->p_next))
        a4nn_buf_addf(out, "; beats the best proposal with probability %.2g", o->p_next);
}

static void
print(const struct a4nn_steer *s, const struct a4nn_outlook *all, size_t n)
{
    struct a4nn_sheet *sheet = a4nn_sheet_new(columns, sizeof columns / sizeof *columns);
    size_t i;

    for (i = 0; i < n; i++) {
        size_t of = s->run[all[i].result];
        const struct a4nn_outcome *run = &s->outcomes.run[of];
        bool stop = stops(s, all, n, i);
        struct a4nn_buf why = {0};

        add_why(s, &all[i], &why);
        a4nn_sheet_text(sheet, s->outcomes.runs.key[of]);
        a4nn_sheet_text(sheet, s->in.task);
        a4nn_sheet_number(sheet, run->epoch);
        a4nn_sheet_number(sheet, run->last);
        a4nn_sheet_text(sheet, s->outcomes.measured);
        a4nn_sheet_number(sheet, run->epochs);
        a4nn_sheet_number(sheet, all[i].predicted);
        a4nn_sheet_number(sheet, all[i].low);
        a4nn_sheet_number(sheet, all[i].high);
        a4nn_sheet_number(sheet, all[i].p_beat);
        a4nn_sheet_number(sheet, all[i].p_next);
        a4nn_sheet_text(sheet, stop ? "stop" : "continue");
        a4nn_sheet_text(sheet, stop ? "hopeless" : NULL);
        a4nn_sheet_text(sheet, why.data);
        a4nn_buf_release(&why);
    }
    if (n > 0)
        a4nn_sheet_write(sheet, stdout,
                         s->in.encoding == A4NN_AS_INPUT ? A4NN_JSONL : s->in.encoding);
    a4nn_sheet_free(sheet);
}

int
a4nn_steer_continue(int argc, char **argv)
{
    struct a4nn_steer s;
    int first = a4nn_steer_begin(&s, &a4nn_steer_continue_cli, 1000, argc, argv), status;
    struct a4nn_propose_opts opts;
    struct a4nn_outlook *all;
    bool model;
    size_t n;

    a4nn_steer_read(&s, argv + first, argc - first, A4NN_STEER_EXPLAIN);
    opts = a4nn_steer_model(&s);
    all = a4nn_xcalloc(opts.results + 1, sizeof *all);
    n = a4nn_outlooks(&opts, all, &model);
    print(&s, all, n);
    if (n == 0)
        a4nn_diag(&s.in.diag, A4NN_NOTE, NULL, 0,
                  model ? "nothing is running" : "too few results are over to tell");
    status = s.in.diag.errors > 0 ? A4NN_TROUBLE : (n > 0 ? A4NN_OK : A4NN_NO);
    free(all);
    a4nn_steer_release(&s);
    return a4nn_program_end(status);
}
