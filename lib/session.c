/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "forecast.h"
#include "leaders.h"
#include "observation.h"
#include "past.h"
#include "rule.h"
#include "rulebook.h"
#include "strmap.h"
#include "xalloc.h"

enum { MAX_SAID = 5 };
_Static_assert((int)A4NN_POLICY_RULES == (int)A4NN_RULEBOOK_MAX, "as many rules as a policy says");

/* What is known of one metric of the stream. */
struct metric_state {
    enum a4nn_mode mode;
    enum a4nn_scale scale;
    bool usable;              /* its direction is known */
    double smallest, largest; /* finite values so far, over all runs */
};

/* What the runs of one task and metric have in common. */
struct group {
    struct a4nn_leaders complete;          /* runs that are, by their final values */
    struct a4nn_leaders largest, smallest; /* runs that state a planned total, by it and by -it */
    const struct a4nn_past_task *past;     /* those of the past, NULL: none, or of another mode */
};

struct session {
    struct a4nn_peer peer; /* points and completeness, as the others see it */
    struct a4nn_curve curve;
    struct a4nn_rates rates; /* learning rates, where the records have them */
    struct a4nn_leader complete, largest, smallest; /* its places in its group */
    size_t metric;
    double stated;       /* planned total by its own records, NAN */
    double epochs;       /* planned total that holds, NAN when not known */
    double begun;        /* time of the first observation that had one, NAN */
    bool stopped;        /* some verdict was to stop */
    bool rested;         /* the forecaster has given up what it can make anew */
    bool said_no_epochs; /* reported once */
    bool said_assumed;   /* likewise */
    unsigned said_more;  /* how often another total has been reported */
    size_t relived;      /* observations judged anew because the past changed */
    bool given_up;       /* it changes too often */
    struct a4nn_rulebook_states states;
    struct a4nn_explained *explained; /* NULL: not asked for */
};

struct a4nn_policy {
    struct a4nn_rulebook book;
    uint64_t stops; /* bits of the rules that said to stop at the newest observation */
    double epochs;
    enum a4nn_mode mode;
    enum a4nn_scale scale;
    struct a4nn_schedule schedule; /* of all runs */
    bool scheduled;                /* it was given: what the records say does not count */
    char *explain;
    double explain_at;
    struct a4nn_diag *diag;
    const struct a4nn_past *past;

    struct a4nn_strmap metrics;
    struct metric_state *metric;
    size_t cap_metric;
    struct a4nn_strmap groups, runs;
    struct group *group;
    size_t cap_group;
    struct session **session;
    struct session *newest; /* the one fed last */
    const struct a4nn_peer **peer;
    size_t cap_session, cap_peer;
};

/* ---- making a policy ---- */

struct a4nn_policy *
a4nn_policy_new(const struct a4nn_policy_opts *opts, struct a4nn_err *err)
{
    struct a4nn_policy *p = a4nn_xcalloc(1, sizeof *p);

    p->epochs = opts->epochs;
    p->mode = opts->mode;
    p->scale = opts->scale;
    p->explain = a4nn_xstrdup(opts->explain);
    p->explain_at = opts->explain_at;
    p->diag = opts->diag;
    p->past = opts->past;
    p->scheduled = opts->schedule != NULL;
    if (p->scheduled)
        p->schedule = *opts->schedule;
    if (a4nn_rulebook_init(&p->book, opts->forecaster, opts->rules, opts->nrules, opts->all, err) <
        0) {
        a4nn_policy_free(p);
        return NULL;
    }
    return p;
}

/* ---- metrics ---- */

/* Mode and scale by what the user says, else the record, else the name; never by guessing. */
static void
learn_metric(const struct a4nn_policy *p, const struct a4nn_record *r, const char *name,
             struct metric_state *m)
{
    const struct a4nn_metric asked = {.mode = p->mode, .scale = p->scale};
    struct a4nn_metric settled;

    a4nn_metric_settle(name, &asked, a4nn_mode_find(a4nn_record_text(r, A4NN_MODE, "")), &settled);
    *m = (struct metric_state){.mode = settled.mode,
                               .scale = settled.scale,
                               .usable = settled.mode != A4NN_MODE_UNKNOWN,
                               .smallest = HUGE_VAL,
                               .largest = -HUGE_VAL};
    a4nn_metric_report(name, &settled, p->diag);
}

