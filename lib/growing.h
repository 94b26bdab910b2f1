/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_GROWING_H
#define A4NN_GROWING_H

#include <stdbool.h>

#include "follow.h"
#include "log/reader.h"
#include "log/reader_set.h"

/*
 * Growing logs to records: files that are followed (follow.h), each with a reader of its own that
 * shares its runs with the others (reader_set.h).  A log that is written again gives its records
 * again.
 *
 * What is in a log when it is named may be the past of a run that is about to go on, or left over
 * from another one.  It is read like the rest, as `old`; when the log is not continued but begins
 * anew, what was read of it is forgotten with all that was concluded from it.
 */
struct a4nn_growing;

/*
 * `opts` as for a reader; its diag must outlive this.  `poll` as in follow.h, `settled` as in
 * reader_set.h.  `forget` (may be NULL) is told the file whose old content has to be forgotten;
 * during opts->record, `file` says which one the record comes from.
 */
struct a4nn_growing *
a4nn_growing_new(const struct a4nn_reader_opts *opts, double poll,
                 void (*settled)(void *arg, const struct a4nn_reader_run *run),
                 void (*forget)(void *arg, const struct a4nn_follow_file *file), void *arg);

/* The files, folders and patterns are added to it, and its steps are taken. */
struct a4nn_follow *a4nn_growing_follow(struct a4nn_growing *g);

/* Of the record that is being given: the file being read, NULL at the end of all files ... */
const struct a4nn_follow_file *a4nn_growing_file(const struct a4nn_growing *g);

/* ... and whether nothing has been written of its run since the first step. */
bool a4nn_growing_is_old(const struct a4nn_growing *g);

/* ... and whether it may have been given before, as the log has begun anew or is read whole. */
bool a4nn_growing_is_again(const struct a4nn_growing *g);

/* A run's name and metric from an earlier process (reader_set.h). */
void a4nn_growing_recall(struct a4nn_growing *g, const char *key, const char *name,
                         const char *metric);

/* Seconds since something was read last. */
double a4nn_growing_idle(const struct a4nn_growing *g);

/* Bytes read so far that were not old, and lines among them; what is binary has none. */
unsigned long a4nn_growing_bytes(const struct a4nn_growing *g);
unsigned long a4nn_growing_lines(const struct a4nn_growing *g);

/*
 * The logs have ended: reads what is left, and takes last lines and last epochs as they are.  With
 * `later`, they have not, and what is not complete is left.
 */
void a4nn_growing_finish(struct a4nn_growing *g, bool later);

void a4nn_growing_free(struct a4nn_growing *g);

#endif
