/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_REPLAY_SWEEP_H
#define A4NN_REPLAY_SWEEP_H

#include <stddef.h>

/*
 * Each rule over the values of the parameter that says how early it stops: what a4nn-replay --curve
 * draws, and among which --advise chooses.  The grid stands in one table (replay_sweep.c).
 */

/* One policy of a sweep. */
struct a4nn_sweep_point {
    char *policy;    /* as -R takes it */
    size_t family;   /* number of its rule in the sweep */
    const char *key; /* the parameter, NULL: a policy that is not varied */
    double value;
};

struct a4nn_sweep {
    struct a4nn_sweep_point *point; /* those of a family follow each other, from late stops to
                                     * early ones as far as that can be known */
    char **family;                  /* names */
    size_t n, families, cap, cap_family;
};

/* Zero-initialise it ({0}). Adds all rules of the grid. */
void a4nn_sweep_rules(struct a4nn_sweep *sweep);

/* Adds one policy, which is a family of its own. */
void a4nn_sweep_policy(struct a4nn_sweep *sweep, const char *policy);

void a4nn_sweep_release(struct a4nn_sweep *sweep);

/* The policies that a4nn-replay --compare tries. */
const char *const *a4nn_sweep_usual(size_t *count);

#endif
