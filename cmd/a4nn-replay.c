/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-replay: trainings that are over, to what stopping rules would have saved and cost. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "input.h"
#include "log/reader.h"
#include "number.h"
#include "program.h"
#include "replay.h"
#include "replay_keep.h"
#include "replay_part.h"
#include "replay_report.h"
#include "source.h"
#include "xalloc.h"

enum {
    MAX = 256,
    MIN,
    ADVISE,
    COMPARE,
    CURVE,
    SCALE,
    SCHEDULE,
    MERGE,
    NO_BASELINE,
    NO_KEEP,
    PARTIAL,
    PER_RUN,
    MAX_JOBS = 4096
};

static const struct a4nn_option options[] = {
    {ADVISE, "advise", "GOAL", "which rule for saved=PERCENT of the epochs, or for error=POINTS",
     "words saved= error="},
    {'c', "collection", "NAME", "one collection of all runs (default: by task or run name)", NULL},
    {COMPARE, "compare", NULL, "try the usual rules and tolerances beside each other", NULL},
    {CURVE, "curve", NULL, "each rule over the values of its parameter: savings and errors", NULL},
    {'E', "epochs", "EPOCHS", "planned total of epochs (default: as the input says)", NULL},
    {'f', "format", "FORMAT", "read logs as this format instead of recognising it", NULL},
    A4NN_OPTION_HISTORY,
    {'j', "jobs", "JOBS", "threads (default: one per processor)", NULL},
    {'M', "forecaster", "SPEC",
     "forecaster of policies that name none (default: that of the rules)",
     "words pool ensemble a4nn penguin curve last best given"},
    {'m', "metric", "NAME", "metric to take from logs (default: the best known one)", NULL},
    {MAX, "max", NULL, "a larger value is better", NULL},
    {MERGE, "merge", NULL, "put together parts that were written by replays of some runs each",
     NULL},
    {MIN, "min", NULL, "a smaller value is better", NULL},
    {NO_BASELINE, "no-baseline", NULL, "leave out the last value at the same savings", NULL},
    {NO_KEEP, "no-keep", NULL, "only learn from the model database, and write nothing to it", NULL},
    {'o', "output", "ENCODING", "csv, jsonl or table (default: table)", "words csv jsonl table"},
    {PARTIAL, "partial", NULL, "write a part, to be merged with others, instead of the table",
     NULL},
    {PER_RUN, "per-run", NULL, "list every decision instead of the table", NULL},
    {'q', "quiet", NULL, "no notes and warnings, only errors", NULL},
    {'R', "rule", "POLICY",
     "[all:]RULE[+RULE...][@FORECASTER] to try; several: each (default: converged)",
     "words a4nn penguin converged hopeless patience diverged budget read median asha no-diverged"},
    {'r', "run", "NAME", "name of the run, for logs", NULL},
    {'S', "buffer-size", "SIZE",
     "memory for observations, the rest goes to a temporary file (default: 32M)", NULL},
    {SCALE, "scale", "SCALE", "percent, fraction, loss or signed (default: by name and values)",
     "words percent fraction loss signed"},
    {SCHEDULE, "schedule", "SCHEDULE", "how the learning rate goes (default: as the input says)",
     "words const step: cosine linear warmup: unknown"},
    {0},
};

static const struct a4nn_cli cli = {
    .program = "a4nn-replay",
    .operands = "[file|folder|archive ...]",
    .about = "Say what stopping rules would have saved, and cost, on trainings that are over.",
    .options = options,
    .more = "Input: observations (a4nn-log), forecasts, fits, or training logs.\n"
            "Status: 0 done, 1 no run to replay or no advice, 2 trouble.\n",
};

enum output { TABLE, RUNS, PART, CURVES, ADVICE };

struct setup {
    struct a4nn_replay_opts replay;
    struct a4nn_reader_opts reader;
    struct a4nn_schedule schedule;
    const char **policies;
    size_t cap;
    enum a4nn_encoding encoding;
    enum output output;
    struct a4nn_advice_goal goal;
    struct a4nn_sweep sweep;
    bool compare;
    bool history; /* -H was given ... */
    struct a4nn_replay_keep_opts keeping;
    struct a4nn_replay_keep *keep; /* ... and the runs go there, or NULL, ... */
    struct a4nn_past *past;        /* ... and this comes from it */
    bool decides;                  /* the first policy is one that was meant */
    bool merge, baseline, replays; /* an option was given that only replaying can heed */
};

