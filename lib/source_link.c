/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Apart from source.c, so that what walks nothing does not bring the archives with it. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "source.h"

int
a4nn_source_leads_inside(const char *root, const char *path)
{
    struct stat st;
    char *real;
    size_t len;
    int inside;

    if (root == NULL || lstat(path, &st) != 0 || !S_ISLNK(st.st_mode) ||
        (real = realpath(path, NULL)) == NULL)
        return 0;
    len = strlen(root);
    inside = strncmp(real, root, len) == 0 &&
             (real[len] == '/' || real[len] == '\0' || root[len - 1] == '/');
    free(real);
    return inside;
}
