/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_REPLAY_KEEP_H
#define A4NN_REPLAY_KEEP_H

#include <stdbool.h>

#include "err.h"
#include "metric.h"
#include "past.h"
#include "record.h"
#include "replay.h"

/*
 * What ties a replay to the model database (history.h): its complete runs teach the policies, and
 * the runs that are replayed are brought into it, with all that their records say.
 *
 * None of these teaches, be it in the database before, from this replay or from an earlier one.
 *
 * Order of calls: new; take, with every record; teach, before anything is decided; decisions, when
 * all is; free.
 */
struct a4nn_replay_keep;

struct a4nn_replay_keep_opts {
    const char *history; /* history.h; NULL or "": the default one */
    bool only_read;
    double epochs;       /* planned total of runs whose records state none, NAN: not known */
    enum a4nn_mode mode; /* of all metrics, A4NN_MODE_UNKNOWN: as the records say */
    struct a4nn_diag *diag;
};

/*
 * Opens the database, made when it is not there.  One that can only be read is an error that is
 * reported to diag, and is read; NULL with *err filled when it cannot be.  `opts` and the replay
 * must outlive it.
 */
struct a4nn_replay_keep *a4nn_replay_keep_new(const struct a4nn_replay_keep_opts *opts,
                                              const struct a4nn_replay *replay,
                                              struct a4nn_err *err) A4NN_MUST_USE;

/*
 * A record that the replay has just been given.  A run whose record states no task, and which -c
 * does not put into a collection, has none.  When writing fails, that is reported to diag, and
 * nothing more is kept.
 */
void a4nn_replay_keep_take(struct a4nn_replay_keep *keep, const struct a4nn_record *record);

/* Writes what has come, and adds to `past` what the database knows of the replay's collections.
 * How many runs that are; or -1 with *err filled. */
long a4nn_replay_keep_teach(struct a4nn_replay_keep *keep, struct a4nn_past *past,
                            struct a4nn_err *err) A4NN_MUST_USE;

/* Keeps the stops of that policy, with their forecasts, of runs that have no forecasts. */
void a4nn_replay_keep_decisions(struct a4nn_replay_keep *keep, size_t policy);

/* `keep` may be NULL. */
void a4nn_replay_keep_free(struct a4nn_replay_keep *keep);

#endif
