/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay_sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "buf.h"
#include "xalloc.h"

/* From `first` to `last`, `steps` in all: equal ones, or equal factors where `factors`. */
struct range {
    const char *family; /* RULE[@FORECASTER] */
    const char *rule, *key, *forecaster;
    double first, last;
    int steps;
    enum { EQUAL, FACTORS, WHOLE } kind; /* WHOLE: factors, each whole number once */
};

/*
 * The first values stop hardly any run, the last nearly all.  Rules that compare runs cannot share
 * a forecast (a run that is stopped is not there for the others), so that they get fewer values.
 */
static const struct range grid[] = {
    {"converged", "converged", "tol", NULL, 0.1, 20, 24, FACTORS},
    {"converged@ensemble", "converged", "tol", "ensemble", 0.1, 32, 51, FACTORS},
    {"hopeless", "hopeless", "p", NULL, 0.005, 0.5, 11, FACTORS},
    {"penguin", "penguin", "t", NULL, 0.02, 20, 31, FACTORS},
    {"a4nn", "a4nn", "t", NULL, 0.02, 20, 31, FACTORS},
    {"patience", "patience", "n", NULL, 250, 1, 48, WHOLE},
    {"median", "median", "warmup", NULL, 512, 1, 19, WHOLE},
    {"asha", "asha", "min", NULL, 512, 1, 19, WHOLE},
    {"read", "read", "fraction", NULL, 0.98, 0.02, 49, EQUAL},
};

const char *const *
a4nn_sweep_usual(size_t *count)
{
    static const char *const usual[] = {"converged:tol=0.5",
                                        "converged:tol=1",
                                        "converged:tol=2",
                                        "converged:tol=4",
                                        "converged:tol=1@ensemble",
                                        "hopeless",
                                        "penguin",
                                        "a4nn",
                                        "patience:n=5",
                                        "patience:n=10",
                                        "median",
                                        "asha",
                                        "read:fraction=0.25",
                                        "read:fraction=0.5",
                                        "read:fraction=0.75"};

    *count = sizeof usual / sizeof usual[0];
    return usual;
}

static size_t
add_family(struct a4nn_sweep *s, const char *name)
{
    s->family = a4nn_xgrow(s->family, s->families, &s->cap_family, sizeof *s->family);
    s->family[s->families] = a4nn_xstrdup(name);
    return s->families++;
}

static void
add_point(struct a4nn_sweep *s, const char *policy, size_t family, const char *key, double value)
{
    s->point = a4nn_xgrow(s->point, s->n, &s->cap, sizeof *s->point);
    s->point[s->n++] = (struct a4nn_sweep_point){a4nn_xstrdup(policy), family, key, value};
}

void
a4nn_sweep_policy(struct a4nn_sweep *s, const char *policy)
{
    add_point(s, policy, add_family(s, policy), NULL, NAN);
}

/* Two digits, so that it can be typed; it is read back from them. */
static double
rounded(double x)
{
    char text[40];

    snprintf(text, sizeof text, "%.2g", x);
    return strtod(text, NULL);
}

static double
value_at(const struct range *r, int i)
{
    double share = (double)i / (r->steps - 1);

    if (r->kind == EQUAL)
        return rounded(r->first + share * (r->last - r->first));
    share = r->first * pow(r->last / r->first, share);
    return r->kind == WHOLE ? round(share) : rounded(share);
}

static void
add_range(struct a4nn_sweep *s, const struct range *r)
{
    size_t family = add_family(s, r->family);
    double before = NAN;
    int i;

    for (i = 0; i < r->steps; i++) {
        struct a4nn_buf policy = {0};
        double value = value_at(r, i);
        if (value >= before && value <= before)
            continue;
        a4nn_buf_addf(&policy, "%s:%s=%.3g", r->rule, r->key, value);
        if (r->forecaster != NULL)
            a4nn_buf_addf(&policy, "@%s", r->forecaster);
        add_point(s, policy.data, family, r->key, value);
        a4nn_buf_release(&policy);
        before = value;
    }
}

void
a4nn_sweep_rules(struct a4nn_sweep *s)
{
    size_t i;

    for (i = 0; i < sizeof grid / sizeof grid[0]; i++)
        add_range(s, &grid[i]);
}

void
a4nn_sweep_release(struct a4nn_sweep *s)
{
    size_t i;

    for (i = 0; i < s->n; i++)
        free(s->point[i].policy);
    for (i = 0; i < s->families; i++)
        free(s->family[i]);
    free(s->point);
    free(s->family);
    *s = (struct a4nn_sweep){0};
}
