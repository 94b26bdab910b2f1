/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PROCSTAT_H
#define A4NN_PROCSTAT_H

#include <stdbool.h>
#include <sys/types.h>

/* A process as proc_pid_stat(5) shows it. */
struct a4nn_procstat {
    char state;
    pid_t parent;
    unsigned long long started; /* clock ticks after boot: tells a reused number apart */
};

/* False when there is no such process, or its line is not understood. */
bool a4nn_procstat(pid_t pid, struct a4nn_procstat *out);

/* Has it ended, though its parent has not asked how? */
bool a4nn_procstat_dead(const struct a4nn_procstat *stat);

#endif
