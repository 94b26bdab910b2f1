/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The candidates to train next, and why. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "intake.h"
#include "lessons.h"
#include "program.h"
#include "sheet.h"
#include "space.h"
#include "verbs.h"
#include "xalloc.h"

static const struct a4nn_option options[] = {
    A4NN_STEER_OPTIONS("how many proposals (default: 1)", "jsonl"),
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

static const struct a4nn_sheet_column columns[] = {
    {"run", "run", 0, true},
    {"config", "configuration", 0, true},
    {"predicted", "predicted", -1, false},
    {"low", "low", -1, false},
    {"high", "high", -1, false},
    {"why", "why", 0, true},
};
/* a list of candidates has its configurations itself */
static const struct a4nn_sheet_column of_candidates[] = {
    {"run", "run", 0, true},   {"predicted", "predicted", -1, false},
    {"low", "low", -1, false}, {"high", "high", -1, false},
    {"why", "why", 0, true},
};

static void
print_lines(const struct a4nn_steer *s, const struct a4nn_proposal *p, size_t n)
{
    struct a4nn_buf out = {0};
    size_t i;

    for (i = 0; i < n; i++) {
        struct a4nn_json *line = s->list.one[s->place[p[i].candidate]].line;

        a4nn_json_set(line, "predicted", a4nn_json_from_number(p[i].predicted));
        a4nn_json_set(line, "low", a4nn_json_from_number(p[i].low));
        a4nn_json_set(line, "high", a4nn_json_from_number(p[i].high));
        a4nn_json_set(line, "why", a4nn_json_from_string(p[i].why.data));
        a4nn_buf_reset(&out);
        a4nn_json_dump(line, &out);
        puts(out.data);
    }
    a4nn_buf_release(&out);
}

static void
print_config(struct a4nn_sheet *sheet, const struct a4nn_json *config)
{
    struct a4nn_buf out = {0};

    a4nn_json_dump(config, &out);
    a4nn_sheet_text(sheet, out.data);
    a4nn_buf_release(&out);
}

static void
print_sheet(const struct a4nn_steer *s, const struct a4nn_proposal *p, size_t n)
{
    struct a4nn_sheet *sheet =
        s->pool != NULL
            ? a4nn_sheet_new(columns, sizeof columns / sizeof *columns)
            : a4nn_sheet_new(of_candidates, sizeof of_candidates / sizeof *of_candidates);
    size_t i;

    for (i = 0; i < n; i++) {
        const struct a4nn_candidate *c = &s->list.one[s->place[p[i].candidate]];

        a4nn_sheet_text(sheet, c->run);
        if (s->pool != NULL)
            print_config(sheet, c->config);
        a4nn_sheet_number(sheet, p[i].predicted);
        a4nn_sheet_number(sheet, p[i].low);
        a4nn_sheet_number(sheet, p[i].high);
        a4nn_sheet_text(sheet, p[i].why.data);
    }
    if (n > 0)
        a4nn_sheet_write(sheet, stdout, s->in.encoding);
    a4nn_sheet_free(sheet);
}

/* Without a model: the first points of those that fill the space which are left. */
static void
take_first(const struct a4nn_steer *s, struct a4nn_proposal *p, size_t n)
{
    size_t over = 0, i;

    for (i = 0; i < s->results; i++)
        over += s->result[i].state != A4NN_RESULT_PENDING ? 1 : 0;
    for (i = 0; i < n; i++) {
        p[i].candidate = i;
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
    size_t n = a4nn_propose(&opts, p);

    if (s->pool != NULL && n > 0 && isnan(p[0].predicted))
        take_first(s, p, n);
    if (s->in.encoding == A4NN_CSV || s->in.encoding == A4NN_TABLE)
        print_sheet(s, p, n);
    else
        print_lines(s, p, n);
    a4nn_proposals_release(p, n);
    free(p);
    return n;
}

int
a4nn_steer_next(int argc, char **argv)
{
    struct a4nn_steer s;
    int first = a4nn_steer_begin(&s, &a4nn_steer_next_cli, 1, argc, argv), status;
    size_t n;

    a4nn_steer_read(&s, argv + first, argc - first, true);
    a4nn_steer_space_refine(&s);
    n = propose(&s);
    if (n == 0)
        a4nn_diag(&s.in.diag, A4NN_NOTE, NULL, 0, "no candidate is left");
    status = s.in.diag.errors > 0 ? A4NN_TROUBLE : n > 0 ? A4NN_OK : A4NN_NO;
    a4nn_steer_release(&s);
    return a4nn_program_end(status);
}
