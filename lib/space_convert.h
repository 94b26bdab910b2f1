/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SPACE_CONVERT_H
#define A4NN_SPACE_CONVERT_H

#include "err.h"
#include "json.h"

/*
 * Search spaces of other programs as one of ours, a4nn-space(5).  What ours cannot express is
 * refused by its name; nothing that a configuration depends on is left out.
 */

/*
 * From any of them, told by its members: `hyperparameters` (ConfigSpace, JSON formats 0.1 to 0.4
 * and those after it), `parameters` (ours, which is only checked), or names with distributions
 * (Optuna). Returns the space, owned, as JSON that a4nn_space_of takes; NULL with *err naming the
 * place.
 */
struct a4nn_json *a4nn_space_convert(const struct a4nn_json *from, struct a4nn_diag *diag,
                                     struct a4nn_err *err) A4NN_MUST_USE;

/* The two of them; what is said to diag is left out, as it tells nothing about configurations. */
struct a4nn_json *a4nn_space_of_configspace(const struct a4nn_json *from, struct a4nn_diag *diag,
                                            struct a4nn_err *err) A4NN_MUST_USE;
struct a4nn_json *a4nn_space_of_optuna(const struct a4nn_json *from,
                                       struct a4nn_err *err) A4NN_MUST_USE;

#endif
