/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_TESTS_UNIT_H
#define A4NN_TESTS_UNIT_H

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * The least a unit test needs: CHECK says where and what failed and goes on; a test program's
 * main ends with `return unit_end();`, which is 0 only when something was checked and all held.
 */
static int unit_checked, unit_failed;

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        unit_checked++;                                                                            \
        if (!(cond)) {                                                                             \
            unit_failed++;                                                                         \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond);                   \
        }                                                                                          \
    } while (0)

#define CHECK_NEAR(got, want, tol)                                                                 \
    do {                                                                                           \
        double unit_got = (got), unit_want = (want);                                               \
        unit_checked++;                                                                            \
        if (!(fabs(unit_got - unit_want) <= (tol))) {                                              \
            unit_failed++;                                                                         \
            fprintf(stderr, "%s:%d: %s = %.12g, not %.12g\n", __FILE__, __LINE__, #got, unit_got,  \
                    unit_want);                                                                    \
        }                                                                                          \
    } while (0)

#define CHECK_STR(got, want)                                                                       \
    do {                                                                                           \
        const char *unit_got = (got), *unit_want = (want);                                         \
        unit_checked++;                                                                            \
        if (unit_got == NULL || strcmp(unit_got, unit_want) != 0) {                                \
            unit_failed++;                                                                         \
            fprintf(stderr, "%s:%d: %s = '%s', not '%s'\n", __FILE__, __LINE__, #got,              \
                    unit_got != NULL ? unit_got : "(null)", unit_want);                            \
        }                                                                                          \
    } while (0)

static int
unit_end(void)
{
    printf("%d checks, %d failed\n", unit_checked, unit_failed);
    return unit_checked == 0 || unit_failed != 0;
}

#endif
