/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/runpath.h"

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
