/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/select.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "log/config.h"
#include "log/epochs.h"
#include "log/others.h"
#include "log/rate.h"
#include "xalloc.h"

enum { MAX_NAMES = 10000, MAX_NAMED = 5, UNDECIDED = -1, TRAIN_PATIENCE = 3 };
enum { MAX_OTHERS = 1000, MAX_KEPT = 1 << 21 };

/* One run of the input: what it stated of the candidate metrics, in the order stated. */
struct run {
    char *name, *task; /* task: NULL where the log names none */
    struct a4nn_log_sample *sample;
    size_t n, cap;
    struct a4nn_epoch_counter live; /* of live inputs */
    enum a4nn_mode mode;            /* as its log states it */
    double epochs;                  /* planned, as stated with other numbers than these; NAN */
    double rate;                    /* learning rate as last stated, of live inputs; NAN */
    struct a4nn_log_config config;
    bool measured; /* some number was stated of it */

    /* where all numbers are asked for */
    struct kept {
        size_t slot;          /* number of its last sample + 1, 0 = none */
        unsigned long values; /* how many values were stated before it */
    } * kept;                 /* by name */
    size_t kepts;
    unsigned long values;    /* of what may be the metric, so far */
    unsigned long file_from; /* of them, before the file at hand */
    size_t file;
    struct a4nn_log_pending pending; /* of live inputs */
    struct a4nn_log_sample last;     /* value that was delivered, at this epoch */
    double last_epoch;
};

struct a4nn_select {
    const struct a4nn_select_opts *opts;
    const struct a4nn_log_format *format;
    const char *file, *run_name, *preferred;
    bool alone, live;
    void (*record)(void *arg, struct a4nn_record *record);
    void *arg;
    struct a4nn_diag *diag;

    struct a4nn_strmap files; /* that make up the run */
    size_t file_at_hand;

    struct a4nn_strmap names;
    unsigned long *count; /* numbers seen per name */
    struct spread {       /* in how many places, epochs if it has them */
        unsigned n;
        double last;
    } * spread;
    enum kind {
        STRANGE,
        TRAINED,
        HELD_OUT,
        HELD_OUT_UP
    } *
        kind;        /* of metric; UP: more is better */
    bool *candidate; /* worth keeping: asked for, or known to be a metric */
    bool enough;     /* of a live input: some metric has shown itself well enough to be chosen */
    size_t cap_count, cap_candidate, cap_spread, cap_kind;
    bool names_overflow, said_counted, said_config, said_others, said_kept;
    struct a4nn_log_other *other; /* what to do with each name, when all numbers are asked for */
    size_t others, last_other;    /* names of them, the last that has room */
    size_t kept;                  /* numbers of them in memory */
    bool held_out;                /* a validation metric was seen */

    struct a4nn_strmap run_map;
    struct run *run;
    size_t cap_run;

    long metric, loss;   /* chosen names, or UNDECIDED */
    long rate;           /* name of the learning rate, or UNDECIDED */
    int rate_sure;       /* how surely it is that */
    enum a4nn_mode mode; /* as stated by the log itself */
    long stated;         /* the name it stated it of, or UNDECIDED */
};

struct a4nn_select *
a4nn_select_new(const struct a4nn_select_opts *opts, const struct a4nn_log_format *format,
                const char *file, const char *run, bool alone, bool live,
                void (*record)(void *arg, struct a4nn_record *record), void *arg,
                struct a4nn_diag *diag)
{
    struct a4nn_select *s = a4nn_xcalloc(1, sizeof *s);

    s->opts = opts;
    s->format = format;
    s->file = file;
    s->run_name = run;
    s->alone = alone;
    s->live = live;
    s->record = record;
    s->arg = arg;
    s->diag = diag;
    s->metric = s->loss = s->rate = s->stated = UNDECIDED;
    a4nn_select_file(s, file);
    return s;
}

void
a4nn_select_prefer(struct a4nn_select *s, const char *metric)
{
    s->preferred = metric;
}

void
a4nn_select_file(struct a4nn_select *s, const char *file)
{
    s->file_at_hand = a4nn_strmap_put(&s->files, file, NULL);
}

/* ---- collecting ---- */

