/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_SELECT_H
#define A4NN_LOG_SELECT_H

#include <stdbool.h>

#include "err.h"
#include "log/format.h"
#include "metric.h"
#include "record.h"
#include "strmap.h"

/*
 * From the numbers a log states to the observations of its runs: which of them is the metric,
 * how its epochs count, which value of a repeated epoch holds.
 *
 * A selector takes the numbers of one input, or of all files of one run.  Of an input that is
 * complete it decides when all is seen; of a live one it decides as soon as a validation metric
 * has shown itself, and passes observations on at once.
 */

struct a4nn_select_opts {
    const char *metric;       /* name asked for, NULL: choose */
    const char *loss;         /* name of a second number to report as `loss`, or NULL */
    enum a4nn_mode mode;      /* asked for, A4NN_MODE_UNKNOWN: as the name says */
    double epochs;            /* planned total asked for, NAN: as the log says */
    bool by_count;            /* number the values 1, 2, 3, ... whatever the log calls them */
    bool all;                 /* give every other number, too: others.h */
    bool list;                /* only collect names, for a4nn_select_names() */
    struct a4nn_strmap *said; /* choices already reported to the user, or NULL */
};

struct a4nn_select;

/*
 * With `all` the records have members besides their fields: "metrics", an object with the other
 * numbers of the epoch, and "observations", a list of [name, epoch, value, time] for those at
 * epochs that have no record.  A live record has what was stated before it or on its line; what
 * comes later goes with the next one, and in the end the last one comes again if there is such. Of
 * names that are no known metrics the first 1000 are given; a run has 2097152 numbers of them at
 * once.
 */

/*
 * `run` names the input's own run; a run of its own within the input is named `run`/its name, or
 * just its name when `alone`.  `file` is for messages.  Everything must outlive the selector.
 */
struct a4nn_select *a4nn_select_new(const struct a4nn_select_opts *opts,
                                    const struct a4nn_log_format *format, const char *file,
                                    const char *run, bool alone, bool live,
                                    void (*record)(void *arg, struct a4nn_record *record),
                                    void *arg, struct a4nn_diag *diag);

/* The metric to choose as soon as it is there, where none is asked for: that of an earlier reading.
 * `metric` must outlive the selector. */
void a4nn_select_prefer(struct a4nn_select *s, const char *metric);

/* Numbers come from this file from now on; before the first call, from the one given above. */
void a4nn_select_file(struct a4nn_select *s, const char *file);

/* Takes one number; `name` is the full one, with the prefix of its file. */
void a4nn_select_scalar(struct a4nn_select *s, const struct a4nn_log_at *at, const char *name,
                        double value);

/*
 * Takes one setting of the configuration of a run (format.h).  It goes with the first record of the
 * run, or with the next after it became known (config.h).
 */
void a4nn_select_fact(struct a4nn_select *s, const struct a4nn_log_at *at, const char *name,
                      const char *text);

/* Of a live input: the lines at hand are complete, so a choice may be made on them. */
void a4nn_select_pulse(struct a4nn_select *s);

/* The input has ended: delivers what is due. Reports to diag when no metric can be chosen. */
void a4nn_select_finish(struct a4nn_select *s);

/* All names seen, in order of appearance; how many numbers each had. */
const struct a4nn_strmap *a4nn_select_names(const struct a4nn_select *s);
unsigned long a4nn_select_count(const struct a4nn_select *s, size_t name);

void a4nn_select_free(struct a4nn_select *s);

#endif
