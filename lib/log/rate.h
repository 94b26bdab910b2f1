/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_RATE_H
#define A4NN_LOG_RATE_H

#include "log/epochs.h"

/*
 * The learning rate among the numbers of a log.
 */

/*
 * How surely a number of this name is the learning rate at that time: 0 = it is not; "lr" more
 * than "train/lr" or "lr/pg0".  A rate that configures something ("config/lr", "lr_decay") is none.
 */
int a4nn_log_rate_name(const char *name);

/*
 * Whether the rate was stated no later than the value: by epoch where both have one, else by step,
 * else by line of the same file.
 */
bool a4nn_log_rate_holds(const struct a4nn_log_sample *rate, const struct a4nn_log_sample *value);

#endif
