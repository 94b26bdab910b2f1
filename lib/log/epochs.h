/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_EPOCHS_H
#define A4NN_LOG_EPOCHS_H

#include <stdbool.h>
#include <stddef.h>

#include "log/format.h"

/*
 * How the epochs of a log count: from 0 or from 1, in fractions, as steps only; and which value
 * of an epoch that is stated several times holds.
 */

/* One number as the log stated it. Numbers that it did not give are NAN. */
struct a4nn_log_sample {
    long name; /* index of its name */
    double epoch, step, epochs, time, value;
    unsigned long line;
    size_t file; /* number of the file that the line is in, of those that make up the run */
};

/* A metric's samples in order of epochs, each epoch once. */
struct a4nn_epoch_series {
    const struct a4nn_log_sample **sample; /* point into the samples given */
    double *epoch;                         /* as the stream counts: 1 = after the first epoch */
    size_t n;
    double epochs;                         /* planned total as last stated, NAN */
    bool by_epoch, by_step;                /* which of them places the samples; else their order */
    double shift;                          /* what was added to it ... */
    size_t each;                           /* ... and how many samples an epoch has */
    bool counted;                          /* the log has no epochs: the values were numbered */
    const struct a4nn_log_sample *resumed; /* where an earlier epoch came again, or NULL */
    double resumed_epoch;                  /* which one, as the log wrote it */
    size_t unplaced; /* values left out since they have neither epoch nor step ... */
    const struct a4nn_log_sample *first_unplaced; /* ... and the first of them */
};

/*
 * Makes the series of the samples named `name` among n.  `epochs` is the planned total if the
 * user gave one (else NAN): it tells a log that counts 0..E, where 0 is the untrained network,
 * from one that counts 0..E-1.
 *
 * An epoch that comes again with another value resumes the run there: the later value holds, and
 * what was stated behind that epoch before is void.  But where each epoch has the same number k of
 * values, at steps that go up, they are its fractions 1/k, 2/k, ..., 1.
 */
void a4nn_epoch_series_make(struct a4nn_epoch_series *series, const struct a4nn_log_sample *sample,
                            size_t n, long name, enum a4nn_log_count count, double epochs);

void a4nn_epoch_series_release(struct a4nn_epoch_series *series);

/*
 * The same for a log that still grows, one sample at a time: all that can be known then is the
 * past, so that 0 at the start means counting from 0, and steps are numbered as they come.
 */
struct a4nn_epoch_counter {
    enum a4nn_log_count count;
    bool begun;
    double shift; /* to add to epochs */
    double *step; /* steps seen, for logs without epochs */
    size_t steps, cap;
};

void a4nn_epoch_counter_begin(struct a4nn_epoch_counter *c, enum a4nn_log_count count);

/* The epoch of the next sample, as the stream counts; NAN if it cannot be placed. */
double a4nn_epoch_counter_next(struct a4nn_epoch_counter *c, const struct a4nn_log_sample *sample);

void a4nn_epoch_counter_release(struct a4nn_epoch_counter *c);

#endif
