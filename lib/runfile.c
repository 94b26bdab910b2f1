/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "xalloc.h"

static const char placeholder[] = "{run}";

bool
a4nn_runfile_by_run(const char *pattern)
{
    return strstr(pattern, placeholder) != NULL;
}

char *
a4nn_runfile_text(const char *pattern, const char *run)
{
    struct a4nn_buf out = {0};

    a4nn_buf_fill(&out, pattern, placeholder, run);
    return out.data;
}

/* Length of the folder that the user names: up to the last slash before the first {run}. */
static size_t
folder_length(const char *pattern)
{
    const char *end = strstr(pattern, placeholder);

    if (end == NULL)
        end = pattern + strlen(pattern);
    while (end > pattern && end[-1] != '/')
        end--;
    return (size_t)(end - pattern);
}

static int
open_folder(const char *pattern, size_t len)
{
    char *folder = len > 0 ? a4nn_xstrndup(pattern, len) : a4nn_xstrdup(".");
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC), saved = errno;

    free(folder);
    errno = saved;
    return fd;
}

static bool
leads_astray(const char *component)
{
    return component[0] == '\0' || strcmp(component, ".") == 0 || strcmp(component, "..") == 0;
}

/* Goes down from `fd`, which it closes; `rest` is cut into its components. */
static int
descend(int fd, char *rest, int flags, mode_t mode)
{
    char *slash;

    for (; fd >= 0; rest = slash + 1) {
        int next, saved;
        if ((slash = strchr(rest, '/')) != NULL)
            *slash = '\0';
        if (leads_astray(rest)) {
            next = -1;
            errno = EPERM;
        } else {
            next = slash != NULL
                       ? openat(fd, rest, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                       : openat(fd, rest, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                                mode);
        }
        saved = errno;
        close(fd);
        errno = saved;
        fd = next;
        if (slash == NULL)
            break;
    }
    return fd;
}

/* All of it is checked before the first folder is opened: a part of a bad name does nothing. */
static bool
safe(const char *rest)
{
    char *copy = a4nn_xstrdup(rest), *at = copy, *component;
    bool ok = true;

    while (ok && (component = strsep(&at, "/")) != NULL)
        ok = !leads_astray(component);
    free(copy);
    return ok;
}

int
a4nn_runfile_open(const char *pattern, const char *run, int flags, mode_t mode,
                  struct a4nn_err *err)
{
    char *path = a4nn_runfile_text(pattern, run), *parts = a4nn_xstrdup(path);
    size_t len = folder_length(pattern);
    struct stat st;
    int fd = -1, saved = 0;

    if (!safe(path + len)) {
        saved = EPERM;
        a4nn_err_set(err, "'%.300s' is not used: it could lead out of its folder", path);
    } else if ((fd = descend(open_folder(pattern, len), parts + len, flags, mode)) < 0) {
        saved = errno;
        a4nn_err_set(err, "cannot open '%.300s': %s", path,
                     saved == ELOOP ? "a symbolic link is not followed" : strerror(saved));
    } else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        saved = EPERM;
        a4nn_err_set(err, "'%.300s' is not a regular file", path);
        close(fd);
        fd = -1;
    }
    free(path);
    free(parts);
    errno = saved;
    return fd;
}
