/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "propose.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lessons.h"
#include "xalloc.h"

enum {
    INSURANCE = 4,     /* one in so many is random while results are fewer than ... */
    INSURED = 20,      /* ... these, and similar tasks teach */
    CANDIDATES = 4000, /* that are looked at, at most */
    TERMS = 3          /* named in a reason */
};

static const double usual_boldness = 0.5;
static const double thrift = 0.2; /* what an e-fold cost has to be worth, in z */

struct model {
    const struct a4nn_propose_opts *opts;
    struct a4nn_dice dice;
    struct a4nn_lessons lessons;
    size_t *prospect; /* rows: candidates looked at, then what is pending */
    size_t *place;    /* of the candidates looked at: among all */
    size_t looked;
    double usual_cost; /* NAN: nothing is known of costs */
};

/* The geometric mean: a candidate of unknown cost counts as if it had that. */
static void
find_usual_cost(struct model *m)
{
    double sum = 0;
    size_t n = 0, i;

    for (i = 0; i < m->looked; i++) {
        double cost = m->opts->cost[m->place[i]];
        if (cost > 0) {
            sum += log(cost);
            n++;
        }
    }
    m->usual_cost = exp(sum / (double)n);
}

/* Candidates that are looked at, in random order, so that equals come in no order of their own. */
static void
gather_candidates(struct model *m)
{
    const struct a4nn_propose_opts *o = m->opts;
    size_t i;

    m->place = a4nn_xcalloc(o->candidates + 1, sizeof *m->place);
    for (i = 0; i < o->candidates; i++)
        m->place[i] = i;
    a4nn_dice_shuffle(&m->dice, m->place, o->candidates);
    m->looked = o->candidates < CANDIDATES ? o->candidates : CANDIDATES;
    if (m->looked < o->count)
        m->looked = o->candidates < o->count ? o->candidates : o->count;
    m->prospect = a4nn_xcalloc(m->looked + o->results + 1, sizeof *m->prospect);
    for (i = 0; i < m->looked; i++)
        m->prospect[i] = o->row[m->place[i]];
    if (o->cost != NULL)
        find_usual_cost(m);
}

/* ---- reasons ---- */

static void
add_number(struct a4nn_buf *out, double v)
{
    a4nn_buf_addf(out, "%.4g", v);
}

struct term {
    size_t group;
    double gain; /* in z */
};

static int
weightiest_first(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    double u = fabs(x->gain), v = fabs(y->gain);

    return u != v ? (u < v ? 1 : -1) : (x->group > y->group) - (x->group < y->group);
}

/* What the expected value owes to a parameter: its difference from that with a mean one. */
static void
add_terms(const struct model *m, size_t row, double z, struct a4nn_buf *out)
{
    const struct a4nn_features *f = m->opts->features;
    size_t groups = a4nn_features_groups(f), d = a4nn_features_columns(f), g, n = 0;
    struct term *term = a4nn_xcalloc(groups + 1, sizeof *term);
    double *x = a4nn_xcalloc(d + 1, sizeof *x),
           value = a4nn_yardstick_value(m->lessons.yardstick, z);

    for (g = 0; g < groups; g++) {
        const struct a4nn_feature_group *group = a4nn_features_group(f, g);

        memcpy(x, a4nn_features_row(f, row), d * sizeof *x);
        memset(x + group->first, 0, group->count * sizeof *x);
        term[g] = (struct term){g, z - a4nn_surrogate_mean(m->lessons.surrogate, x)};
    }
    qsort(term, groups, sizeof *term, weightiest_first);
    for (g = 0; g < groups && n < TERMS; g++) {
        double gain = value - a4nn_yardstick_value(m->lessons.yardstick, z - term[g].gain);

        if (fabs(term[g].gain) < 0.02)
            break;
        a4nn_buf_adds(out, n++ == 0 ? "; " : ", ");
        a4nn_buf_addf(out, "%s %+.3g", a4nn_features_group(f, term[g].group)->name, gain);
    }
    free(term);
    free(x);
}

static void
add_kin(const struct model *m, struct a4nn_buf *out)
{
    if (m->opts->kins > 0)
        a4nn_buf_addf(out, "; %zu runs of similar tasks count %.0f %%", m->opts->kins,
                      100 * a4nn_surrogate_kinship(m->lessons.surrogate));
}

