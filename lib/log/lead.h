/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_LEAD_H
#define A4NN_LOG_LEAD_H

#include "log/scan.h"

/*
 * What loggers put before a line: "2024-01-02T03:04:05Z INFO", "2024-01-02 03:04:05.678:",
 * "[INFO]".  Moves the cursor behind all of it, and behind blanks.  *time becomes the time if it
 * is written with its zone (RFC 3339), else NAN: it could be anywhere.
 */
void a4nn_log_lead(struct a4nn_scan *s, double *time);

#endif
