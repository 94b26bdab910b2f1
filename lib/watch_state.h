/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_WATCH_STATE_H
#define A4NN_WATCH_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "record.h"
#include "stream.h"

/*
 * Observations on their way out, each once: also when its log is read again, and, with a state
 * file, after the program was ended and started again.
 *
 * The state file is a journal of JSON lines.  What is about to be written is noted in it, as the
 * observations' hashes and the place in the output; then it is written; then that is noted.  So a
 * program killed in between finds out, if its output is a regular file that it goes on appending
 * to, whether the last batch is in it, and takes out what is there of half a batch: nothing is lost
 * or repeated.  What was written into a pipe cannot be found out: the last batch may come again.
 * Reading compacts it, by way of a new file that takes its name.  A computer that stops at once
 * may cost what was noted in the last second.
 *
 * Two observations are the same when run, task, epoch, value and metric are.
 */
struct a4nn_watch_state;

/* Takes the state file's line about a run; the texts are valid during the call. */
typedef void a4nn_watch_recall(void *arg, const char *key, const char *name, const char *metric);

/*
 * `fd` is the output.  `path` NULL: no file.  A file that is not there is made; one that is in
 * use, or is no state, is an error.  NULL with *err.
 */
struct a4nn_watch_state *a4nn_watch_state_open(const char *path, int fd, a4nn_watch_recall *recall,
                                               void *arg, struct a4nn_err *err);

/* The encoding, and the columns of a CSV or table; a resumed output keeps its own. */
void a4nn_watch_state_begin(struct a4nn_watch_state *s, enum a4nn_encoding encoding,
                            uint64_t columns);
bool a4nn_watch_state_begun(const struct a4nn_watch_state *s);

/* Notes a run's name and metric. */
void a4nn_watch_state_run(struct a4nn_watch_state *s, const char *key, const char *name,
                          const char *metric);

/* Writes a record when the batch at hand is written, unless it was given before. */
void a4nn_watch_state_give(struct a4nn_watch_state *s, const struct a4nn_record *record);

/* Writes the batch at hand. -1: it cannot be written, see errno. */
int a4nn_watch_state_flush(struct a4nn_watch_state *s) A4NN_MUST_USE;

/* Observations given, also before this process. */
unsigned long a4nn_watch_state_count(const struct a4nn_watch_state *s);

/* Milliseconds until the file should be flushed to the disk, which flush does; -1: no need. */
int a4nn_watch_state_wait(const struct a4nn_watch_state *s);

/* Flushes, as the last thing. -1 as above. */
int a4nn_watch_state_close(struct a4nn_watch_state *s) A4NN_MUST_USE;

#endif
