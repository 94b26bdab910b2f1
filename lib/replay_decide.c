/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The deciding of a replay, in threads. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "replay_parts.h"
#include "spill.h"
#include "spool.h"
#include "xalloc.h"

/* ---- banks ---- */

/*
 * Policies that are fed together: each of one rule that looks at its own run, all on the same
 * forecaster, so that a forecast is made once for all of them.  Or a single policy of any kind.
 */
struct bank {
    size_t policy[A4NN_POLICY_RULES - 1], n; /* one place is for the rule that is always on */
    bool together;
};

/* What all work shares; `reasons` of the replay, `next` of the cursor under the lock. */
struct work {
    struct a4nn_replay *replay;
    struct bank *bank;
    size_t banks, cap_bank;
    atomic_size_t comparing; /* the next of the jobs policy x collection */
    pthread_mutex_t lock;
    struct a4nn_spool_cursor *cursor;
    uint64_t next; /* number of the cursor's next run */
};

static const char *
forecaster_of(const struct a4nn_replay_policy *policy)
{
    return strrchr(policy->label, '@') + 1;
}

/* The rule that is always on is not always on beside these. */
static bool
can_be_together(const struct a4nn_replay_policy *policy)
{
    return policy->nrules == 1 && !policy->all && !policy->compares &&
           strncmp(policy->rule[0], "diverged", strlen("diverged")) != 0 &&
           strncmp(policy->rule[0], "no-", strlen("no-")) != 0;
}

static struct bank *
bank_for(struct work *w, const struct a4nn_replay_policy *policy)
{
    const size_t room = sizeof w->bank->policy / sizeof w->bank->policy[0];
    size_t i;

    for (i = 0; i < w->banks && can_be_together(policy); i++) {
        struct bank *b = &w->bank[i];
        if (b->together && b->n < room &&
            strcmp(forecaster_of(&w->replay->policy[b->policy[0]]), forecaster_of(policy)) == 0)
            return b;
    }
    w->bank = a4nn_xgrow(w->bank, w->banks, &w->cap_bank, sizeof *w->bank);
    w->bank[w->banks] = (struct bank){.together = can_be_together(policy)};
    return &w->bank[w->banks++];
}

static void
make_banks(struct work *w)
{
    size_t p;

    for (p = 0; p < w->replay->npolicies; p++)
        if (!w->replay->policy[p].compares) {
            struct bank *b = bank_for(w, &w->replay->policy[p]);
            b->policy[b->n++] = p;
        }
}

static struct a4nn_policy *
policy_for(const struct a4nn_replay *replay, const struct bank *bank, size_t collection)
{
    const struct a4nn_metric *kind = &replay->collection[collection].kind;
    const char *rule[A4NN_POLICY_RULES];
    struct a4nn_policy_opts opts;
    size_t i;

    a4nn_replay_policy_opts(&replay->policy[bank->policy[0]], &opts);
    for (i = 0; i < bank->n && bank->together; i++)
        rule[i] = replay->policy[bank->policy[i]].rule[0];
    if (bank->together) {
        opts.forecaster = forecaster_of(&replay->policy[bank->policy[0]]);
        opts.rules = rule;
        opts.nrules = bank->n;
    }
    opts.epochs = replay->opts.epochs;
    opts.mode = kind->mode;
    opts.scale = kind->scale;
    opts.schedule = replay->opts.schedule;
    opts.past = replay->opts.past;
    return a4nn_policy_new(&opts, NULL);
}

/* ---- one run ---- */

/* A run on which a bank has not decided in full yet. */
struct subject {
    const struct a4nn_replay_facts *facts;
    double latest;                     /* finite value seen last */
    struct a4nn_replay_stored *stored; /* one per policy of the bank */
    size_t left;                       /* policies that have not stopped it */
};

static uint64_t
number_of_reason(struct work *w, const char *reason, size_t len)
{
    char *text = a4nn_xstrndup(reason, len);
    uint64_t n;

    pthread_mutex_lock(&w->lock);
    n = a4nn_strmap_put(&w->replay->reasons, text, NULL) + 1;
    pthread_mutex_unlock(&w->lock);
    free(text);
    return n;
}

