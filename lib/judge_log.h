/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_JUDGE_LOG_H
#define A4NN_JUDGE_LOG_H

#include "judge.h"

/*
 * The log of one training that is followed where it is written (growing.h), instead of fed.
 *
 * What it held before belongs to the run once the training adds to it, and is judged then as if
 * it had been read at once: a verdict to stop that is in it counts, unless the run goes on from
 * an epoch before that.  A run that the training does not add to is none of its own; one whose
 * log begins anew has no past.  Where a log that is written
 * again gives the same observation again, it counts once.
 */
struct a4nn_judge_log;

/* Looks at what is there before the training begins. `opts` as for a judge; `log` is its log. */
struct a4nn_judge_log *a4nn_judge_log_new(const struct a4nn_judge_opts *opts);

/* Judges until the descriptor `until` is at its end, and then all that is left. -1 with *err. */
int a4nn_judge_log_run(struct a4nn_judge_log *judge, int until, struct a4nn_err *err) A4NN_MUST_USE;

void a4nn_judge_log_free(struct a4nn_judge_log *judge);

#endif
