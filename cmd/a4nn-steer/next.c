/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The candidates to train next, and why. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "intake.h"
#include "program.h"
#include "sheet.h"
#include "verbs.h"
#include "xalloc.h"

enum { CANDIDATES = 256, SEED };

static const struct a4nn_option options[] = {
    {CANDIDATES, "candidates", "FILE", "what may be trained: JSON Lines", "file"},
    A4NN_OPTION_EPOCHS,
    A4NN_OPTION_FORMAT,
    {'H', "history", "[=NAME]", "learn from the runs of the model database, too", "file"},
    A4NN_OPTION_METRIC,
    A4NN_OPTION_MAX,
    A4NN_OPTION_MIN,
    {'n', "count", "N", "how many proposals (default: 1)", NULL},
    A4NN_OPTION_OUTPUT("jsonl"),
    A4NN_OPTION_QUIET,
    {SEED, "seed", "N", "for what is left to chance (default: 0)", NULL},
    {'t', "task", "NAME", "learn from results of this task", NULL},
    {0},
};

const struct a4nn_cli a4nn_steer_next_cli = {
    .program = "a4nn-steer next",
    .operands = "[file ...]",
    .about = "Print the candidates to train next, with the final value to be expected, and why.",
    .options = options,
    .more = "The files, or standard input, hold the results so far: streams or logs.\n"
            "Status: 0 done, 1 there is no candidate left, 2 trouble.\n",
};

static const struct a4nn_sheet_column columns[] = {
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
print_sheet(const struct a4nn_steer *s, const struct a4nn_proposal *p, size_t n)
{
    struct a4nn_sheet *sheet = a4nn_sheet_new(columns, sizeof columns / sizeof *columns);
    size_t i;

    for (i = 0; i < n; i++) {
        a4nn_sheet_text(sheet, s->list.one[s->place[p[i].candidate]].run);
        a4nn_sheet_number(sheet, p[i].predicted);
        a4nn_sheet_number(sheet, p[i].low);
        a4nn_sheet_number(sheet, p[i].high);
        a4nn_sheet_text(sheet, p[i].why.data);
    }
    if (n > 0)
        a4nn_sheet_write(sheet, stdout, s->in.encoding);
    a4nn_sheet_free(sheet);
}

static size_t
propose(struct a4nn_steer *s, size_t count, uint64_t seed)
{
    struct a4nn_propose_opts opts = {
        .features = s->features,
        .result = s->result,
        .results = s->results,
        .row = s->row,
        .candidates = s->untried,
        .count = count < s->untried ? count : s->untried,
        .mode = s->outcomes.mode,
        .seed = seed,
    };
    struct a4nn_proposal *p = a4nn_xcalloc(opts.count + 1, sizeof *p);
    size_t n = a4nn_propose(&opts, p);

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
    const struct a4nn_cli *cli = &a4nn_steer_next_cli;
    struct a4nn_steer s;
    size_t count = 1, n;
    uint64_t seed = 0;
    int code, first, status;
    const char *arg;

    a4nn_steer_init(&s);
    while ((code = a4nn_cli_next(cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        switch (code) {
        case CANDIDATES: s.candidates = arg; break;
        case SEED: seed = (uint64_t)a4nn_cli_count(cli, code, arg, 0, 2147483647); break;
        case 'n': count = (size_t)a4nn_cli_count(cli, code, arg, 1, 1000); break;
        default: a4nn_input_option(&s.in, cli, code, arg);
        }
    if (s.candidates == NULL)
        a4nn_die(A4NN_TROUBLE, "no candidates: name a file with --candidates");
    a4nn_steer_read(&s, argv + first, argc - first);
    n = propose(&s, count, seed);
    if (n == 0)
        a4nn_diag(&s.in.diag, A4NN_NOTE, NULL, 0, "no candidate is left");
    status = s.in.diag.errors > 0 ? A4NN_TROUBLE : n > 0 ? A4NN_OK : A4NN_NO;
    a4nn_steer_release(&s);
    return a4nn_program_end(status);
}
