/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay.h"

#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "kept.h"
#include "session.h"
#include "xalloc.h"

/* ---- policies ---- */

static void
policy_opts(const struct a4nn_replay_policy *policy, struct a4nn_policy_opts *out)
{
    *out = (struct a4nn_policy_opts){.forecaster = policy->forecaster,
                                     .rules = (const char *const *)policy->rule,
                                     .nrules = policy->nrules,
                                     .all = policy->all,
                                     .epochs = NAN};
}

static void
add_rule(struct a4nn_replay_policy *policy, const char *text, size_t len)
{
    policy->rule = a4nn_xreallocarray(policy->rule, policy->nrules + 1, sizeof *policy->rule);
    policy->rule[policy->nrules++] = a4nn_xstrndup(text, len);
}

/* Cuts at each '+' that begins a name: "t=1e+2" is a number. */
static void
split_rules(struct a4nn_replay_policy *policy, const char *text, size_t len)
{
    size_t begin = 0, i;

    for (i = 0; i < len; i++)
        if (text[i] == '+' && isalpha((unsigned char)text[i + 1])) {
            add_rule(policy, text + begin, i - begin);
            begin = i + 1;
        }
    if (len > 0)
        add_rule(policy, text + begin, len - begin);
}

static void
release_policy(struct a4nn_replay_policy *policy)
{
    size_t i;

    for (i = 0; i < policy->nrules; i++)
        free(policy->rule[i]);
    free(policy->rule);
    free(policy->label);
    free(policy->forecaster);
}

/* Tries whether it can be made, and completes its label by what was left to be chosen. */
static int
check_policy(struct a4nn_replay_policy *policy, const char *rules, size_t len, struct a4nn_err *err)
{
    struct a4nn_policy_opts opts;
    struct a4nn_buf label = {0};
    struct a4nn_policy *made;

    policy_opts(policy, &opts);
    if ((made = a4nn_policy_new(&opts, err)) == NULL)
        return -1;
    policy->compares = a4nn_policy_compares(made);
    if (len > 0)
        a4nn_buf_add(&label, rules, len);
    else
        a4nn_buf_adds(&label, a4nn_policy_rules(made));
    a4nn_buf_addf(&label, "@%s",
                  policy->forecaster != NULL ? policy->forecaster : a4nn_policy_forecaster(made));
    policy->label = label.data;
    a4nn_policy_free(made);
    return 0;
}

int
a4nn_replay_add_policy(struct a4nn_replay *replay, const char *text, struct a4nn_err *err)
{
    const char *at = strrchr(text, '@');
    size_t len = at != NULL ? (size_t)(at - text) : strlen(text), prefix;
    struct a4nn_replay_policy policy = {0};

    policy.all = strncmp(text, "all:", 4) == 0;
    prefix = policy.all ? 4 : 0;
    if (policy.all && len == prefix)
        return a4nn_err_set(err, "no rules behind 'all:'");
    policy.forecaster = a4nn_xstrdup(at != NULL ? at + 1 : replay->opts.forecaster);
    split_rules(&policy, text + prefix, len - prefix);
    if (check_policy(&policy, text, len, err) < 0) {
        release_policy(&policy);
        return -1;
    }
    replay->policy =
        a4nn_xgrow(replay->policy, replay->npolicies, &replay->cap_policy, sizeof *replay->policy);
    replay->policy[replay->npolicies++] = policy;
    return 0;
}

struct a4nn_replay *
a4nn_replay_new(const struct a4nn_replay_opts *opts, struct a4nn_err *err)
{
    struct a4nn_replay *replay = a4nn_xcalloc(1, sizeof *replay);
    size_t i;

    replay->opts = *opts;
    replay->kept = a4nn_kept_new();
    for (i = 0; i < opts->npolicies; i++)
        if (a4nn_replay_add_policy(replay, opts->policies[i], err) < 0) {
            a4nn_replay_free(replay);
            return NULL;
        }
    return replay;
}

/* ---- collections and runs ---- */

