/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_PAST_H
#define A4NN_HISTORY_PAST_H

#include "db.h"
#include "past.h"
#include "strmap.h"

/*
 * Complete runs of the model database for a policy to learn from: of one task and metric the best
 * and the newest (A4NN_PAST_RUNS), the oldest first.  Runs with a name in `but` (may be NULL) are
 * left out: a run must not be told how it ends.  Their number, or -1 with *err filled.
 */
long a4nn_history_teach(struct a4nn_db *db, const char *task, const char *metric,
                        const struct a4nn_strmap *but, struct a4nn_past *past,
                        struct a4nn_err *err) A4NN_MUST_USE;

#endif