/* Is it the learning rate, more surely than another name before? */
static void
note_rate(struct a4nn_select *s, size_t name)
{
    int sure = a4nn_log_rate_name(s->names.key[name]);

    if (s->candidate[name] || sure <= s->rate_sure)
        return;
    s->candidate[name] = true;
    s->rate = (long)name;
    s->rate_sure = sure;
}

static enum kind
kind_of(const char *name)
{
    struct a4nn_metric known;

    if (!a4nn_metric_lookup(name, &known))
        return STRANGE;
    return known.train ? TRAINED : known.mode == A4NN_MAX ? HELD_OUT_UP : HELD_OUT;
}

/* Number of a name, UNDECIDED when there are absurdly many. */
static long
name_index(struct a4nn_select *s, const char *name)
{
    long found = a4nn_strmap_find(&s->names, name);
    size_t i;

    if (found != A4NN_STRMAP_NONE)
        return found;
    if (s->names.n >= MAX_NAMES) {
        if (!s->names_overflow)
            a4nn_diag(s->diag, A4NN_WARNING, s->file, 0, "more than %d names: the rest is left out",
                      MAX_NAMES);
        s->names_overflow = true;
        return UNDECIDED;
    }
    i = a4nn_strmap_put(&s->names, name, NULL);
    s->count = a4nn_xgrow(s->count, i, &s->cap_count, sizeof *s->count);
    s->candidate = a4nn_xgrow(s->candidate, i, &s->cap_candidate, sizeof *s->candidate);
    s->spread = a4nn_xgrow(s->spread, i, &s->cap_spread, sizeof *s->spread);
    s->kind = a4nn_xgrow(s->kind, i, &s->cap_kind, sizeof *s->kind);
    s->count[i] = 0;
    s->kind[i] = s->opts->metric == NULL ? kind_of(name) : STRANGE;
    s->spread[i] = (struct spread){0, NAN};
    if (s->opts->metric != NULL)
        s->candidate[i] = strcasecmp(name, s->opts->metric) == 0;
    else
        s->candidate[i] =
            s->kind[i] != STRANGE || (s->preferred != NULL && strcmp(name, s->preferred) == 0);
    if (s->opts->loss != NULL && strcasecmp(name, s->opts->loss) == 0) {
        s->candidate[i] = true;
        s->loss = (long)i;
    }
    note_rate(s, i);
    return (long)i;
}

/* Of the run with that key, which is new or was there before. */
static size_t
run_number(struct a4nn_select *s, const char *key, const char *name)
{
    bool added;
    size_t i = a4nn_strmap_put(&s->run_map, key, &added);

    if (added) {
        s->run = a4nn_xgrow(s->run, i, &s->cap_run, sizeof *s->run);
        s->run[i] = (struct run){.name = a4nn_xstrdup(name), .epochs = NAN, .rate = NAN};
        a4nn_epoch_counter_begin(&s->run[i].live,
                                 s->opts->by_count ? A4NN_COUNT_ORDER : s->format->count);
    }
    return i;
}

/*
 * The key is the name, so that what is stated without a task, before or beside the rest, belongs to
 * the first of that name; only the same name in another task makes another run.
 */
static struct run *
run_of(struct a4nn_select *s, const struct a4nn_log_at *at)
{
    struct a4nn_buf full = {0}, key = {0};
    const char *name = s->run_name;
    size_t i;

    if (at->run != NULL && s->alone && s->format->line == NULL) {
        name = at->run; /* a console log only numbers its runs: "2" alone would say nothing */
    } else if (at->run != NULL) {
        a4nn_buf_addf(&full, "%s/%s", s->run_name, at->run);
        name = full.data;
    }
    i = run_number(s, name, name);
    if (at->task != NULL && s->run[i].task == NULL) {
        s->run[i].task = a4nn_xstrdup(at->task);
    } else if (at->task != NULL && strcmp(s->run[i].task, at->task) != 0) {
        a4nn_buf_addf(&key, "%s\n%s", name, at->task);
        i = run_number(s, key.data, name);
        if (s->run[i].task == NULL)
            s->run[i].task = a4nn_xstrdup(at->task);
    }
    a4nn_buf_release(&full);
    a4nn_buf_release(&key);
    return &s->run[i];
}

/* ---- delivering ---- */

