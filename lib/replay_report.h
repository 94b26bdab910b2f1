/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_REPLAY_REPORT_H
#define A4NN_REPLAY_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "replay.h"
#include "replay_advice.h"
#include "stream.h"

/*
 * What came of a replay, in columns.  Names and units of the columns are part of the interface,
 * and described in a4nn-replay(1); a table for people shows the most important ones.
 */

/* The figures of each policy (replay_table.h), by collection and in total.  Returns 0, or -1 with
 * *err filled and nothing written when a temporary file has failed. */
int a4nn_replay_report(struct a4nn_replay *replay, bool baseline, FILE *out,
                       enum a4nn_encoding encoding, struct a4nn_err *err) A4NN_MUST_USE;

/* Every decision: one row per run and policy.  Ask a4nn_replay_failed whether that was all. */
void a4nn_replay_report_runs(const struct a4nn_replay *replay, FILE *out,
                             enum a4nn_encoding encoding);

/*
 * The points of a sweep (replay_sweep.h): savings, errors and rankings of each policy, with
 * `baseline` those of the last value at the same savings.  The replay's policies are the points.
 * Returns as a4nn_replay_report.
 */
int a4nn_replay_report_curves(struct a4nn_replay *replay, const struct a4nn_sweep *sweep,
                              bool baseline, FILE *out, enum a4nn_encoding encoding,
                              struct a4nn_err *err) A4NN_MUST_USE;

/* What was found out about each rule, and as a table also in words, the last line a command. */
void a4nn_replay_report_advice(const struct a4nn_advice *advice, const struct a4nn_sweep *sweep,
                               FILE *out, enum a4nn_encoding encoding);

#endif