static size_t
metric_of(struct a4nn_policy *p, const struct a4nn_record *r)
{
    const char *name = a4nn_record_text(r, A4NN_METRIC, "");
    bool added;
    size_t i = a4nn_strmap_put(&p->metrics, name, &added);

    if (added) {
        p->metric = a4nn_xgrow(p->metric, i, &p->cap_metric, sizeof *p->metric);
        learn_metric(p, r, name, &p->metric[i]);
    }
    if (isfinite(r->num[A4NN_VALUE])) {
        p->metric[i].smallest = fmin(p->metric[i].smallest, r->num[A4NN_VALUE]);
        p->metric[i].largest = fmax(p->metric[i].largest, r->num[A4NN_VALUE]);
    }
    return i;
}

/* ---- one run ---- */

/* The number of what shares these fields with the record. */
static size_t
number_of(struct a4nn_strmap *map, const struct a4nn_record *r, uint64_t fields, bool *added)
{
    struct a4nn_buf key = {0};
    size_t i;

    a4nn_record_key(r, fields, &key);
    i = a4nn_strmap_put(map, key.data, added);
    a4nn_buf_release(&key);
    return i;
}

/* The runs of the past to which the record's run belongs, if they too count the metric the same
 * way. */
static const struct a4nn_past_task *
past_of(const struct a4nn_policy *p, const struct a4nn_record *r, size_t metric)
{
    const struct a4nn_past_task *past = a4nn_past_find(p->past, a4nn_record_text(r, A4NN_TASK, ""),
                                                       a4nn_record_text(r, A4NN_METRIC, ""));

    return past != NULL && past->mode == p->metric[metric].mode ? past : NULL;
}

static size_t
group_of(struct a4nn_policy *p, const struct a4nn_record *r, uint64_t fields, size_t metric)
{
    bool added;
    size_t i = number_of(&p->groups, r, fields, &added);

    if (added) {
        p->group = a4nn_xgrow(p->group, i, &p->cap_group, sizeof *p->group);
        p->group[i] = (struct group){.past = past_of(p, r, metric)};
    }
    return i;
}

static struct a4nn_explained *
explained_of(const struct a4nn_policy *p, const struct a4nn_record *r)
{
    static const enum a4nn_field name[] = {A4NN_RUN, A4NN_TASK, A4NN_METRIC, A4NN_FAMILY};
    struct a4nn_explained *x = a4nn_xcalloc(1, sizeof *x);
    size_t i;

    a4nn_explained_init(x, p->book.n);
    x->forecaster = p->book.forecaster->name;
    x->all = p->book.joint != NULL;
    for (i = 0; i < p->book.n; i++) {
        x->rule[i].name = p->book.rule[i].rule->name;
        x->rule[i].spec = p->book.rule[i].spec;
    }
    for (i = 0; i < sizeof name / sizeof name[0]; i++)
        if (a4nn_record_has(r, name[i]))
            a4nn_record_set_text(&x->record, name[i], r->text[name[i]]);
    return x;
}

/* The session of the record's run; *self is its number among the peers. */
static struct session *
session_of(struct a4nn_policy *p, const struct a4nn_record *r, size_t metric, size_t *self)
{
    /* A fit of several families gives several forecasts an epoch: each is a series of its own. */
    const uint64_t group = A4NN_BIT(A4NN_TASK) | A4NN_BIT(A4NN_METRIC);
    const uint64_t run = group | A4NN_BIT(A4NN_RUN) | A4NN_BIT(A4NN_FAMILY);
    bool added;
    size_t i = number_of(&p->runs, r, run, &added);
    struct session *s;

    *self = i;
    if (!added)
        return p->session[i];
    s = a4nn_xcalloc(1, sizeof *s);
    s->peer.curve = &s->curve;
    s->peer.group = group_of(p, r, group, metric);
    s->epochs = s->stated = s->begun = NAN;
    if (p->explain != NULL && strcmp(p->explain, a4nn_record_text(r, A4NN_RUN, "")) == 0)
        s->explained = explained_of(p, r);
    a4nn_rulebook_open(&p->book, &s->states);
    p->session = a4nn_xgrow(p->session, i, &p->cap_session, sizeof(struct session *));
    p->peer = a4nn_xgrow(p->peer, i, &p->cap_peer, sizeof(struct a4nn_peer *));
    p->session[i] = s;
    p->peer[i] = &s->peer;
    return s;
}

