/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procstat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "readfd.h"

/* The fields behind the name, which may itself hold blanks and parentheses. */
static bool
parse(const char *text, struct a4nn_procstat *out)
{
    const char *p = strrchr(text, ')');
    int field;

    if (p == NULL || p[1] != ' ')
        return false;
    out->state = p[2];
    out->parent = (pid_t)strtol(p + 3, NULL, 10);
    for (field = 2; field < 22 && p != NULL; field++)
        p = strchr(p + 1, ' ');
    if (p == NULL)
        return false;
    out->started = strtoull(p + 1, NULL, 10);
    return true;
}

bool
a4nn_procstat(pid_t pid, struct a4nn_procstat *out)
{
    char path[64], text[1024];
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        return false;
    n = a4nn_readfd(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    return parse(text, out);
}

bool
a4nn_procstat_dead(const struct a4nn_procstat *stat)
{
    return stat->state == 'Z' || stat->state == 'X';
}
