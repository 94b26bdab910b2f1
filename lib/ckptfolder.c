/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ckptfolder.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fnv.h"
#include "lease.h"

/* A folder that is deeper is no checkpoint; what is below is not looked at. */
enum { DEEPEST = 16 };

/* The sum over entries, as these come in no order. */
static void
add(struct a4nn_ckptfolder *out, const char *name, const struct stat *st)
{
    const double written = (double)st->st_mtim.tv_sec + (double)st->st_mtim.tv_nsec / 1e9;
    uint64_t print = a4nn_fnv(A4NN_FNV_START, name, strlen(name));

    print = a4nn_fnv(print, (const char *)&st->st_ino, sizeof st->st_ino);
    print = a4nn_fnv(print, (const char *)&st->st_size, sizeof st->st_size);
    print = a4nn_fnv(print, (const char *)&st->st_mtim, sizeof st->st_mtim);
    out->print += print;
    if (written > out->newest)
        out->newest = written;
}

static bool
being_written(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    bool written;

    if (fd < 0)
        return false;
    written = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && a4nn_lease_unwritten(fd) == 0;
    close(fd);
    return written;
}

/* NOLINTNEXTLINE(misc-no-recursion) folders are */
static int
walk(int at, const char *name, struct a4nn_ckptfolder *out, int depth)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct dirent *d;
    struct stat st;
    DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;

    if (entries == NULL) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    while ((d = readdir(entries)) != NULL) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
            fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        add(out, d->d_name, &st);
        if (S_ISREG(st.st_mode)) {
            out->files++;
            out->written = out->written || being_written(fd, d->d_name);
        } else if (S_ISDIR(st.st_mode) && depth < DEEPEST) {
            (void)walk(fd, d->d_name, out, depth + 1);
        }
    }
    closedir(entries);
    return 0;
}

int
a4nn_ckptfolder_look(int at, const char *name, struct a4nn_ckptfolder *out)
{
    *out = (struct a4nn_ckptfolder){0};
    return walk(at, name, out, 1);
}
