/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-predict: observations (or fits, or whole logs) to forecasts and verdicts. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "forecast.h"
#include "history_past.h"
#include "input.h"
#include "json.h"
#include "keeper.h"
#include "log/reader.h"
#include "program.h"
#include "rule.h"
#include "session.h"
#include "stream.h"
#include "xalloc.h"

enum { ALL = 256, AT, EXPLAIN, LIST, MAX_RULES = 16 };

static const struct a4nn_option options[] = {
    {ALL, "all", NULL, "stop when all rules say so at the same epoch (default: any)", NULL},
    {AT, "at", "EPOCH", "explain the answer at this epoch", NULL},
    A4NN_OPTION_EPOCHS,
    {EXPLAIN, "explain", "RUN", "say what the first stop, or the newest answer, of a run rests on",
     NULL},
    A4NN_OPTION_FORMAT,
    {LIST, "list", NULL, "list forecasters and rules with their keys and end", NULL},
    A4NN_OPTION_HISTORY,
    {'M', "forecaster", "SPEC", "forecaster (default: the one that goes with the rules)",
     "words pool ensemble a4nn penguin curve last best given"},
    A4NN_OPTION_METRIC,
    A4NN_OPTION_MAX,
    A4NN_OPTION_MIN,
    A4NN_OPTION_OUTPUT("as the input"),
    A4NN_OPTION_QUIET,
    {'R', "rule", "SPEC", "stopping rule; several: the first that stops (default: converged)",
     "words a4nn penguin converged hopeless patience diverged budget read median asha no-diverged"},
    A4NN_OPTION_RUN,
    A4NN_OPTION_SCALE,
    A4NN_OPTION_SCHEDULE,
    A4NN_OPTION_TASK,
    {'u', "until-stop", NULL, "end at the first stop of any run", NULL},
    {0},
};

static const struct a4nn_cli cli = {
    .program = "a4nn-predict",
    .operands = "[file|folder|archive ...]",
    .about = "Forecast the final value of running trainings, and say when they may be stopped.",
    .options = options,
    .more = "Input: observations (a4nn-log), fits (a4nn-fit --prefixes), or training logs.\n"
            "Status: 0 done; with -u 0 a run may be stopped, 1 the input ended without a stop;\n"
            "with --explain 1 there is no such run; 2 trouble.\n",
};

struct job {
    struct a4nn_policy_opts policy_opts;
    struct a4nn_policy *policy;
    struct a4nn_stream_writer *writer;
    struct a4nn_reader *reader;
    struct a4nn_input in;
    struct a4nn_keeper_opts keeping;
    struct a4nn_keeper *keeper; /* NULL without -H */
    bool until_stop, stopped, for_people;
    struct a4nn_strmap told; /* runs whose first stop has been put into words */
};

/* The policy waits for the first record: fits and forecasts in the input are taken as they are. */
static void
begin(struct job *job, const struct a4nn_record *first)
{
    const uint64_t made = A4NN_BIT(A4NN_FORECAST) | A4NN_BIT(A4NN_LOW) | A4NN_BIT(A4NN_HIGH) |
                          A4NN_BIT(A4NN_EXPECTED_ERROR) | A4NN_BIT(A4NN_VERDICT) |
                          A4NN_BIT(A4NN_REASON);
    enum a4nn_encoding encoding = a4nn_input_encoding(&job->in, job->reader);
    uint64_t columns = first->set | a4nn_reader_columns(job->reader) | made;
    struct a4nn_err err;

    if (job->policy_opts.forecaster == NULL && a4nn_record_has(first, A4NN_FAMILY))
        job->policy_opts.forecaster = "given";
    job->policy = a4nn_policy_new(&job->policy_opts, &err);
    if (job->policy == NULL)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    if (a4nn_policy_odds(job->policy))
        columns |= A4NN_BIT(A4NN_P_BEAT);
    job->for_people = encoding == A4NN_TABLE;
    if (encoding == A4NN_TABLE) { /* what a person reads; the rest is in the other encodings */
        columns = (first->set | made) &
                  ~(A4NN_BIT(A4NN_TIME) | A4NN_BIT(A4NN_LR) | A4NN_BIT(A4NN_P_BEAT));
        if (!a4nn_policy_odds(job->policy))
            columns &= ~(A4NN_BIT(A4NN_LOW) | A4NN_BIT(A4NN_HIGH) | A4NN_BIT(A4NN_EXPECTED_ERROR));
    }
    job->writer = a4nn_stream_writer_new(stdout, encoding, columns);
}

