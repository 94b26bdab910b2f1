/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SIMILAR_H
#define A4NN_SIMILAR_H

#include "buf.h"
#include "history_read.h"

/*
 * Which runs of the model database are most like one of them, and why.
 *
 * Two runs are compared by what both are known by, each part from 0 (nothing alike) to 1 (the
 * same): configurations by Gower's coefficient (J. C. Gower 1971, "A general coefficient of
 * similarity and some of its properties"): over all members that either has, 1 - |a - b| / range
 * for two numbers (of their logarithms, when all are positive and span more than a factor of 100),
 * else 1 for equal and 0 for different; curves by 1 - the mean distance over the epochs both have,
 * in units of the range of last values in the database.  The similarity is the mean of the parts
 * there are.
 */
struct a4nn_similar {
    struct a4nn_history_run run; /* its texts are copies; owned */
    double similarity;           /* 0 to 1 */
    double config, curve;        /* its parts, NAN where it has none */
    struct a4nn_buf why;         /* what is the same and what is not; owned */
};

struct a4nn_similar_opts {
    const struct a4nn_history_run *to; /* the run itself is not among the answers */
    const struct a4nn_history_which *which;
    size_t count; /* answers wanted */
};

/*
 * Finds them, best first: *out, owned, released by a4nn_similar_release; their number, or -1 with
 * *err filled.  Time grows with the runs there are; curves are read of the runs that are nearest
 * by configuration and last value only.
 */
long a4nn_similar_find(struct a4nn_db *db, const struct a4nn_similar_opts *opts,
                       struct a4nn_similar **out, struct a4nn_err *err) A4NN_MUST_USE;

void a4nn_similar_release(struct a4nn_similar *found, long count);

#endif
