/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_BESIDE_H
#define A4NN_LOG_BESIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "json.h"
#include "log/select.h"
#include "record.h"

/*
 * The configuration of a run that lies in a file of its own beside the run's log: params.json of
 * Ray Tune, config.yaml of Weights & Biases and others.  It is that of the runs whose logs lie in
 * the same folder and are runs of their own.
 *
 * A folder is read in the order of its names, in which these files come before their logs; an
 * archive in whatever order it was made.  So the last record is remembered, to come again with the
 * configuration when that follows.
 */
struct a4nn_beside {
    char *folder;               /* of the settings, or NULL */
    struct a4nn_json *settings; /* an object */
    char *last_folder;          /* of the last record, or NULL */
    struct a4nn_record last;    /* what tells its run, epoch and value */
};

/* Is this the name of such a file? */
bool a4nn_beside_is(const char *path);

/* Takes its content. False, with *err filled, when it is none. */
bool a4nn_beside_take(struct a4nn_beside *b, const char *path, const char *bytes, size_t len,
                      struct a4nn_err *err) A4NN_MUST_USE;

/* Gives a run that begins in this file what is known of its folder. */
void a4nn_beside_state(const struct a4nn_beside *b, const char *path, struct a4nn_select *select);

/* Remembers a record of a run in this file, which is a run of its own; `path` NULL: forgets. */
void a4nn_beside_remember(struct a4nn_beside *b, const char *path,
                          const struct a4nn_record *record);

/* When settings were taken behind the logs of their folder: the last record with them, once. */
bool a4nn_beside_again(struct a4nn_beside *b, struct a4nn_record *record);

void a4nn_beside_release(struct a4nn_beside *b);

#endif