static bool
minimises(const struct a4nn_policy *p, const struct session *s)
{
    return p->metric[s->metric].mode == A4NN_MIN;
}

/* The best final value among the runs of the session's group that are complete now, and those of
 * the past; or NAN. */
static double
best_of(const struct a4nn_policy *p, const struct session *s)
{
    const struct group *g = &p->group[s->peer.group];
    double score = a4nn_leaders_best(&g->complete), sign = minimises(p, s) ? -1 : 1;

    if (g->past != NULL)
        score = fmax(score, sign * a4nn_from_points(&s->peer.points, g->past->best));
    return sign * score;
}

static size_t
complete_of(const struct group *g)
{
    return g->complete.n + (g->past != NULL ? g->past->complete : 0);
}

/* Whatever it was, a run that goes on is not complete until its newest observation is judged. */
static void
goes_on(struct a4nn_policy *p, struct session *s)
{
    s->peer.complete = false;
    a4nn_leaders_withdraw(&p->group[s->peer.group].complete, &s->complete);
}

/* Where the newest observation is to be explained, if it is. */
static struct a4nn_explained *
to_explain(const struct a4nn_policy *p, const struct session *s, const struct a4nn_curve *curve)
{
    struct a4nn_explained *x = s->explained;

    if (x == NULL)
        return NULL;
    if (isnan(p->explain_at))
        return isnan(x->stopped) ? x : NULL;
    return curve->epoch[curve->n - 1] <= p->explain_at ? x : NULL;
}

static const struct a4nn_schedule *
schedule_of(const struct a4nn_policy *p, const struct session *s)
{
    const struct a4nn_schedule *schedule = p->scheduled ? &p->schedule : &s->rates.schedule;

    return schedule->drops > 0 || schedule->warmup > 0 ? schedule : NULL;
}

/* The forecast, and the reason to stop (NULL: none), after the newest observation of `curve`. */
static const char *
step(struct a4nn_policy *p, struct session *s, const struct a4nn_curve *curve,
     const struct a4nn_record *r, size_t self, struct a4nn_forecast *forecast)
{
    const struct group *g = &p->group[s->peer.group];
    struct a4nn_run_view run = {
        curve, r, s->epochs, s->begun, s->peer.points, schedule_of(p, s), s->peer.group, g->past};
    struct a4nn_peers peers = {p->peer, p->runs.n, self, complete_of(g), best_of(p, s)};
    struct a4nn_rule_view view = {&run, forecast, &peers};
    bool stop[A4NN_RULEBOOK_MAX] = {false};
    const char *stops;
    struct a4nn_explained *x = to_explain(p, s, curve);
    size_t i;

    p->book.forecaster->next(s->states.forecaster, &p->book.values, &run, forecast);
    p->stops = 0;
    for (i = 0; i < p->book.n; i++) { /* all of them must see the epoch */
        const struct a4nn_bound_rule *b = &p->book.rule[i];
        stop[i] = b->rule->stop(s->states.rule[i], b->shared, &b->values, &view);
        p->stops |= (uint64_t)stop[i] << i;
        if (x != NULL)
            a4nn_explained_rule(x, i, b->rule, s->states.rule[i], b->shared, &b->values, &view,
                                stop[i]);
    }
    stops = a4nn_rulebook_reason(&p->book, stop);
    if (x != NULL)
        a4nn_explained_answer(x, p->book.forecaster, s->states.forecaster, &view, stops);
    return stops;
}

/*
 * What is known of the past has changed (a resumed run, more epochs planned, percent that looked
 * like a fraction): the states are made anew from the curve, all but its newest observation.
 */
static void
relive(struct a4nn_policy *p, struct session *s, size_t self)
{
    static const struct a4nn_record nothing;
    struct a4nn_curve past = s->curve;
    struct a4nn_forecast forecast;

    a4nn_rulebook_close(&p->book, &s->states);
    a4nn_rulebook_open(&p->book, &s->states);
    s->stopped = false;
    if (s->explained != NULL)
        a4nn_explained_reset(s->explained);
    for (past.n = 1; past.n < s->curve.n; past.n++)
        if (step(p, s, &past, &nothing, self, &forecast) != NULL)
            s->stopped = true;
}

/*
 * A run that is resumed some times is worth judging anew; one whose every record changes its past,
 * as a hostile or a shuffled log does, would cost the square of its length, and is given up.
 */
