/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SIMILAR_TASKS_H
#define A4NN_SIMILAR_TASKS_H

#include "buf.h"
#include "history_read.h"
#include "strmap.h"

/*
 * Which tasks of the model database are most like one of them, and why: whose runs may be worth
 * starting from.
 *
 * Two tasks of the same direction are compared in parts, each from 0 (nothing alike) to 1 (the
 * same): whether their metrics have the same name; their planned totals, 1 - |log2| of the ratio,
 * at least 0; the members of their configurations, the share of all names that both have (Jaccard);
 * the levels they end at, 1 - the mean distance of the deciles of the last values, in units of the
 * range of both; and the shape of their curves, 1 - the mean distance of the median share of its
 * final rise that a run has made at a tenth, two tenths ... of its way.  Levels, shapes and members
 * are those of the newest A4NN_SIMILAR_SAMPLE complete runs.  The similarity is the mean of the
 * parts there are.
 */
enum { A4NN_SIMILAR_SAMPLE = 100 };

struct a4nn_similar_task {
    char *name, *metric; /* owned */
    int64_t runs;
    double similarity;
    double epochs, members, levels, shape; /* parts, NAN where there is none */
    bool same_metric;
    struct a4nn_buf why; /* owned */
};

/*
 * Compares all others with the task of that name; `metric` NULL: the only one it has.  *out, owned,
 * is released by a4nn_similar_tasks_release; best first.  Their number; -1 with *err filled, also
 * when there is no such task or it has several metrics.
 */
long a4nn_similar_tasks(struct a4nn_db *db, const char *task, const char *metric,
                        struct a4nn_similar_task **out, struct a4nn_err *err) A4NN_MUST_USE;

/*
 * The same for a task that has no runs yet, by the members of its configurations alone, with tasks
 * of either direction; but not the task of that name (may be NULL).
 */
long a4nn_similar_tasks_to(struct a4nn_db *db, const char *task, const struct a4nn_strmap *members,
                           struct a4nn_similar_task **out, struct a4nn_err *err) A4NN_MUST_USE;

void a4nn_similar_tasks_release(struct a4nn_similar_task *found, long count);

#endif