/* ---- input ---- */

struct reading {
    struct a4nn_replay *replay;
    struct setup *setup;
};

static int
on_record(void *arg, struct a4nn_record *record)
{
    const struct reading *r = arg;

    a4nn_replay_add(r->replay, record);
    if (r->setup->keep != NULL)
        a4nn_replay_keep_take(r->setup->keep, record);
    return 0;
}

struct merging {
    struct a4nn_replay *replay;
    struct a4nn_replay_part *part;
    char *file;
    size_t number;
};

static int
on_begin(void *arg, const struct a4nn_source_member *member)
{
    struct merging *m = arg;

    m->file = a4nn_xstrdup(member->path);
    m->part = a4nn_replay_part_new(m->replay, m->number++, m->file);
    return 0;
}

static int
on_bytes(void *arg, const char *bytes, size_t len)
{
    struct merging *m = arg;

    a4nn_replay_part_feed(m->part, bytes, len);
    return 0;
}

static void
on_end(void *arg)
{
    struct merging *m = arg;

    a4nn_replay_part_finish(m->part);
    free(m->file);
}

static void
merge(struct a4nn_replay *replay, char *const *files, int count, struct a4nn_diag *diag)
{
    struct merging m = {.replay = replay};
    struct a4nn_source_sink sink = {on_begin, on_bytes, on_end, &m, diag};
    int i;

    if (count == 0 && a4nn_source_walk("-", &sink) < 0)
        return; /* reported, and counted by diag */
    for (i = 0; i < count; i++)
        if (a4nn_source_walk(files[i], &sink) < 0)
            return;
    a4nn_replay_settle(replay);
}

static void
open_history(const struct a4nn_replay *replay, struct setup *s)
{
    struct a4nn_err err;

    s->keeping.epochs = s->replay.epochs;
    s->keeping.mode = s->replay.kind.mode;
    s->keeping.diag = s->replay.diag;
    if ((s->keep = a4nn_replay_keep_new(&s->keeping, replay, &err)) == NULL)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    s->reader.select.all = !s->keeping.only_read;
}

/* What the database knows of the tasks that were read, but for the runs that were read themselves.
 */
static void
learn(const struct setup *s)
{
    struct a4nn_err err;
    long taught = a4nn_replay_keep_teach(s->keep, s->past, &err);

    if (taught < 0)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    if (taught == 0 && a4nn_verbosity > 0)
        a4nn_warn("the history has no complete run of these tasks and metrics");
}

static void
read_logs(struct a4nn_replay *replay, struct setup *s, char *const *files, int count)
{
    struct reading reading = {replay, s};
    struct a4nn_reader *reader;

    if (s->history)
        open_history(replay, s);
    s->reader.arg = &reading;
    reader = a4nn_reader_new(&s->reader);
    a4nn_reader_read(reader, files, count);
    a4nn_reader_free(reader);
    if (s->history)
        learn(s);
    a4nn_replay_decide(replay);
}

/* ---- output ---- */

static int
advise(const struct a4nn_replay *replay, const struct setup *s)
{
    struct a4nn_advice advice;
    struct a4nn_err err;
    bool any;

    a4nn_advise(replay, &s->sweep, &s->goal, &advice);
    if (a4nn_replay_failed(replay, &err))
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    if (advice.family == NULL)
        a4nn_warn("%zu runs are too few for advice: %d are the least", advice.runs,
                  A4NN_ADVICE_RUNS);
    a4nn_replay_report_advice(&advice, &s->sweep, stdout, s->encoding);
    any = advice.best != A4NN_NO_ADVICE;
    a4nn_advice_release(&advice);
    return any ? A4NN_OK : A4NN_NO;
}