/* Which rule stops, of policy i of the bank; 0: none does. */
static uint64_t
reason_of(struct work *w, const struct bank *bank, size_t i, uint64_t stops,
          const struct a4nn_record *r)
{
    const char *own = a4nn_record_text(r, A4NN_REASON, "");

    if (!bank->together)
        return number_of_reason(w, own, strlen(own));
    own = w->replay->policy[bank->policy[i]].rule[0];
    if (stops >> i & 1)
        return number_of_reason(w, own, strcspn(own, ":"));
    return stops >> bank->n & 1 ? number_of_reason(w, "diverged", strlen("diverged")) : 0;
}

static void
begin(struct subject *s, const struct a4nn_replay_facts *facts, struct a4nn_replay_stored *stored,
      size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        stored[i] = (struct a4nn_replay_stored){NAN, NAN, 0};
    *s = (struct subject){.facts = facts, .latest = NAN, .stored = stored, .left = n};
    if (facts->flags & A4NN_REPLAY_LEFT_OUT)
        s->left = 0;
}

/* One observation of a run, whose names are set. */
static void
live_through(struct work *w, const struct bank *bank, struct a4nn_policy *policy, struct subject *s,
             struct a4nn_record *r)
{
    double epoch = r->num[A4NN_EPOCH], value = r->num[A4NN_VALUE], forecast;
    uint64_t stops;
    size_t i;

    if (epoch > s->facts->planned)
        return;
    if (s->facts->flags & A4NN_REPLAY_ASSUMED)
        a4nn_record_set_num(r, A4NN_EPOCHS, s->facts->planned);
    stops = a4nn_policy_feed(policy, r);
    if (bank->together)
        stops = a4nn_policy_stops(policy);
    forecast = a4nn_record_num(r, A4NN_FORECAST);
    if (isfinite(value))
        s->latest = value;
    if (stops == 0 || epoch >= s->facts->end)
        return;
    for (i = 0; i < bank->n; i++) {
        struct a4nn_replay_stored *d = &s->stored[i];
        uint64_t reason = isnan(d->epoch) ? reason_of(w, bank, i, stops, r) : 0;
        if (reason == 0)
            continue;
        *d = (struct a4nn_replay_stored){epoch, isfinite(forecast) ? forecast : s->latest, reason};
        s->left--;
    }
}

/* What all observations of a run share. */
static void
name_record(const struct a4nn_replay *replay, size_t collection, const char *name,
            struct a4nn_record *r)
{
    const struct a4nn_replay_collection *c = &replay->collection[collection];

    r->set = 0;
    a4nn_record_set_text(r, A4NN_RUN, name);
    a4nn_record_set_text(r, A4NN_TASK, c->name);
    a4nn_record_set_text(r, A4NN_METRIC, c->metric);
    if (c->family[0] != '\0')
        a4nn_record_set_text(r, A4NN_FAMILY, c->family);
}

static void
decide_run(struct work *w, const struct bank *bank, const struct a4nn_spool_item *item,
           const struct a4nn_replay_facts *facts, struct a4nn_replay_stored *stored)
{
    struct a4nn_spool_records records = {.at = item->bytes, .end = item->bytes + item->len};
    struct a4nn_record r = {0};
    struct a4nn_policy *policy;
    struct subject s;
    uint64_t named;

    begin(&s, facts, stored, bank->n);
    if (s.left == 0 || (policy = policy_for(w->replay, bank, item->number)) == NULL)
        return; /* it was made before, so that this does not happen */
    name_record(w->replay, item->number, item->name, &r);
    named = r.set;
    while (s.left > 0 && (r.set = named, a4nn_spool_record(w->replay->observations, &records, &r)))
        live_through(w, bank, policy, &s, &r);
    a4nn_record_release(&r);
    a4nn_policy_free(policy);
}

/* ---- runs by themselves ---- */

enum { BATCH = 64, BATCH_BYTES = 1 << 18 };

/* Runs that one thread takes at a time, one after the other in the order of the replay. */
struct batch {
    uint64_t first;
    size_t n;
    struct a4nn_spool_item item[BATCH]; /* `name` and `bytes` are filled in once all are there */
    size_t name[BATCH], bytes[BATCH];   /* where they are in the text */
    struct a4nn_buf text;
    struct a4nn_replay_facts facts[BATCH];
    struct a4nn_replay_stored stored[BATCH * A4NN_POLICY_RULES]; /* by run, by policy of a bank */
};

