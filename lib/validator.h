/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_VALIDATOR_H
#define A4NN_VALIDATOR_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "log/reader.h"
#include "record.h"

/*
 * Runs a command on checkpoints and makes observations of what it prints, in the order of epochs.
 *
 * Checkpoints are worked on by epoch, several at a time; an observation is held back until those
 * of all earlier epochs known by then are there, or have failed.  Nothing blocks: the caller polls
 * the descriptors it is told and calls a4nn_validator_step.  The process must have adopted
 * (process_tree.h): what a command leaves behind is found by that.
 */

struct a4nn_validator_opts {
    char *const *words; /* of the command, `count` of them: {} is the file's path, and is added */
    size_t count;       /* where no word has it */
    const char *folder; /* what the path begins with */
    const char *run;
    double epochs;                         /* planned total, or NAN */
    const struct a4nn_select_opts *select; /* which number of the output is meant */
    const struct a4nn_log_format *format;
    size_t jobs;      /* at once */
    unsigned retries; /* how often a command that fails is run again */
    double timeout;   /* seconds for one, 0: as long as it takes */
    bool latest_only; /* skip what is older than the newest when a command can be started */
    void (*record)(void *arg, const struct a4nn_record *record);
    void *arg;
    struct a4nn_diag *diag;
};

struct a4nn_validator;

/* `opts` must outlive the validator. */
struct a4nn_validator *a4nn_validator_new(const struct a4nn_validator_opts *opts);

/* A checkpoint is there: the file's name in the folder, its epoch, when it was written. */
void a4nn_validator_add(struct a4nn_validator *v, const char *name, double epoch, double time);

/* What to poll for (`opts->jobs` descriptors at most), and how many seconds at most. */
size_t a4nn_validator_poll(const struct a4nn_validator *v, struct pollfd *fds, double *wait);

/* Goes on with what has ended or is due. */
void a4nn_validator_step(struct a4nn_validator *v);

/* Whether something is still to be done; the latest epoch that is done with, 0: none. */
bool a4nn_validator_busy(const struct a4nn_validator *v);
double a4nn_validator_epoch(const struct a4nn_validator *v);

/* Observations written; checkpoints given up. */
size_t a4nn_validator_records(const struct a4nn_validator *v);
size_t a4nn_validator_failures(const struct a4nn_validator *v);

void a4nn_validator_free(struct a4nn_validator *v);

#endif