static int
print(struct a4nn_replay *replay, const struct setup *s, const struct a4nn_diag *diag)
{
    struct a4nn_err err;
    int status = A4NN_OK;

    if (s->merge && diag->errors > 0)
        return A4NN_TROUBLE; /* a table of some of the parts would look whole */
    if (a4nn_replay_failed(replay, &err))
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    if (a4nn_replay_empty(replay)) {
        a4nn_warn("no run to replay");
        return diag->errors > 0 ? A4NN_TROUBLE : A4NN_NO;
    }
    switch (s->output) {
    case TABLE:
        if (a4nn_replay_report(replay, s->baseline, stdout, s->encoding, &err) < 0)
            a4nn_die(A4NN_TROUBLE, "%s", err.msg);
        break;
    case RUNS: a4nn_replay_report_runs(replay, stdout, s->encoding); break;
    case PART: a4nn_replay_part_write(replay, stdout); break;
    case CURVES:
        if (a4nn_replay_report_curves(replay, &s->sweep, s->baseline, stdout, s->encoding, &err) <
            0)
            a4nn_die(A4NN_TROUBLE, "%s", err.msg);
        break;
    case ADVICE: status = advise(replay, s); break;
    }
    if (a4nn_replay_failed(replay, &err)) /* reading them again; a part now lacks its end */
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    return diag->errors > 0 ? A4NN_TROUBLE : status;
}

/* When all is printed, so that nobody who reads it waits for a database. The status to end with. */
static int
keep_decisions(const struct setup *s, const struct a4nn_diag *diag, int status)
{
    if (s->keep == NULL || !s->decides)
        return status;
    fflush(stdout);
    a4nn_replay_keep_decisions(s->keep, 0);
    return diag->errors > 0 ? A4NN_TROUBLE : status;
}

/* ---- options ---- */

static void
take_output(struct setup *s, const char *arg)
{
    int encoding = a4nn_encoding_find(arg);

    if (encoding < 0)
        a4nn_die(A4NN_TROUBLE, "--output: not csv, jsonl or table: '%s'", arg);
    s->encoding = (enum a4nn_encoding)encoding;
}

static void
take_format(struct setup *s, const char *arg)
{
    if ((s->reader.format = a4nn_log_format_find(arg)) == NULL)
        a4nn_die(A4NN_TROUBLE, "--format: unknown: '%s' (a4nn-log --list-formats)", arg);
}

static void
take_scale(struct setup *s, const char *arg)
{
    if ((s->replay.kind.scale = a4nn_scale_find(arg)) == A4NN_SCALE_UNKNOWN)
        a4nn_die(A4NN_TROUBLE, "--scale: not percent, fraction, loss or signed: '%s'", arg);
}

static void
take_schedule(struct setup *s, const char *arg)
{
    struct a4nn_err err;

    if (a4nn_schedule_parse(arg, &s->schedule, &err) < 0)
        a4nn_die(A4NN_TROUBLE, "--schedule: %s", err.msg);
    s->replay.schedule = &s->schedule;
    s->replay.schedule_spec = arg;
}

static void
take_policy(struct setup *s, const char *arg)
{
    s->policies = a4nn_xgrow(s->policies, s->replay.npolicies, &s->cap, sizeof *s->policies);
    s->policies[s->replay.npolicies++] = arg;
    s->replay.policies = s->policies;
}

/* saved=PERCENT or error=POINTS */
static void
take_goal(struct setup *s, const char *arg)
{
    const char *value = strchr(arg, '=');
    bool savings = strncmp(arg, "saved=", 6) == 0, error = strncmp(arg, "error=", 6) == 0;
    double x = NAN;

    if ((!savings && !error) || !a4nn_number_parse(value + 1, strlen(value + 1), &x) ||
        !(x > 0 && x < (savings ? 100 : 1e12)))
        a4nn_die(A4NN_TROUBLE, "--advise: not saved=PERCENT or error=POINTS: '%s'", arg);
    s->goal = (struct a4nn_advice_goal){error, savings ? x / 100 : x};
    s->output = ADVICE;
}

/* A number of bytes, K, M or G. */
static size_t
take_size(const char *arg)
{
    double size;
    size_t used = a4nn_number_scan(arg, strlen(arg), &size);
    const char *units = "KMG",
               *unit = used > 0 && arg[used] != '\0' ? strchr(units, arg[used]) : NULL;

    if (unit != NULL && arg[used + 1] == '\0')
        size *= 1 << 10 * (unit - units + 1);
    else if (used == 0 || arg[used] != '\0')
        size = NAN;
    if (!(size >= 1 && size <= 1e12))
        a4nn_die(A4NN_TROUBLE, "--buffer-size: not a size as 64M: '%s'", arg);
    return (size_t)size;
}

static void
take_usual(struct setup *s)
{
    size_t n, i;
    const char *const *usual = a4nn_sweep_usual(&n);

    for (i = 0; i < n; i++)
        take_policy(s, usual[i]);
}