static void
take_batch(struct work *w, struct batch *b)
{
    const struct a4nn_spool_item *item;
    size_t i;

    b->n = 0;
    a4nn_buf_reset(&b->text);
    pthread_mutex_lock(&w->lock);
    b->first = w->next;
    while (b->n < BATCH && b->text.len < BATCH_BYTES &&
           (item = a4nn_spool_next(w->cursor)) != NULL) {
        b->item[b->n] = *item;
        b->name[b->n] = b->text.len;
        a4nn_buf_add(&b->text, item->name, strlen(item->name) + 1);
        b->bytes[b->n++] = b->text.len;
        a4nn_buf_add(&b->text, item->bytes, item->len);
    }
    w->next += b->n;
    pthread_mutex_unlock(&w->lock);
    for (i = 0; i < b->n; i++) {
        b->item[i].name = b->text.data + b->name[i];
        b->item[i].bytes = b->text.data + b->bytes[i];
    }
}

/* Stores what policy `i` of a bank of `n` has decided on the batch. */
static void
store(struct batch *b, struct a4nn_spill *to, size_t i, size_t n)
{
    struct a4nn_replay_stored out[BATCH];
    size_t r;

    for (r = 0; r < b->n; r++)
        out[r] = b->stored[r * n + i];
    a4nn_spill_put(to, b->first * sizeof *out, out, b->n * sizeof *out);
}

static void
decide_batches(struct work *w)
{
    struct batch *b = a4nn_xcalloc(1, sizeof *b);
    size_t k, i, r;

    while (take_batch(w, b), b->n > 0) {
        if (!a4nn_spill_get(w->replay->facts, b->first * sizeof b->facts[0], b->facts,
                            b->n * sizeof b->facts[0]))
            break; /* the replay has failed */
        for (k = 0; k < w->banks; k++) {
            const struct bank *bank = &w->bank[k];
            for (r = 0; r < b->n; r++)
                decide_run(w, bank, &b->item[r], &b->facts[r], b->stored + r * bank->n);
            for (i = 0; i < bank->n; i++)
                store(b, w->replay->decided[bank->policy[i]], i, bank->n);
        }
    }
    a4nn_buf_release(&b->text);
    free(b);
}

/* ---- runs that are compared ---- */

/* A collection as it lived, all of it in memory, as its policy is. */
struct company {
    struct a4nn_strmap names; /* of its runs, in the order of the replay */
    struct a4nn_replay_facts *facts;
    struct a4nn_replay_stored *stored;
    struct subject *subject;
};

static bool
gather(const struct a4nn_replay *replay, size_t collection, struct company *out)
{
    const struct a4nn_replay_collection *c = &replay->collection[collection];
    const size_t n = (size_t)c->all;
    struct a4nn_spool_cursor *cursor =
        a4nn_spool_open(replay->observations, (uint32_t)collection, (uint32_t)collection);
    const struct a4nn_spool_item *item;
    size_t i;

    out->facts = a4nn_xcalloc(n + 1, sizeof *out->facts);
    out->stored = a4nn_xcalloc(n + 1, sizeof *out->stored);
    out->subject = a4nn_xcalloc(n + 1, sizeof *out->subject);
    while ((item = a4nn_spool_next(cursor)) != NULL)
        a4nn_strmap_put(&out->names, item->name, NULL);
    a4nn_spool_close(cursor);
    if (out->names.n != n || !a4nn_spill_get(replay->facts, c->first * sizeof *out->facts,
                                             out->facts, n * sizeof *out->facts))
        return false; /* reading has failed */
    for (i = 0; i < n; i++)
        begin(&out->subject[i], &out->facts[i], &out->stored[i], 1);
    return true;
}

static void
live_together(struct work *w, const struct bank *bank, size_t collection, struct company *company)
{
    struct a4nn_spool *stream = w->replay->stream;
    struct a4nn_spool_cursor *cursor =
        a4nn_spool_open(stream, (uint32_t)collection, (uint32_t)collection);
    struct a4nn_policy *policy = policy_for(w->replay, bank, collection);
    const struct a4nn_spool_item *item;
    struct a4nn_record r = {0};

    while (policy != NULL && (item = a4nn_spool_next(cursor)) != NULL) {
        struct a4nn_spool_records records = {.at = item->bytes, .end = item->bytes + item->len};
        struct subject *s = &company->subject[a4nn_strmap_put(&company->names, item->name, NULL)];
        uint64_t named;
        name_record(w->replay, collection, item->name, &r);
        named = r.set;
        while (s->left > 0 && (r.set = named, a4nn_spool_record(stream, &records, &r)))
            live_through(w, bank, policy, s, &r);
    }
    a4nn_record_release(&r);
    a4nn_policy_free(policy);
    a4nn_spool_close(cursor);
}

