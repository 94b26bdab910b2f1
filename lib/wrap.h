/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_WRAP_H
#define A4NN_WRAP_H

#include <stdbool.h>

#include "err.h"
#include "judge.h"

/*
 * A training command run under a judge, so that it cannot tell: its output is relayed, a copy is
 * judged, and on the verdict to stop it is ended with all its processes, or whatever is asked for.
 *
 * Three processes of ours: the front, which is the one that was started, takes signals and gives
 * the exit status; the supervisor, its child, which starts the command, adopts its orphans,
 * relays and acts; the judge.  When the front is killed the supervisor is still there to end the
 * training or to go on with it, when the supervisor is killed the front is, and when the judge
 * fails the training goes on without.
 */

enum a4nn_wrap_action {
    A4NN_WRAP_TERMINATE,
    A4NN_WRAP_REPORT,
    A4NN_WRAP_TOUCH,
    A4NN_WRAP_EXEC,
    A4NN_WRAP_RELEASE
};

struct a4nn_wrap_opts {
    char *const *argv; /* the command, ends with NULL */
    struct a4nn_judge_opts judge;
    bool from_stderr; /* judge its standard error, not its standard output */
    bool pty;         /* that stream is a terminal for the command */
    enum a4nn_wrap_action action;
    const char *argument;     /* of A4NN_WRAP_TOUCH a file, of A4NN_WRAP_EXEC a shell command */
    double settle;            /* seconds from the verdict to the first signal */
    const char *busy;         /* pattern of files that must not have changed for so long, or NULL */
    int stop_signal;          /* sent to the command itself first, 0: none */
    double grace;             /* seconds from a signal to the next, harder one */
    bool orphan_goes_on;      /* when the front is killed, the training is not ended */
    bool cgroup;              /* the command gets a cgroup of its own, by which it is killed */
    bool preserve_status;     /* a stopped command's own status, not 0 */
    const char *result;       /* file for the result, "fd:N", or NULL */
    const char *code_version; /* of the training's code, or NULL */
    const char *checkpoint; /* pattern of the files of weights that the training leaves, or NULL */
    bool history;           /* the result goes into the model database, too, ... */
    const char *history_name, *task; /* ... of this name (history.h), as of this task; or NULL */
    void (*say)(void *arg, enum a4nn_severity severity, const char *text);
    void *say_arg;
};

/*
 * Runs it and returns the exit status: the command's own, 128 + N when signal N ended it, 0 when
 * it was stopped by a verdict, 125 when we failed (or output was lost and all else went well), 126
 * and 127 when it could not be run.  a4nn_process_remember() must have been called.
 */
int a4nn_wrap(const struct a4nn_wrap_opts *opts);

/* The rank in a distributed training, as the environment says; -1 when it says nothing. */
long a4nn_wrap_rank(void);

#endif
