/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_OBJECTIVE_H
#define A4NN_OBJECTIVE_H

#include "err.h"
#include "json.h"
#include "metric.h"

/* What counts besides the metric: a cost or a gain of a run, such as its FLOPs, by its name. */
struct a4nn_objective {
    char *name; /* owned */
    enum a4nn_mode mode;
};

/* Reads "NAME", "NAME:min" or "NAME:max"; without either less is better. -1 with *err: it is none.
 */
int a4nn_objective_parse(const char *text, struct a4nn_objective *out,
                         struct a4nn_err *err) A4NN_MUST_USE;

/* The number that an object has for it, as a member, else as one within its objects, the names
 * joined by dots; NAN: none. */
double a4nn_objective_in(const struct a4nn_objective *o, const struct a4nn_json *object);

void a4nn_objective_release(struct a4nn_objective *o);

#endif
