/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "writefd.h"

/*
 * Where version 2 is mounted, from proc_pid_mountinfo(5): the fifth field of the line whose field
 * behind the "-" is the type.  Blanks in it are written as \040; such a place is not used.
 */
static int
mount_point(char *out, size_t size)
{
    FILE *in = fopen("/proc/self/mountinfo", "re");
    char line[8192], *save, *field, *place, *type;
    int i, found = -1;

    while (in != NULL && found < 0 && fgets(line, sizeof line, in) != NULL) {
        if ((type = strstr(line, " - ")) == NULL || strncmp(type + 3, "cgroup2 ", 8) != 0)
            continue;
        place = NULL;
        for (i = 1, field = strtok_r(line, " ", &save); field != NULL && i <= 5; i++) {
            place = field;
            field = strtok_r(NULL, " ", &save);
        }
        if (place != NULL && strchr(place, '\\') == NULL)
            found = snprintf(out, size, "%s", place) < (int)size ? 0 : -1;
    }
    if (in != NULL)
        fclose(in);
    return found;
}

/* The group of this process, from the line "0::/path" of /proc/self/cgroup. */
static int
own_group(char *out, size_t size)
{
    FILE *in = fopen("/proc/self/cgroup", "re");
    char line[4096];
    int found = -1;

    while (in != NULL && found < 0 && fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::", 3) == 0)
            found = snprintf(out, size, "%s", line + 3) < (int)size ? 0 : -1;
    }
    if (in != NULL)
        fclose(in);
    return found;
}

static int
open_in(const struct a4nn_cgroup *group, const char *file)
{
    char path[sizeof group->path + 32];

    snprintf(path, sizeof path, "%s/%s", group->path, file);
    return open(path, O_WRONLY | O_CLOEXEC);
}

int
a4nn_cgroup_make(struct a4nn_cgroup *group, struct a4nn_err *err)
{
    char place[1024], own[2048];
    int fd;

    *group = (struct a4nn_cgroup){.procs = -1};
    if (mount_point(place, sizeof place) < 0 || own_group(own, sizeof own) < 0)
        return a4nn_err_set(err, "no cgroups of version 2 here");
    snprintf(group->path, sizeof group->path, "%s%s/a4nn-%ld", place,
             strcmp(own, "/") == 0 ? "" : own, (long)getpid());
    if (mkdir(group->path, 0755) < 0 && errno != EEXIST) {
        a4nn_err_set(err, "cannot make a cgroup '%.300s': %s", group->path, strerror(errno));
        group->path[0] = '\0';
        return -1;
    }
    fd = open_in(group, "cgroup.kill"); /* since Linux 5.14 */
    group->procs = open_in(group, "cgroup.procs");
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && group->procs >= 0)
        return 0;
    a4nn_err_set(err, "cannot use a cgroup '%.300s': %s", group->path, strerror(errno));
    a4nn_cgroup_remove(group, 0);
    return -1;
}

int
a4nn_cgroup_kill(const struct a4nn_cgroup *group, struct a4nn_err *err)
{
    int fd = open_in(group, "cgroup.kill"), result;

    result = fd >= 0 ? a4nn_writefd(fd, "1", 1) : -1;
    if (result < 0)
        a4nn_err_set(err, "cannot kill by cgroup '%.300s': %s", group->path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return result;
}

void
a4nn_cgroup_remove(struct a4nn_cgroup *group, double seconds)
{
    double until = a4nn_now() + seconds;

    if (group->procs >= 0)
        close(group->procs);
    group->procs = -1;
    while (group->path[0] != '\0' && rmdir(group->path) < 0 && errno == EBUSY && a4nn_now() < until)
        usleep(1000);
    group->path[0] = '\0';
}
