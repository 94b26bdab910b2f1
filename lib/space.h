/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SPACE_H
#define A4NN_SPACE_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "formula.h"
#include "json.h"
#include "strmap.h"

/*
 * A search space: parameters, when each of them is there, and constraints, as a4nn-space(5)
 * describes the file.
 *
 * A configuration is a point of the unit cube, one coordinate u in [0, 1) for each parameter,
 * whether it is there or not: equal steps of u are equal steps of the value, or of its logarithm,
 * and all values of an integer or a category have equal parts of it.
 */

enum a4nn_parameter_type { A4NN_CATEGORICAL, A4NN_INTEGER, A4NN_REAL };

struct a4nn_parameter {
    char *name; /* owned */
    enum a4nn_parameter_type type;
    double low, high;
    double step;             /* from low on; 0: any real, and 1 for an integer without one */
    bool log;                /* the logarithm is what is spread evenly */
    struct a4nn_json *list;  /* owned: the values of a category */
    struct a4nn_term *value; /* the same as terms */
    char **print;            /* and as JSON writes them */
    size_t values;
    double start;              /* u of its default; -1: it has none */
    struct a4nn_formula *when; /* owned; NULL: always there */
};

struct a4nn_constraint {
    char *text; /* owned, as are the others */
    struct a4nn_formula *formula;
    size_t *names, n; /* parameters it names, each once */
};

/* Zero-initialised and filled by a4nn_space_read; release it in the end. */
struct a4nn_space {
    struct a4nn_parameter *parameter;
    size_t n;
    struct a4nn_strmap names; /* of the parameters, by their number */
    size_t *order;            /* parameters, those that a condition names before it */
    struct a4nn_constraint *constraint;
    size_t constraints;
};

enum {
    A4NN_SPACE_BYTES = 4 << 20, /* of a file, at most */
    A4NN_SPACE_PARAMETERS = 500,
    A4NN_SPACE_VALUES = 10000, /* of a category */
    A4NN_SPACE_CONSTRAINTS = 1000
};

/*
 * Reads a file, "-" being standard input.  0, or -1 with *err naming file and place (a line, or a
 * path such as parameters[3].high); *out is released then.
 */
int a4nn_space_read(const char *file, struct a4nn_space *out, struct a4nn_err *err) A4NN_MUST_USE;

/* The same of JSON that has been parsed; the place alone is named. */
int a4nn_space_of(const struct a4nn_json *json, struct a4nn_space *out,
                  struct a4nn_err *err) A4NN_MUST_USE;

/* Is the regular file one that begins as a space does, and no record: `{"parameters": [`, or that
 * behind a description? */
bool a4nn_space_is_one(const char *file);

/* The number of values a parameter has; 0: a real without a step. */
double a4nn_parameter_values(const struct a4nn_parameter *p);

/* The value at u, as a term. */
struct a4nn_term a4nn_parameter_at(const struct a4nn_parameter *p, double u);

/* Where its k-th value lies, of one that has a number of values; where a value lies, -1: it is none
 * of the parameter's. */
double a4nn_parameter_u(const struct a4nn_parameter *p, double k);
double a4nn_parameter_find(const struct a4nn_parameter *p, const struct a4nn_json *value);

/* The terms of all parameters at a point of n coordinates, absent where a condition says so. */
void a4nn_space_terms(const struct a4nn_space *space, const double *u, struct a4nn_term *out);

/*
 * How many constraints these terms do not meet; met[i], of an array that may be NULL, becomes true
 * for those they meet.  What is not there meets a constraint, what is undefined does not.
 */
size_t a4nn_space_unmet(const struct a4nn_space *space, const struct a4nn_term *terms, bool *met);

/* The configuration at a point, an object with the parameters that are there; owned. */
struct a4nn_json *a4nn_space_config(const struct a4nn_space *space, const double *u);

/*
 * The point of a configuration.  Where it has not what the space has there, u stays as it was.
 * Returns how many parameters were found.
 */
size_t a4nn_space_point(const struct a4nn_space *space, const struct a4nn_json *config, double *u);

void a4nn_space_release(struct a4nn_space *space);

#endif
