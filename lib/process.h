/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PROCESS_H
#define A4NN_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"

/*
 * Starting a command so that it cannot tell that it was not started directly: its signal mask,
 * its ignored signals and its descriptors are those this program was itself started with, save
 * for what is asked.  All descriptors of ours must be close-on-exec.
 */

/*
 * Remembers the signal mask and which signals are ignored: what commands are started with.  To be
 * called before anything changes them.  Without it, commands get an empty mask and no signal is
 * ignored.
 */
void a4nn_process_remember(void);

/* Was the signal ignored when the program started (nohup, a job in the background)? */
bool a4nn_process_ignored(int signal);

enum { A4NN_FD_SAME = -1, A4NN_FD_CLOSED = -2 };

enum a4nn_process_group {
    A4NN_GROUP_SAME, /* that of this program: the terminal's signals reach it directly */
    A4NN_GROUP_OWN,  /* its own group in the same session */
    A4NN_GROUP_SESSION
};

struct a4nn_command {
    char *const *argv; /* ends with NULL; argv[0] is looked for in PATH */
    char *const *env;  /* ends with NULL; NULL: that of this program */
    int fd[3];         /* for its 0, 1 and 2: a descriptor, A4NN_FD_SAME or A4NN_FD_CLOSED */
    enum a4nn_process_group group;
    int cgroup;       /* descriptor of the cgroup.procs it enters (cgroup.h); 0 or less: none */
    int parent_death; /* signal it gets when the thread that starts it ends, 0: none */
};

/* A process that was started; it is to be waited for by whoever started it. */
struct a4nn_process {
    pid_t pid;
    int pidfd; /* readable when it has ended, close-on-exec; -1 where the kernel has none */
};

/*
 * Starts it.  Returns 0 once the command runs.  Otherwise returns the errno of what failed, with
 * *err filled; nothing is then left behind.
 */
int a4nn_process_start(const struct a4nn_command *command, struct a4nn_process *process,
                       struct a4nn_err *err) A4NN_MUST_USE;

/* As a4nn_process_start, in place of this program: returns only when it failed. */
int a4nn_process_become(const struct a4nn_command *command, struct a4nn_err *err) A4NN_MUST_USE;

/* The exit status for a command that could not be started, as env(1): 127 not found, else 126. */
int a4nn_process_failed(int error);

/* The exit status for one that has ended, from wait(2): its own, or 128 + its signal. */
int a4nn_process_status(int wait_status);

/* A pipe, close-on-exec, and never on 0, 1 or 2. 0, or -1 with errno and *err filled. */
int a4nn_process_pipe(int fd[2], struct a4nn_err *err) A4NN_MUST_USE;

#endif
