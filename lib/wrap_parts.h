/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_WRAP_PARTS_H
#define A4NN_WRAP_PARTS_H

#include <signal.h>
#include <sys/types.h>

#include "cgroup.h"
#include "judge_process.h"
#include "relay.h"
#include "wrap.h"

/*
 * What the parts of wrap.h share: wrap.c (the front), wrap_supervise.c (the supervisor), with
 * wrap_verdict.c (what a verdict brings about) and wrap_end.c (how a training comes to its end).
 */

/* From the front to the supervisor: a signal; `group`: the terminal sent it to the command, too. */
struct a4nn_wrap_order {
    int signal;
    bool group;
};

/* From the supervisor to the front. */
struct a4nn_wrap_notice {
    enum { A4NN_WRAP_STARTED, A4NN_WRAP_ENDED, A4NN_WRAP_RELEASED, A4NN_WRAP_OVER } what;
    int value; /* pid of the command; its status as from wait(2); exit status */
};

enum a4nn_wrap_phase {
    A4NN_PHASE_RUNNING,
    A4NN_PHASE_SETTLING, /* the verdict has come; a checkpoint may still be written */
    A4NN_PHASE_ASKED,    /* the stop signal has been sent */
    A4NN_PHASE_ENDING,   /* TERM has been sent to all */
    A4NN_PHASE_DRAINING, /* no process is left; output may be */
    A4NN_PHASE_OVER
};

struct a4nn_wrap_state {
    const struct a4nn_wrap_opts *opts;
    bool closed[3]; /* descriptors that were closed when we were started */
    int from[2];    /* read ends of the command's 1 and 2, -1: not relayed */
    int into[2];    /* their write ends */
    int front;      /* socket to the front, to the supervisor; -1 when it is gone */
    int signals;    /* signalfd */
    int told;       /* eventfd of the relays */
    struct a4nn_judge_process judge; /* pid 0: there is none */
    struct a4nn_relay relay[2];
    bool relayed[2];

    struct a4nn_cgroup cgroup; /* of the command; none when its path is empty */
    pid_t leader;              /* the command itself, 0 before it is started */
    bool leader_over, none_left;
    int leader_status;
    double begun, started; /* wall clock, and a4nn_now() */
    double over;           /* a4nn_now() when all has ended, 0 before */
    char *checkpoint;      /* what the training has left, or NULL; its SHA-256, or "" */
    char checkpoint_sha256[65];

    enum a4nn_wrap_phase phase;
    double deadline; /* of the phase, INFINITY: none */
    double settled;  /* latest end of the settling */
    unsigned long long busy;
    const char *outcome;
    bool abandoned; /* to be ended from the start */
    bool log_lost;  /* part of the log is not judged */
    bool judging, released, said_trouble[2], said_copy;
    int interrupts;
    struct a4nn_judgement decision, newest;
    bool decided, observed;
};

/* Messages; never held up by whoever does not read our standard error. */
void a4nn_wrap_say(const struct a4nn_wrap_state *w, enum a4nn_severity severity, const char *fmt,
                   ...) A4NN_PRINTF(3, 4);

/* ---- wrap_verdict.c ---- */

/* Seconds between two looks at the files that may be busy. */
#define A4NN_WRAP_LOOK 0.1

/* Takes what the judge has said. */
void a4nn_wrap_on_judge(struct a4nn_wrap_state *w);

/* The verdict has come: acts on it when it is time. */
void a4nn_wrap_settle(struct a4nn_wrap_state *w);

/* ---- wrap_end.c ---- */

/* Takes the status of those that have ended. */
void a4nn_wrap_reap(struct a4nn_wrap_state *w);

/* TERM to all; then, after the time of grace, all are killed; then what they wrote is relayed. */
void a4nn_wrap_begin_ending(struct a4nn_wrap_state *w);
void a4nn_wrap_kill_all(struct a4nn_wrap_state *w);
void a4nn_wrap_begin_draining(struct a4nn_wrap_state *w);

void a4nn_wrap_write_result(const struct a4nn_wrap_state *w);

/* The same into the history, where that is asked for. False when it is not there. */
bool a4nn_wrap_keep_result(const struct a4nn_wrap_state *w);

/* Looks for the checkpoint that the training has left; and has the history know its SHA-256. */
void a4nn_wrap_find_checkpoint(struct a4nn_wrap_state *w);
void a4nn_wrap_sum_checkpoint(struct a4nn_wrap_state *w);

/* Tells the front. */
void a4nn_wrap_notify(struct a4nn_wrap_state *w, int what, int value);

/* ---- wrap_supervise.c ---- */

/* The supervisor's work, from a started command to the exit status. */
int a4nn_wrap_supervise(struct a4nn_wrap_state *w);

#endif
