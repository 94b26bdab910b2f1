/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs, or the tasks, that are most like one, and why. */
#include "similar.h"

#include <stdio.h>
#include <string.h>

#include "input.h"
#include "program.h"
#include "sheet.h"
#include "similar_tasks.h"
#include "verbs.h"

enum { TASKS = 256, METRIC = 'm' };

static const struct a4nn_option options[] = {
    A4NN_VERB_HISTORY,
    {METRIC, "metric", "NAME", "of a task that has several: its metric", NULL},
    {'n', "count", "N", "how many (default 10)", NULL},
    A4NN_OPTION_OUTPUT("table"),
    A4NN_OPTION_QUIET,
    A4NN_VERB_TASK,
    {TASKS, "tasks", NULL, "the operand is a task: show the tasks most like it", NULL},
    {0},
};

const struct a4nn_cli a4nn_verb_similar_cli = {
    .program = "a4nn-history similar",
    .operands = "run | --tasks task",
    .about = "Show the runs that are most like one, or the tasks, and why.",
    .options = options,
    .more = "The run is told by its name or by #id; -t says of which task the others are.\n"
            "Status: 0 done, 1 there is no such run, or no other one, 2 trouble (no such task).\n",
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

    a4nn_verb_name_run(&which, name);
    a4nn_verb_read(a4nn_history_runs(db, &which, pick, picked, &err), &err);
    if (picked->count > 1)
        a4nn_die(A4NN_TROUBLE, "%u runs are named '%s': say which by #id (the first is #%lld)",
                 picked->count, name, (long long)picked->run.id);
    return picked->count == 1;
}

/* Nothing on standard output could be a mistake in what was asked. */
static void
say_none(const char *what, const char *name, const char *of)
{
    struct a4nn_diag diag = a4nn_program_diag();

    a4nn_diag(&diag, A4NN_NOTE, NULL, 0, "no other %s to compare '%s' with%s", what, name, of);
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

static const struct a4nn_sheet_column task_columns[] = {
    {"similarity", "similarity", 3, false},
    {"same_metric", NULL, 0, false},
    {"epochs_similarity", "epochs", 3, false},
    {"members_similarity", "members", 3, false},
    {"levels_similarity", "levels", 3, false},
    {"shape_similarity", "shape", 3, false},
    {"task", "task", 0, true},
    {"metric", "metric", 0, true},
    {"runs", "runs", 0, false},
    {"why", "why", 0, true},
};

static long
show_tasks(struct a4nn_db *db, const char *task, const char *metric, size_t count,
           enum a4nn_encoding encoding)
{
    struct a4nn_sheet *sheet =
        a4nn_sheet_new(task_columns, sizeof task_columns / sizeof *task_columns);
    struct a4nn_similar_task *found;
    struct a4nn_err err;
    long n = a4nn_similar_tasks(db, task, metric, &found, &err), i;

    a4nn_verb_read(n < 0 ? -1 : 0, &err);
    for (i = 0; i < n && i < (long)count; i++) {
        a4nn_sheet_number(sheet, found[i].similarity);
        a4nn_sheet_number(sheet, found[i].same_metric);
        a4nn_sheet_number(sheet, found[i].epochs);
        a4nn_sheet_number(sheet, found[i].members);
        a4nn_sheet_number(sheet, found[i].levels);
        a4nn_sheet_number(sheet, found[i].shape);
        a4nn_sheet_text(sheet, found[i].name);
        a4nn_sheet_text(sheet, found[i].metric);
        a4nn_sheet_number(sheet, (double)found[i].runs);
        a4nn_sheet_text(sheet, found[i].why.data);
    }
    if (n > 0)
        a4nn_sheet_write(sheet, stdout, encoding);
    else
        say_none("task", task, ": none whose metric has the same direction");
    a4nn_sheet_free(sheet);
    a4nn_similar_tasks_release(found, n);
    return n;
}

static long
show_runs(struct a4nn_db *db, const char *run, const struct a4nn_verb_query *query, size_t count)
{
    struct picked picked = {0};
    const struct a4nn_similar_opts opts = {
        .to = &picked.run, .which = &query->which, .count = count};
    struct a4nn_similar *found = NULL;
    struct a4nn_err err;
    long n;

    if (!find_run(db, run, &picked)) {
        a4nn_verb_no_run(db, run);
        return 0;
    }
    n = a4nn_similar_find(db, &opts, &found, &err);
    a4nn_verb_read(n < 0 ? -1 : 0, &err);
    print(found, n, query->encoding);
    if (n == 0)
        say_none("run", run, query->which.task != NULL ? " in that task" : "");
    a4nn_similar_release(found, n);
    a4nn_history_run_release(&picked.run);
    return n;
}

int
a4nn_verb_similar(int argc, char **argv)
{
    struct a4nn_verb_query query = {.encoding = A4NN_TABLE};
    const char *arg, *metric = NULL;
    struct a4nn_db *db;
    size_t count = 10;
    bool tasks = false;
    int code, first;
    long n;

    while ((code = a4nn_cli_next(&a4nn_verb_similar_cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        switch (code) {
        case METRIC: metric = arg; break;
        case 'n':
            count = (size_t)a4nn_cli_count(&a4nn_verb_similar_cli, code, arg, 1, 100000);
            break;
        case TASKS: tasks = true; break;
        default: a4nn_verb_option(&query, code, arg);
        }
    if (first + 1 != argc)
        a4nn_die(A4NN_TROUBLE, first == argc ? "no run or task named" : "one at a time");
    db = a4nn_verb_open(query.history, A4NN_DB_READ);
    n = tasks ? show_tasks(db, argv[first], metric, count, query.encoding)
              : show_runs(db, argv[first], &query, count);
    a4nn_db_close(db);
    return a4nn_program_end(n > 0 ? A4NN_OK : A4NN_NO);
}
