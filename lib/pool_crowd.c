/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool_parts.h"

#include <math.h>

/* k of the weight of a run's own forecast: 0.35 for one that is as sure as the others are. */
static const double distrust = 13. / 7;
/* Share of the common expected error in a run's (of its logarithm): what a run says about its own
 * error is itself uncertain. */
static const double common_error = 0.5;
/* Share of the gain by which the forecast is off beside that, in company. */
static const double doubted_gain = 0.3;
/* Smallest standard deviation, as a share of the expected error: what is less does not matter. */
static const double least_sd = 0.05;
/* Pseudo-runs that say the line is level. */
static const double level_line = 1;

void
a4nn_crowd_borrow(struct a4nn_crowd *c, const struct a4nn_crowd *from, double share)
{
    c->n += share * from->n;
    c->log_error += share * from->log_error;
    c->weight += share * from->weight;
    c->level += share * from->level;
    c->gain += share * from->gain;
    c->dip += share * from->dip;
    c->level_level += share * from->level_level;
    c->level_gain += share * from->level_gain;
    c->gain_gain += share * from->gain_gain;
    c->dip_dip += share * from->dip_dip;
}

void
a4nn_crowd_add(struct a4nn_crowd *c, const struct a4nn_pool_visit *v, double weight, double sign)
{
    const struct a4nn_crowd one = {.n = 1,
                                   .log_error = log(v->error),
                                   .weight = weight,
                                   .level = weight * v->level,
                                   .gain = weight * v->gain,
                                   .dip = weight * v->dip,
                                   .level_level = weight * v->level * v->level,
                                   .level_gain = weight * v->level * v->gain,
                                   .gain_gain = weight * v->gain * v->gain,
                                   .dip_dip = weight * v->dip * v->dip};

    a4nn_crowd_borrow(c, &one, sign);
}

/* Of a variance that rounding may have made negative. */
static double
sd_of(double variance, double least)
{
    return sqrt(variance > 0 ? variance : 0) + least;
}

bool
a4nn_crowd_look(const struct a4nn_crowd *c, struct a4nn_crowd_view *v)
{
    double variance, covariance, least;

    if (!(c->n > 0.5) || !(c->weight > 0))
        return false;
    v->n = c->n;
    v->error = exp(c->log_error / c->n);
    least = least_sd * v->error;
    v->level = c->level / c->weight;
    v->gain = c->gain / c->weight;
    v->dip = c->dip / c->weight;
    variance = fmax(c->level_level / c->weight - v->level * v->level, 0);
    covariance = c->level_gain / c->weight - v->level * v->gain;
    v->level_sd = sd_of(variance, least);
    v->dip_sd = sd_of(c->dip_dip / c->weight - v->dip * v->dip, least);
    v->slope =
        covariance / v->level_sd / (variance / (v->level_sd * v->level_sd) + level_line / c->n);
    v->off_sd = sd_of(c->gain_gain / c->weight - v->gain * v->gain -
                          2 * v->slope * covariance / v->level_sd +
                          v->slope * v->slope * variance / (v->level_sd * v->level_sd),
                      least);
    return true;
}

double
a4nn_crowd_gain(const struct a4nn_crowd_view *v, double level)
{
    return v->gain + v->slope * (level - v->level) / v->level_sd;
}

void
a4nn_crowd_base(const struct a4nn_crowd_view *view, double comeback,
                const struct a4nn_pool_visit *v, struct a4nn_pool_base *out)
{
    double relative = v->error / view->error, company, others;

    /* one other run tells little, many tell what they have in common */
    company = view->n > 1 ? (view->n - 1) / (view->n + 1) : 0;
    others = company * (1 - 1 / (1 + distrust * relative));
    out->company = company;
    out->own = 1 - others;
    out->unit = sqrt(relative);
    out->shift = others * (a4nn_crowd_gain(view, v->level) + comeback * v->dip - v->gain);
    out->error = hypot(v->error * pow(relative, -common_error * company),
                       company * doubted_gain * (v->gain + out->shift));
}