/* Which way is better as the user says, else as the log states. */
static enum a4nn_mode
asked_mode(const struct a4nn_select *s, enum a4nn_mode stated)
{
    return s->opts->mode != A4NN_MODE_UNKNOWN ? s->opts->mode : stated;
}

/* What an observation has besides its value. */
struct beside {
    double epochs, loss, rate;
    struct a4nn_json *metrics, *observations; /* or NULL; deliver() takes them over */
};

static void
add_members(struct a4nn_record *r, const struct beside *beside)
{
    if (r->extra == NULL && (beside->metrics != NULL || beside->observations != NULL))
        r->extra = a4nn_json_object();
    if (beside->metrics != NULL)
        a4nn_json_set(r->extra, "metrics", beside->metrics);
    if (beside->observations != NULL)
        a4nn_json_set(r->extra, "observations", beside->observations);
}

static void
deliver(struct a4nn_select *s, struct run *run, const struct a4nn_log_sample *sample, double epoch,
        const struct beside *beside)
{
    const char *metric = s->names.key[s->metric];
    struct a4nn_record r = {.line = sample->line};
    struct a4nn_metric known;
    enum a4nn_mode mode = asked_mode(s, run->mode);

    a4nn_record_set_text(&r, A4NN_RUN, run->name);
    if (run->task != NULL)
        a4nn_record_set_text(&r, A4NN_TASK, run->task);
    a4nn_record_set_num(&r, A4NN_EPOCH, epoch);
    a4nn_record_set_num(&r, A4NN_VALUE, sample->value);
    a4nn_record_set_text(&r, A4NN_METRIC, metric);
    if (isfinite(beside->epochs))
        a4nn_record_set_num(&r, A4NN_EPOCHS, beside->epochs);
    if (isfinite(sample->time))
        a4nn_record_set_num(&r, A4NN_TIME, sample->time);
    if (s->loss != UNDECIDED)
        a4nn_record_set_num(&r, A4NN_VAL_LOSS, beside->loss);
    if (isfinite(beside->rate))
        a4nn_record_set_num(&r, A4NN_LR, beside->rate);
    if (mode != A4NN_MODE_UNKNOWN && (!a4nn_metric_lookup(metric, &known) || known.mode != mode))
        a4nn_record_set_text(&r, A4NN_MODE, a4nn_mode_name(mode));
    a4nn_log_config_attach(&run->config, &r);
    add_members(&r, beside);
    s->record(s->arg, &r);
    a4nn_record_release(&r);
}

static double
planned(const struct a4nn_select *s, const struct run *run, double stated)
{
    if (isfinite(s->opts->epochs))
        return s->opts->epochs;
    return isfinite(stated) ? stated : run->epochs;
}

/* What is to be done with the numbers of each name, now that the metric is known. */
static void
choose_others(struct a4nn_select *s)
{
    size_t i;

    s->other = a4nn_xreallocarray(s->other, s->names.n, sizeof *s->other);
    for (i = 0; i < s->names.n; i++)
        s->other[i] = (struct a4nn_log_other){.name = s->names.key[i]};
    s->other[s->metric].name = NULL;
    if (s->rate != UNDECIDED && s->rate != s->metric)
        s->other[s->rate] = (struct a4nn_log_other){a4nn_field_name(A4NN_LR), true};
    if (s->loss != UNDECIDED && s->loss != s->metric)
        s->other[s->loss] = (struct a4nn_log_other){a4nn_field_name(A4NN_VAL_LOSS), true};
}

static void
deliver_live(struct a4nn_select *s, struct run *run, const struct a4nn_log_sample *sample,
             double loss, double rate)
{
    double epoch = a4nn_epoch_counter_next(&run->live, sample);
    struct beside beside = {planned(s, run, sample->epochs), loss, rate, NULL, NULL};

    if (!isfinite(epoch))
        return;
    if (s->opts->all) {
        choose_others(s);
        a4nn_log_pending_take(&run->pending, sample->epoch, epoch, run->live.shift, false, s->other,
                              &beside.metrics, &beside.observations);
        run->last = *sample;
        run->last_epoch = epoch;
    }
    deliver(s, run, sample, epoch, &beside);
}

