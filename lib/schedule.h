/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SCHEDULE_H
#define A4NN_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/*
 * How a training's learning rate goes, as far as a forecast has use for it: when it falls at once,
 * and how long it warms up.  Rates that fall gradually (cosine, linear) need nothing: the shapes
 * of curves that the ensemble knows have such runs among them, and to favour those was measured
 * to be no better.
 */

enum { A4NN_MAX_DROPS = 16 };

/*
 * A drop "at epoch 60" happens after 60 epochs in one framework and before the 60th in another: it
 * first shows in the value of epoch 61 or 60, and whoever uses this has to reckon with both.
 */
struct a4nn_drop {
    double epoch;
    double factor; /* new rate / old rate, in (0, 1) */
};

struct a4nn_schedule {
    double warmup;                         /* last epoch in which the rate rises; 0: none */
    struct a4nn_drop drop[A4NN_MAX_DROPS]; /* at rising epochs */
    size_t drops;
};

/*
 * Reads a spec: "step:EPOCH,EPOCH,...[@FACTOR]" (factor 0.1 unless given), "const", "cosine",
 * "linear" or "unknown", which have no drop; "warmup:EPOCHS"; or warmup and one of the others
 * joined by '+'.  Returns 0, or -1 with *err saying what is wrong and what is accepted.
 */
int a4nn_schedule_parse(const char *spec, struct a4nn_schedule *out,
                        struct a4nn_err *err) A4NN_MUST_USE;

/* The schedule as it has shown so far in the rates of a run.  Zero-initialise it ({0}). */
struct a4nn_rates {
    struct a4nn_schedule schedule;
    double epoch, rate; /* the newest */
    size_t steady;      /* how many in a row have been the same */
    bool fallen;        /* some time: a rise is no warm-up any more */
};

/*
 * The rate at an epoch.  One that is not positive and finite, or is of an epoch not beyond the
 * last, is passed over.  What falls at once, after two equal rates, is a drop; a gradual fall is
 * none, and neither is a rise after a fall.
 */
void a4nn_rates_take(struct a4nn_rates *r, double epoch, double rate);

#endif