size_t
a4nn_replay_collection_put(struct a4nn_replay *replay, const char *name, const char *metric,
                           const char *family, bool *added)
{
    struct a4nn_buf key = {0};
    struct a4nn_replay_collection *c;
    bool is_new;
    size_t i;

    a4nn_buf_addf(&key, "%zu %zu %s%s%s", strlen(name), strlen(metric), name, metric, family);
    i = a4nn_strmap_put(&replay->collections, key.data, &is_new);
    a4nn_buf_release(&key);
    if (added != NULL)
        *added = is_new;
    if (!is_new)
        return i;
    replay->collection =
        a4nn_xgrow(replay->collection, i, &replay->cap_collection, sizeof *replay->collection);
    c = &replay->collection[i];
    *c = (struct a4nn_replay_collection){.smallest = HUGE_VAL, .largest = -HUGE_VAL};
    c->name = a4nn_xstrdup(name);
    c->metric = a4nn_xstrdup(metric);
    c->family = a4nn_xstrdup(family);
    return i;
}

size_t
a4nn_replay_run_put(struct a4nn_replay *replay, size_t collection, const char *name, bool *added)
{
    struct a4nn_buf key = {0};
    struct a4nn_replay_run *run;
    bool is_new;
    size_t i, p;

    a4nn_buf_addf(&key, "%zu %s", collection, name);
    i = a4nn_strmap_put(&replay->runs, key.data, &is_new);
    a4nn_buf_release(&key);
    if (added != NULL)
        *added = is_new;
    if (!is_new)
        return i;
    replay->run = a4nn_xgrow(replay->run, i, &replay->cap_run, sizeof *replay->run);
    run = &replay->run[i];
    *run = (struct a4nn_replay_run){.collection = collection, .planned = NAN};
    run->name = a4nn_xstrdup(name);
    run->decision = a4nn_xcalloc(replay->npolicies + 1, sizeof *run->decision);
    for (p = 0; p < replay->npolicies; p++)
        run->decision[p] = (struct a4nn_decision){NAN, NAN, NAN, NULL};
    return i;
}

/* A task is what the record says, else what the user says, else the first part of the name. */
static size_t
collection_of(struct a4nn_replay *replay, const struct a4nn_record *r)
{
    const char *run = a4nn_record_text(r, A4NN_RUN, ""), *slash = strchr(run, '/');
    const char *task = a4nn_record_text(r, A4NN_TASK, replay->opts.collection);
    char *name = task != NULL                    ? a4nn_xstrdup(task)
                 : slash != NULL && slash != run ? a4nn_xstrndup(run, (size_t)(slash - run))
                                                 : a4nn_xstrdup("all");
    size_t i = a4nn_replay_collection_put(replay, name, a4nn_record_text(r, A4NN_METRIC, ""),
                                          a4nn_record_text(r, A4NN_FAMILY, ""), NULL);

    free(name);
    return i;
}

/* The input holds fits: what names no forecaster means these. */
static void
use_fits(struct a4nn_replay *replay)
{
    size_t i;

    replay->fits = true;
    for (i = 0; i < replay->npolicies; i++) {
        struct a4nn_replay_policy *policy = &replay->policy[i];
        struct a4nn_buf label = {0};
        if (policy->forecaster != NULL)
            continue;
        policy->forecaster = a4nn_xstrdup("given");
        a4nn_buf_add(&label, policy->label, (size_t)(strrchr(policy->label, '@') - policy->label));
        a4nn_buf_adds(&label, "@given");
        free(policy->label);
        policy->label = label.data;
    }
}

void
a4nn_replay_add(struct a4nn_replay *replay, const struct a4nn_record *r)
{
    size_t ci = collection_of(replay, r);
    struct a4nn_replay_collection *c = &replay->collection[ci];
    size_t i = a4nn_replay_run_put(replay, ci, a4nn_record_text(r, A4NN_RUN, ""), NULL);
    double value = a4nn_record_num(r, A4NN_VALUE), epochs = a4nn_record_num(r, A4NN_EPOCHS);

    if (c->stated == A4NN_MODE_UNKNOWN)
        c->stated = a4nn_mode_find(a4nn_record_text(r, A4NN_MODE, ""));
    if (isfinite(value)) {
        c->smallest = fmin(c->smallest, value);
        c->largest = fmax(c->largest, value);
    }
    if (isfinite(epochs) && epochs > 0)
        replay->run[i].planned = epochs;
    a4nn_curve_add(&replay->run[i].curve, a4nn_record_num(r, A4NN_EPOCH), value, NAN, NULL);
    a4nn_kept_add(replay->kept, r, i);
    if (c->family[0] != '\0' && !replay->fits)
        use_fits(replay);
}

