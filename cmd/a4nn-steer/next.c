/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The candidates to train next, and why. */
#include <math.h>
#include <stdlib.h>

#include "intake.h"
#include "lessons.h"
#include "print.h"
#include "space.h"
#include "verbs.h"
#include "xalloc.h"

static const struct a4nn_option options[] = {
    A4NN_STEER_OPTIONS("how many proposals (default: 1)", "jsonl",
                       A4NN_STEER_OPTION_COST A4NN_STEER_OPTION_OBJECTIVE),
    {0},
};

const struct a4nn_cli a4nn_steer_next_cli = {
    .program = "a4nn-steer next",
    .operands = "[space] [file ...]",
    .about = "Print what to train next, with the final value to be expected, and why.",
    .options = options,
    .more = "The files, or standard input, hold the results so far: streams or logs.  A file\n"
            "that begins as a space does is the space.\n"
            "Status: 0 done, 1 there is no candidate left, 2 trouble.\n",
};

/* Without a model: the first points of those that fill the space which are left. */
static void
take_first(const struct a4nn_steer *s, struct a4nn_proposal *p, size_t n)
{
    size_t over = a4nn_steer_over(s), i;

    for (i = 0; i < n; i++) {
        p[i].candidate = i;
        p[i].cost = s->price != NULL ? s->price[i] : NAN;
        a4nn_buf_reset(&p[i].why);
        if (over < A4NN_LESSONS_FIRST)
            a4nn_buf_addf(&p[i].why, "to fill the space: %zu of %d results that a model needs",
                          over, (int)A4NN_LESSONS_FIRST);
        else
            a4nn_buf_adds(&p[i].why, "to fill the space: the results make no model");
    }
}

static size_t
propose(struct a4nn_steer *s)
{
    const struct a4nn_propose_opts opts = a4nn_steer_model(s);
    struct a4nn_proposal *p = a4nn_xcalloc(opts.count + 1, sizeof *p);
    size_t n = a4nn_steer_propose(s, &opts, p);

    if (s->pool != NULL && n > 0 && isnan(p[0].predicted) && opts.kins < A4NN_LESSONS_FIRST)
        take_first(s, p, n);
    a4nn_steer_print(s, p, n);
    a4nn_proposals_release(p, n);
    free(p);
    return n;
}

int
a4nn_steer_next(int argc, char **argv)
{
    struct a4nn_steer s;
    int first = a4nn_steer_begin(&s, &a4nn_steer_next_cli, 1, argc, argv);
    size_t n;

    a4nn_steer_read(&s, argv + first, argc - first, A4NN_STEER_NEXT);
    a4nn_steer_space_refine(&s);
    n = propose(&s);
    return a4nn_steer_end(&s, n);
}