/* A live run is over: what was stated behind its last value comes with that value once more. */
static void
deliver_rest(struct a4nn_select *s, struct run *run)
{
    struct beside beside = {planned(s, run, run->last.epochs), NAN, NAN, NULL, NULL};

    if (!s->opts->all || !run->pending.begun)
        return;
    choose_others(s);
    a4nn_log_pending_take(&run->pending, run->last.epoch, run->last_epoch, run->live.shift, true,
                          s->other, &beside.metrics, &beside.observations);
    if (beside.metrics != NULL || beside.observations != NULL)
        deliver(s, run, &run->last, run->last_epoch, &beside);
}

/* Value that the series `series` has at `epoch`, NAN if none. */
static double
value_at(const struct a4nn_epoch_series *series, double epoch)
{
    size_t lo = 0, hi = series->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (series->epoch[mid] < epoch)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < series->n && !(series->epoch[lo] > epoch) ? series->sample[lo]->value : NAN;
}

/* Learning rates of a run and how many of them came before the value at hand. */
struct rates {
    const struct a4nn_log_sample **sample;
    size_t n, passed;
};

static void
collect_rates(const struct a4nn_select *s, const struct run *run, struct rates *out)
{
    size_t i;

    *out = (struct rates){.sample = a4nn_xcalloc(run->n, sizeof(struct a4nn_log_sample *))};
    for (i = 0; s->rate != UNDECIDED && i < run->n; i++)
        if (run->sample[i].name == s->rate)
            out->sample[out->n++] = &run->sample[i];
}

/* The rate stated last, not after this value; values come in the order of epochs. */
static double
rate_at(struct rates *r, const struct a4nn_log_sample *value)
{
    while (r->passed < r->n && a4nn_log_rate_holds(r->sample[r->passed], value))
        r->passed++;
    return r->passed > 0 ? r->sample[r->passed - 1]->value : NAN;
}

static const char *
file_of(const struct a4nn_select *s, const struct a4nn_log_sample *sample)
{
    return s->files.key[sample->file];
}

static void
say_series(struct a4nn_select *s, const struct run *run, const struct a4nn_epoch_series *metric)
{
    if (metric->n == 0 && run->measured)
        a4nn_diag(s->diag, A4NN_WARNING, s->file, 0, "run '%.100s' has no %.100s", run->name,
                  s->names.key[s->metric]);
    if (metric->unplaced != 0)
        a4nn_diag(s->diag, A4NN_WARNING, file_of(s, metric->first_unplaced),
                  metric->first_unplaced->line,
                  "%zu values of %.100s have no epoch and are left out", metric->unplaced,
                  s->names.key[s->metric]);
    if (metric->resumed != NULL)
        a4nn_diag(s->diag, A4NN_NOTE, file_of(s, metric->resumed), metric->resumed->line,
                  "epoch %g comes again: of repeated epochs the later value counts",
                  metric->resumed_epoch);
    if (metric->counted && metric->n > 1 && !s->said_counted) {
        s->said_counted = true;
        a4nn_diag(s->diag, A4NN_NOTE, s->file, 0,
                  "no epochs stated: its %zu values of %.100s count as epochs 1 to %zu", metric->n,
                  s->names.key[s->metric], metric->n);
    }
}

static void
deliver_run(struct a4nn_select *s, struct run *run)
{
    enum a4nn_log_count count = s->opts->by_count ? A4NN_COUNT_ORDER : s->format->count;
    struct a4nn_epoch_series metric, loss = {0};
    struct a4nn_log_others others = {0};
    struct rates rates;
    size_t i;

    a4nn_epoch_series_make(&metric, run->sample, run->n, s->metric, count, s->opts->epochs);
    if (s->loss != UNDECIDED)
        a4nn_epoch_series_make(&loss, run->sample, run->n, s->loss, count, s->opts->epochs);
    say_series(s, run, &metric);
    collect_rates(s, run, &rates);
    if (s->opts->all) {
        choose_others(s);
        a4nn_log_others_place(&others, &metric, run->sample, run->n, s->other, s->names.n);
    }
    for (i = 0; i < metric.n; i++) {
        struct beside beside = {.epochs = planned(s, run, metric.epochs),
                                .loss = value_at(&loss, metric.epoch[i]),
                                .rate = rate_at(&rates, metric.sample[i])};
        if (others.metrics != NULL) {
            beside.metrics = others.metrics[i];
            beside.observations = i == 0 ? others.observations : NULL;
        }
        deliver(s, run, metric.sample[i], metric.epoch[i], &beside);
    }
    free(others.metrics); /* what was in it has been delivered */
    free(rates.sample);
    a4nn_epoch_series_release(&metric);
    a4nn_epoch_series_release(&loss);
}

