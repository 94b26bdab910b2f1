/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CONFIGS_H
#define A4NN_CONFIGS_H

#include <stddef.h>

#include "err.h"
#include "json.h"

/*
 * A table of configurations, one run a line: CSV with a header, or JSON Lines.  The column `run`
 * tells whose it is; columns with the name of a fact (history_facts.h) and `task` are that, all
 * others make the configuration, unless there is a column `config` that holds it.
 */
struct a4nn_configs;

/* Reads it whole. What cannot be used is reported to diag; NULL with *err filled when nothing can.
 */
struct a4nn_configs *a4nn_configs_read(const char *file, struct a4nn_diag *diag,
                                       struct a4nn_err *err) A4NN_MUST_USE;

/*
 * What is known of a run: an object with the members `config`, `task` and those of the facts, as
 * far as they are there; NULL when the table has no such run.  A run that is not there under its
 * whole name is looked for under what stands behind its last slash.
 */
const struct a4nn_json *a4nn_configs_find(const struct a4nn_configs *configs, const char *run);

/* Runs in the table. */
size_t a4nn_configs_count(const struct a4nn_configs *configs);

void a4nn_configs_free(struct a4nn_configs *configs);

#endif
