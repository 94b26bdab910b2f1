/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_STREAM_H
#define A4NN_STREAM_H

#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "record.h"

/*
 * The stream of a4nn-stream(5): records as CSV with a header line, or as JSON Lines, in and out.
 */

enum a4nn_encoding {
    A4NN_AS_INPUT, /* unknown yet, or: as the input was */
    A4NN_CSV,
    A4NN_JSONL,
    A4NN_TABLE /* for people; output only */
};

/* The encoding of that name ("csv", "jsonl", "table"), or -1. */
int a4nn_encoding_find(const char *name);

/* ---- reading ---- */

struct a4nn_stream_reader;

/*
 * Begins reading; the first byte that is not blank tells CSV from JSON Lines.  `record` is called
 * for each record as soon as its line is complete; the record is the reader's and valid during
 * the call; nonzero ends the reading: nothing that follows is looked at.  A line that is no record
 * is reported to `diag` (file:line: what) and passed over.
 * `default_run` names records without a run.  All pointers must outlive the reader.
 */
struct a4nn_stream_reader *
a4nn_stream_reader_new(int (*record)(void *arg, struct a4nn_record *record), void *arg,
                       struct a4nn_diag *diag, const char *file, const char *default_run);

/* Takes the next bytes, cut anywhere. */
void a4nn_stream_feed(struct a4nn_stream_reader *in, const char *bytes, size_t len);

/* The input has ended: a last line without its end is a record too. */
void a4nn_stream_finish(struct a4nn_stream_reader *in);

/* What the input turned out to be; A4NN_AS_INPUT while nothing has been seen. */
enum a4nn_encoding a4nn_stream_encoding(const struct a4nn_stream_reader *in);

/* The known columns of a CSV input's header, as bits of fields; 0 before it and for JSON Lines. */
uint64_t a4nn_stream_columns(const struct a4nn_stream_reader *in);

void a4nn_stream_reader_free(struct a4nn_stream_reader *in);

/*
 * How surely the `len` bytes at the beginning of an input are a stream: 100 when a CSV header has
 * the columns epoch and value, or the first JSON line those members; 0 otherwise.
 */
int a4nn_stream_sniff(const char *bytes, size_t len);

/* ---- writing ---- */

struct a4nn_stream_writer;

/*
 * Begins writing to `out`.  CSV and table have the columns `columns` (bits of fields), in table
 * order; a field a record lacks is left blank, one that is no column is left out.  JSON Lines
 * have what each record has, and its unknown fields.
 */
struct a4nn_stream_writer *a4nn_stream_writer_new(FILE *out, enum a4nn_encoding encoding,
                                                  uint64_t columns);

/* Writes one record into the output's buffer. */
void a4nn_stream_write(struct a4nn_stream_writer *w, const struct a4nn_record *record);

/*
 * Passes on what is in the buffer, unless the output is a regular file: to be called when the
 * input pauses, since a reader may be waiting.  `w` may be NULL.
 */
void a4nn_stream_pause(struct a4nn_stream_writer *w);

void a4nn_stream_writer_free(struct a4nn_stream_writer *w);

#endif
