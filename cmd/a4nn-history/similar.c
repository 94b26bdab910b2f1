/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs that are most like one, and why. */
#include "similar.h"

#include <stdio.h>
#include <string.h>

#include "input.h"
#include "number.h"
#include "program.h"
#include "sheet.h"
#include "verbs.h"

static const struct a4nn_option options[] = {
    A4NN_VERB_HISTORY,
    {'n', "count", "N", "how many (default 10)", NULL},
    A4NN_OPTION_OUTPUT("table"),
    A4NN_OPTION_QUIET,
    A4NN_VERB_TASK,
    {0},
};

const struct a4nn_cli a4nn_verb_similar_cli = {
    .program = "a4nn-history similar",
    .operands = "run",
    .about = "Show the runs that are most like one, by configuration and curve, and why.",
    .options = options,
    .more = "The run is told by its name or by #id; -t says of which task the others are.\n"
            "Status: 0 done, 1 there is no such run or no other, 2 trouble.\n",
};

static const struct a4nn_sheet_column columns[] = {
    {"similarity", "similarity", 3, false},
    {"config_similarity", "configuration", 3, false},
    {"curve_similarity", "curve", 3, false},
    {"task", "task", 0, true},
    {"metric", "metric", 0, true},
    {"run", "run", 0, true},
    {"status", "status", 0, true},
    {"last_value", "value", -1, false},
    {"why", "why", 0, true},
};

struct picked {
    struct a4nn_history_run run;
    unsigned count;
};

static int
pick(void *arg, const struct a4nn_history_run *run)
{
    struct picked *p = arg;

    if (p->count++ == 0)
        a4nn_history_run_copy(&p->run, run);
    return 0;
}

static bool
find_run(struct a4nn_db *db, const char *name, struct picked *picked)
{
    struct a4nn_history_which which = {0};
    struct a4nn_err err;
    double id;

    if (name[0] == '#' && a4nn_number_parse(name + 1, strlen(name + 1), &id) && id >= 1 &&
        id < 1e15)
        which.id = (int64_t)id;
    else
        which.name = name;
    a4nn_verb_read(a4nn_history_runs(db, &which, pick, picked, &err), &err);
    if (picked->count > 1)
        a4nn_die(A4NN_TROUBLE, "%u runs are named '%s': say which by #id (the first is #%lld)",
                 picked->count, name, (long long)picked->run.id);
    return picked->count == 1;
}

static void
print(const struct a4nn_similar *found, long count, enum a4nn_encoding encoding)
{
    struct a4nn_sheet *sheet = a4nn_sheet_new(columns, sizeof columns / sizeof *columns);
    long i;

    for (i = 0; i < count; i++) {
        a4nn_sheet_number(sheet, found[i].similarity);
        a4nn_sheet_number(sheet, found[i].config);
        a4nn_sheet_number(sheet, found[i].curve);
        a4nn_sheet_text(sheet, found[i].run.task);
        a4nn_sheet_text(sheet, found[i].run.metric);
        a4nn_sheet_text(sheet, found[i].run.name);
        a4nn_sheet_text(sheet, found[i].run.facts.text[A4NN_FACT_STATUS]);
        a4nn_sheet_number(sheet, found[i].run.last_value);
        a4nn_sheet_text(sheet, found[i].why.data);
    }
    if (count > 0)
        a4nn_sheet_write(sheet, stdout, encoding);
    a4nn_sheet_free(sheet);
}

int
a4nn_verb_similar(int argc, char **argv)
{
    struct a4nn_verb_query query = {.encoding = A4NN_TABLE};
    struct picked picked = {0};
    struct a4nn_similar_opts opts = {.to = &picked.run, .which = &query.which, .count = 10};
    struct a4nn_similar *found = NULL;
    struct a4nn_err err;
    struct a4nn_db *db;
    int code, first;
    const char *arg;
    long count = 0;

    while ((code = a4nn_cli_next(&a4nn_verb_similar_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        if (code == 'n')
            opts.count = (size_t)a4nn_cli_count(&a4nn_verb_similar_cli, code, arg, 1, 100000);
        else
            a4nn_verb_option(&query, code, arg);
    if (first + 1 != argc)
        a4nn_die(A4NN_TROUBLE, first == argc ? "no run named" : "one run at a time");
    db = a4nn_verb_open(&query, A4NN_DB_READ);
    if (!find_run(db, argv[first], &picked)) {
        a4nn_warn("no run '%s'", argv[first]);
        return a4nn_program_end(A4NN_NO);
    }
    count = a4nn_similar_find(db, &opts, &found, &err);
    a4nn_verb_read(count < 0 ? -1 : 0, &err);
    print(found, count, query.encoding);
    a4nn_similar_release(found, count);
    a4nn_history_run_release(&picked.run);
    a4nn_db_close(db);
    return a4nn_program_end(count > 0 ? A4NN_OK : A4NN_NO);
}
