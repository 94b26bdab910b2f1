/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_SETTINGS_H
#define A4NN_LOG_SETTINGS_H

#include <stddef.h>

#include "log/format.h"

/*
 * Settings that a table repeats in each row of a run: they are reported (a4nn_log_fact) when they
 * become known, and again only when they change.
 */
struct a4nn_log_settings;

/* The sink must outlive it. */
struct a4nn_log_settings *a4nn_log_settings_new(const struct a4nn_log_sink *sink);

/* The cell of a column that is known to hold a setting of the run that `at` names. */
void a4nn_log_settings_given(struct a4nn_log_settings *settings, const struct a4nn_log_at *at,
                             size_t column, const char *name, const char *cell);

/*
 * The cell of a column that may be one: it is taken for a setting from the second row on that says
 * the same, until one says something else.
 */
void a4nn_log_settings_constant(struct a4nn_log_settings *settings, const struct a4nn_log_at *at,
                                size_t column, const char *name, const char *cell);

void a4nn_log_settings_free(struct a4nn_log_settings *settings);

#endif