double
a4nn_replay_end(const struct a4nn_replay_run *run)
{
    return run->curve.epoch[run->curve.n - 1];
}

/* ---- settling what is known once all is read ---- */

/* The planned total of each run; its curve ends there. */
static void
settle_plans(struct a4nn_replay *replay)
{
    size_t i, unknown = 0, outside = 0, shorter = 0;

    for (i = 0; i < replay->runs.n; i++) {
        struct a4nn_replay_run *run = &replay->run[i];
        if (isfinite(replay->opts.epochs)) {
            run->planned = replay->opts.epochs;
        } else if (!isfinite(run->planned)) {
            run->planned = a4nn_replay_end(run);
            run->assumed = true;
            unknown++;
        }
        while (run->curve.n > 0 && run->curve.epoch[run->curve.n - 1] > run->planned)
            run->curve.n--;
        outside += run->curve.n == 0;
        shorter += run->curve.n > 0 && a4nn_replay_end(run) < run->planned;
    }
    if (unknown > 0)
        a4nn_diag(replay->opts.diag, A4NN_NOTE, NULL, 0,
                  "%zu of %zu runs do not say how many epochs were planned: their last one is "
                  "taken for it (-E)",
                  unknown, replay->runs.n);
    if (shorter > 0)
        a4nn_diag(replay->opts.diag, A4NN_NOTE, NULL, 0,
                  "%zu of %zu runs ended before the last planned epoch: their last value counts as "
                  "final, and only epochs they trained can be saved",
                  shorter, replay->runs.n);
    if (outside > 0)
        a4nn_diag(replay->opts.diag, A4NN_WARNING, NULL, 0,
                  "%zu of %zu runs have no observation up to the last planned epoch: left out",
                  outside, replay->runs.n);
}

static void
settle_metrics(struct a4nn_replay *replay)
{
    struct a4nn_strmap said = {0};
    size_t i;

    for (i = 0; i < replay->collections.n; i++) {
        struct a4nn_replay_collection *c = &replay->collection[i];
        bool added;
        a4nn_metric_settle(c->metric, &replay->opts.kind, c->stated, &c->kind);
        a4nn_strmap_put(&said, c->metric, &added);
        if (added)
            a4nn_metric_report(c->metric, &c->kind, replay->opts.diag);
        c->points = a4nn_points_make(c->kind.mode, c->kind.scale, c->smallest, c->largest);
        c->kind.scale = a4nn_points_scale(&c->points);
    }
    a4nn_strmap_release(&said);
}

static int
compare_runs(const void *a, const void *b, void *arg)
{
    const struct a4nn_replay *replay = arg;

    return strcmp(replay->run[*(const size_t *)a].name, replay->run[*(const size_t *)b].name);
}

static int
compare_collections(const void *a, const void *b, void *arg)
{
    const struct a4nn_replay *replay = arg;
    const struct a4nn_replay_collection *c = &replay->collection[*(const size_t *)a];
    const struct a4nn_replay_collection *d = &replay->collection[*(const size_t *)b];
    int order = strcmp(c->name, d->name);

    if (order == 0)
        order = strcmp(c->metric, d->metric);
    return order != 0 ? order : strcmp(c->family, d->family);
}

void
a4nn_replay_settle(struct a4nn_replay *replay)
{
    size_t i, n = replay->collections.n;

    replay->by_name = a4nn_xcalloc(n + 1, sizeof *replay->by_name);
    for (i = 0; i < n; i++)
        replay->by_name[i] = i;
    qsort_r(replay->by_name, n, sizeof *replay->by_name, compare_collections, replay);
    for (i = 0; i < replay->runs.n; i++) {
        struct a4nn_replay_collection *c = &replay->collection[replay->run[i].collection];
        if (replay->run[i].curve.n > 0 && c->kind.mode != A4NN_MODE_UNKNOWN)
            c->nruns++;
    }
    for (i = 0; i < n; i++) {
        replay->collection[i].run = a4nn_xcalloc(replay->collection[i].nruns + 1, sizeof(size_t));
        replay->collection[i].nruns = 0;
    }
    for (i = 0; i < replay->runs.n; i++) {
        struct a4nn_replay_collection *c = &replay->collection[replay->run[i].collection];
        if (replay->run[i].curve.n > 0 && c->kind.mode != A4NN_MODE_UNKNOWN)
            c->run[c->nruns++] = i;
    }
    for (i = 0; i < n; i++)
        qsort_r(replay->collection[i].run, replay->collection[i].nruns, sizeof(size_t),
                compare_runs, replay);
}

