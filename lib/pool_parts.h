/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_POOL_PARTS_H
#define A4NN_POOL_PARTS_H

#include <stdbool.h>

#include "pool.h"

/* The two halves of pool.h, for its own files. */

/* ---- pool_crowd.c: the runs at a station ---- */

/* Sums over them, weighted but for n and log_error; levels are counted from an origin. */
struct a4nn_crowd {
    double n, log_error, weight, level, gain, dip, level_level, level_gain, gain_gain, dip_dip;
};

/* What they are like. */
struct a4nn_crowd_view {
    double n;
    double error;               /* geometric mean of the expected errors */
    double level, level_sd;     /* mean and standard deviation, the sds never 0 */
    double dip, dip_sd;         /* the same */
    double gain, slope, off_sd; /* line of gains over standardised levels, sd about it */
};

/* Adds a run with this weight, or with `sign` -1 takes it away. */
void a4nn_crowd_add(struct a4nn_crowd *crowd, const struct a4nn_pool_visit *visit, double weight,
                    double sign);

/* Adds `share` of all that is in another one. */
void a4nn_crowd_borrow(struct a4nn_crowd *crowd, const struct a4nn_crowd *from, double share);

/* False while there is nobody. */
bool a4nn_crowd_look(const struct a4nn_crowd *crowd, struct a4nn_crowd_view *out);

/* Gain of a run at that level, by the line. */
double a4nn_crowd_gain(const struct a4nn_crowd_view *view, double level);

/* Before any run has ended: B - (s + g), h, own, company and the expected error (pool.h). */
struct a4nn_pool_base {
    double shift, unit, own, company, error;
};

void a4nn_crowd_base(const struct a4nn_crowd_view *view, double comeback,
                     const struct a4nn_pool_visit *visit, struct a4nn_pool_base *out);

/* ---- pool_lessons.c: the ends of runs ---- */

enum { A4NN_FEATURES = 4 };

/* Leverage beyond which a residual is not scaled up any more. */
#define A4NN_MOST_LEVERAGE 0.8

/* 1, and level, dip and gain off the line as standard deviations from the mean, within reason. */
void a4nn_pool_features(const struct a4nn_crowd_view *view, const struct a4nn_pool_visit *visit,
                        double *x);

/* By what factor errors were larger than expected: logarithm for one, whose end was off by `miss`;
 * from the sum over n of them, shrunk towards 1 while they are few. */
double a4nn_pool_log_ratio(double miss, double expected, double common);
double a4nn_pool_stretch(double log_ratios, double n);

struct a4nn_lesson {
    struct a4nn_pool_visit visit;
    double miss; /* what the end was above level + gain */
    size_t id;
};

/* What the lessons of a station say: coefficients of the standardised features, and by what factor
 * errors were larger than expected. */
struct a4nn_teaching {
    double coefficient[A4NN_FEATURES], stretch;
    struct a4nn_crowd_view view; /* what the station was like */
};

/* The lessons of a station, the oldest first from `first` on in a ring. */
struct a4nn_pool_lessons {
    size_t n, first;
    struct a4nn_lesson *lesson; /* of A4NN_POOL_LESSONS; NULL before the first */
    struct a4nn_teaching teaching;
    size_t news; /* lessons that came or went since it was made */
};

void a4nn_pool_lessons_add(struct a4nn_pool_lessons *lessons, const struct a4nn_lesson *lesson);
void a4nn_pool_lessons_remove(struct a4nn_pool_lessons *lessons, size_t id);
void a4nn_pool_lessons_release(struct a4nn_pool_lessons *lessons);

/* What they say when the station is like `view`; made anew when it has changed. */
const struct a4nn_teaching *a4nn_pool_lessons_teach(struct a4nn_pool_lessons *lessons,
                                                    const struct a4nn_crowd_view *view,
                                                    double comeback);

/* The correction of a run's forecast in units of h. */
double a4nn_teaching_apply(const struct a4nn_teaching *teaching,
                           const struct a4nn_pool_visit *visit);

#endif