static void
decide_collection(struct work *w, size_t p, size_t collection)
{
    const struct a4nn_replay_collection *c = &w->replay->collection[collection];
    const struct bank bank = {.policy = {p}, .n = 1};
    struct company company = {0};

    if (gather(w->replay, collection, &company)) {
        live_together(w, &bank, collection, &company);
        a4nn_spill_put(w->replay->decided[p], c->first * sizeof *company.stored, company.stored,
                       (size_t)c->all * sizeof *company.stored);
    }
    a4nn_strmap_release(&company.names);
    free(company.facts);
    free(company.stored);
    free(company.subject);
}

/* ---- all of it ---- */

/* The long pieces, whole collections, come first. */
static void *
work(void *arg)
{
    struct work *w = arg;
    size_t collections = w->replay->collections.n, i;

    while ((i = atomic_fetch_add(&w->comparing, 1)) < w->replay->npolicies * collections)
        if (w->replay->policy[i / collections].compares)
            decide_collection(w, i / collections, i % collections);
    if (w->banks > 0)
        decide_batches(w);
    return NULL;
}

static void
run_jobs(struct work *w, unsigned jobs)
{
    pthread_t *thread = a4nn_xcalloc(jobs + 1, sizeof *thread);
    unsigned i, started = 0;

    for (i = 1; i < jobs; i++) /* this one is a worker too */
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
    struct work w = {.replay = replay, .lock = PTHREAD_MUTEX_INITIALIZER};

    a4nn_replay_settle_metrics(replay);
    a4nn_replay_find_out(replay, true);
    a4nn_replay_order(replay);
    make_banks(&w);
    w.cursor = a4nn_spool_open(replay->observations, 0, UINT32_MAX);
    run_jobs(&w, replay->opts.jobs);
    a4nn_spool_close(w.cursor);
    free(w.bank);
}

/* ---- decisions that were made elsewhere ---- */

bool
a4nn_replay_bring(struct a4nn_replay *replay, const struct a4nn_replay_run *run)
{
    struct a4nn_record r = {0};
    struct a4nn_buf key = {0};
    bool added;
    size_t i;

    a4nn_buf_addf(&key, "%zu %s", run->collection, run->name);
    a4nn_strmap_put(&replay->runs, key.data, &added);
    a4nn_buf_release(&key);
    if (!added)
        return false;
    if (replay->brought == NULL)
        replay->brought = a4nn_spool_new(A4NN_BY_NAME, replay->opts.buffer);
    a4nn_record_set_num(&r, A4NN_EPOCHS, run->planned);
    for (i = 0; i < run->curve.n; i++) {
        a4nn_record_set_num(&r, A4NN_EPOCH, run->curve.epoch[i]);
        a4nn_record_set_num(&r, A4NN_VALUE, run->curve.value[i]);
        a4nn_spool_add(replay->observations, (uint32_t)run->collection, run->name, &r);
    }
    for (i = 0; i < replay->npolicies; i++) {
        const struct a4nn_decision *d = &run->decision[i];
        struct a4nn_replay_stored s = {d->epoch, d->forecast, 0};
        if (d->reason != NULL)
            s.reason = a4nn_strmap_put(&replay->reasons, d->reason, NULL) + 1;
        a4nn_spool_add_bytes(replay->brought, (uint32_t)run->collection, run->name, &s, sizeof s);
    }
    return true;
}

/* Runs come in the same order from both spools. */
void
a4nn_replay_settle(struct a4nn_replay *replay)
{
    const struct a4nn_spool_item *item;
    struct a4nn_spool_cursor *cursor;
    uint64_t run;
    size_t p;

    a4nn_replay_find_out(replay, false);
    a4nn_replay_order(replay);
    if (replay->brought == NULL)
        return;
    a4nn_spool_finish(replay->brought);
    cursor = a4nn_spool_open(replay->brought, 0, UINT32_MAX);
    for (run = 0; (item = a4nn_spool_next(cursor)) != NULL; run++)
        for (p = 0; p < replay->npolicies; p++)
            a4nn_spill_put(replay->decided[p], run * sizeof(struct a4nn_replay_stored),
                           item->bytes + p * sizeof(struct a4nn_replay_stored),
                           sizeof(struct a4nn_replay_stored));
    a4nn_spool_close(cursor);
}
