/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_READER_PARTS_H
#define A4NN_LOG_READER_PARTS_H

#include "buf.h"
#include "log/beside.h"
#include "log/chatter.h"
#include "log/lines.h"
#include "log/reader.h"
#include "log/reader_set.h"
#include "strmap.h"
#include "text.h"

/*
 * What the parts of reader.h share: reader.c (one input), reader_head.c (what it is), reader_walk.c
 * (all that was named), reader_live.c (what is fed while it is written).
 */

/* What is being read: one input, and the group of inputs that make up its run. */
struct a4nn_reader {
    const struct a4nn_reader_opts *opts;
    struct a4nn_strmap taken; /* names of runs */
    enum a4nn_encoding encoding;
    unsigned long records, inputs;
    unsigned long unknown;       /* inputs of no known kind, not read, or of settings only */
    size_t looked;               /* how long the head was when all of it was looked at */
    bool fed;                    /* by a4nn_reader_feed */
    struct a4nn_reader_set *set; /* it is one of many, or NULL */
    struct a4nn_reader_run *shared;
    bool fresh; /* a4nn_reader_goes_on() was called */
    enum {
        A4NN_READER_GOES_ON,
        A4NN_READER_BEGINS_AGAIN,
        A4NN_READER_ASK
    } anew;             /* what the next bytes are */
    unsigned long line; /* of the last number */
    bool several;       /* more than one input: their runs need the input's name */
    bool enough;        /* the receiver wants no more */
    struct a4nn_beside beside;
    bool settings; /* the input at hand lies beside logs, and is none */
    bool unread;   /* it is of a kind that is only recognised */

    /* the input at hand */
    char *path, *name, *argument;
    bool whole, live;
    struct a4nn_buf part; /* of what is fed: a line that has not ended */
    struct a4nn_buf head; /* raw bytes held back until the format is known */
    bool decided;
    struct a4nn_chatter chatter; /* lines of what is fed that are no log */
    bool news;                   /* the head holds more than such lines */
    struct a4nn_stream_reader *stream;
    const struct a4nn_log_format *format;
    void *state;
    struct a4nn_lines *lines;
    struct a4nn_text text;
    struct a4nn_buf decoded;
    struct a4nn_log_sink sink;
    char *prefix; /* for the names of its numbers */

    /* the group it belongs to */
    struct a4nn_select *select;
    const struct a4nn_log_format *group_format;
    char *group, *group_file, *run;
};

/* An input begins, goes on and ends; nonzero: no more of it is wanted. For a source's sink. */
int a4nn_reader_input_begin(void *arg, const struct a4nn_source_member *m);
int a4nn_reader_input_bytes(void *arg, const char *bytes, size_t len);
void a4nn_reader_input_end(void *arg);

/* What the input was found to be; its head is then to be fed. */
void a4nn_reader_begin_stream(struct a4nn_reader *r);
void a4nn_reader_begin_format(struct a4nn_reader *r, const struct a4nn_log_format *format);

/*
 * Decides what the input is from the bytes held back; at the end (`complete`) something must be
 * decided, before it only if there is no doubt.
 */
void a4nn_reader_decide(struct a4nn_reader *r, bool complete);

/*
 * Need the head not be looked at, now that this line is in it?  The first line is looked at, as it
 * tells documents and binary logs, and a head that is full; but for one that is full of chatter,
 * which is given up without.
 */
bool a4nn_reader_says_nothing(struct a4nn_reader *r, const char *line, size_t len);

/* No input of the group at hand follows: its run is over. */
void a4nn_reader_end_group(struct a4nn_reader *r);

#endif
