/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_REPLAY_PART_H
#define A4NN_REPLAY_PART_H

#include <stddef.h>
#include <stdio.h>

#include "err.h"
#include "replay.h"

/*
 * Replays done on several machines, put together.  A part is JSON Lines: first the policies, then
 * one line per run with its curve and what each policy decided, so that a table made of all parts
 * is, byte for byte, the one that a single replay would have given.  Numbers read back equal.
 */

void a4nn_replay_part_write(const struct a4nn_replay *replay, FILE *out);

/* A reader of one part; pieces may be cut anywhere. */
struct a4nn_replay_part;

/*
 * `replay` is new and without policies when the first part begins; all parts go to the same one.
 * Lines that are none are reported to the replay's diag, under the name of `file`.
 */
struct a4nn_replay_part *a4nn_replay_part_new(struct a4nn_replay *replay, size_t number,
                                              const char *file);
void a4nn_replay_part_feed(struct a4nn_replay_part *part, const char *bytes, size_t len);

/* The part has ended; frees it. */
void a4nn_replay_part_finish(struct a4nn_replay_part *part);

#endif
