/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PROCESS_TABLE_H
#define A4NN_PROCESS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"
#include "procstat.h"

/*
 * All processes, as one walk through /proc finds them.  The walk takes time: entries are not of one
 * moment, and a number may have been given to another process since.
 */

struct a4nn_process_entry {
    pid_t pid;
    struct a4nn_procstat stat;
    bool below; /* of what was asked for, or below it */
};

/* Zero-initialise it; free(entry) in the end. */
struct a4nn_process_table {
    struct a4nn_process_entry *entry; /* by number */
    size_t n, cap;
};

/* Reads it anew, nothing marked: 0, or -1 with *err filled. */
int a4nn_process_table_read(struct a4nn_process_table *table, struct a4nn_err *err) A4NN_MUST_USE;

/* The entry of a number, or NULL. */
struct a4nn_process_entry *a4nn_process_table_find(const struct a4nn_process_table *table,
                                                   pid_t pid);

/* Marks all children of those that are marked, and theirs. */
void a4nn_process_table_spread(struct a4nn_process_table *table);

/*
 * Signals the process that was seen with this start, and no later one of its number, unless it has
 * ended; with signal 0, only tells whether it would.
 */
bool a4nn_process_signal(pid_t pid, unsigned long long started, int signal);

#endif
