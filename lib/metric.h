/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_METRIC_H
#define A4NN_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/*
 * What is known about a metric by its name: which way is better, on what scale it lies, and how
 * good a witness it is for the quality of a network.  Nothing is guessed: a name that is not in
 * the table is unknown until somebody says --max or --min.
 */

enum a4nn_mode { A4NN_MODE_UNKNOWN, A4NN_MAX, A4NN_MIN };

enum a4nn_scale {
    A4NN_SCALE_UNKNOWN,
    A4NN_BOUNDED,  /* a share: 0..1 or 0..100, which of the two its values tell */
    A4NN_FRACTION, /* 0..1 */
    A4NN_PERCENT,  /* 0..100 */
    A4NN_LOSS,     /* positive, no upper bound: losses, perplexities, WER */
    A4NN_SIGNED    /* any number: rewards, likelihoods */
};

struct a4nn_metric {
    enum a4nn_mode mode;
    enum a4nn_scale scale;
    /* Order of choice, smaller first: validation before train, accuracy before loss. */
    unsigned rank;
    bool assumed; /* direction taken for want of a name (a4nn_metric_settle) */
    unsigned set; /* number of the data set: 1 of "validation_1-auc", else 0 */
    bool train; /* measured on the training data: chosen only for want of better, with a warning */
};

/*
 * Looks a name up: exactly first, then without case, blanks, and prefixes or suffixes that only
 * say where it was measured ("val/", "_epoch").  False when it is not known; *out is then zero.
 */
bool a4nn_metric_lookup(const char *name, struct a4nn_metric *out);

/*
 * The same for a name among the `n` names of its log: a bare "accuracy" of a log that marks its
 * training numbers ("train_loss") and has validation numbers, but no "val_accuracy", was measured
 * in validation (fastai).
 */
bool a4nn_metric_lookup_among(const char *name, const char *const *names, size_t n,
                              struct a4nn_metric *out);

/*
 * Whether a name says that it was measured on data kept from the training ("Val", "test_score"),
 * be it known what it measures or not.
 */
bool a4nn_metric_held_out(const char *name);

/*
 * The best of `n` names by rank, of equals that of the last data set, else the first.  Returns its
 * index, or -1 with *err listing the names seen when none is known.
 */
long a4nn_metric_choose(const char *const *names, size_t n, struct a4nn_err *err);

/*
 * What a metric is: by what the user asks for, else by what its record states, else by its name.
 * A scale is not taken from a name that means the other direction.  One without a name is
 * maximised; `assumed` then says that nobody asked for it.  The mode may remain unknown.
 */
void a4nn_metric_settle(const char *name, const struct a4nn_metric *asked, enum a4nn_mode stated,
                        struct a4nn_metric *out);

/* Reports an assumed direction as a note, an unknown one as an error that says what to do. */
void a4nn_metric_report(const char *name, const struct a4nn_metric *m, struct a4nn_diag *diag);

/* "max", "min" or "unknown"; "percent", "fraction", "loss", "signed", "share" or "unknown". */
const char *a4nn_mode_name(enum a4nn_mode mode);
const char *a4nn_scale_name(enum a4nn_scale scale);

/* The mode or scale of that name, or the unknown one. */
enum a4nn_mode a4nn_mode_find(const char *name);
enum a4nn_scale a4nn_scale_find(const char *name);

#endif
