/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_REPLAY_ADVICE_H
#define A4NN_REPLAY_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "replay.h"
#include "replay_sweep.h"

/*
 * Which rule, with which value of its parameter, for an archive and a goal.
 *
 * The goal is a share of the epochs saved, or a mean error over all runs (0 for those that are not
 * stopped, as `mae` of the table).  Of a family the value is taken that, on the runs to learn from,
 * reaches the goal with the smallest error (or, where the error is the goal, the most savings).
 *
 * How good that is, is measured on runs not learnt from: the runs are dealt into folds by a hash of
 * their names, and for each fold the value is chosen on all others.  The same with the collections
 * as folds, where there are three or more, says how it does on a task not seen.  What is learnt
 * so is the parameter only: rules that compare runs have seen the whole stream.
 *
 * A family has reached the goal when what it does on the runs not learnt from is not worse than
 * the goal by more than the standard error of that over the folds.  The advice is the best
 * of those.  Whether it is better than another is judged by how many folds say so (the sign test),
 * as a single run that diverges can outweigh all others in a mean.
 */

struct a4nn_advice_goal {
    bool error;   /* the goal is an error, else savings */
    double value; /* share 0..1, or points */
};

/* What the families do on folds not learnt from. */
struct a4nn_advice_score {
    double saved, saved_se; /* share of the epochs, and its standard error over the folds */
    double error, error_se; /* mean over all runs, points */
    double tau, regret;     /* within folds, mean over these */
    double behind;          /* by how much the advice is better: error in points, or savings, */
    double behind_se;       /* and the standard error of that */
    size_t beaten;          /* folds in which the advice is better */
    bool told;              /* so often that chance does so in less than one case of twenty */
    bool reached;           /* the goal */
    size_t failed;          /* folds in which no value reached it on the others */
};

struct a4nn_advice_family {
    size_t point; /* of the sweep, chosen on all runs; that which comes nearest where none reaches
                   * the goal */
    bool reaches;
    double saved, error; /* of that, on all runs */
    struct a4nn_advice_score runs,
        collections; /* `saved` of the latter is NAN where there are not three */
};

struct a4nn_advice {
    struct a4nn_advice_goal goal;
    size_t runs, folds, collections;   /* judged runs; folds of runs; collections with any */
    struct a4nn_advice_family *family; /* those of the sweep */
    size_t best;                       /* number of the family advised, or A4NN_NO_ADVICE */
    size_t best_elsewhere;             /* of the best on collections not seen, likewise */
};

#define A4NN_NO_ADVICE ((size_t)-1)

enum { A4NN_ADVICE_RUNS = 20 }; /* fewer are too few to tell */

/* The replay's policies are the points of the sweep. With too few runs there is no family. */
void a4nn_advise(const struct a4nn_replay *replay, const struct a4nn_sweep *sweep,
                 const struct a4nn_advice_goal *goal, struct a4nn_advice *out);

void a4nn_advice_release(struct a4nn_advice *advice);

#endif
