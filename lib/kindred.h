/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_KINDRED_H
#define A4NN_KINDRED_H

#include <stdbool.h>
#include <stddef.h>

#include "db.h"
#include "err.h"
#include "json.h"
#include "strmap.h"

/*
 * What runs of similar tasks came to, so that a search need not begin with nothing.  Tasks count
 * that are at least half alike (similar_tasks.h) and have members of the configuration in common,
 * the A4NN_KINDRED_TASKS most similar ones; of a task's runs those that are over and have a
 * configuration.  Values are scores within their task (yardstick.h): larger is better, whatever
 * the metric.
 */
enum { A4NN_KINDRED_TASKS = 5 };

struct a4nn_kindred_task {
    char *name; /* owned */
    double similarity;
    size_t runs;
};

struct a4nn_kindred_run {
    struct a4nn_json *config; /* owned */
    double score;             /* what failed has a low one */
    size_t task;
};

/* Zero-initialise it ({0}), release it in the end. */
struct a4nn_kindred {
    struct a4nn_kindred_task task[A4NN_KINDRED_TASKS];
    size_t tasks;
    struct a4nn_kindred_run *run; /* the best first */
    size_t runs, cap;
};

/*
 * Reads what is similar to `task` of the database or, where that is NULL, has no complete run yet,
 * or has several metrics, to configurations with these members.  0, or -1 with *err filled.
 */
int a4nn_kindred_read(struct a4nn_db *db, const char *task, const struct a4nn_strmap *members,
                      struct a4nn_kindred *out, struct a4nn_err *err) A4NN_MUST_USE;

void a4nn_kindred_release(struct a4nn_kindred *kindred);

#endif
