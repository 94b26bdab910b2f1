/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_FORMAT_H
#define A4NN_LOG_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "metric.h"

/*
 * A log format: recognises a kind of training log and says, number by number, what it states.
 *
 * A format reports every scalar it finds under the name the log gives it; which of them is the
 * metric, how epochs are counted and what to do with repetitions is decided behind it
 * (select.h).  A new format is one file with one struct a4nn_log_format, and one line in
 * formats.c.
 */

/* Where and when a number was stated. Numbers that the log does not give are NAN. */
struct a4nn_log_at {
    unsigned long line;  /* 1-based; for binary formats the record's number */
    const char *run;     /* a run of its own within the input, or NULL: the input is one run */
    const char *task;    /* what the run belongs to, or NULL; runs of several tasks are several */
    double epoch;        /* as written */
    double step;         /* iterations, batches, or whatever the log counts besides epochs */
    double epochs;       /* planned total number of epochs, as known at this line */
    double time;         /* seconds since 1970 */
    enum a4nn_mode mode; /* which way is better, for the few logs that say it themselves */
};

/* Where a format reports to. All texts are the format's and valid during the call only. */
struct a4nn_log_sink {
    /* A number was stated. `name` is not empty; `value` may be NaN or infinite. */
    void (*scalar)(void *arg, const struct a4nn_log_at *at, const char *name, double value);
    /*
     * The run that `at` names was given `text` as the setting `name` of its configuration: a
     * later text takes the place of an earlier one, NULL takes it back.  Of `at` only the run, the
     * line and the planned epochs count.  A text that is JSON means that, any other itself.
     * May be NULL: nobody wants to know; see a4nn_log_fact().
     */
    void (*fact)(void *arg, const struct a4nn_log_at *at, const char *name, const char *text);
    void *arg;
    struct a4nn_diag *diag; /* for trouble with a line: a4nn_diag(diag, A4NN_ERROR, file, ...) */
    const char *file;       /* name for messages */
    const char *name;       /* path within the argument that named it, as in the head */
    bool unfinished;        /* what is broken off may still be written: nothing is made of a part */
};

/* Reports a setting to a sink that may want it. */
static inline void
a4nn_log_fact(const struct a4nn_log_sink *sink, const struct a4nn_log_at *at, const char *name,
              const char *text)
{
    if (sink->fact != NULL && name[0] != '\0')
        sink->fact(sink->arg, at, name, text);
}

/* How to read the epochs a format reports. */
enum a4nn_log_count {
    A4NN_COUNT_UNKNOWN, /* the first epoch may be 0 or 1: if 0 is seen, one is added to all */
    A4NN_COUNT_FROM_0,  /* 0 is the first trained epoch */
    A4NN_COUNT_FROM_1,  /* as the stream counts: 1 = after the first epoch, fractions allowed */
    A4NN_COUNT_STEPS,   /* steps, which may turn out to be epochs; an epoch stated beside them
                         * counts from 0 */
    A4NN_COUNT_ORDER    /* whatever is stated, the values are numbered 1, 2, 3, ... */
};

/* What the formats that are asked one after the other found out about the head, to share it. */
struct a4nn_log_memo {
    void *table;                  /* its columns if it begins a table (table.h) ... */
    bool looked;                  /* ... and whether that is known */
    void (*release)(void *table); /* NULL when there is nothing to release */
};

/* What a format sees before it is chosen: the beginning of the input. */
struct a4nn_log_head {
    const char *path;  /* within the argument (source.h), "-" for standard input */
    const char *bytes; /* the first bytes (up to 64 KiB), NUL-terminated; of text formats the
                        * decoded text: UTF-8 without byte order mark */
    size_t len;
    int complete;               /* these are all the bytes there are */
    struct a4nn_log_memo *memo; /* NULL: each looks for itself */
};

struct a4nn_log_format {
    const char *name;  /* for -f: "keras-csv" */
    const char *title; /* for --list-formats: "Keras CSVLogger" */
    int text;          /* decode UTF-16 and byte order marks before feeding */
    enum a4nn_log_count count;

    int whole; /* says nothing before the input has ended */

    /* How sure it is that this is its format: 0 = no, 50 = plausible, 100 = certain. */
    int (*sniff)(const struct a4nn_log_head *head);

    /*
     * Set when it is only recognised: what is said instead of reading it.  All calls that follow
     * are NULL then.  One that lies `aside` is no error in a folder, where others have the curve.
     */
    const char *unread;
    bool aside;

    /* Begins one input. The sink stays valid until close. */
    void *(*open)(const struct a4nn_log_sink *sink);

    /* Exactly one of the two is set. `line` gets one line at a time as lines.h cuts them. */
    void (*feed)(void *state, const char *bytes, size_t len);
    void (*line)(void *state, const char *line, size_t len, unsigned long number);

    /* The input has ended (may be NULL). */
    void (*finish)(void *state);
    void (*close)(void *state);

    /*
     * For formats that spread one run over several files (may be NULL): the run's path that
     * `path` belongs to, as a new string, and the prefix to give to the names of its numbers
     * into *prefix (NULL for none), also new; "." is the run of all that was named.  NULL: the
     * file is a run of its own.
     */
    char *(*group)(const char *path, char **prefix);
};

/* All formats, in the order in which equals win. */
const struct a4nn_log_format *const *a4nn_log_formats(size_t *count);

/* The format of that name, or NULL. */
const struct a4nn_log_format *a4nn_log_format_find(const char *name);

/* The format that is surest of `head`, or NULL when none recognises it. Needs no memo. */
const struct a4nn_log_format *a4nn_log_sniff(const struct a4nn_log_head *head, int *confidence);

#endif