static bool
may_relive(struct a4nn_policy *p, struct session *s, const struct a4nn_record *r)
{
    if (s->given_up)
        return false;
    s->relived += s->curve.n;
    if (s->relived <= 100 * s->curve.n + 5000)
        return true;
    s->given_up = true;
    if (s->explained != NULL)
        a4nn_explained_reset(s->explained);
    a4nn_diag(p->diag, A4NN_ERROR, NULL, 0,
              "run '%.100s': its past changes all the time (are its epochs in order?): it is not "
              "judged any more",
              a4nn_record_text(r, A4NN_RUN, ""));
    return false;
}

static bool
points_differ(const struct a4nn_points *a, const struct a4nn_points *b)
{
    return memcmp(&a->scale, &b->scale, sizeof a->scale) != 0 ||
           memcmp(&a->offset, &b->offset, sizeof a->offset) != 0 || a->minimise != b->minimise ||
           memcmp(&a->hi, &b->hi, sizeof a->hi) != 0;
}

/* The total on which the runs of the group that state one agree, or NAN. */
static double
agreed(const struct group *g)
{
    double largest = a4nn_leaders_best(&g->largest), smallest = -a4nn_leaders_best(&g->smallest);

    return largest > smallest ? NAN : largest;
}

/* The planned total: as the user says, else as the run says, else as all others say. */
static double
planned(struct a4nn_policy *p, struct session *s, const struct a4nn_record *r)
{
    double stated = a4nn_record_num(r, A4NN_EPOCHS);
    struct group *g = &p->group[s->peer.group];

    if (isfinite(stated)) {
        s->stated = stated;
        a4nn_leaders_put(&g->largest, &s->largest, stated);
        a4nn_leaders_put(&g->smallest, &s->smallest, -stated);
    }
    if (isfinite(p->epochs))
        return p->epochs;
    return isnan(s->stated) ? agreed(g) : s->stated;
}

/* Says which total is assumed, and that there is another one, which concerns the past. */
static void
say_epochs(struct a4nn_policy *p, struct session *s, const struct a4nn_record *r, double epochs)
{
    const char *run = a4nn_record_text(r, A4NN_RUN, "");

    if (!isfinite(p->epochs) && isnan(s->stated) && !isnan(epochs) && !s->said_assumed) {
        s->said_assumed = true;
        a4nn_diag(p->diag, A4NN_NOTE, NULL, 0,
                  "run '%.100s': how many epochs are planned is not known: %g assumed, as the "
                  "other runs state (else say -E)",
                  run, epochs);
    } else if (s->curve.n > 0 && (epochs < s->epochs || epochs > s->epochs) &&
               s->said_more++ < MAX_SAID) {
        a4nn_diag(p->diag, A4NN_NOTE, NULL, 0,
                  "run '%.100s': %g epochs are planned, no longer %g: it is judged anew", run,
                  epochs, s->epochs);
    }
}

/* Takes over what the record says about the run; true when the past must be lived again. */
static bool
update(struct a4nn_policy *p, struct session *s, const struct a4nn_record *r)
{
    const struct metric_state *m = &p->metric[s->metric];
    struct a4nn_points points = a4nn_points_make(m->mode, m->scale, m->smallest, m->largest);
    double epochs = planned(p, s, r);
    bool past = s->curve.n > 0, changed;

    say_epochs(p, s, r, epochs);
    if (isnan(s->begun))
        s->begun = a4nn_record_num(r, A4NN_TIME);
    changed = points_differ(&points, &s->peer.points) || epochs < s->epochs || epochs > s->epochs ||
              isnan(epochs) != isnan(s->epochs);
    s->peer.points = points;
    s->epochs = epochs;
    if (a4nn_record_has(r, A4NN_LR) && !p->scheduled)
        a4nn_rates_take(&s->rates, r->num[A4NN_EPOCH], r->num[A4NN_LR]);
    changed = a4nn_curve_add(&s->curve, r->num[A4NN_EPOCH], r->num[A4NN_VALUE],
                             a4nn_record_num(r, A4NN_VAL_LOSS), NULL) != A4NN_CURVE_GREW ||
              changed;
    return changed && past;
}

/* Marks a run complete that has come to its planned end without a stop. */
static void
complete(struct a4nn_policy *p, struct session *s)
{
    double value = s->curve.value[s->curve.n - 1];

    s->peer.complete = s->curve.epoch[s->curve.n - 1] >= s->epochs && !s->stopped;
    if (s->peer.complete && isfinite(value))
        a4nn_leaders_put(&p->group[s->peer.group].complete, &s->complete,
                         minimises(p, s) ? -value : value);
}

