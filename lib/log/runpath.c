/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/runpath.h"

#include <string.h>

#include "xalloc.h"

size_t
a4nn_runpath_base(const char *path, size_t len)
{
    while (len > 0 && path[len - 1] != '/')
        len--;
    return len;
}

size_t
a4nn_runpath_dir(const char *path, size_t len)
{
    len = a4nn_runpath_base(path, len);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return len;
}

char *
a4nn_runpath_folder(const char *path, size_t len)
{
    size_t dir = a4nn_runpath_dir(path, len);

    return dir > 0 ? a4nn_xstrndup(path, dir) : a4nn_xstrdup(".");
}

bool
a4nn_runpath_is(const char *path, size_t len, const char *name)
{
    size_t base = a4nn_runpath_base(path, len);

    return len - base == strlen(name) && strncmp(path + base, name, len - base) == 0;
}

char *
a4nn_runpath_ray(const char *path, char **prefix)
{
    size_t len = strlen(path);

    *prefix = NULL;
    if (!a4nn_runpath_is(path, len, "result.json") && !a4nn_runpath_is(path, len, "progress.csv"))
        return NULL;
    return a4nn_runpath_folder(path, len);
}