bool
a4nn_replay_empty(const struct a4nn_replay *replay)
{
    size_t i;

    for (i = 0; i < replay->collections.n; i++)
        if (replay->collection[i].nruns > 0)
            return false;
    return true;
}

char *
a4nn_replay_title(const struct a4nn_replay *replay, size_t collection)
{
    const struct a4nn_replay_collection *c = &replay->collection[collection];
    struct a4nn_buf title = {0};
    bool metric = false, family = false;
    size_t i;

    for (i = 0; i < replay->collections.n; i++) {
        const struct a4nn_replay_collection *d = &replay->collection[i];
        if (strcmp(c->name, d->name) != 0)
            continue;
        metric = metric || strcmp(c->metric, d->metric) != 0;
        family = family || strcmp(c->family, d->family) != 0;
    }
    a4nn_buf_adds(&title, c->name);
    if (metric)
        a4nn_buf_addf(&title, " %s", c->metric);
    if (family)
        a4nn_buf_addf(&title, " %s", c->family);
    return title.data;
}

/* ---- deciding ---- */

/* One observation of a run on which the policy has not decided yet. */
static void
live_through(struct a4nn_policy *policy, const struct a4nn_replay_run *run, struct a4nn_decision *d,
             struct a4nn_record *r)
{
    double epoch = r->num[A4NN_EPOCH], value = r->num[A4NN_VALUE];
    bool stop = a4nn_policy_feed(policy, r);
    double forecast = a4nn_record_num(r, A4NN_FORECAST);

    if (isfinite(value))
        d->latest = value;
    if (!stop || epoch >= a4nn_replay_end(run))
        return;
    d->epoch = epoch;
    d->forecast = isfinite(forecast) ? forecast : d->latest;
    d->reason = a4nn_xstrdup(a4nn_record_text(r, A4NN_REASON, ""));
}

/* What all observations of a run or collection share. */
static void
name_record(const struct a4nn_replay *replay, const struct a4nn_replay_run *run,
            struct a4nn_record *r)
{
    const struct a4nn_replay_collection *c = &replay->collection[run->collection];

    r->set = 0;
    a4nn_record_set_text(r, A4NN_RUN, run->name);
    a4nn_record_set_text(r, A4NN_METRIC, c->metric);
    if (c->family[0] != '\0')
        a4nn_record_set_text(r, A4NN_FAMILY, c->family);
}

static struct a4nn_policy *
policy_for(const struct a4nn_replay *replay, size_t p, const struct a4nn_replay_collection *c)
{
    struct a4nn_policy_opts opts;

    policy_opts(&replay->policy[p], &opts);
    opts.epochs = replay->opts.epochs;
    opts.mode = c->kind.mode;
    opts.scale = c->kind.scale;
    opts.schedule = replay->opts.schedule;
    return a4nn_policy_new(&opts, NULL);
}

/* Lets a policy live through the observations of a run or a collection. */
static void
decide_group(const struct a4nn_replay *replay, size_t p, const size_t *item, size_t n,
             const struct a4nn_replay_collection *c)
{
    struct a4nn_policy *policy = policy_for(replay, p, c);
    struct a4nn_record r = {0};
    size_t i;

    if (policy == NULL)
        return; /* it was made before, so this does not happen */
    for (i = 0; i < n; i++) {
        const struct a4nn_replay_run *run = &replay->run[a4nn_kept_owner(replay->kept, item[i])];
        struct a4nn_decision *d = &run->decision[p];
        if (!isnan(d->epoch) || run->curve.n == 0)
            continue;
        name_record(replay, run, &r);
        a4nn_kept_get(replay->kept, item[i], &r);
        if (r.num[A4NN_EPOCH] > run->planned)
            continue;
        if (run->assumed)
            a4nn_record_set_num(&r, A4NN_EPOCHS, run->planned);
        live_through(policy, run, d, &r);
    }
    a4nn_record_release(&r);
    a4nn_policy_free(policy);
}

