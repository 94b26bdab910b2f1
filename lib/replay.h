/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_REPLAY_H
#define A4NN_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "metric.h"
#include "observation.h"
#include "record.h"
#include "scale.h"
#include "schedule.h"
#include "strmap.h"

/*
 * Stopping rules tried on trainings that are over: what would each have decided, and when?
 *
 * Order of calls: new, add (all observations), decide; then read the runs with their decisions
 * (replay_table.h makes figures of them, replay_part.h takes them to another machine); free.
 *
 * Each run is fed to each policy as it would have come live, up to the policy's first stop.  Runs
 * are independent of each other and of their order, except under rules that compare runs: these
 * see the runs of a collection in the order in which their observations were added.
 */

/* What is tried: rules, of which the first that stops decides, or all together, on the forecasts
 * of one method. */
struct a4nn_replay_policy {
    char *label;      /* RULES@FORECASTER, all that is needed to make it again */
    char *forecaster; /* NULL: the one that goes with the rules */
    char **rule;
    size_t nrules;
    bool all;      /* rules must stop at the same epoch */
    bool compares; /* runs with each other */
};

/* What one policy says of one run. */
struct a4nn_decision {
    double epoch;    /* of the stop; NAN: none before the run's end */
    double forecast; /* of the final value, at the stop; without one the last value; or NAN */
    double latest;   /* finite value seen last, while deciding */
    char *reason;    /* the rule that stopped, or NULL */
};

struct a4nn_replay_run {
    char *name;
    size_t collection;
    double planned;                 /* epochs */
    bool assumed;                   /* no record says so: its last epoch was taken */
    struct a4nn_curve curve;        /* what became of it, up to the last planned epoch */
    struct a4nn_decision *decision; /* one per policy */
};

/* Runs of one task, which may be compared: they have one metric in one unit. */
struct a4nn_replay_collection {
    char *name, *metric, *family; /* family: of the fits that the input holds, or "" */
    struct a4nn_metric kind;      /* mode unknown: its runs cannot be judged and are left out */
    enum a4nn_mode stated;        /* direction its records state */
    double smallest, largest;     /* finite values of its runs */
    struct a4nn_points points;
    size_t part;        /* input it was read from, when parts are merged */
    size_t *run, nruns; /* its runs, by name */
};

struct a4nn_replay_opts {
    const char *const *policies; /* [all:]RULE[+RULE...][@FORECASTER], as -R takes it */
    size_t npolicies;
    const char *forecaster;  /* of policies that name none; NULL: that of their rules */
    const char *collection;  /* of runs that state no task; NULL: as their name begins */
    double epochs;           /* planned total for all runs, NAN: as the records say */
    struct a4nn_metric kind; /* mode and scale asked for, or unknown */
    const struct a4nn_schedule *schedule; /* of all runs' learning rate; NULL: as records say */
    unsigned jobs;                        /* threads; 0: one */
    struct a4nn_diag *diag;
};

struct a4nn_kept;

struct a4nn_replay {
    struct a4nn_replay_opts opts;
    struct a4nn_replay_policy *policy;
    size_t npolicies;
    struct a4nn_replay_collection *collection;
    size_t *by_name; /* collections, sorted by name, metric, family; once settled */
    struct a4nn_replay_run *run;
    struct a4nn_strmap collections, runs; /* keys */
    size_t cap_policy, cap_collection, cap_run;
    struct a4nn_kept *kept; /* observations as they came */
    bool fits; /* the input holds fits, which are taken as they are where no forecaster is named */
};

/* Returns NULL with *err filled when a policy cannot be made. `opts` and its texts must outlive
 * the replay. */
struct a4nn_replay *a4nn_replay_new(const struct a4nn_replay_opts *opts,
                                    struct a4nn_err *err) A4NN_MUST_USE;

/* One more policy. Returns 0, or -1 with *err filled. */
int a4nn_replay_add_policy(struct a4nn_replay *replay, const char *text,
                           struct a4nn_err *err) A4NN_MUST_USE;

/* Takes one observation; what is needed of it is copied. */
void a4nn_replay_add(struct a4nn_replay *replay, const struct a4nn_record *record);

/* Lets every policy decide on every run. What had to be assumed is reported to the diag. */
void a4nn_replay_decide(struct a4nn_replay *replay);

/*
 * The collection and the run of that name, made if they are new (*added, which may be NULL, says
 * so).  For those who bring runs and decisions from elsewhere; they call a4nn_replay_settle last.
 */
size_t a4nn_replay_collection_put(struct a4nn_replay *replay, const char *name, const char *metric,
                                  const char *family, bool *added);
size_t a4nn_replay_run_put(struct a4nn_replay *replay, size_t collection, const char *name,
                           bool *added);
void a4nn_replay_settle(struct a4nn_replay *replay);

/* How a collection is called among the others: its name, and what else tells it apart. Freed by
 * the caller. */
char *a4nn_replay_title(const struct a4nn_replay *replay, size_t collection);

/* Epoch of a run's last observation. */
double a4nn_replay_end(const struct a4nn_replay_run *run);

/* Is there no run that could be replayed? */
bool a4nn_replay_empty(const struct a4nn_replay *replay);

void a4nn_replay_free(struct a4nn_replay *replay);

#endif
