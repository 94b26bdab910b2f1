/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "readfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
a4nn_readfile(const char *file, struct a4nn_buf *out, struct a4nn_err *err)
{
    FILE *in = fopen(file, "re");
    char block[65536];
    size_t n;
    int error = errno;

    if (in == NULL)
        return a4nn_err_set(err, "cannot open '%.300s': %s", file, strerror(error));
    while ((n = fread(block, 1, sizeof block, in)) > 0)
        a4nn_buf_add(out, block, n);
    error = ferror(in) ? errno : 0;
    fclose(in);
    return error == 0 ? 0 : a4nn_err_set(err, "cannot read '%.300s': %s", file, strerror(error));
}