/* A sweep tries its rules, and beside them those that were asked for. */
static void
take_sweep(struct setup *s)
{
    size_t i;

    a4nn_sweep_rules(&s->sweep);
    for (i = 0; i < s->replay.npolicies; i++)
        a4nn_sweep_policy(&s->sweep, s->policies[i]);
    s->replay.npolicies = 0;
    for (i = 0; i < s->sweep.n; i++)
        take_policy(s, s->sweep.point[i].policy);
}

/* What concerns the replay and not what is made of it; false: another option. */
static bool
replay_option(struct setup *s, int code, const char *arg)
{
    switch (code) {
    case ADVISE: take_goal(s, arg); break;
    case COMPARE: s->compare = true; break;
    case CURVE: s->output = CURVES; break;
    case 'c': s->replay.collection = arg; break;
    case 'E':
        s->replay.epochs = s->reader.select.epochs = a4nn_cli_number(&cli, code, arg, 1e-6, 1e12);
        break;
    case 'f': take_format(s, arg); break;
    case 'H':
        s->history = true;
        s->keeping.history = arg;
        break;
    case 'M': s->replay.forecaster = arg; break;
    case 'm': s->reader.select.metric = arg; break;
    case MAX: s->replay.kind.mode = s->reader.select.mode = A4NN_MAX; break;
    case MIN: s->replay.kind.mode = s->reader.select.mode = A4NN_MIN; break;
    case 'R': take_policy(s, arg); break;
    case 'r': s->reader.run = arg; break;
    case SCALE: take_scale(s, arg); break;
    case SCHEDULE: take_schedule(s, arg); break;
    default: return false;
    }
    s->replays = true;
    return true;
}

static int
take_options(struct setup *s, int argc, char **argv)
{
    const char *arg;
    int code, first;

    while ((code = a4nn_cli_next(&cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        if (!replay_option(s, code, arg))
            switch (code) {
            case 'j':
                s->replay.jobs = (unsigned)a4nn_cli_count(&cli, code, arg, 1, MAX_JOBS);
                break;
            case MERGE: s->merge = true; break;
            case NO_BASELINE: s->baseline = false; break;
            case NO_KEEP: s->keeping.only_read = true; break;
            case 'o': take_output(s, arg); break;
            case PARTIAL: s->output = PART; break;
            case PER_RUN: s->output = RUNS; break;
            case 'q': a4nn_verbosity = 0; break;
            case 'S': s->replay.buffer = take_size(arg); break;
            }
    if (s->merge && s->replays)
        a4nn_die(A4NN_TROUBLE, "--merge: the parts hold what was decided: no rules, no options "
                               "about runs and metrics");
    if (s->keeping.only_read && !s->history)
        a4nn_die(A4NN_TROUBLE, "--no-keep goes with --history");
    s->decides =
        (s->replay.npolicies > 0 || !s->compare) && s->output != CURVES && s->output != ADVICE;
    if (s->compare)
        take_usual(s);
    if (s->output == CURVES || s->output == ADVICE)
        take_sweep(s);
    else if (!s->merge && s->replay.npolicies == 0)
        take_policy(s, "");
    return first;
}

int
main(int argc, char **argv)
{
    struct a4nn_diag diag = a4nn_program_diag();
    struct a4nn_strmap said = {0};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct setup s = {
        .replay = {.epochs = NAN,
                   .jobs = processors > 0 && processors < MAX_JOBS ? (unsigned)processors : 1,
                   .diag = &diag},
        .reader = {.select = {.epochs = NAN, .said = &said}, .record = on_record, .diag = &diag},
        .encoding = A4NN_TABLE,
        .baseline = true};
    struct a4nn_replay *replay;
    struct a4nn_err err;
    int first, status;

    a4nn_program_begin("a4nn-replay");
    first = take_options(&s, argc, argv);
    s.replay.past = s.past = a4nn_past_new();
    if ((replay = a4nn_replay_new(&s.replay, &err)) == NULL)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    if (s.merge)
        merge(replay, argv + first, argc - first, &diag);
    else
        read_logs(replay, &s, argv + first, argc - first);
    status = print(replay, &s, &diag);
    status = keep_decisions(&s, &diag, status);
    a4nn_replay_keep_free(s.keep);
    a4nn_replay_free(replay);
    a4nn_past_free(s.past);
    a4nn_strmap_release(&said);
    a4nn_sweep_release(&s.sweep);
    free(s.policies);
    return a4nn_program_end(status);
}
