/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_STEER_BEFORE_H
#define A4NN_STEER_BEFORE_H

#include <stddef.h>

#include "err.h"
#include "strmap.h"

/* What `a4nn-steer explain` said earlier, to be compared with: its output in JSON Lines. */
struct a4nn_steer_before {
    struct a4nn_strmap said; /* "PARAMETER" and "PARAMETER\nLEVEL" */
    struct a4nn_steer_said {
        double share, effect, drop; /* NAN: not said */
    } * what;
    size_t cap;
};

/* Zero-initialise it ({0}). -1 with *err, which names file and line, when it cannot be read. */
int a4nn_steer_before_read(const char *file, struct a4nn_steer_before *out,
                           struct a4nn_err *err) A4NN_MUST_USE;

/* What was said of a parameter (level NULL), or of one of its levels. */
struct a4nn_steer_said a4nn_steer_before_of(const struct a4nn_steer_before *b, const char *name,
                                            const char *level);

void a4nn_steer_before_release(struct a4nn_steer_before *b);

#endif
