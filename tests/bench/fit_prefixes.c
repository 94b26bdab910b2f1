/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fit_prefixes FAMILY FEWEST AT [REPEAT [A,B,C]]
 *
 * Reads curves from standard input: lines "x y", an empty line after each curve.  Fits every
 * prefix of at least FEWEST points, REPEAT times over, and writes for each
 *
 *   curve points status a b c d rss value-at-AT
 *
 * With a start A,B,C the fit is the minimum downhill from there, not the deepest.
 * There is nan for parameters the family has not.  The last line, "# fits seconds", is the count
 * and the processor time of the fits alone.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fit.h"
#include "xalloc.h"

struct curve {
    double *x, *y;
    size_t n, cap_x, cap_y;
};

static size_t
read_curves(struct curve **curves)
{
    char line[256];
    double x, y;
    size_t count = 0, cap = 0;
    bool within = false;

    while (fgets(line, sizeof line, stdin) != NULL) {
        struct curve *c;
        if (sscanf(line, "%lf %lf", &x, &y) != 2) {
            within = false;
            continue;
        }
        if (!within) {
            *curves = a4nn_xgrow(*curves, count, &cap, sizeof **curves);
            (*curves)[count++] = (struct curve){.n = 0};
        }
        within = true;
        c = &(*curves)[count - 1];
        c->x = a4nn_xgrow(c->x, c->n, &c->cap_x, sizeof *c->x);
        c->y = a4nn_xgrow(c->y, c->n, &c->cap_y, sizeof *c->y);
        c->x[c->n] = x;
        c->y[c->n++] = y;
    }
    return count;
}

static void
show(size_t index, size_t n, double at, const struct a4nn_fit_result *r)
{
    printf("%zu %zu %s", index, n, a4nn_fit_status_name(r->status));
    for (size_t j = 0; j < A4NN_MAX_PAR; j++)
        printf(" %.17g", j < r->family->npar ? r->par[j] : NAN);
    printf(" %.17g %.17g\n", r->rss, r->family->value(at, r->par));
}

static double
seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int
main(int argc, char *argv[])
{
    const struct a4nn_family *family = argc >= 4 ? a4nn_family_find(argv[1]) : NULL;
    struct curve *curves = NULL;
    size_t fewest, count, fits = 0;
    int repeat = argc >= 5 ? atoi(argv[4]) : 1;
    double at, spent = 0;
    struct a4nn_fit_opts opts;

    if (family == NULL) {
        fputs("usage: fit_prefixes FAMILY FEWEST AT [REPEAT] < curves\n", stderr);
        return 2;
    }
    fewest = strtoul(argv[2], NULL, 10);
    at = strtod(argv[3], NULL);
    count = read_curves(&curves);
    a4nn_fit_opts_init(&opts);
    opts.downhill = argc >= 6 && sscanf(argv[5], "%lf,%lf,%lf", &opts.start[0], &opts.start[1],
                                        &opts.start[2]) == 3;
    for (size_t i = 0; i < count; i++)
        for (size_t n = fewest; n <= curves[i].n; n++) {
            struct a4nn_fit_result result = {.family = family};
            struct a4nn_err err;
            double begin = seconds();
            int status = 0;
            for (int k = 0; k < repeat && status >= 0; k++)
                status = a4nn_fit(family, curves[i].x, curves[i].y, n, &opts, &result, &err);
            spent += seconds() - begin;
            fits += (size_t)repeat;
            if (status < 0)
                fprintf(stderr, "fit_prefixes: %s\n", err.msg);
            else
                show(i, n, at, &result);
        }
    printf("# %zu %.9f\n", fits, spent);
    for (size_t i = 0; i < count; i++) {
        free(curves[i].x);
        free(curves[i].y);
    }
    free(curves);
    return 0;
}
