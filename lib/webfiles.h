/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_WEBFILES_H
#define A4NN_WEBFILES_H

#include <stddef.h>

/* The files of lib/web, which the build puts into the library; internal to the library. */
struct a4nn_webfile {
    const char *name; /* "page.js"; NULL behind the last */
    const unsigned char *bytes;
    size_t len;
};

extern const struct a4nn_webfile a4nn_webfiles[];

#endif
