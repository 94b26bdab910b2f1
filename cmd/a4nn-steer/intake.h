/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_STEER_INTAKE_H
#define A4NN_STEER_INTAKE_H

#include "candidates.h"
#include "features.h"
#include "input.h"
#include "outcomes.h"

/* Results and candidates, brought together: what every verb of a4nn-steer begins with. */
struct a4nn_steer {
    struct a4nn_input in;
    const char *candidates; /* file, or NULL */
    struct a4nn_candidates list;
    struct a4nn_outcomes outcomes;
    struct a4nn_features *features;
    struct a4nn_result *result;
    size_t results, forecast; /* in all; those of which are forecasts */
    size_t unknown;           /* runs whose configuration nobody knows */
    size_t *row, *place;      /* candidates not tried yet: rows, places in the list */
    size_t untried;
    struct a4nn_err err;
    bool failed;
};

void a4nn_steer_init(struct a4nn_steer *s);

/* Reads candidates, the operands (standard input without any, unless -H is given) and the model
 * database, and encodes them; trouble that leaves nothing to do ends the program with 2. */
void a4nn_steer_read(struct a4nn_steer *s, char *const *operands, int count);

void a4nn_steer_release(struct a4nn_steer *s);

#endif
