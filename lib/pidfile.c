/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"
#include "pidfd.h"
#include "procstat.h"
#include "readfd.h"
#include "runfile.h"

/* Clocks of files are coarse, and ticks are rounded down. */
static const double slack = 1;

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool
a4nn_pid_same(const struct a4nn_pid *file, const struct a4nn_pid *noted, const struct a4nn_pid *now,
              double booted)
{
    double started = booted + (double)now->start / (double)sysconf(_SC_CLK_TCK);
    double written = (double)file->written.tv_sec + (double)file->written.tv_nsec / 1e9;

    if (file->pid != now->pid)
        return false;
    if (file->start != 0)
        return file->start == now->start;
    if (noted->pid == now->pid && same_time(&noted->written, &file->written))
        return noted->start == now->start;
    return started <= written + slack;
}

/* When the clock of files showed the start of the system: both clocks are read now, since the one
 * may have been set. */
static double
boot_time(void)
{
    struct timespec real, boot;

    clock_gettime(CLOCK_REALTIME, &real);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    return (double)(real.tv_sec - boot.tv_sec) + (double)(real.tv_nsec - boot.tv_nsec) / 1e9;
}

/* The beginning of a file as text; false when there is none. */
static bool
read_text(int fd, char *text, size_t size)
{
    ssize_t n = a4nn_readfd(fd, text, size - 1);

    if (n < 0)
        return false;
    text[n] = '\0';
    return true;
}

/* "12345" or "12345 6789" on the first line, and nothing else there. */
static int
parse_file(char *text, struct a4nn_pid *file)
{
    char *end;
    long pid;

    text[strcspn(text, "\r\n")] = '\0';
    if (text[0] < '1' || text[0] > '9')
        return -1;
    errno = 0;
    pid = strtol(text, &end, 10);
    if (errno != 0 || pid < 2 || pid > 1 << 30)
        return -1;
    file->pid = (pid_t)pid;
    end += strspn(end, " \t");
    if (*end >= '1' && *end <= '9')
        file->start = strtoull(end, &end, 10);
    end += strspn(end, " \t");
    return errno != 0 || *end != '\0' ? -1 : 0;
}

static bool
owner_of(pid_t pid, uid_t *uid)
{
    char path[64], text[2048], *at;
    bool ok;
    int fd;

    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        return false;
    ok = read_text(fd, text, sizeof text);
    close(fd);
    if (!ok || (at = strstr(text, "\nUid:")) == NULL)
        return false;
    *uid = (uid_t)strtoul(at + 5, NULL, 10);
    return true;
}

static bool
has_ended(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) > 0;
}

/* Fills *now from /proc while `fd` holds the process: its number cannot become another's. */
static enum a4nn_pid_found
examine(int fd, const struct a4nn_pid *file, const struct a4nn_pid *noted, uid_t owner,
        struct a4nn_pid *now, struct a4nn_err *err)
{
    struct a4nn_procstat stat = {.state = 'R'};
    bool known;
    uid_t uid = owner;

    *now = (struct a4nn_pid){.pid = file->pid, .written = file->written};
    known = a4nn_procstat(now->pid, &stat) && stat.started != 0 && owner_of(now->pid, &uid);
    now->start = stat.started;
    if (has_ended(fd) || a4nn_procstat_dead(&stat)) {
        a4nn_err_set(err, "process %ld has ended", (long)now->pid);
        return A4NN_PID_GONE;
    }
    if (!known)
        a4nn_err_set(err, "process %ld is left alone: /proc does not tell when it started",
                     (long)now->pid);
    else if (!a4nn_pid_same(file, noted, now, boot_time()))
        a4nn_err_set(err,
                     "process %ld is left alone: it is not the one the PID file was written for",
                     (long)now->pid);
    else if (owner != 0 && owner != geteuid() && owner != uid)
        a4nn_err_set(err, "process %ld is left alone: it is another user's than its PID file",
                     (long)now->pid);
    else if (now->pid == getpid())
        a4nn_err_set(err, "process %ld is left alone: it is this one", (long)now->pid);
    else
        return A4NN_PID_FOUND;
    return A4NN_PID_REFUSED;
}

static enum a4nn_pid_found
read_file(const char *pattern, const char *run, struct a4nn_pid *file, uid_t *owner,
          struct a4nn_err *err)
{
    int fd = a4nn_runfile_open(pattern, run, O_RDONLY, 0, err);
    enum a4nn_pid_found found = A4NN_PID_REFUSED;
    char text[128], *path;
    struct stat st;

    *file = (struct a4nn_pid){0};
    if (fd < 0)
        return errno == ENOENT ? A4NN_PID_NO_FILE : A4NN_PID_REFUSED;
    path = a4nn_runfile_text(pattern, run);
    if (!read_text(fd, text, sizeof text) || fstat(fd, &st) != 0)
        a4nn_err_set(err, "cannot read '%.300s': %s", path, strerror(errno));
    else if ((st.st_mode & S_IWOTH) != 0)
        a4nn_err_set(err, "'%.300s' is not used: anyone may write to it", path);
    else if (parse_file(text, file) < 0)
        a4nn_err_set(err, "'%.300s' holds no PID", path);
    else
        found = A4NN_PID_FOUND;
    if (found == A4NN_PID_FOUND) {
        file->written = st.st_mtim;
        *owner = st.st_uid;
    }
    free(path);
    close(fd);
    return found;
}

enum a4nn_pid_found
a4nn_pid_open(const char *pattern, const char *run, const struct a4nn_pid *noted, int *fd,
              struct a4nn_pid *now, struct a4nn_err *err)
{
    struct a4nn_pid file;
    enum a4nn_pid_found found;
    uid_t owner = 0;

    *fd = -1;
    if ((found = read_file(pattern, run, &file, &owner, err)) != A4NN_PID_FOUND)
        return found;
    if ((*fd = a4nn_pidfd(file.pid)) < 0) {
        found = errno == ESRCH ? A4NN_PID_GONE : A4NN_PID_REFUSED;
        if (found == A4NN_PID_GONE)
            a4nn_err_set(err, "process %ld has ended", (long)file.pid);
        else
            a4nn_err_set(err, "process %ld is left alone: pidfd_open: %s", (long)file.pid,
                         strerror(errno));
        return found;
    }
    found = examine(*fd, &file, noted, owner, now, err);
    if (found != A4NN_PID_FOUND) {
        close(*fd);
        *fd = -1;
    }
    return found;
}

void
a4nn_pid_note(const char *pattern, const char *run, struct a4nn_pid *noted)
{
    const struct a4nn_pid none = {0};
    struct a4nn_pid now;
    int fd;

    *noted = none;
    if (a4nn_pid_open(pattern, run, &none, &fd, &now, NULL) == A4NN_PID_FOUND) {
        *noted = now;
        close(fd);
    }
}