/* The decision on a run in words, behind the line that holds it. */
static void
tell_stop(struct job *job, const struct a4nn_record *r)
{
    double epochs = a4nn_policy_epochs(job->policy);
    double epoch = r->num[A4NN_EPOCH];
    const char *run = a4nn_record_text(r, A4NN_RUN, "");
    bool first;

    a4nn_strmap_put(&job->told, run, &first);
    if (!first || a4nn_verbosity == 0)
        return;
    fflush(stdout);
    if (epoch < epochs)
        a4nn_warn("run '%s' can stop after epoch %g of %g (%s): %g %% of its epochs saved", run,
                  epoch, epochs, a4nn_record_text(r, A4NN_REASON, ""),
                  floor(1000 * (1 - epoch / epochs) + 0.5) / 10);
    else
        a4nn_warn("run '%s' can stop after epoch %g (%s)", run, epoch,
                  a4nn_record_text(r, A4NN_REASON, ""));
}

/* The further numbers of a log are for the history, which has them now, and not for the output. */
static void
drop_numbers(struct a4nn_record *record)
{
    if (record->extra == NULL)
        return;
    a4nn_json_set(record->extra, "metrics", NULL);
    a4nn_json_set(record->extra, "observations", NULL);
}

static int
on_record(void *arg, struct a4nn_record *record)
{
    struct job *job = arg;
    bool stop, log = a4nn_reader_gives_log(job->reader);

    if (job->keeper != NULL && !a4nn_keeper_meet(job->keeper, record) && log) {
        a4nn_keeper_keep(job->keeper, record);
        return 0;
    }
    if (job->keeper == NULL && job->in.task != NULL &&
        a4nn_record_text(record, A4NN_TASK, "")[0] == '\0')
        a4nn_record_set_text(record, A4NN_TASK, job->in.task);
    if (job->policy == NULL)
        begin(job, record);
    if (job->policy_opts.explain != NULL) {
        a4nn_policy_feed(job->policy, record);
        return 0;
    }
    stop = a4nn_policy_feed(job->policy, record);
    job->stopped = job->stopped || stop;
    if (job->keeper != NULL)
        a4nn_keeper_keep(job->keeper, record);
    if (job->keeper != NULL && log)
        drop_numbers(record);
    a4nn_stream_write(job->writer, record);
    if (stop && job->for_people)
        tell_stop(job, record);
    return ferror(stdout) || (job->until_stop && job->stopped);
}

static void
on_pause(void *arg)
{
    struct job *job = arg;

    a4nn_stream_pause(job->writer);
    if (job->keeper != NULL)
        a4nn_keeper_pause(job->keeper);
}

static void
list_params(const struct a4nn_param *params, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (params[i].words != NULL)
            printf("    %-10s %s (default %s)\n", params[i].key, params[i].help,
                   params[i].words[(size_t)params[i].def]);
        else if (isnan(params[i].def))
            printf("    %-10s %s\n", params[i].key, params[i].help);
        else
            printf("    %-10s %s (default %g)\n", params[i].key, params[i].help, params[i].def);
}

static int
list(void)
{
    size_t i, count;
    const struct a4nn_forecaster *const *f = a4nn_forecasters(&count);
    const struct a4nn_rule *const *r;

    puts("forecasters (-M):");
    for (i = 0; i < count; i++) {
        printf("  %-12s %s\n", f[i]->name, f[i]->about);
        list_params(f[i]->params, f[i]->nparams);
    }
    puts("rules (-R):");
    r = a4nn_rules(&count);
    for (i = 0; i < count; i++) {
        printf("  %-12s %s\n", r[i]->name, r[i]->about);
        list_params(r[i]->params, r[i]->nparams);
    }
    return a4nn_program_end(A4NN_OK);
}

/* A mistake in -M or -R is reported at once and not with the first record. */
static void
check_specs(const struct a4nn_policy_opts *opts)
{
    struct a4nn_err err;
    struct a4nn_policy *p = a4nn_policy_new(opts, &err);

    if (p == NULL)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    a4nn_policy_free(p);
}

/* Writes what was to be explained; false where there is nothing. */
static bool
explain(const struct job *job)
{
    const struct a4nn_explained *x;
    bool any = false;
    size_t i;

    for (i = 0; job->policy != NULL && (x = a4nn_policy_explained(job->policy, i)) != NULL; i++) {
        if (!a4nn_explained_any(x))
            continue;
        if (job->in.encoding == A4NN_JSONL)
            a4nn_explained_print_json(x, stdout);
        else {
            if (any)
                fputc('\n', stdout);
            a4nn_explained_print(x, stdout);
        }
        any = true;
    }
    if (any)
        return true;
    if (i == 0)
        a4nn_warn("no run '%s' in the input", job->policy_opts.explain);
    else if (isnan(job->policy_opts.explain_at))
        a4nn_warn("run '%s' was not judged", job->policy_opts.explain);
    else
        a4nn_warn("run '%s' was not judged up to epoch %g", job->policy_opts.explain,
                  job->policy_opts.explain_at);
    return false;
}

