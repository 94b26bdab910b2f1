/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CGROUP_H
#define A4NN_CGROUP_H

#include "err.h"

/*
 * A control group (cgroups(7), version 2) for a command and all that descends from it, so that the
 * kernel ends them at once, other users' too, however they fork: cgroup.kill.
 */
struct a4nn_cgroup {
    char path[4096]; /* "": there is none */
    int procs;       /* a process that writes "0" to it is in the group; -1: there is none */
};

/* Makes one below the group of this process. -1 with *err filled where that may not be done. */
int a4nn_cgroup_make(struct a4nn_cgroup *group, struct a4nn_err *err) A4NN_MUST_USE;

/* Kills all that is in it; those that are dying may be there for some time. -1 with *err filled. */
int a4nn_cgroup_kill(const struct a4nn_cgroup *group, struct a4nn_err *err) A4NN_MUST_USE;

/* Removes it when nothing is left in it, as soon as that is so, or gives up after `seconds`. */
void a4nn_cgroup_remove(struct a4nn_cgroup *group, double seconds);

#endif
