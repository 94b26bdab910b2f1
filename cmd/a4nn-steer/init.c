/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to train first. */
#include <math.h>
#include <stdlib.h>

#include "intake.h"
#include "population.h"
#include "print.h"
#include "verbs.h"
#include "xalloc.h"

static const struct a4nn_option options[] = {
    A4NN_STEER_OPTIONS("how many (default: 8)", "jsonl", ),
    {0},
};

const struct a4nn_cli a4nn_steer_init_cli = {
    .program = "a4nn-steer init",
    .operands = "[space] [file ...]",
    .about = "Print what to train first: with -H what did well in similar tasks, and why.",
    .options = options,
    .more = "The files hold results that are there already, if any: streams or logs.  A file that\n"
            "begins as a space does is the space.  With -t the runs of that task count as tried.\n"
            "Status: 0 done, 1 there is no candidate left, 2 trouble.\n",
};

enum { NAMED = 3 /* tasks in a reason, at most */ };

static void
add_tasks(const struct a4nn_kindred *k, struct a4nn_buf *out)
{
    size_t i;

    for (i = 0; i < k->tasks && i < NAMED; i++)
        a4nn_buf_addf(out, "%s%zu runs of task '%.60s' (similarity %.2f)", i > 0 ? ", " : "",
                      k->task[i].runs, k->task[i].name, k->task[i].similarity);
    if (k->tasks > NAMED)
        a4nn_buf_addf(out, " and %zu more", k->tasks - NAMED);
}

static void
add_reason(const struct a4nn_steer *s, const struct a4nn_first *first, bool some,
           struct a4nn_buf *out)
{
    if (first->taught) {
        a4nn_buf_adds(out, "should do well, by ");
        add_tasks(&s->kindred, out);
        return;
    }
    a4nn_buf_adds(out, "to fill the space: ");
    if (some)
        a4nn_buf_adds(out, "one in four, in case this task is different");
    else if (s->kindred.runs > 0)
        a4nn_buf_addf(out, "%zu runs of similar tasks make no model", s->kindred.runs);
    else
        a4nn_buf_adds(out, s->in.history ? "no similar task in the model database"
                                         : "no model database is named");
}

static size_t
choose(const struct a4nn_steer *s, struct a4nn_first *first)
{
    size_t *there = a4nn_xcalloc(s->results + 1, sizeof *there), i, n;
    struct a4nn_population_opts opts = {.features = s->features,
                                        .result = s->kin,
                                        .results = s->kindred.runs,
                                        .there = there,
                                        .there_n = s->results,
                                        .row = s->row,
                                        .candidates = s->untried,
                                        .ordered = a4nn_steer_even(s),
                                        .count = s->count,
                                        .seed = s->seed};

    for (i = 0; i < s->results; i++)
        there[i] = s->result[i].row;
    n = a4nn_population_choose(&opts, first);
    free(there);
    return n;
}

int
a4nn_steer_init(int argc, char **argv)
{
    struct a4nn_steer s;
    int begin = a4nn_steer_begin(&s, &a4nn_steer_init_cli, 8, argc, argv);
    struct a4nn_proposal *p = a4nn_xcalloc(s.count + 1, sizeof *p);
    struct a4nn_first *first = a4nn_xcalloc(s.count + 1, sizeof *first);
    bool some = false;
    size_t n, i;

    a4nn_steer_read(&s, argv + begin, argc - begin, A4NN_STEER_INIT);
    n = choose(&s, first);
    for (i = 0; i < n; i++)
        some = some || first[i].taught;
    for (i = 0; i < n; i++) {
        p[i] = (struct a4nn_proposal){first[i].candidate, NAN, NAN, NAN, NAN, {0}};
        add_reason(&s, &first[i], some, &p[i].why);
    }
    a4nn_steer_print(&s, p, n);
    a4nn_proposals_release(p, n);
    free(first);
    free(p);
    return a4nn_steer_end(&s, n);
}
