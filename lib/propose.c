/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "propose.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dice.h"
#include "surrogate.h"
#include "xalloc.h"
#include "yardstick.h"

enum {
    FIRST = 5,         /* results before which there is no model */
    LESSONS = 500,     /* results the model learns from, at most */
    CANDIDATES = 4000, /* that are looked at, at most */
    TERMS = 3          /* named in a reason */
};

/* Standard deviations that a proposal is worth more for being uncertain. */
static const double boldness = 0.5;
static const double of_interval = 1.6448536269514722; /* sd to the end of a 90 % interval */

struct model {
    const struct a4nn_propose_opts *opts;
    struct a4nn_dice dice;
    struct a4nn_yardstick *yardstick;
    struct a4nn_surrogate *surrogate;
    size_t *row; /* results learned from */
    double *z, *variance;
    size_t n;
    size_t *prospect; /* rows: candidates looked at, then what is pending */
    size_t *place;    /* of the candidates looked at: among all */
    size_t looked;
    double best; /* of the results, NAN: none */
    size_t valued;
};

/* ---- what to learn from ---- */

struct lesson {
    double z, variance;
    size_t row;
};

static int
best_first(const void *a, const void *b)
{
    const struct lesson *x = a, *y = b;

    if (x->z != y->z)
        return x->z < y->z ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

static bool
better(enum a4nn_mode mode, double a, double b)
{
    return isnan(b) || (mode == A4NN_MIN ? a < b : a > b);
}

static void
make_yardstick(struct model *m)
{
    const struct a4nn_propose_opts *o = m->opts;
    double *value = a4nn_xcalloc(o->results + 1, sizeof *value);
    size_t n = 0, i;

    m->best = NAN;
    for (i = 0; i < o->results; i++) {
        const struct a4nn_result *r = &o->result[i];

        if (r->state == A4NN_RESULT_PENDING)
            continue;
        value[n] = r->state == A4NN_RESULT_VALUE ? r->value : NAN;
        if (isfinite(value[n])) {
            m->valued++;
            if (better(o->mode, value[n], m->best))
                m->best = value[n];
        }
        n++;
    }
    m->n = n;
    if (m->valued > 0)
        m->yardstick = a4nn_yardstick_new(value, n, o->mode);
    free(value);
}

/* The best and a random rest, when there are too many. */
static void
choose_lessons(struct model *m, struct lesson *lesson)
{
    struct lesson kept;
    size_t i, j;

    qsort(lesson, m->n, sizeof *lesson, best_first);
    for (i = m->n > LESSONS ? LESSONS / 2 : 1; i < m->n; i++) {
        /* all of them in random order when they are few: the first ones teach hyper-parameters */
        j = m->n > LESSONS ? i + a4nn_dice_below(&m->dice, m->n - i)
                           : a4nn_dice_below(&m->dice, i + 1);
        kept = lesson[i];
        lesson[i] = lesson[j];
        lesson[j] = kept;
    }
    if (m->n <= LESSONS)
        return;
    m->n = LESSONS;
    for (i = 1; i < m->n; i++) {
        j = a4nn_dice_below(&m->dice, i + 1);
        kept = lesson[i];
        lesson[i] = lesson[j];
        lesson[j] = kept;
    }
}

static void
gather_lessons(struct model *m)
{
    const struct a4nn_propose_opts *o = m->opts;
    struct lesson *lesson = a4nn_xcalloc(m->n + 1, sizeof *lesson);
    size_t i, n = 0;

    for (i = 0; i < o->results; i++) {
        const struct a4nn_result *r = &o->result[i];
        double value = r->state == A4NN_RESULT_VALUE ? r->value : NAN, off = 0;

        if (r->state == A4NN_RESULT_PENDING)
            continue;
        if (isfinite(value) && r->sd > 0)
            off = (a4nn_yardstick_z(m->yardstick, value + r->sd) -
                   a4nn_yardstick_z(m->yardstick, value - r->sd)) /
                  2;
        lesson[n++] = (struct lesson){a4nn_yardstick_z(m->yardstick, value), off * off, r->row};
    }
    choose_lessons(m, lesson);
    m->row = a4nn_xcalloc(m->n + 1, sizeof *m->row);
    m->z = a4nn_xcalloc(m->n + 1, sizeof *m->z);
    m->variance = a4nn_xcalloc(m->n + 1, sizeof *m->variance);
    for (i = 0; i < m->n; i++) {
        m->row[i] = lesson[i].row;
        m->z[i] = lesson[i].z;
        m->variance[i] = lesson[i].variance;
    }
    free(lesson);
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
    double *x = a4nn_xcalloc(d + 1, sizeof *x), value = a4nn_yardstick_value(m->yardstick, z);

    for (g = 0; g < groups; g++) {
        const struct a4nn_feature_group *group = a4nn_features_group(f, g);

        memcpy(x, a4nn_features_row(f, row), d * sizeof *x);
        memset(x + group->first, 0, group->count * sizeof *x);
        term[g] = (struct term){g, z - a4nn_surrogate_mean(m->surrogate, x)};
    }
    qsort(term, groups, sizeof *term, weightiest_first);
    for (g = 0; g < groups && n < TERMS; g++) {
        double gain = value - a4nn_yardstick_value(m->yardstick, z - term[g].gain);

        if (fabs(term[g].gain) < 0.02)
            break;
        a4nn_buf_adds(out, n++ == 0 ? "; " : ", ");
        a4nn_buf_addf(out, "%s %+.3g", a4nn_features_group(f, term[g].group)->name, gain);
    }
    free(term);
    free(x);
}

static void
explain(const struct model *m, size_t row, double mean, double sd, struct a4nn_proposal *p)
{
    double z = a4nn_yardstick_z(m->yardstick, m->best);
    bool beats = mean > z;

    if (beats)
        a4nn_buf_adds(&p->why, "expected to beat the best so far, ");
    else if (mean + sd > z)
        a4nn_buf_adds(&p->why, "may well beat the best so far, ");
    else
        a4nn_buf_adds(&p->why, "probably below the best so far, ");
    add_number(&p->why, m->best);
    add_terms(m, row, mean, &p->why);
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

static void
propose_one(struct model *m, struct a4nn_prospects *prospects, bool *taken,
            struct a4nn_proposal *out)
{
    size_t best = 0, i;
    double sum, sd, most = -INFINITY;

    for (i = 0; i < m->looked; i++) {
        double worth = prospects->mean[i] + boldness * sqrt(prospects->variance[i]);

        if (!taken[i] && worth > most) {
            most = worth;
            best = i;
        }
    }
    taken[best] = true;
    sum = prospects->variance[best] + a4nn_surrogate_noise(m->surrogate);
    sd = sqrt(sum);
    out->candidate = m->place[best];
    out->predicted = a4nn_yardstick_value(m->yardstick, prospects->mean[best]);
    out->low = a4nn_yardstick_value(m->yardstick, prospects->mean[best] - of_interval * sd);
    out->high = a4nn_yardstick_value(m->yardstick, prospects->mean[best] + of_interval * sd);
    if (out->low > out->high) {
        double low = out->high;

        out->high = out->low;
        out->low = low;
    }
    out->predicted = ten_digits(out->predicted);
    out->low = ten_digits(out->low);
    out->high = ten_digits(out->high);
    explain(m, m->prospect[best], prospects->mean[best], sd, out);
    a4nn_prospects_suppose(prospects, m->surrogate, best);
}

static size_t
propose_by_model(struct model *m, struct a4nn_proposal *out)
{
    const struct a4nn_propose_opts *o = m->opts;
    size_t count = o->count < m->looked ? o->count : m->looked, n = m->looked, i;
    bool *taken = a4nn_xcalloc(m->looked + 1, sizeof *taken);
    struct a4nn_prospects prospects;

    for (i = 0; i < o->results; i++)
        if (o->result[i].state == A4NN_RESULT_PENDING)
            m->prospect[n++] = o->result[i].row;
    a4nn_prospects_init(&prospects, m->surrogate, m->prospect, n, n - m->looked + count);
    for (i = m->looked; i < n; i++)
        a4nn_prospects_suppose(&prospects, m->surrogate, i);
    for (i = 0; i < count; i++)
        propose_one(m, &prospects, taken, &out[i]);
    a4nn_prospects_release(&prospects);
    free(taken);
    return count;
}

static size_t
propose_at_random(const struct model *m, struct a4nn_proposal *out)
{
    size_t count = m->opts->count < m->looked ? m->opts->count : m->looked, i;

    for (i = 0; i < count; i++) {
        out[i] = (struct a4nn_proposal){m->place[i], NAN, NAN, NAN, {0}};
        if (m->n >= FIRST)
            a4nn_buf_adds(&out[i].why, m->valued == 0 ? "at random: no result has a value"
                                                      : "at random: no model fits");
        else
            a4nn_buf_addf(&out[i].why, "at random: %zu of %d results that a model needs", m->n,
                          (int)FIRST);
    }
    return count;
}

size_t
a4nn_propose(const struct a4nn_propose_opts *opts, struct a4nn_proposal *out)
{
    struct model m = {.opts = opts, .dice = {opts->seed}};
    size_t n;

    memset(out, 0, opts->count * sizeof *out);
    make_yardstick(&m);
    if (m.yardstick != NULL && m.n >= FIRST)
        gather_lessons(&m);
    gather_candidates(&m);
    if (m.row != NULL)
        m.surrogate = a4nn_surrogate_fit(opts->features, m.row, m.z, m.variance, m.n);
    n = m.surrogate != NULL ? propose_by_model(&m, out) : propose_at_random(&m, out);
    a4nn_surrogate_free(m.surrogate);
    a4nn_yardstick_free(m.yardstick);
    free(m.row);
    free(m.z);
    free(m.variance);
    free(m.prospect);
    free(m.place);
    return n;
}

void
a4nn_proposals_release(struct a4nn_proposal *proposal, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        a4nn_buf_release(&proposal[i].why);
}
