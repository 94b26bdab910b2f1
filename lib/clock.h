/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CLOCK_H
#define A4NN_CLOCK_H

/* CLOCK_MONOTONIC in seconds: what deadlines are made of. */
double a4nn_now(void);

#endif
