/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "replay_parts.h"
#include "session.h"
#include "spill.h"
#include "spool.h"
#include "xalloc.h"

enum { BUFFER = 32 << 20 };

/* ---- policies ---- */

void
a4nn_replay_policy_opts(const struct a4nn_replay_policy *policy, struct a4nn_policy_opts *out)
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

    a4nn_replay_policy_opts(policy, &opts);
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
    replay->schedule_spec = a4nn_xstrdup(opts->schedule_spec);
    if (opts->buffer == 0)
        replay->opts.buffer = BUFFER;
    replay->observations = a4nn_spool_new(A4NN_BY_NAME, replay->opts.buffer);
    for (i = 0; i < opts->npolicies; i++) {
        if (a4nn_replay_add_policy(replay, opts->policies[i], err) < 0) {
            a4nn_replay_free(replay);
            return NULL;
        }
        if (replay->policy[i].compares && replay->stream == NULL)
            replay->stream = a4nn_spool_new(A4NN_BY_ARRIVAL, replay->opts.buffer);
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

/* The same fields of most records say the same as those of the one before. */
static bool
as_before(struct a4nn_replay *replay, const struct a4nn_record *r)
{
    static const enum a4nn_field field[] = {A4NN_RUN, A4NN_TASK, A4NN_METRIC, A4NN_FAMILY};
    bool same = replay->collections.n > 0;
    size_t i;

    for (i = 0; i < sizeof field / sizeof field[0]; i++) {
        const char *text = a4nn_record_text(r, field[i], NULL);
        char **last = &replay->last.text[field[i]];
        same =
            same && (*last == NULL) == (text == NULL) && (text == NULL || strcmp(*last, text) == 0);
        if (!same)
            a4nn_xreplace(last, text);
    }
    return same;
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
    size_t ci = as_before(replay, r) ? replay->last_collection : collection_of(replay, r);
    struct a4nn_replay_collection *c = &replay->collection[ci];
    const char *run = a4nn_record_text(r, A4NN_RUN, "");
    double value = a4nn_record_num(r, A4NN_VALUE);

    replay->last_collection = ci;
    if (c->stated == A4NN_MODE_UNKNOWN)
        c->stated = a4nn_mode_find(a4nn_record_text(r, A4NN_MODE, ""));
    if (isfinite(value)) {
        c->smallest = fmin(c->smallest, value);
        c->largest = fmax(c->largest, value);
    }
    a4nn_spool_add(replay->observations, (uint32_t)ci, run, r);
    if (replay->stream != NULL)
        a4nn_spool_add(replay->stream, (uint32_t)ci, run, r);
    if (c->family[0] != '\0' && !replay->fits)
        use_fits(replay);
}

/* ---- what is known once all is read ---- */

void
a4nn_replay_settle_metrics(struct a4nn_replay *replay)
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
a4nn_replay_order(struct a4nn_replay *replay)
{
    size_t i, n = replay->collections.n;

    replay->by_name = a4nn_xcalloc(n + 1, sizeof *replay->by_name);
    for (i = 0; i < n; i++)
        replay->by_name[i] = i;
    qsort_r(replay->by_name, n, sizeof *replay->by_name, compare_collections, replay);
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

/* ---- the end ---- */

void
a4nn_replay_free(struct a4nn_replay *replay)
{
    size_t i;

    if (replay == NULL)
        return;
    for (i = 0; i < replay->collections.n; i++) {
        free(replay->collection[i].name);
        free(replay->collection[i].metric);
        free(replay->collection[i].family);
    }
    free(replay->schedule_spec);
    for (i = 0; i < replay->npolicies; i++) {
        release_policy(&replay->policy[i]);
        if (replay->decided != NULL)
            a4nn_spill_free(replay->decided[i]);
    }
    free(replay->decided);
    free(replay->policy);
    free(replay->collection);
    free(replay->by_name);
    a4nn_spill_free(replay->facts);
    a4nn_spool_free(replay->observations);
    a4nn_spool_free(replay->stream);
    a4nn_spool_free(replay->brought);
    a4nn_strmap_release(&replay->collections);
    a4nn_strmap_release(&replay->runs);
    a4nn_strmap_release(&replay->reasons);
    a4nn_record_release(&replay->last);
    free(replay);
}