/* ---- choosing ---- */

/* The training data were chosen: what there is of validation, but under names not known. */
static void
say_train_only(struct a4nn_select *s, const char *chosen)
{
    struct a4nn_buf names = {0};
    const char *first = NULL;
    size_t i, listed = 0;

    for (i = 0; i < s->names.n && listed < MAX_NAMED; i++)
        if (s->count[i] > 1 && a4nn_metric_held_out(s->names.key[i])) {
            a4nn_buf_addf(&names, "%s%.60s", listed++ != 0 ? ", " : "", s->names.key[i]);
            first = first == NULL ? s->names.key[i] : first;
        }
    if (first == NULL)
        a4nn_diag(s->diag, A4NN_WARNING, s->file, 0,
                  "no validation metric: '%.100s' is measured on the training data", chosen);
    else
        a4nn_diag(s->diag, A4NN_WARNING, s->file, 0,
                  "'%.100s' is measured on the training data; not known which way is better: %s; "
                  "say '-m %.60s --max' or '--min'",
                  chosen, names.data, first);
    a4nn_buf_release(&names);
}

static void
say_choice(struct a4nn_select *s)
{
    const char *name = s->names.key[s->metric];
    enum a4nn_mode mode = asked_mode(s, s->mode);
    struct a4nn_metric known = {0};
    struct a4nn_buf said = {0};
    bool added = true;

    a4nn_metric_lookup_among(name, (const char *const *)s->names.key, s->names.n, &known);
    if (mode == A4NN_MODE_UNKNOWN)
        mode = known.mode;
    a4nn_buf_addf(&said, "%s log, metric '%.100s' (%s)", s->format->name, name,
                  mode == A4NN_MIN ? "smaller is better" : "larger is better");
    if (s->opts->said != NULL)
        a4nn_strmap_put(s->opts->said, said.data, &added);
    if (added) {
        a4nn_diag(s->diag, A4NN_NOTE, s->file, 0, "%s", said.data);
        if (known.train && s->opts->metric == NULL)
            say_train_only(s, name);
    }
    a4nn_buf_release(&said);
}

/* Index of the name asked for: as written, or but for upper and lower case; UNDECIDED if none. */
static long
find_asked(const struct a4nn_select *s)
{
    long i = a4nn_strmap_find(&s->names, s->opts->metric);
    size_t k;

    for (k = 0; k < s->names.n && i == A4NN_STRMAP_NONE; k++)
        if (strcasecmp(s->names.key[k], s->opts->metric) == 0)
            i = (long)k;
    return i;
}

static void
list_names(const struct a4nn_select *s, struct a4nn_buf *out)
{
    size_t i;

    for (i = 0; i < s->names.n && i < 20; i++)
        a4nn_buf_addf(out, "%s%.60s", i != 0 ? ", " : "", s->names.key[i]);
    if (s->names.n > 20)
        a4nn_buf_addf(out, " and %zu more", s->names.n - 20);
}

/* The best known metric; a test result stated once, at the end, only where nothing has a curve. */
static long
choose_known(const struct a4nn_select *s, struct a4nn_err *err)
{
    const char **name;
    unsigned long most = 0;
    size_t n = 0, i;
    long best = s->preferred != NULL ? a4nn_strmap_find(&s->names, s->preferred) : -1;

    if (best >= 0)
        return best;
    name = a4nn_xcalloc(s->names.n, sizeof *name);
    for (i = 0; i < s->names.n; i++)
        most = s->count[i] > most ? s->count[i] : most;
    for (i = 0; i < s->names.n; i++) /* where all were stated once, none is at the end yet */
        if (s->count[i] > 1 || most == 1 || strcasestr(s->names.key[i], "test") == NULL)
            name[n++] = s->names.key[i];
    best = a4nn_metric_choose(name, n, err);
    if (best >= 0)
        best = a4nn_strmap_find(&s->names, name[best]);
    else
        best = a4nn_metric_choose((const char *const *)s->names.key, s->names.n, err);
    free(name);
    return best;
}