static void
say_no_epochs(struct a4nn_policy *p, struct session *s, const struct a4nn_record *r)
{
    if (s->said_no_epochs || !p->book.forecaster->needs_epochs || !isnan(s->epochs))
        return;
    s->said_no_epochs = true;
    a4nn_diag(p->diag, A4NN_ERROR, NULL, 0,
              "run '%.100s': how many epochs are planned is not known: no forecast (say -E)",
              a4nn_record_text(r, A4NN_RUN, ""));
}

/*
 * The run at hand is another one than before: that one can rest if it is complete or stopped.  Only
 * once, as one that goes on after all would be made anew time and again.
 */
static void
turn_to(struct a4nn_policy *p, struct session *s)
{
    struct session *before = p->newest;

    p->newest = s;
    if (before == NULL || before == s || before->rested ||
        !(before->peer.complete || before->stopped))
        return;
    before->rested = true;
    if (p->book.forecaster->rest != NULL && before->states.forecaster != NULL)
        p->book.forecaster->rest(before->states.forecaster);
}

bool
a4nn_policy_feed(struct a4nn_policy *p, struct a4nn_record *r)
{
    struct a4nn_forecast forecast;
    const char *stops = NULL;
    double best = NAN;
    size_t metric = metric_of(p, r);
    size_t self;
    struct session *s = session_of(p, r, metric, &self);

    a4nn_forecast_none(&forecast);
    s->metric = metric;
    turn_to(p, s);
    p->stops = 0;
    if (p->metric[metric].usable) {
        goes_on(p, s);
        if (update(p, s, r) && may_relive(p, s, r))
            relive(p, s, self);
        if (s->given_up) {
            a4nn_answer(r, &s->peer.points, NAN, &forecast, NULL);
            return false;
        }
        say_no_epochs(p, s, r);
        best = best_of(p, s);
        stops = step(p, s, &s->curve, r, self, &forecast);
        s->stopped = s->stopped || stops != NULL;
        complete(p, s);
    }
    a4nn_answer(r, &s->peer.points, best, &forecast, stops);
    return stops != NULL;
}

/* ---- asking ---- */

const char *
a4nn_policy_forecaster(const struct a4nn_policy *p)
{
    return p->book.forecaster->name;
}

const char *
a4nn_policy_rules(const struct a4nn_policy *p)
{
    return p->book.names;
}

uint64_t
a4nn_policy_stops(const struct a4nn_policy *p)
{
    return p->stops;
}

double
a4nn_policy_epochs(const struct a4nn_policy *p)
{
    return p->newest != NULL ? p->newest->epochs : NAN;
}

bool
a4nn_policy_odds(const struct a4nn_policy *p)
{
    return p->book.forecaster->odds;
}

bool
a4nn_policy_compares(const struct a4nn_policy *p)
{
    return a4nn_rulebook_compares(&p->book);
}

const struct a4nn_explained *
a4nn_policy_explained(const struct a4nn_policy *p, size_t i)
{
    size_t k;

    for (k = 0; k < p->runs.n; k++)
        if (p->session[k]->explained != NULL && i-- == 0)
            return p->session[k]->explained;
    return NULL;
}

void
a4nn_policy_free(struct a4nn_policy *p)
{
    size_t i;

    if (p == NULL)
        return;
    for (i = 0; i < p->runs.n; i++) {
        a4nn_rulebook_close(&p->book, &p->session[i]->states);
        a4nn_curve_release(&p->session[i]->curve);
        if (p->session[i]->explained != NULL)
            a4nn_explained_release(p->session[i]->explained);
        free(p->session[i]->explained);
        free(p->session[i]);
    }
    a4nn_rulebook_release(&p->book);
    free(p->explain);
    for (i = 0; i < p->groups.n; i++) {
        a4nn_leaders_release(&p->group[i].complete);
        a4nn_leaders_release(&p->group[i].largest);
        a4nn_leaders_release(&p->group[i].smallest);
    }
    free(p->group);
    free(p->session);
    free(p->peer);
    free(p->metric);
    a4nn_strmap_release(&p->metrics);
    a4nn_strmap_release(&p->groups);
    a4nn_strmap_release(&p->runs);
    free(p);
}
