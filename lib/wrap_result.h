/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_WRAP_RESULT_H
#define A4NN_WRAP_RESULT_H

#include <stdbool.h>

#include "buf.h"
#include "err.h"
#include "judge.h"

/* What became of a training, in one line of JSON: what a search reads as the fitness. */
struct a4nn_wrap_result {
    const char *outcome; /* "ended" by itself, "stopped", "released", "killed", "orphaned" */
    const struct a4nn_judgement *decision; /* the first verdict to stop, or NULL */
    const struct a4nn_judgement *newest;   /* the last observation, or NULL */
    bool over;                             /* it has ended, with wait_status */
    int wait_status;
    double begun;   /* seconds since 1970 */
    double seconds; /* wall time */
    bool output_lost, log_lost;
    const char *code_version, *checkpoint; /* NULL: not known */
    const char *checkpoint_sha256;         /* "": not known */
    char *const *argv;
};

/* Appends the line with its newline. Times and memory are those of all children waited for. */
void a4nn_wrap_result_print(const struct a4nn_wrap_result *result, struct a4nn_buf *out);

/*
 * Writes it to "fd:N" in one piece, or to a file, which has either its old content or the new one
 * at any time (outfile.h).  0, or -1 with *err filled.
 */
int a4nn_wrap_result_write(const struct a4nn_buf *line, const char *where,
                           struct a4nn_err *err) A4NN_MUST_USE;

/* The descriptor of "fd:N"; -1 when it is a file's name, -2 when N is not an open descriptor. */
int a4nn_wrap_result_fd(const char *where);

#endif
