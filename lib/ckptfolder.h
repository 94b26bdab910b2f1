/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CKPTFOLDER_H
#define A4NN_CKPTFOLDER_H

#include <stdbool.h>
#include <stdint.h>

/* A checkpoint that is a folder, as a walk through it finds it. */
struct a4nn_ckptfolder {
    unsigned long files; /* regular ones, at any depth; links are not followed */
    bool written;        /* someone has one of these open for writing */
    uint64_t print;      /* of names, sizes and times: another one when anything has changed */
    double newest;       /* when the latest change was, seconds since 1970 */
};

/* Walks through the folder `name` of the folder `at`: 0, or -1 when it cannot be opened. */
int a4nn_ckptfolder_look(int at, const char *name, struct a4nn_ckptfolder *out);

#endif
