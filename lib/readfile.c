/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "readfile.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int
read_all(FILE *in, const char *file, size_t most, struct a4nn_buf *out, struct a4nn_err *err)
{
    size_t before = out->len, n;
    char block[65536];

    while ((n = fread(block, 1, sizeof block, in)) > 0) {
        a4nn_buf_add(out, block, n);
        if (out->len - before > most)
            return a4nn_err_set(err, "more than %zu bytes in '%.300s'", most, file);
    }
    if (ferror(in))
        return a4nn_err_set(err, "cannot read '%.300s': %s", file, strerror(errno));
    return 0;
}

static int
read_and_close(FILE *in, const char *file, size_t most, struct a4nn_buf *out, struct a4nn_err *err)
{
    int result;

    if (in == NULL)
        return a4nn_err_set(err, "cannot open '%.300s': %s", file, strerror(errno));
    result = read_all(in, file, most, out, err);
    if (in != stdin)
        fclose(in);
    return result;
}

int
a4nn_readfile_most(const char *file, size_t most, struct a4nn_buf *out, struct a4nn_err *err)
{
    if (strcmp(file, "-") == 0)
        return read_and_close(stdin, "standard input", most, out, err);
    return read_and_close(fopen(file, "re"), file, most, out, err);
}

int
a4nn_readfile(const char *file, struct a4nn_buf *out, struct a4nn_err *err)
{
    return read_and_close(fopen(file, "re"), file, SIZE_MAX, out, err);
}
