/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_PLANNED_H
#define A4NN_LOG_PLANNED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the line says unmistakably how many epochs are planned: "num_epochs=50", "Max Epochs:
 * 90"; a bare "epochs" only on a line of its own or in a dump of arguments; Lightning's
 * "`max_epochs=2` reached".
 */
bool a4nn_log_planned(const char *line, size_t len, double *epochs);

#endif
