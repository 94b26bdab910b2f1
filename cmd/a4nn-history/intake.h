/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_INTAKE_H
#define A4NN_INTAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "configs.h"
#include "history_write.h"
#include "input.h"
#include "strmap.h"
#include "verbs.h"

/* What brings records in: add and import. Zero-initialise it, set what is asked for, run it. */
struct a4nn_intake {
    struct a4nn_input in;
    struct a4nn_history_write_opts write;
    struct a4nn_configs *configs; /* or NULL; owned */
    bool pass;                    /* write each record on, once it is in the database */
    bool bulk;                    /* many at once: nobody waits for any of them */
    bool over;                    /* --over: they will not go on */

    /* its own */
    struct a4nn_reader *reader;
    struct a4nn_history_writer *history; /* NULL when the database has failed */
    struct a4nn_stream_writer *out;
    struct a4nn_record *kept; /* what is passed on after the next flush */
    size_t nkept, kept_cap;
    struct a4nn_strmap joined; /* runs that have been given their configuration */
    unsigned long records;
    double flushed; /* when (clock.h) */
};

void a4nn_intake_init(struct a4nn_intake *t);

/* Rows for option tables: those both have beside the shared ones; and taking any of them. */
enum { A4NN_OPT_OVER = 950 };
#define A4NN_OPTION_OVER                                                                           \
    {                                                                                              \
        A4NN_OPT_OVER, "over", NULL,                                                               \
            "they are over: where no planned total is known, it is the last epoch", NULL           \
    }
void a4nn_intake_option(struct a4nn_intake *t, const struct a4nn_cli *cli, int code,
                        const char *arg);

/* Reads the operands and brings in what is in them; returns the status to end with, and frees. */
int a4nn_intake_run(struct a4nn_intake *t, char *const *operands, int count);

/* Frees one that was not run. */
void a4nn_intake_release(struct a4nn_intake *t);

#endif
