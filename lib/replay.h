/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_REPLAY_H
#define A4NN_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "metric.h"
#include "observation.h"
#include "past.h"
#include "record.h"
#include "scale.h"
#include "schedule.h"
#include "strmap.h"

/*
 * Stopping rules tried on trainings that are over: what would each have decided, and when?
 *
 * Order of calls: new, add (all observations), decide; then walk the runs with their decisions
 * (replay_table.h makes figures of them, replay_part.h takes them to another machine); free.
 *
 * Each run is fed to each policy as it would have come live, up to the policy's first stop.  Runs
 * are independent of each other and of their order, except under rules that compare runs: these
 * see the runs of a collection in the order in which their observations were added.
 *
 * Memory does not grow with the runs: observations and decisions are in temporary files when they
 * become many (spool.h, spill.h), and come back run by run.  What grows: some 300 bytes for each
 * collection (and its rows of the table); under rules that compare, all of the collection that a
 * thread is at.  When such a file fails, a4nn_replay_failed says so and nothing else that is
 * answered counts.
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
    double epoch;       /* of the stop; NAN: none before the run's end */
    double forecast;    /* of the final value, at the stop; without one the last value; or NAN */
    const char *reason; /* the rule that stopped, or NULL */
};

struct a4nn_replay_run {
    const char *name;
    size_t collection;
    double planned;                 /* epochs */
    bool assumed;                   /* no record says so: its last epoch was taken */
    double end;                     /* epoch of its last observation up to the last planned one */
    double final;                   /* value there, in the metric's own unit; NAN: diverged */
    struct a4nn_curve curve;        /* what became of it until then, if asked for */
    struct a4nn_decision *decision; /* one per policy asked for */
};

/* Runs of one task, which may be compared: they have one metric in one unit. */
struct a4nn_replay_collection {
    char *name, *metric, *family; /* family: of the fits that the input holds, or "" */
    struct a4nn_metric kind;      /* mode unknown: its runs cannot be judged and are left out */
    enum a4nn_mode stated;        /* direction its records state */
    double smallest, largest;     /* finite values of its runs */
    struct a4nn_points points;
    size_t part;         /* input it was read from, when parts are merged */
    size_t nruns;        /* that can be replayed */
    uint64_t first, all; /* places of all its runs in what was found out about runs */
};

struct a4nn_replay_opts {
    const char *const *policies; /* [all:]RULE[+RULE...][@FORECASTER], as -R takes it */
    size_t npolicies;
    const char *forecaster;  /* of policies that name none; NULL: that of their rules */
    const char *collection;  /* of runs that state no task; NULL: as their name begins */
    double epochs;           /* planned total for all runs, NAN: as the records say */
    struct a4nn_metric kind; /* mode and scale asked for, or unknown */
    const struct a4nn_schedule *schedule; /* of all runs' learning rate; NULL: as records say */
    const char *schedule_spec;            /* the same as it was asked for, to name it in parts */
    const struct a4nn_past *past; /* complete runs of the past, by name of the collection and
                                   * metric, for the policies to learn from; may be filled until
                                   * decide; NULL: none */
    unsigned jobs;                /* threads; 0: one */
    size_t buffer; /* bytes of observations in memory, 0: 32 MiB; some use it twice */
    struct a4nn_diag *diag;
};

struct a4nn_spool;
struct a4nn_spill;

struct a4nn_replay {
    struct a4nn_replay_opts opts;
    struct a4nn_replay_policy *policy;
    size_t npolicies;
    struct a4nn_replay_collection *collection;
    size_t *by_name;                /* collections, sorted by name, metric, family; once settled */
    struct a4nn_strmap collections; /* keys */
    size_t cap_policy, cap_collection;
    char *schedule_spec;             /* as in opts, or of the parts merged; NULL: none */
    struct a4nn_spool *observations; /* by run */
    struct a4nn_spool *stream;       /* as they came, for rules that compare; or NULL */
    struct a4nn_spool *brought;      /* decisions that were made elsewhere; or NULL */
    struct a4nn_strmap runs;         /* of which these are */
    struct a4nn_spill *facts;        /* about each run, in the order of `observations` */
    struct a4nn_spill **decided;     /* by each policy, in the same order */
    struct a4nn_strmap reasons;
    struct a4nn_record last; /* texts of the record added last, and its collection */
    size_t last_collection;
    int trouble; /* errno of a temporary file that is there no more, or 0 */
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
 * For those who bring runs and decisions from elsewhere: the collection of that name, made if it
 * is new (*added, which may be NULL, says so); a run of it, with one decision per policy, false
 * when there is one of that name already; and, last, what a4nn_replay_decide would do with them.
 */
size_t a4nn_replay_collection_put(struct a4nn_replay *replay, const char *name, const char *metric,
                                  const char *family, bool *added);
bool a4nn_replay_bring(struct a4nn_replay *replay, const struct a4nn_replay_run *run);
void a4nn_replay_settle(struct a4nn_replay *replay);

/* How a collection is called among the others: its name, and what else tells it apart. Freed by
 * the caller. */
char *a4nn_replay_title(const struct a4nn_replay *replay, size_t collection);

/*
 * The runs of a collection that can be replayed, by name.  What a run holds is valid until the next
 * one; `decision` has one element when one policy was asked for, one per policy with
 * A4NN_REPLAY_ALL.
 */
struct a4nn_replay_walk;
#define A4NN_REPLAY_ALL ((size_t)-1)

struct a4nn_replay_walk *a4nn_replay_walk_new(const struct a4nn_replay *replay, size_t collection,
                                              size_t policy, bool curves);
const struct a4nn_replay_run *a4nn_replay_walk_next(struct a4nn_replay_walk *walk);
void a4nn_replay_walk_free(struct a4nn_replay_walk *walk);

/* Has a temporary file failed?  Then this fills *err. */
bool a4nn_replay_failed(const struct a4nn_replay *replay, struct a4nn_err *err);

/* Is there no run that could be replayed? */
bool a4nn_replay_empty(const struct a4nn_replay *replay);

void a4nn_replay_free(struct a4nn_replay *replay);

#endif
