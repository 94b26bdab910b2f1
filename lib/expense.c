/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expense.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lessons.h"
#include "surrogate.h"
#include "xalloc.h"

enum { LESSONS = 150 /* known costs that it learns from, at most: the newest */ };

/* Their model, of logarithms of mean 0 and standard deviation 1. */
struct model {
    size_t *row, *task, n;
    double *z, *variance, mean, sd;
    struct a4nn_surrogate *surrogate; /* NULL: none */
};

static bool
costs(double cost)
{
    return isfinite(cost) && cost > 0;
}

static void
gather(struct model *m, const struct a4nn_expense *known)
{
    size_t i;

    m->row = a4nn_xcalloc(LESSONS, sizeof *m->row);
    m->task = a4nn_xcalloc(LESSONS, sizeof *m->task);
    m->z = a4nn_xcalloc(LESSONS, sizeof *m->z);
    m->variance = a4nn_xcalloc(LESSONS, sizeof *m->variance);
    for (i = known->n; i > 0 && m->n < LESSONS; i--)
        if (costs(known->cost[i - 1])) {
            m->row[m->n] = known->row[i - 1];
            m->z[m->n++] = log(known->cost[i - 1]);
        }
}

static void
standardise(struct model *m)
{
    double n = (double)m->n, sum = 0;
    size_t i;

    for (i = 0; i < m->n; i++)
        m->mean += m->z[i] / n;
    for (i = 0; i < m->n; i++)
        sum += (m->z[i] - m->mean) * (m->z[i] - m->mean) / n;
    m->sd = sum > 0 ? sqrt(sum) : 1;
    for (i = 0; i < m->n; i++)
        m->z[i] = (m->z[i] - m->mean) / m->sd;
}

static void
release(struct model *m)
{
    a4nn_surrogate_free(m->surrogate);
    free(m->row);
    free(m->task);
    free(m->z);
    free(m->variance);
}

double *
a4nn_expense_tell(const struct a4nn_features *features, const struct a4nn_expense *known,
                  const struct a4nn_expense *candidates)
{
    double *out = a4nn_xcalloc(candidates->n + 1, sizeof *out);
    struct model m = {0};
    size_t i;

    gather(&m, known);
    if (m.n >= A4NN_LESSONS_FIRST) {
        standardise(&m);
        m.surrogate = a4nn_surrogate_fit(features, m.row, m.z, m.variance, m.task, m.n);
    }
    for (i = 0; i < candidates->n; i++) {
        if (costs(candidates->cost[i]))
            out[i] = candidates->cost[i];
        else if (m.surrogate == NULL)
            out[i] = NAN;
        else
            out[i] = exp(m.mean +
                         m.sd * a4nn_surrogate_mean(
                                    m.surrogate, a4nn_features_row(features, candidates->row[i])));
    }
    release(&m);
    return out;
}
