/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SIGNAME_H
#define A4NN_SIGNAME_H

/* The signal called "TERM", "SIGTERM" or "15", or -1. */
int a4nn_signal_find(const char *name);

/* Its name without SIG; "?" where it has none. */
const char *a4nn_signal_name(int sig);

#endif