static void
explain(const struct model *m, size_t row, double mean, double sd, struct a4nn_proposal *p)
{
    double z = a4nn_yardstick_z(m->lessons.yardstick, m->lessons.best);
    bool beats = mean > z;

    if (beats)
        a4nn_buf_adds(&p->why, "expected to beat the best so far, ");
    else if (mean + sd > z)
        a4nn_buf_adds(&p->why, "may well beat the best so far, ");
    else
        a4nn_buf_adds(&p->why, "probably below the best so far, ");
    add_number(&p->why, m->lessons.best);
    add_terms(m, row, mean, &p->why);
    if (p->cost > 0 && m->usual_cost > 0)
        a4nn_buf_addf(&p->why, "; costs %.2g times the usual", p->cost / m->usual_cost);
    add_kin(m, &p->why);
}

/* ---- proposals ---- */

/* The C library's exponential differs between processors in the last of seventeen digits. */
static double
ten_digits(double v)
{
    char text[40];

    snprintf(text, sizeof text, "%.10g", v);
    return strtod(text, NULL);
}

/* A candidate looked at, of which only what it costs is known. */
static struct a4nn_proposal
no_forecast(const struct model *m, size_t looked)
{
    size_t i = m->place[looked];
    double cost = m->opts->cost != NULL ? ten_digits(m->opts->cost[i]) : NAN;

    return (struct a4nn_proposal){i, NAN, NAN, NAN, cost, {0}};
}

/* What is expected of it, in the metric's own unit. */
static void
predict(const struct model *m, size_t row, double mean, double variance, struct a4nn_proposal *out)
{
    double sd = sqrt(variance + a4nn_surrogate_noise(m->lessons.surrogate));
    struct a4nn_lessons_end end;

    if (m->lessons.n < A4NN_LESSONS_FIRST) {
        out->predicted = out->low = out->high = NAN;
        a4nn_buf_addf(&out->why, "should do well, by %zu runs of similar tasks and %zu of this one",
                      m->opts->kins, m->lessons.n);
        return;
    }
    end = a4nn_lessons_tell(&m->lessons, m->opts, mean, sd);
    out->predicted = ten_digits(end.predicted);
    out->low = ten_digits(end.low);
    out->high = ten_digits(end.high);
    explain(m, row, mean, sd, out);
}

/*
 * Where similar tasks teach, the results of this one are all of a kind: of what did well there.  If
 * that misleads, only others can show it.
 */
static bool
insures(const struct model *m, size_t i)
{
    size_t n = m->opts->results + i;

    return m->opts->kins > 0 && n < INSURED && n % INSURANCE == INSURANCE - 1;
}

/* The first of what is left: they are in random order. */
static void
propose_other(struct model *m, struct a4nn_prospects *prospects, bool *taken,
              struct a4nn_proposal *out)
{
    size_t i = 0;

    while (taken[i])
        i++;
    taken[i] = true;
    *out = no_forecast(m, i);
    a4nn_buf_addf(&out->why, "at random: one in %d, in case similar tasks mislead", INSURANCE);
    a4nn_prospects_suppose(prospects, m->lessons.surrogate, i);
}

/* What its cost, compared with others', takes off a candidate looked at. */
static double
dearness(const struct model *m, size_t i)
{
    double cost = m->opts->cost != NULL ? m->opts->cost[m->place[i]] : NAN;

    return cost > 0 ? thrift * log(cost / m->usual_cost) : 0;
}

static void
propose_one(struct model *m, struct a4nn_prospects *prospects, bool *taken,
            struct a4nn_proposal *out)
{
    double boldness = m->opts->boldness > 0 ? m->opts->boldness : usual_boldness;
    size_t best = 0, i;
    double most = -INFINITY;

    for (i = 0; i < m->looked; i++) {
        double worth =
            prospects->mean[i] + boldness * sqrt(prospects->variance[i]) - dearness(m, i);

        if (!taken[i] && worth > most) {
            most = worth;
            best = i;
        }
    }
    taken[best] = true;
    *out = no_forecast(m, best);
    predict(m, m->prospect[best], prospects->mean[best], prospects->variance[best], out);
    a4nn_prospects_suppose(prospects, m->lessons.surrogate, best);
}

