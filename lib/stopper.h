/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_STOPPER_H
#define A4NN_STOPPER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "record.h"
#include "stopstate.h"

/*
 * From verdicts to what is done about them, once a run.
 *
 * The first record of a run that says stop begins its actions: those asked for, one after the
 * other, in the order touch, exec, scancel, signal; one that fails does not keep the next from
 * being tried.  Runs are worked on side by side.  Nothing here blocks: the caller polls the
 * descriptors it is told and calls a4nn_stopper_step when one is ready or the time is up.
 *
 * How an action ends is a record with the fields action and result:
 *   done     the file was touched, the command or scancel ended with 0
 *   ended    the process ended after a signal
 *   killed   ... after KILL, when it had not in its time of grace
 *   gone     the process had ended before it got a signal
 *   would    dry run: it would be done
 *   refused  not done, since it cannot be told for sure on what, or would be unsafe
 *   failed   tried, in vain
 *   unknown  a command that an earlier process began, and ended before it; it is not run again
 * The last three are also reported to diag as errors, with the reason.
 */

struct a4nn_stopper_opts {
    const char *touch;    /* pattern (runfile.h) of the file to touch, or NULL */
    char *const *exec;    /* words of the command (fillin.h), `nexec` of them */
    size_t nexec;         /* 0: none */
    bool scancel;         /* cancel the run's Slurm job ... */
    const char *job_file; /* ... whose id is in this file (pattern), or NULL: it is in its name */
    const char *pid_file; /* pattern of the file with the PID to signal, or NULL */
    int signal;           /* the first signal; KILL goes to the processes below, too */
    double settle;        /* seconds before it */
    double grace;         /* seconds between it, TERM if it is another one, and KILL */
    double timeout;       /* seconds for a command */
    size_t jobs;          /* runs worked on at once */
    bool dry_run;
    struct a4nn_stopstate *state;                                /* or NULL */
    void (*result)(void *arg, const struct a4nn_record *record); /* an action has ended */
    void *arg;
    struct a4nn_diag *diag;
};

struct a4nn_stopper;

/* `opts` must outlive the stopper. */
struct a4nn_stopper *a4nn_stopper_new(const struct a4nn_stopper_opts *opts);

/* Takes the next record, whatever its verdict. */
void a4nn_stopper_feed(struct a4nn_stopper *s, const struct a4nn_record *record);

/* How many descriptors a4nn_stopper_poll may fill in. */
size_t a4nn_stopper_most(const struct a4nn_stopper *s);

/* What to poll for, and for how many milliseconds at most (-1: for ever). Returns the number. */
size_t a4nn_stopper_poll(const struct a4nn_stopper *s, struct pollfd *fds, int *timeout);

/* Goes on with what is ready or due. */
void a4nn_stopper_step(struct a4nn_stopper *s);

/* Whether something is still to be done. */
bool a4nn_stopper_busy(const struct a4nn_stopper *s);

/* Actions that have ended; how many of these in vain. */
size_t a4nn_stopper_actions(const struct a4nn_stopper *s);
size_t a4nn_stopper_failures(const struct a4nn_stopper *s);

void a4nn_stopper_free(struct a4nn_stopper *s);

#endif
