/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_READER_SET_H
#define A4NN_LOG_READER_SET_H

#include <stdbool.h>

#include "log/reader.h"
#include "log/select.h"
#include "strmap.h"

/*
 * What the readers of many growing logs share: the names of runs, and the runs that several files
 * make up.  A run keeps its name and its metric when its log is read again, in this process or,
 * by what `settled` tells and recall takes, in a later one.
 */
struct a4nn_reader_set;

/* A run: where its files' numbers go. */
struct a4nn_reader_run {
    const char *key;            /* what tells it apart: the argument, a tab, its path in it */
    char *name, *metric;        /* the metric is NULL before the first observation */
    bool fresh;                 /* some of its numbers were written while it is followed */
    struct a4nn_select *select; /* NULL when none of its files is being read */
    char *file;                 /* the first, for messages */
    struct a4nn_reader_set *set;
};

/*
 * `opts` as for a reader; `settled` is told a run's name once, and again with its metric. Both and
 * their args must outlive the set.
 */
struct a4nn_reader_set *
a4nn_reader_set_new(const struct a4nn_reader_opts *opts,
                    void (*settled)(void *arg, const struct a4nn_reader_run *run), void *arg);

/* What was settled earlier; `metric` may be NULL. Before the first file is read. */
void a4nn_reader_set_recall(struct a4nn_reader_set *set, const char *key, const char *name,
                            const char *metric);

/*
 * The run at `path` (of a file or a group) within `argument`; named on its first appearance, with
 * `whole` and `above` as in names.h.
 */
struct a4nn_reader_run *a4nn_reader_set_run(struct a4nn_reader_set *set, const char *argument,
                                            const char *path, bool whole, const char *above);

/* The run's files state numbers from now on, `file` being one of them. */
void a4nn_reader_run_open(struct a4nn_reader_run *run, const struct a4nn_log_format *format,
                          const char *file, bool live);

/* What the run stated is forgotten; with `finish`, after what is due was delivered. */
void a4nn_reader_run_close(struct a4nn_reader_run *run, bool finish);

/* What the run stated is forgotten, and its metric is chosen anew. */
void a4nn_reader_run_forget(struct a4nn_reader_run *run);

/* The run whose record is being delivered; NULL for the record of an a4nn stream. */
const struct a4nn_reader_run *a4nn_reader_set_giving(const struct a4nn_reader_set *set);

/* All inputs have ended: delivers what is due. */
void a4nn_reader_set_finish(struct a4nn_reader_set *set);

void a4nn_reader_set_free(struct a4nn_reader_set *set);

#endif
