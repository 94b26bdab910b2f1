/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_JUDGE_PROCESS_H
#define A4NN_JUDGE_PROCESS_H

#include <sys/types.h>

#include "judge.h"

/*
 * The judge in a process of its own: what it may do wrong (be slow, run out of memory, crash on
 * bytes nobody has thought of) costs its verdicts, never the training.  It reads what is written
 * to `feed` at once and keeps up to A4NN_JUDGE_QUEUE bytes while it thinks; what exceeds that is
 * left out by whole lines, which is told.  With opts->log it follows that instead, and what is
 * written to `feed` is of no use.  It yields the processor and, when memory runs out, its
 * life to the training.  It ends when `feed` is closed.
 */
enum { A4NN_JUDGE_QUEUE = 4 << 20 };

struct a4nn_judge_process {
    pid_t pid;
    int pidfd;
    int feed;   /* non-blocking; closing it ends the log */
    int events; /* gives struct a4nn_judge_event, whole ones; its end without DONE: it has failed */
};

enum a4nn_judge_what {
    A4NN_JUDGE_SAYS,
    A4NN_JUDGE_JUDGED,
    A4NN_JUDGE_MISSING,
    A4NN_JUDGE_LEFT_OUT, /* lines, from now on; once */
    A4NN_JUDGE_DONE
};

struct a4nn_judge_event {
    enum a4nn_judge_what what;
    enum a4nn_severity severity;     /* SAYS */
    unsigned long lines;             /* MISSING */
    struct a4nn_judgement judgement; /* JUDGED */
    char text[1024];                 /* SAYS */
};

/*
 * Starts it.  `opts` says what to judge with; its callbacks are not used, and the reader's diag
 * says what it says by events.  0, or -1 with *err filled.
 */
int a4nn_judge_process_start(const struct a4nn_judge_opts *opts, struct a4nn_judge_process *process,
                             struct a4nn_err *err) A4NN_MUST_USE;

/* Reads an event. 1, 0 at the end; waits unless `events` is non-blocking (then -1, EAGAIN). */
int a4nn_judge_process_next(const struct a4nn_judge_process *process,
                            struct a4nn_judge_event *event);

#endif
