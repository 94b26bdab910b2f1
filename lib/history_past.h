/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_PAST_H
#define A4NN_HISTORY_PAST_H

#include "buf.h"
#include "db.h"
#include "past.h"
#include "record.h"
#include "strmap.h"

/*
 * Complete runs of the model database for a policy to learn from.
 *
 * A run must not be told how it ends, so those that are judged do not teach.  They are known by
 * their name together with what they began with: other runs of that name may teach.  Where they are
 * known from their beginning to their end, a run that goes through the same values is the same one,
 * whatever it is called: one archive may be brought in under several names.
 */

/* The key of a run, by its first record; appended. */
void a4nn_history_key(const struct a4nn_record *first, struct a4nn_buf *out);

/* Runs that are judged, or will be. Zero-initialise it ({0}), release it in the end. */
struct a4nn_history_keys {
    struct a4nn_strmap runs;          /* what tells them: task, metric and name ... */
    struct a4nn_history_trail *trail; /* ... and what came of each */
    size_t cap;
    struct a4nn_strmap keys;
    struct a4nn_strmap curves; /* whole ones, as prints */
    size_t shortest, longest;  /* number of values of these */
};

/*
 * Takes the run of a record; true when it is the first of its run.  Where epochs are not in order,
 * each that comes before all others is what the run began with.
 */
bool a4nn_history_meet(struct a4nn_history_keys *keys, const struct a4nn_record *record);

/* Does the record only repeat the last one of its run, to say more numbers of it (select.h)? */
bool a4nn_history_repeats(const struct a4nn_history_keys *keys, const struct a4nn_record *record);

/* All of these runs have come, to their ends: from now on they are known by their curves, too. */
void a4nn_history_met_all(struct a4nn_history_keys *keys);

/* The same keys and curves, of runs that will come (again), beside those that are there. */
void a4nn_history_keys_add(struct a4nn_history_keys *to, const struct a4nn_history_keys *from);

void a4nn_history_keys_release(struct a4nn_history_keys *keys);

/*
 * Adds to `past` of one task and metric the best run and the newest ones (A4NN_PAST_RUNS), the
 * oldest first, but for those that are among `but` (may be NULL); the keys of those added go to
 * `taught` (may be NULL).  Their number, or -1 with *err filled.
 */
long a4nn_history_teach(struct a4nn_db *db, const char *task, const char *metric,
                        const struct a4nn_history_keys *but, struct a4nn_past *past,
                        struct a4nn_strmap *taught, struct a4nn_err *err) A4NN_MUST_USE;

#endif
