/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_READER_H
#define A4NN_LOG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "log/format.h"
#include "log/select.h"
#include "record.h"
#include "source.h"
#include "stream.h"

/*
 * Anything a user may name on a command line, read into records: a4nn streams as they are,
 * training logs of every known format by way of their metric, single or in folders and archives.
 */

struct a4nn_reader_opts {
    const struct a4nn_log_format *format; /* forced, or NULL: recognise each input */
    struct a4nn_select_opts select;
    const char *run; /* name for the run of an input that does not name its runs, or NULL */
    bool again; /* where a configuration lies behind the log (beside.h), its last record comes once
                 * more, with it */
    bool unfinished; /* documents that end now may still be written: format.h */

    /* A record is there; it is the reader's and valid during the call. Nonzero ends the reading. */
    int (*record)(void *arg, struct a4nn_record *record);
    /* All that has been read so far has been delivered, and the next read may wait. May be NULL. */
    void (*pause)(void *arg);
    /* With select.list: a name one input offers, and how many numbers. May be NULL. */
    void (*name)(void *arg, const char *file, const char *run, const char *format, const char *name,
                 unsigned long count);
    void *arg;
    struct a4nn_diag *diag;
};

struct a4nn_reader;

/* `opts` must outlive the reader. */
struct a4nn_reader *a4nn_reader_new(const struct a4nn_reader_opts *opts);

/*
 * Reads `count` arguments ("-", files, folders, archives); none at all means standard input.
 * Trouble is reported to diag and does not end the reading.
 */
void a4nn_reader_read(struct a4nn_reader *reader, char *const *arguments, int count);

/*
 * Instead of reading: one live input, fed as its bytes come, in pieces cut anywhere; the answers
 * do not depend on where.  Begin, feed, end.  Feeding returns false once no more is wanted.
 */
void a4nn_reader_begin(struct a4nn_reader *reader, const char *name);
bool a4nn_reader_feed(struct a4nn_reader *reader, const char *bytes, size_t len);
void a4nn_reader_end(struct a4nn_reader *reader);

/*
 * One of many growing logs, which share their runs (reader_set.h).  It has begun; it is fed, ended
 * or given up, and freed.  The file's content may begin anew: written again from its beginning
 * (`again`), or going on with something else.  What is_whole is true of says nothing before its
 * end: all of it has to be fed each time it has changed, to a reader of its own.
 */
struct a4nn_reader_set;
struct a4nn_reader *a4nn_reader_new_of(struct a4nn_reader_set *set,
                                       const struct a4nn_reader_opts *opts,
                                       const struct a4nn_source_member *m);
void a4nn_reader_anew(struct a4nn_reader *reader, bool again);

/* What is fed from now on was written while it is followed: its run is `fresh` (reader_set.h). */
void a4nn_reader_goes_on(struct a4nn_reader *reader);

/* Instead of ending it: what it was fed counts no more, nor does what its run concluded from it. */
void a4nn_reader_forget(struct a4nn_reader *reader);
bool a4nn_reader_is_whole(const struct a4nn_reader *reader);

/* The encoding of the first a4nn stream that was met; A4NN_CSV if there was none. */
enum a4nn_encoding a4nn_reader_encoding(const struct a4nn_reader *reader);

/* The columns of the stream being read, if it is CSV: what a filter must at least pass on. */
uint64_t a4nn_reader_columns(const struct a4nn_reader *reader);

/* Is the record that is being delivered made of a log, and not one of a stream? */
bool a4nn_reader_gives_log(const struct a4nn_reader *reader);

/* Records delivered so far. */
unsigned long a4nn_reader_records(const struct a4nn_reader *reader);

void a4nn_reader_free(struct a4nn_reader *reader);

#endif
