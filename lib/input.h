/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_INPUT_H
#define A4NN_INPUT_H

#include <stdbool.h>

#include "cli.h"
#include "err.h"
#include "log/reader.h"
#include "metric.h"
#include "schedule.h"
#include "stream.h"

/*
 * The options that every command with records as its input shares, with the same letters and
 * meaning everywhere, and the reader they set up.
 */

/* Codes of the long options among them. */
enum { A4NN_OPT_MAX = 900, A4NN_OPT_MIN, A4NN_OPT_SCALE, A4NN_OPT_SCHEDULE };

/* Rows for option tables. */
#define A4NN_OPTION_EPOCHS                                                                         \
    {                                                                                              \
        'E', "epochs", "EPOCHS", "planned total of epochs (default: as the input says)", NULL      \
    }
#define A4NN_OPTION_FORMAT                                                                         \
    {                                                                                              \
        'f', "format", "FORMAT", "read logs as this format instead of recognising it", NULL        \
    }
#define A4NN_OPTION_HISTORY                                                                        \
    {                                                                                              \
        'H', "history", "[=NAME]", "learn from the model database, and keep all in it", "file"     \
    }
#define A4NN_OPTION_MAX                                                                            \
    {                                                                                              \
        A4NN_OPT_MAX, "max", NULL, "a larger value is better", NULL                                \
    }
#define A4NN_OPTION_METRIC                                                                         \
    {                                                                                              \
        'm', "metric", "NAME", "metric to take from logs (default: the best known one)", NULL      \
    }
#define A4NN_OPTION_MIN                                                                            \
    {                                                                                              \
        A4NN_OPT_MIN, "min", NULL, "a smaller value is better", NULL                               \
    }
#define A4NN_OPTION_OUTPUT(otherwise)                                                              \
    {                                                                                              \
        'o', "output", "ENCODING", "csv, jsonl or table (default: " otherwise ")",                 \
            "words csv jsonl table"                                                                \
    }
#define A4NN_OPTION_QUIET                                                                          \
    {                                                                                              \
        'q', "quiet", NULL, "no notes and warnings, only errors", NULL                             \
    }
#define A4NN_OPTION_RUN                                                                            \
    {                                                                                              \
        'r', "run", "NAME", "name of the run, for logs", NULL                                      \
    }
#define A4NN_OPTION_SCALE                                                                          \
    {                                                                                              \
        A4NN_OPT_SCALE, "scale", "SCALE",                                                          \
            "percent, fraction, loss or signed (default: by name and values)",                     \
            "words percent fraction loss signed"                                                   \
    }
#define A4NN_OPTION_SCHEDULE                                                                       \
    {                                                                                              \
        A4NN_OPT_SCHEDULE, "schedule", "SCHEDULE",                                                 \
            "how the learning rate goes (default: as the input says)",                             \
            "words const step: cosine linear warmup: unknown"                                      \
    }

#define A4NN_OPTION_TASK                                                                           \
    {                                                                                              \
        't', "task", "NAME", "the task of records that name none", NULL                            \
    }

struct a4nn_input {
    struct a4nn_reader_opts reader; /* set .record and .arg before opening */
    struct a4nn_diag diag;
    struct a4nn_strmap said;
    double epochs;       /* -E, NAN when not given */
    enum a4nn_mode mode; /* --max, --min */
    enum a4nn_scale scale;
    struct a4nn_schedule schedule; /* --schedule ... */
    bool scheduled;                /* ... was given */
    bool history;                  /* -H was given ... */
    const char *history_name;      /* ... with this name, NULL: the default one */
    const char *task;              /* -t, or NULL */
    enum a4nn_encoding encoding;   /* -o, A4NN_AS_INPUT when not given */
};

/* Sets the defaults. The struct must then stay where it is. */
void a4nn_input_init(struct a4nn_input *in);

/* Takes an option if it is one of the shared ones; a bad value ends the program with 2. */
bool a4nn_input_option(struct a4nn_input *in, const struct a4nn_cli *cli, int code,
                       const char *arg);

/* The encoding to answer in: the one asked for, else that of the input. */
enum a4nn_encoding a4nn_input_encoding(const struct a4nn_input *in,
                                       const struct a4nn_reader *reader);

/*
 * Mode and scale of a record's metric: as asked for, else as the record or the metric's name says;
 * unknown where nothing says.
 */
struct a4nn_metric a4nn_input_metric(const struct a4nn_input *in, const struct a4nn_record *record);

void a4nn_input_release(struct a4nn_input *in);

#endif
