/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_TESTS_SCRATCH_H
#define A4NN_TESTS_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit.h"

/* An empty folder for a test of files, which works in it, and takes it away in the end. */
static char scratch[256];

static inline void
scratch_begin(void)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(scratch, sizeof scratch, "%s/a4nn-unit-XXXXXX",
             tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0) {
        perror(scratch);
        exit(1);
    }
}

static inline void
scratch_end(void)
{
    char command[sizeof scratch + 16];

    CHECK(chdir("/") == 0);
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    CHECK(system(command) == 0);
}

/* Makes a file of this text. */
static inline void
scratch_put(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");

    CHECK(out != NULL);
    if (out == NULL)
        return;
    fputs(text, out);
    CHECK(fclose(out) == 0);
}

#endif
