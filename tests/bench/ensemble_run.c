/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ensemble_run [-t]: reads runs, a line each: lower and upper bound of z, then the values of its
 * planned epochs ("nan" for none).  Prints for each epoch median, low, high and expected error, or
 * with -t only the processor time one decision took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ensemble.h"

enum { MAX_EPOCHS = 100000 };

static double z[MAX_EPOCHS];

static size_t
numbers_of(char *line, double *lo, double *hi)
{
    size_t n = 0;
    char *end;

    *lo = strtod(line, &line);
    *hi = strtod(line, &line);
    for (; n < MAX_EPOCHS; n++, line = end) {
        z[n] = strtod(line, &end);
        if (end == line)
            break;
    }
    return n;
}

static void
run(size_t n, double lo, double hi, int quiet)
{
    struct a4nn_ensemble *e = a4nn_ensemble_new((double)n, lo, hi);
    struct a4nn_ensemble_answer a = {0};
    size_t i;

    for (i = 0; i < n; i++) {
        a4nn_ensemble_update(e, (double)(i + 1), z[i]);
        if (!a4nn_ensemble_read(e, &a) && !quiet)
            puts("nan nan nan nan");
        else if (!quiet)
            printf("%.9g %.9g %.9g %.9g\n", a.median, a.low, a.high, a.error);
    }
    a4nn_ensemble_free(e);
}

int
main(int argc, char **argv)
{
    int quiet = argc > 1 && strcmp(argv[1], "-t") == 0;
    size_t size = 0, decisions = 0, n;
    clock_t spent = 0, begun;
    char *line = NULL;
    double lo, hi;

    while (getline(&line, &size, stdin) > 0) {
        n = numbers_of(line, &lo, &hi);
        begun = clock();
        run(n, lo, hi, quiet);
        spent += clock() - begun;
        decisions += n;
    }
    free(line);
    if (quiet && decisions > 0)
        printf("%.3f us a decision, %zu decisions, %zu bytes a run\n",
               1e6 * (double)spent / CLOCKS_PER_SEC / (double)decisions, decisions,
               a4nn_ensemble_size());
    return 0;
}