/* A policy on one run or, when it compares, on one collection: nobody else writes there. */
struct job {
    size_t policy, group;
};

struct work {
    const struct a4nn_replay *replay;
    struct a4nn_kept_groups by_run, by_collection;
    struct job *job;
    size_t n, cap;
    atomic_size_t next;
};

static void *
work(void *arg)
{
    struct work *w = arg;
    const struct a4nn_replay *replay = w->replay;
    size_t i;

    while ((i = atomic_fetch_add(&w->next, 1)) < w->n) {
        const struct job *job = &w->job[i];
        bool whole = replay->policy[job->policy].compares;
        const struct a4nn_kept_groups *g = whole ? &w->by_collection : &w->by_run;
        size_t collection = whole ? job->group : replay->run[job->group].collection;
        const size_t *item = g->item + g->first[job->group];
        decide_group(replay, job->policy, item, g->first[job->group + 1] - g->first[job->group],
                     &replay->collection[collection]);
    }
    return NULL;
}

static void
add_job(struct work *w, size_t policy, size_t group)
{
    w->job = a4nn_xgrow(w->job, w->n, &w->cap, sizeof *w->job);
    w->job[w->n++] = (struct job){policy, group};
}

/* The long ones, whole collections, first. */
static void
plan_jobs(struct work *w)
{
    const struct a4nn_replay *replay = w->replay;
    size_t p, c, i;

    for (p = 0; p < replay->npolicies; p++)
        for (c = 0; c < replay->collections.n && replay->policy[p].compares; c++)
            if (replay->collection[c].nruns > 0)
                add_job(w, p, c);
    for (c = 0; c < replay->collections.n; c++)
        for (i = 0; i < replay->collection[c].nruns; i++)
            for (p = 0; p < replay->npolicies; p++)
                if (!replay->policy[p].compares)
                    add_job(w, p, replay->collection[c].run[i]);
}

static void
run_jobs(struct work *w, unsigned jobs)
{
    pthread_t *thread = a4nn_xcalloc(jobs + 1, sizeof *thread);
    unsigned i, started = 0;

    for (i = 1; i < jobs && i < w->n; i++) /* this one is a worker too */
        if (pthread_create(&thread[started], NULL, work, w) == 0)
            started++;
    work(w);
    for (i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    free(thread);
}

void
a4nn_replay_decide(struct a4nn_replay *replay)
{
    struct work w = {.replay = replay};
    size_t *collection = a4nn_xcalloc(replay->runs.n + 1, sizeof *collection), i;

    settle_metrics(replay);
    settle_plans(replay);
    a4nn_replay_settle(replay);
    for (i = 0; i < replay->runs.n; i++)
        collection[i] = replay->run[i].collection;
    w.by_run = a4nn_kept_group(replay->kept, NULL, replay->runs.n);
    w.by_collection = a4nn_kept_group(replay->kept, collection, replay->collections.n);
    plan_jobs(&w);
    run_jobs(&w, replay->opts.jobs);
    free(w.job);
    free(collection);
    a4nn_kept_groups_release(&w.by_run);
    a4nn_kept_groups_release(&w.by_collection);
}

/* ---- the end ---- */

static void
release_run(struct a4nn_replay_run *run, size_t npolicies)
{
    size_t p;

    for (p = 0; p < npolicies; p++)
        free(run->decision[p].reason);
    free(run->decision);
    free(run->name);
    a4nn_curve_release(&run->curve);
}

void
a4nn_replay_free(struct a4nn_replay *replay)
{
    size_t i;

    if (replay == NULL)
        return;
    for (i = 0; i < replay->runs.n; i++)
        release_run(&replay->run[i], replay->npolicies);
    for (i = 0; i < replay->collections.n; i++) {
        free(replay->collection[i].name);
        free(replay->collection[i].metric);
        free(replay->collection[i].family);
        free(replay->collection[i].run);
    }
    for (i = 0; i < replay->npolicies; i++)
        release_policy(&replay->policy[i]);
    free(replay->policy);
    free(replay->collection);
    free(replay->by_name);
    free(replay->run);
    a4nn_strmap_release(&replay->collections);
    a4nn_strmap_release(&replay->runs);
    a4nn_kept_free(replay->kept);
    free(replay);
}
