/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_REPLAY_PARTS_H
#define A4NN_REPLAY_PARTS_H

#include <math.h>
#include <stdint.h>

#include "replay.h"
#include "session.h"

/* What the files replay*.c share of a replay. */

/* What is found out about a run before anything is decided. */
struct a4nn_replay_facts {
    double planned, end, final; /* as in a4nn_replay_run */
    uint64_t flags;
};

enum { A4NN_REPLAY_ASSUMED = 1, A4NN_REPLAY_LEFT_OUT = 2 /* nothing to be replayed */ };

/* A decision as it is stored. */
struct a4nn_replay_stored {
    double epoch, forecast;
    uint64_t reason; /* 1 + its number among the reasons; 0: none */
};

/* What happened to one run. */
struct a4nn_replay_outcome {
    double epoch; /* trained until then */
    double value; /* forecast, or value read, in the metric's own unit; NAN: none */
    bool stopped;
};

/* Under the first policy that its walk asks for. */
struct a4nn_replay_outcome a4nn_replay_under_policy(const struct a4nn_replay_run *run);

/* What training until `epoch` costs: an epoch 0 is the network as it was born. */
static inline double
a4nn_replay_cost(double epoch)
{
    return fmax(epoch, 0);
}

/* In points, larger is better. */
static inline double
a4nn_replay_score(const struct a4nn_points *points, double value)
{
    double z = a4nn_to_points(points, value);

    return points->minimise ? -z : z;
}

/* Rules and forecaster of a policy; its texts are lent. */
void a4nn_replay_policy_opts(const struct a4nn_replay_policy *policy, struct a4nn_policy_opts *out);

/* What the values of all runs say about the metrics; reported. */
void a4nn_replay_settle_metrics(struct a4nn_replay *replay);

/* Sorts the collections. */
void a4nn_replay_order(struct a4nn_replay *replay);

/* Finds out about all runs; what had to be assumed is reported when `report`. */
void a4nn_replay_find_out(struct a4nn_replay *replay, bool report);

/* The curve of a run up to its last planned epoch from its observations. */
void a4nn_replay_curve(const char *bytes, size_t len, double planned, struct a4nn_curve *curve);

#endif