/* The metric asked for, or the best known; reports and returns false when there is none. */
static bool
choose(struct a4nn_select *s)
{
    struct a4nn_metric known;
    struct a4nn_buf names = {0};
    struct a4nn_err err;

    if (s->opts->metric == NULL) {
        s->metric = choose_known(s, &err);
        if (s->metric < 0)
            s->metric = s->stated;
        if (s->metric < 0)
            a4nn_diag(s->diag, A4NN_ERROR, s->file, 0, "%s; choose one with -m", err.msg);
    } else if ((s->metric = find_asked(s)) < 0) {
        list_names(s, &names);
        a4nn_diag(s->diag, A4NN_ERROR, s->file, 0, "no metric '%.100s' among: %s", s->opts->metric,
                  names.data);
        a4nn_buf_release(&names);
    } else if (asked_mode(s, s->mode) == A4NN_MODE_UNKNOWN &&
               !a4nn_metric_lookup(s->names.key[s->metric], &known)) {
        a4nn_diag(s->diag, A4NN_ERROR, s->file, 0,
                  "is a larger '%.100s' better? unknown: say --max or --min",
                  s->names.key[s->metric]);
        s->metric = UNDECIDED;
    }
    if (s->metric >= 0)
        say_choice(s);
    return s->metric >= 0;
}

/* Of a live input: is what was seen enough to choose on? */
static bool
ripe(const struct a4nn_select *s)
{
    if (s->opts->metric != NULL)
        return find_asked(s) >= 0;
    if (s->preferred != NULL)
        return a4nn_strmap_find(&s->names, s->preferred) != A4NN_STRMAP_NONE;
    return s->stated != UNDECIDED || s->enough;
}

static void
say_kept(struct a4nn_select *s, unsigned long line)
{
    if (s->said_kept)
        return;
    s->said_kept = true;
    a4nn_diag(s->diag, A4NN_WARNING, s->file, line,
              "more numbers than are kept until there is a value: the rest is left out");
}

static bool
same_count(double a, double b)
{
    return isnan(a) ? isnan(b) : !(a < b) && !(a > b) && !isnan(b);
}

/* Were both stated on one line for one epoch? */
static bool
together(const struct a4nn_log_sample *a, const struct a4nn_log_sample *b)
{
    return a->line == b->line && same_count(a->epoch, b->epoch) && same_count(a->step, b->step);
}

/* The number `name` stated together with the k-th number kept of a run, NAN if none was. */
static double
beside(const struct run *run, long name, size_t k)
{
    const struct a4nn_log_sample *sample = run->sample;
    size_t i = k;

    while (i > 0 && together(&sample[i - 1], &sample[k]))
        i--;
    for (; i < run->n && together(&sample[i], &sample[k]); i++)
        if (name != UNDECIDED && sample[i].name == name)
            return sample[i].value;
    return NAN;
}

/* What was stated together with the k-th number kept waits for a value, which may be among it. */
static void
wait_with_line(struct a4nn_select *s, struct run *run, size_t k)
{
    const struct a4nn_log_sample *sample = run->sample;

    if (k > 0 && together(&sample[k - 1], &sample[k]))
        return;
    do {
        if (sample[k].name != s->metric)
            a4nn_log_pending_put(&run->pending, &sample[k]);
    } while (++k < run->n && together(&sample[k - 1], &sample[k]));
    if (run->pending.full)
        say_kept(s, sample[k - 1].line);
}

static void
forget_kept(struct a4nn_select *s, struct run *run)
{
    if (run->kepts != 0)
        memset(run->kept, 0, run->kepts * sizeof *run->kept);
    run->n = 0;
    s->kept = 0;
}

/* A live choice was made: what was kept of it so far is due, the rest can go. */
static void
flush_kept(struct a4nn_select *s)
{
    size_t i, k;

    for (i = 0; i < s->run_map.n; i++) {
        struct run *run = &s->run[i];
        for (k = 0; k < run->n; k++) {
            double rate = beside(run, s->rate, k);
            if (isfinite(rate))
                run->rate = rate;
            if (s->opts->all)
                wait_with_line(s, run, k);
            if (run->sample[k].name == s->metric)
                deliver_live(s, run, &run->sample[k], beside(run, s->loss, k), run->rate);
        }
        forget_kept(s, run);
    }
}

