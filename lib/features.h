/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FEATURES_H
#define A4NN_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "json.h"

/*
 * Configurations as rows of numbers, so that a model can compare them.  What lies within objects
 * and lists is taken member by member, under names joined by dots; then
 *
 *   a number      is itself, or its logarithm where all are positive and go over a factor of 10;
 *                 one that is not there is the mean, and a feature of its own says so
 *   truth         is 0 or 1
 *   a bit string  "0110" is a list of its digits
 *   a sequence    "[C(64,3,1), P(2,2), SM(10)]": how long it is, how many tokens of each name there
 *                 are, and of each argument of a name the mean, the first and the last
 *   other text    is a category: one feature for each of its levels
 *
 * A parameter's features make a group, of mean 0 and a sum of variances of 1.  What is constant, or
 * the same as another, or text that hardly ever comes twice, is left out.
 */
struct a4nn_features;

struct a4nn_feature_group {
    const char
        *name; /* of the parameter; of one that tells that it is not there, "NAME is missing" */
    size_t first, count; /* columns */
};

struct a4nn_features *a4nn_features_new(void);

/* Adds an object's members as a row; its number. */
size_t a4nn_features_add(struct a4nn_features *f, const struct a4nn_json *config);

/*
 * n rows from `from` on stand for all configurations there are: they are what has mean 0 and a
 * variance of 1, and what is constant among them is left out.  Else all rows are.
 */
void a4nn_features_stand(struct a4nn_features *f, size_t from, size_t n);

/* Makes the matrix, once, when all rows are there. */
void a4nn_features_finish(struct a4nn_features *f);

/* Rows, columns, and the matrix row by row. */
size_t a4nn_features_rows(const struct a4nn_features *f);
size_t a4nn_features_columns(const struct a4nn_features *f);
const double *a4nn_features_row(const struct a4nn_features *f, size_t row);

/* Groups; the i-th. */
size_t a4nn_features_groups(const struct a4nn_features *f);
const struct a4nn_feature_group *a4nn_features_group(const struct a4nn_features *f, size_t i);

/* Appends what a row has for a group's parameter, in words; its number, NAN: it is none. */
void a4nn_features_text(const struct a4nn_features *f, size_t group, size_t row,
                        struct a4nn_buf *out);
double a4nn_features_number(const struct a4nn_features *f, size_t group, size_t row);

/* Whether a row has not got a group's parameter, and not because a count of it would be 0. */
bool a4nn_features_missing(const struct a4nn_features *f, size_t group, size_t row);

void a4nn_features_free(struct a4nn_features *f);

#endif