/* The candidates looked at, with room for `count` proposals; what is pending has the result that is
 * expected of it. */
static void
look(struct model *m, size_t count, struct a4nn_prospects *prospects)
{
    const struct a4nn_propose_opts *o = m->opts;
    size_t n = m->looked, i;

    for (i = 0; i < o->results; i++)
        if (o->result[i].state == A4NN_RESULT_PENDING)
            m->prospect[n++] = o->result[i].row;
    a4nn_prospects_init(prospects, m->lessons.surrogate, m->prospect, n, n - m->looked + count);
    for (i = m->looked; i < n; i++)
        a4nn_prospects_suppose(prospects, m->lessons.surrogate, i);
}

static size_t
propose_by_model(struct model *m, struct a4nn_proposal *out)
{
    size_t count = m->opts->count < m->looked ? m->opts->count : m->looked, i;
    bool *taken = a4nn_xcalloc(m->looked + 1, sizeof *taken);
    struct a4nn_prospects prospects;

    look(m, count, &prospects);
    for (i = 0; i < count; i++)
        (insures(m, i) ? propose_other : propose_one)(m, &prospects, taken, &out[i]);
    a4nn_prospects_release(&prospects);
    free(taken);
    return count;
}

/* Each for itself, as if it were the only proposal. */
static void
predict_by_model(struct model *m, struct a4nn_proposal *out)
{
    struct a4nn_prospects prospects;
    size_t i;

    look(m, 0, &prospects);
    for (i = 0; i < m->looked; i++) {
        out[i] = no_forecast(m, i);
        predict(m, m->prospect[i], prospects.mean[i], prospects.variance[i], &out[i]);
    }
    a4nn_prospects_release(&prospects);
}

static size_t
propose_at_random(const struct model *m, struct a4nn_proposal *out)
{
    size_t count = m->opts->count < m->looked ? m->opts->count : m->looked, i;

    for (i = 0; i < count; i++) {
        out[i] = no_forecast(m, i);
        if (m->lessons.n >= A4NN_LESSONS_FIRST)
            a4nn_buf_adds(&out[i].why, m->lessons.valued == 0 ? "at random: no result has a value"
                                                              : "at random: no model fits");
        else
            a4nn_buf_addf(&out[i].why, "at random: %zu of %d results that a model needs",
                          m->lessons.n, (int)A4NN_LESSONS_FIRST);
    }
    return count;
}

static void
release(struct model *m)
{
    a4nn_lessons_release(&m->lessons);
    free(m->prospect);
    free(m->place);
}

size_t
a4nn_propose(const struct a4nn_propose_opts *opts, struct a4nn_proposal *out)
{
    struct model m = {.opts = opts, .dice = {opts->seed}};
    size_t n;

    memset(out, 0, opts->count * sizeof *out);
    a4nn_lessons_learn(&m.lessons, opts, &m.dice);
    gather_candidates(&m);
    n = m.lessons.surrogate != NULL ? propose_by_model(&m, out) : propose_at_random(&m, out);
    release(&m);
    return n;
}

void
a4nn_propose_predict(const struct a4nn_propose_opts *opts, const size_t *candidate, size_t n,
                     struct a4nn_proposal *out)
{
    struct a4nn_propose_opts asked = *opts;
    struct model m = {.opts = &asked, .dice = {opts->seed}, .looked = n};
    size_t i;

    asked.count = n;
    memset(out, 0, n * sizeof *out);
    a4nn_lessons_learn(&m.lessons, opts, &m.dice);
    m.place = a4nn_xcalloc(n + 1, sizeof *m.place);
    m.prospect = a4nn_xcalloc(n + opts->results + 1, sizeof *m.prospect);
    for (i = 0; i < n; i++) {
        m.place[i] = candidate[i];
        m.prospect[i] = opts->row[candidate[i]];
    }
    if (m.lessons.surrogate != NULL)
        predict_by_model(&m, out);
    else
        propose_at_random(&m, out);
    release(&m);
}

void
a4nn_proposals_release(struct a4nn_proposal *proposal, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        a4nn_buf_release(&proposal[i].why);
}