/* Does a value wait for what is stated beside it? */
static bool
waits(const struct a4nn_select *s)
{
    return s->opts->all || s->opts->loss != NULL || s->rate != UNDECIDED;
}

void
a4nn_select_pulse(struct a4nn_select *s)
{
    bool chosen = s->metric != UNDECIDED;

    if (!s->live || s->opts->list || (!chosen && !(ripe(s) && choose(s))))
        return;
    if (!chosen || waits(s))
        flush_kept(s);
}

/* A log that says which way is better says which of its numbers is the metric. */
static void
note_mode(struct a4nn_select *s, long name, enum a4nn_mode mode)
{
    s->mode = mode;
    s->stated = name;
    if (s->opts->metric == NULL)
        s->candidate[name] = true;
}

/* Training data are measured many times in an epoch, and validation data at its end. */
static void
note_spread(struct spread *spread, double epoch)
{
    if (!(floor(epoch) <= spread->last && floor(epoch) >= spread->last))
        spread->n++;
    spread->last = floor(epoch);
}

/* May numbers of this name, which is no candidate, be given besides? */
static bool
wanted(struct a4nn_select *s, size_t name, const struct a4nn_log_at *at)
{
    if (!s->opts->all)
        return false;
    if (s->count[name] == 1 && ++s->others == MAX_OTHERS) /* its first number */
        s->last_other = name;
    if (s->others < MAX_OTHERS || name <= s->last_other)
        return true;
    if (!s->said_others)
        a4nn_diag(s->diag, A4NN_WARNING, s->file, at->line,
                  "more than %d names besides the metrics: numbers from '%.100s' on are left out",
                  MAX_OTHERS, s->names.key[name]);
    s->said_others = true;
    return false;
}

static bool
same_place(const struct a4nn_log_sample *a, const struct a4nn_log_sample *b)
{
    if (isnan(a->epoch) || isnan(b->epoch))
        return isnan(a->epoch) && isnan(b->epoch);
    return same_count(floor(a->epoch), floor(b->epoch)) &&
           same_count(ceil(a->epoch), ceil(b->epoch));
}

/*
 * Of what is stated many times in an epoch, only the last before the next value can count, so it
 * takes the place of the one before.  Without epochs the values must be in the same file.
 */
static void
keep_other(struct a4nn_select *s, struct run *run, const struct a4nn_log_sample *sample)
{
    size_t name = (size_t)sample->name;
    struct kept *k;

    if (name >= run->kepts) {
        run->kept = a4nn_xreallocarray(run->kept, name + 1, sizeof *run->kept);
        memset(run->kept + run->kepts, 0, (name + 1 - run->kepts) * sizeof *run->kept);
        run->kepts = name + 1;
    }
    k = &run->kept[name];
    if (k->slot != 0 && k->values == run->values && run->sample[k->slot - 1].file == sample->file &&
        same_place(&run->sample[k->slot - 1], sample) &&
        (isfinite(sample->epoch) || run->values > run->file_from)) {
        run->sample[k->slot - 1] = *sample;
        return;
    }
    if (s->kept >= MAX_KEPT) {
        say_kept(s, sample->line);
        return;
    }
    s->kept++;
    run->sample = a4nn_xgrow(run->sample, run->n, &run->cap, sizeof *run->sample);
    run->sample[run->n++] = *sample;
    *k = (struct kept){run->n, run->values};
}

static void
enter_file(const struct a4nn_select *s, struct run *run)
{
    if (run->file != s->file_at_hand)
        run->file_from = run->values;
    run->file = s->file_at_hand;
}

/* A number that is no candidate: it may tell the plan, and may be wanted besides. */
static void
take_other(struct a4nn_select *s, const struct a4nn_log_at *at,
           const struct a4nn_log_sample *sample)
{
    bool kept = wanted(s, (size_t)sample->name, at);
    struct run *run;

    if (!kept && !isfinite(at->epochs))
        return;
    run = run_of(s, at);
    if (isfinite(at->epochs)) {
        run->epochs = at->epochs;
        run->measured = true;
    }
    if (kept) {
        enter_file(s, run);
        keep_other(s, run, sample);
    }
}

