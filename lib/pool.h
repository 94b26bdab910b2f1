/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_POOL_H
#define A4NN_POOL_H

#include <stddef.h>

/*
 * What the runs of one search say about each other: a forecast for one run from its own, those of
 * the runs beside it, and the ends of those before it.
 *
 * The way of a run is divided into stations, equal shares of its planned epochs.  At a station,
 * with level s (the newest value), dip d (best value so far - s), and a forecast of its own s + g
 * with expected absolute error e, the model of the final value y is
 *
 *     y = B + h (b1 + b2 s + b3 d + b4 g) + h noise,           h = sqrt(e / c)
 *     B = s + own g + (1 - own) (m(s) + comeback d),           own = 1 / (1 + k e / c)
 *
 * c being the geometric mean of the runs' e, and m(s) the straight line of the runs' g over s.  B
 * is what there is before any run has ended: a forecast shrunk towards what runs at that level are
 * forecast to gain, the more the less sure it is of itself, so that runs of one search are ranked
 * by what they have reached rather than by what shape each has been taken for.  The runs that have
 * ended teach the b: Bayesian linear regression, prior mean 0, prior sd that of the noise (features
 * standardised), Cauchy weights against heavy tails.  With no other run the answer is the run's own
 * forecast.
 *
 * The runs at a station are kept as sums, of those that have ended the last A4NN_POOL_LESSONS: an
 * answer costs the same whatever the number of runs, and what a run has told can be taken away.
 * The unit is any that all runs share; adding to all values or multiplying them changes nothing.
 */
struct a4nn_pool;

enum { A4NN_POOL_LESSONS = 64 };

/* A run at a station. Larger values are better. */
struct a4nn_pool_visit {
    double level;  /* newest value */
    double dip;    /* best value so far - level, 0 or more */
    double gain;   /* forecast of its own - level */
    double error;  /* expected absolute error of that forecast, more than 0 */
    double weight; /* set by a4nn_pool_enter; 0: not entered */
};

/* How far from level + gain, the run's own forecast, the final value is expected. */
struct a4nn_pool_answer {
    double shift;
    double stretch;    /* its expected error over that of the run's own forecast */
    double company;    /* 0: alone, towards 1 as there are more other runs at the station */
    double own;        /* weight of that, the rest is the other runs' */
    double correction; /* part of the shift that is learned from runs that have ended */
    double runs;       /* runs at this station, this one included */
    double lessons;    /* runs that have ended whose ends count */
};

/* `comeback` is the share of a dip that is expected to be made good: 0 or more. Freed by
 * a4nn_pool_free. */
struct a4nn_pool *a4nn_pool_new(size_t stations, double comeback);

size_t a4nn_pool_stations(const struct a4nn_pool *pool);

/* The run has come to a station; and, for one whose past has changed, has never been there. */
void a4nn_pool_enter(struct a4nn_pool *pool, size_t station, struct a4nn_pool_visit *visit);
void a4nn_pool_leave(struct a4nn_pool *pool, size_t station, struct a4nn_pool_visit *visit);

/* The run `id` that has come by with `visit` has ended with `value`; and has not. */
void a4nn_pool_learn(struct a4nn_pool *pool, size_t station, const struct a4nn_pool_visit *visit,
                     size_t id, double value);
void a4nn_pool_forget(struct a4nn_pool *pool, size_t station, size_t id);

/* The forecast for a run at a station, whether it has entered there or not. */
void a4nn_pool_ask(struct a4nn_pool *pool, size_t station, const struct a4nn_pool_visit *visit,
                   struct a4nn_pool_answer *out);

void a4nn_pool_free(struct a4nn_pool *pool);

#endif
