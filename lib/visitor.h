/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_VISITOR_H
#define A4NN_VISITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "follower.h"
#include "pool.h"

/*
 * A run on its way through the stations of a pool (pool.h): the ensemble's forecast of it and its
 * level, in the pool's unit.  That is z for shares and losses; for open-ended metrics, whose z
 * counts from each run's own beginning, it is the metric's own, larger being better.
 */
struct a4nn_visitor {
    struct a4nn_follower follower;
    double level, best;              /* newest and best value in the pool's unit; NAN: none yet */
    struct a4nn_ensemble_answer own; /* what the ensemble said when it was read last, in z */
};

void a4nn_visitor_init(struct a4nn_visitor *v);

/* Takes the run's newest observation, in order; the ensemble first, then the level, so that it can
 * be read between the two.  The second is true when the value is finite. */
void a4nn_visitor_follow(struct a4nn_visitor *v, const struct a4nn_run_view *run);
bool a4nn_visitor_rise(struct a4nn_visitor *v, const struct a4nn_run_view *run);

/* Reads the ensemble; false while it has nothing to say. */
bool a4nn_visitor_read(struct a4nn_visitor *v);

/* What the run is like, by the newest reading and level. */
struct a4nn_pool_visit a4nn_visitor_visit(const struct a4nn_visitor *v);

/* The station, of so many, at which a run is at that epoch of its planned ones. */
size_t a4nn_visitor_station(const struct a4nn_visitor *v, double epoch, double epochs,
                            size_t stations);

/* Units of the pool in one of z. */
double a4nn_visitor_unit(const struct a4nn_visitor *v);

void a4nn_visitor_release(struct a4nn_visitor *v);

#endif
