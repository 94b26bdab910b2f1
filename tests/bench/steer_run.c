/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * steer_run FILE.jsonl SEEDS [BATCH]: a search over candidates whose results are known.  A line of
 * the file is {"config":{...},"value":y} with y larger for better, null for failed, and with
 * "forecast" and its standard deviation "sd" where the training is stopped early: that is then what
 * the search learns.  Prints, for each seed, the order in which candidates were trained until one
 * of the best 1 % was, as their places in the file.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features.h"
#include "propose.h"
#include "xalloc.h"

enum { MOST = 256 }; /* proposals at once */

struct collection {
    struct a4nn_features *features;
    double *value;
    struct a4nn_result *told; /* what training it tells */
    size_t n, cap, told_cap;
    double good; /* the best 1 % have this or more */
};

static int
downwards(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x < *y) - (*x > *y);
}

static void
load(const char *file, struct collection *c)
{
    FILE *in = fopen(file, "re");
    char *line = NULL;
    size_t size = 0;
    double *sorted;

    if (in == NULL)
        exit(2);
    c->features = a4nn_features_new();
    while (getline(&line, &size, in) > 0) {
        struct a4nn_json *v = a4nn_json_parse(line, strlen(line), NULL, NULL);
        double y = NAN;

        c->value = a4nn_xgrow(c->value, c->n, &c->cap, sizeof *c->value);
        a4nn_json_number(a4nn_json_get(v, "value"), &y);
        c->told = a4nn_xgrow(c->told, c->n, &c->told_cap, sizeof *c->told);
        c->value[c->n] = y;
        c->told[c->n] = (struct a4nn_result){
            a4nn_features_add(c->features, a4nn_json_get(v, "config")), A4NN_RESULT_VALUE, y, 0};
        if (a4nn_json_number(a4nn_json_get(v, "forecast"), &c->told[c->n].value))
            a4nn_json_number(a4nn_json_get(v, "sd"), &c->told[c->n].sd);
        if (!isfinite(c->told[c->n].value))
            c->told[c->n].state = A4NN_RESULT_FAILED;
        c->n++;
        a4nn_json_free(v);
    }
    free(line);
    fclose(in);
    a4nn_features_finish(c->features);
    sorted = a4nn_xcalloc(c->n + 1, sizeof *sorted);
    for (size_t i = 0; i < c->n; i++)
        sorted[i] = isfinite(c->value[i]) ? c->value[i] : -INFINITY;
    qsort(sorted, c->n, sizeof *sorted, downwards);
    c->good = sorted[(c->n + 99) / 100 - 1];
    free(sorted);
}

static void
search(const struct collection *c, unsigned long seed, size_t batch)
{
    struct a4nn_result *result = a4nn_xcalloc(c->n, sizeof *result);
    size_t *row = a4nn_xcalloc(c->n, sizeof *row), left = c->n, done = 0, i, n, taken;
    struct a4nn_proposal *p = a4nn_xcalloc(batch, sizeof *p);
    int found = 0;

    for (i = 0; i < c->n; i++)
        row[i] = i;
    while (left > 0 && !found) {
        struct a4nn_propose_opts o = {
            c->features, result, done, row, left, batch, A4NN_MAX, seed * 100003 + done, 0};
        size_t picked[MOST] = {0};

        taken = a4nn_propose(&o, p);
        for (i = 0; i < taken; i++)
            picked[i] = row[p[i].candidate];
        a4nn_proposals_release(p, taken);
        for (i = 0; i < taken; i++) {
            double y = c->value[picked[i]];

            result[done++] = c->told[picked[i]];
            printf("%s%zu", done == 1 ? "" : " ", picked[i]);
            found |= y >= c->good;
        }
        for (i = n = 0; i < left; i++) {
            size_t k = 0;

            while (k < taken && picked[k] != row[i])
                k++;
            if (k == taken)
                row[n++] = row[i];
        }
        left = n;
    }
    printf("\n");
    fflush(stdout);
    free(result);
    free(row);
    free(p);
}

int
main(int argc, char **argv)
{
    struct collection c = {0};
    unsigned long seed, seeds;

    if (argc < 3)
        return 2;
    load(argv[1], &c);
    seeds = strtoul(argv[2], NULL, 10);
    for (seed = 0; seed < seeds; seed++)
        search(&c, seed, argc > 3 ? strtoul(argv[3], NULL, 10) : 1);
    a4nn_features_free(c.features);
    free(c.value);
    free(c.told);
    return 0;
}