static int
take_name(void *arg, struct a4nn_record *record)
{
    a4nn_history_meet(arg, record);
    return 0;
}

/* Of files that can be read twice the runs are known before the first is judged. */
static void
read_names(const struct job *job, char *const *operands, int count, struct a4nn_history_keys *names)
{
    struct a4nn_reader_opts opts = job->in.reader;
    struct a4nn_diag silent = {0};
    struct a4nn_strmap said = {0};
    struct a4nn_reader *reader;
    struct stat st;
    int i;

    opts.record = take_name;
    opts.select.all = false;
    opts.pause = NULL;
    opts.arg = names;
    opts.diag = &silent;
    opts.select.said = &said;
    for (i = 0; i < count; i++) {
        if (stat(operands[i], &st) < 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
            continue;
        reader = a4nn_reader_new(&opts);
        a4nn_reader_read(reader, operands + i, 1);
        a4nn_reader_free(reader);
    }
    a4nn_strmap_release(&said);
    a4nn_history_met_all(names);
}

static void
open_history(struct job *job)
{
    struct a4nn_err err;

    job->keeping.history = job->in.history_name;
    job->keeping.task = job->in.task;
    job->keeping.epochs = job->in.epochs;
    job->keeping.mode = job->in.mode;
    job->keeping.diag = &job->in.diag;
    job->keeping.at_end = 30;
    job->keeper = a4nn_keeper_new(&job->keeping);
    if (a4nn_keeper_open(job->keeper, &err) < 0)
        a4nn_die(A4NN_TROUBLE, "%s", err.msg);
    job->policy_opts.past = a4nn_keeper_past(job->keeper);
}

static int
status_of(const struct job *job)
{
    if (job->until_stop && job->stopped)
        return A4NN_OK;
    if (job->in.diag.errors > 0)
        return A4NN_TROUBLE;
    return job->until_stop ? A4NN_NO : A4NN_OK;
}

static void
check_explain(const struct job *job)
{
    if (job->policy_opts.explain == NULL && !isnan(job->policy_opts.explain_at))
        a4nn_die(A4NN_TROUBLE, "--at goes with --explain");
    if (job->policy_opts.explain != NULL && job->until_stop)
        a4nn_die(A4NN_TROUBLE, "--explain and --until-stop exclude each other");
    if (job->policy_opts.explain != NULL && job->in.encoding == A4NN_CSV)
        a4nn_die(A4NN_TROUBLE, "--explain: output as jsonl or table, not csv");
}

int
main(int argc, char **argv)
{
    const char *rules[MAX_RULES], *arg;
    struct job job = {.policy_opts = {.rules = rules, .explain_at = NAN}};
    struct a4nn_history_keys names = {0};
    int code, first, status;

    a4nn_program_begin("a4nn-predict");
    a4nn_input_init(&job.in);
    while ((code = a4nn_cli_next(&cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        switch (code) {
        case ALL: job.policy_opts.all = true; break;
        case AT: job.policy_opts.explain_at = a4nn_cli_number(&cli, code, arg, 0, 1e12); break;
        case EXPLAIN: job.policy_opts.explain = arg; break;
        case LIST: return list();
        case 'M': job.policy_opts.forecaster = arg; break;
        case 'R':
            if (job.policy_opts.nrules == MAX_RULES)
                a4nn_die(A4NN_TROUBLE, "--rule: more than %d", MAX_RULES);
            rules[job.policy_opts.nrules++] = arg;
            break;
        case 'u': job.until_stop = true; break;
        default: a4nn_input_option(&job.in, &cli, code, arg);
        }
    job.policy_opts.epochs = job.in.epochs;
    job.policy_opts.mode = job.in.mode;
    job.policy_opts.scale = job.in.scale;
    job.policy_opts.schedule = job.in.scheduled ? &job.in.schedule : NULL;
    job.policy_opts.diag = &job.in.diag;
    check_specs(&job.policy_opts);
    check_explain(&job);
    job.in.reader.record = on_record;
    job.in.reader.pause = on_pause;
    job.in.reader.arg = &job;
    if (job.in.history) {
        job.in.reader.select.all = true;
        read_names(&job, argv + first, argc - first, &names);
        job.keeping.coming = &names;
        open_history(&job);
    }
    job.reader = a4nn_reader_new(&job.in.reader);
    a4nn_reader_read(job.reader, argv + first, argc - first);
    a4nn_keeper_free(job.keeper);
    status = status_of(&job);
    if (job.policy_opts.explain != NULL && !explain(&job) && status == A4NN_OK)
        status = A4NN_NO;
    a4nn_reader_free(job.reader);
    a4nn_policy_free(job.policy);
    a4nn_stream_writer_free(job.writer);
    a4nn_strmap_release(&job.told);
    a4nn_history_keys_release(&names);
    a4nn_input_release(&job.in);
    return a4nn_program_end(status);
}