/* May the metric be this one, so that numbers must be told apart by it? */
static void
note_value(struct a4nn_select *s, struct run *run, size_t name)
{
    bool held_out = s->opts->metric != NULL || s->kind[name] != TRAINED;

    if (!s->opts->all || (long)name == s->rate || (long)name == s->loss)
        return;
    s->held_out = s->held_out || held_out;
    run->values += held_out || !s->held_out;
}

void
a4nn_select_scalar(struct a4nn_select *s, const struct a4nn_log_at *at, const char *name,
                   double value)
{
    long i = name_index(s, name);
    struct a4nn_log_sample sample;
    struct run *run;

    if (i == UNDECIDED)
        return;
    s->count[i]++;
    note_spread(&s->spread[i], at->epoch);
    s->enough = s->enough || s->kind[i] == HELD_OUT_UP ||
                (s->kind[i] == HELD_OUT && s->count[i] > 1) ||
                (s->kind[i] == TRAINED && s->spread[i].n > TRAIN_PATIENCE);
    if (s->opts->list)
        return;
    if (at->mode != A4NN_MODE_UNKNOWN)
        note_mode(s, i, at->mode);
    sample = (struct a4nn_log_sample){i,        at->epoch, at->step, at->epochs,
                                      at->time, value,     at->line, s->file_at_hand};
    if (!s->candidate[i]) {
        take_other(s, at, &sample);
        return;
    }
    run = run_of(s, at);
    run->measured = true;
    enter_file(s, run);
    note_value(s, run, (size_t)i);
    if (at->mode != A4NN_MODE_UNKNOWN)
        run->mode = at->mode;
    if (s->live && s->metric != UNDECIDED && !waits(s)) {
        if (i == s->metric)
            deliver_live(s, run, &sample, NAN, NAN);
        return;
    }
    run->sample = a4nn_xgrow(run->sample, run->n, &run->cap, sizeof *run->sample);
    run->sample[run->n++] = sample;
}

void
a4nn_select_fact(struct a4nn_select *s, const struct a4nn_log_at *at, const char *name,
                 const char *text)
{
    if (s->opts->list || a4nn_log_config_put(&run_of(s, at)->config, name, text) || s->said_config)
        return;
    s->said_config = true;
    a4nn_diag(s->diag, A4NN_WARNING, s->file, at->line,
              "the configuration is too long: '%.100s' and what else has no room is left out",
              name);
}

void
a4nn_select_finish(struct a4nn_select *s)
{
    size_t i;

    if (s->opts->list || s->names.n == 0)
        return;
    if (s->metric == UNDECIDED && !choose(s))
        return;
    if (s->opts->loss != NULL && s->loss == UNDECIDED)
        a4nn_diag(s->diag, A4NN_WARNING, s->file, 0, "no number '%.100s' to give as val_loss",
                  s->opts->loss);
    if (s->live) {
        flush_kept(s);
        for (i = 0; i < s->run_map.n; i++)
            deliver_rest(s, &s->run[i]);
    } else
        for (i = 0; i < s->run_map.n; i++)
            deliver_run(s, &s->run[i]);
}

const struct a4nn_strmap *
a4nn_select_names(const struct a4nn_select *s)
{
    return &s->names;
}

unsigned long
a4nn_select_count(const struct a4nn_select *s, size_t name)
{
    return s->count[name];
}

void
a4nn_select_free(struct a4nn_select *s)
{
    size_t i;

    if (s == NULL)
        return;
    for (i = 0; i < s->run_map.n; i++) {
        free(s->run[i].name);
        free(s->run[i].task);
        free(s->run[i].sample);
        a4nn_epoch_counter_release(&s->run[i].live);
        a4nn_log_config_release(&s->run[i].config);
        a4nn_log_pending_release(&s->run[i].pending);
        free(s->run[i].kept);
    }
    free(s->run);
    free(s->count);
    free(s->spread);
    free(s->kind);
    free(s->candidate);
    free(s->other);
    a4nn_strmap_release(&s->files);
    a4nn_strmap_release(&s->names);
    a4nn_strmap_release(&s->run_map);
    free(s);
}
