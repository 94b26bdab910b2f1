/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_WHERE_H
#define A4NN_WHERE_H

#include <stdbool.h>

#include "err.h"
#include "history_read.h"

/*
 * Conditions on runs: `last_value > 90 and config.lr <= 0.1`.  Comparisons are = (or ==), !=, <,
 * <=, >, >= and ~ (an extended regular expression, regex(7)); they are joined by and, or, not and
 * parentheses; a name alone asks whether the run has it.  Texts with blanks stand in quotes, in
 * which that quote is doubled.  Numbers compare as numbers, anything else as text.  What a run does
 * not have meets no condition.
 *
 * Names: id, task, metric, mode, run, epochs, observations, last_epoch, last_value, best_value, the
 * facts (history_facts.h), and members of the configuration, config.a.b or, where no other has the
 * name, just a.b.
 */
struct a4nn_where;

/* NULL with *err naming the place when the text is no condition. */
struct a4nn_where *a4nn_where_parse(const char *text, struct a4nn_err *err) A4NN_MUST_USE;

/* Does the run meet it? A NULL condition is met by all. */
bool a4nn_where_met(const struct a4nn_where *where, const struct a4nn_history_run *run);

void a4nn_where_free(struct a4nn_where *where);

#endif
