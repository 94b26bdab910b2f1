/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a4nn-fit: observations to fitted curves, per run and family, for the whole run or every prefix.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cli.h"
#include "fit.h"
#include "input.h"
#include "log/reader.h"
#include "number.h"
#include "observation.h"
#include "program.h"
#include "scale.h"
#include "stream.h"
#include "xalloc.h"

enum { ALL_MODELS = 256, LIST_MODELS, PREFIXES, BOUNDS, MAX_FAMILIES = 64 };

static const struct a4nn_option options[] = {
    {ALL_MODELS, "all-models", NULL, "fit every family", NULL},
    {BOUNDS, "bounds", "PAR=LO:HI", "bounds of a parameter in place of the family's own", NULL},
    A4NN_OPTION_FORMAT,
    {LIST_MODELS, "list-models", NULL, "list the families with formula, bounds and source, and end",
     NULL},
    {'M', "model", "FAMILY", "family to fit; may be repeated (default: penguin)", NULL},
    A4NN_OPTION_METRIC,
    A4NN_OPTION_MAX,
    A4NN_OPTION_MIN,
    {'n', "min-points", "N", "points a fit needs at least (default: 4)", NULL},
    A4NN_OPTION_OUTPUT("as the input"),
    {PREFIXES, "prefixes", NULL, "fit after every epoch, not only the last", NULL},
    A4NN_OPTION_QUIET,
    A4NN_OPTION_RUN,
    A4NN_OPTION_SCALE,
    {0},
};

static const struct a4nn_cli cli = {
    .program = "a4nn-fit",
    .operands = "[file|folder|archive ...]",
    .about = "Fit learning curves by least squares.",
    .options = options,
    .more = "Input: observations (a4nn-log) or training logs.\n"
            "Status: 0 done, 1 nothing could be fitted, 2 trouble.\n",
};

/* A run: its curve, and the newest record, which the fit's fields are added to. */
struct run {
    struct a4nn_curve curve;
    struct a4nn_record last;
};

struct job {
    const struct a4nn_family *family[MAX_FAMILIES];
    size_t families, min_points;
    struct a4nn_fit_opts opts;
    struct a4nn_input in;
    bool prefixes;
    struct a4nn_reader *reader;
    struct a4nn_stream_writer *writer;
    struct a4nn_strmap runs;
    struct run *run;
    size_t cap_run;
    double *x, *y; /* points of the run at hand */
    size_t cap_points;
    unsigned long fitted;
};

/* The fit is made in points where the metric is a share, so that a is the accuracy in percent. */
static struct a4nn_points
points_of(const struct job *job, const struct run *run)
{
    struct a4nn_metric metric = a4nn_input_metric(&job->in, &run->last);
    double smallest = HUGE_VAL, largest = -HUGE_VAL;
    size_t i;

    for (i = 0; i < run->curve.n; i++)
        if (isfinite(run->curve.value[i])) {
            smallest = fmin(smallest, run->curve.value[i]);
            largest = fmax(largest, run->curve.value[i]);
        }
    return a4nn_points_make(metric.mode, metric.scale, smallest, largest);
}

static void
collect(struct job *job, const struct run *run)
{
    struct a4nn_points points = points_of(job, run);
    size_t i;

    if (job->cap_points < run->curve.n) {
        job->cap_points = run->curve.cap;
        job->x = a4nn_xreallocarray(job->x, job->cap_points, sizeof *job->x);
        job->y = a4nn_xreallocarray(job->y, job->cap_points, sizeof *job->y);
    }
    for (i = 0; i < run->curve.n; i++) {
        job->x[i] = run->curve.epoch[i];
        job->y[i] = a4nn_to_points(&points, run->curve.value[i]);
    }
}

/* Too few points, or such that overflow, leave no numbers that would mean something. */
static bool
has_numbers(const struct a4nn_fit_result *fit)
{
    bool finite = fit->status != A4NN_FIT_TOO_FEW && isfinite(fit->rss);
    size_t i;

    for (i = 0; finite && i < fit->family->npar; i++)
        finite = isfinite(fit->par[i]);
    return finite;
}

static void
set_fit(struct a4nn_record *r, const struct a4nn_fit_result *fit)
{
    size_t i;

    a4nn_record_unset(r, A4NN_FIT_FIELDS | A4NN_FORECAST_FIELDS);
    a4nn_record_set_text(r, A4NN_FIT, a4nn_fit_status_name(fit->status));
    a4nn_record_set_num(r, A4NN_N, (double)fit->n);
    if (!has_numbers(fit))
        return;
    for (i = 0; i < fit->family->npar; i++) {
        a4nn_record_set_num(r, (enum a4nn_field)(A4NN_A + i), fit->par[i]);
        a4nn_record_set_num(r, (enum a4nn_field)(A4NN_A_SE + i), fit->se[i]);
    }
    a4nn_record_set_num(r, A4NN_RSS, fit->rss);
    a4nn_record_set_num(r, A4NN_AICC, fit->aicc);
}

static void
begin_output(struct job *job, const struct a4nn_record *first)
{
    enum a4nn_encoding encoding = a4nn_input_encoding(&job->in, job->reader);
    uint64_t columns = ((first->set | a4nn_reader_columns(job->reader)) & A4NN_OBSERVATION_FIELDS) |
                       A4NN_FIT_FIELDS;
    size_t npar = 0, i;

    for (i = 0; i < job->families; i++)
        npar = job->family[i]->npar > npar ? job->family[i]->npar : npar;
    for (i = npar; i < A4NN_MAX_PAR; i++)
        columns &= ~(A4NN_BIT(A4NN_A + i) | A4NN_BIT(A4NN_A_SE + i));
    if (encoding == A4NN_TABLE)
        columns &= ~A4NN_BIT(A4NN_TIME);
    job->writer = a4nn_stream_writer_new(stdout, encoding, columns);
}

static void
fit_run(struct job *job, struct run *run)
{
    struct a4nn_fit_result fit = {0};
    struct a4nn_err err;
    size_t i;

    collect(job, run);
    if (job->writer == NULL)
        begin_output(job, &run->last);
    for (i = 0; i < job->families; i++) {
        int answer = a4nn_fit(job->family[i], job->x, job->y, run->curve.n, &job->opts, &fit, &err);
        if (answer < 0)
            a4nn_die(A4NN_TROUBLE, "--bounds: %s", err.msg);
        if (fit.n < job->min_points)
            fit.status = A4NN_FIT_TOO_FEW;
        fit.family = job->family[i];
        job->fitted += fit.status == A4NN_FIT_OK;
        set_fit(&run->last, &fit);
        a4nn_record_set_text(&run->last, A4NN_FAMILY, job->family[i]->name);
        a4nn_stream_write(job->writer, &run->last);
    }
}

static int
on_record(void *arg, struct a4nn_record *record)
{
    struct job *job = arg;
    const uint64_t which = A4NN_BIT(A4NN_RUN) | A4NN_BIT(A4NN_TASK) | A4NN_BIT(A4NN_METRIC);
    struct a4nn_buf key = {0};
    struct run *run;
    bool added;
    size_t i;

    a4nn_record_key(record, which, &key);
    i = a4nn_strmap_put(&job->runs, key.data, &added);
    a4nn_buf_release(&key);
    if (added) {
        job->run = a4nn_xgrow(job->run, i, &job->cap_run, sizeof *job->run);
        job->run[i] = (struct run){.last = {0}};
    }
    run = &job->run[i];
    a4nn_curve_add(&run->curve, record->num[A4NN_EPOCH], record->num[A4NN_VALUE], NAN, NULL);
    a4nn_record_release(&run->last);
    a4nn_record_copy(&run->last, record);
    if (job->prefixes)
        fit_run(job, run);
    return ferror(stdout);
}

static void
on_pause(void *arg)
{
    a4nn_stream_pause(((struct job *)arg)->writer);
}

static void
list_models(void)
{
    char lo[32], hi[32];
    size_t count, i, k;
    const struct a4nn_family *f = a4nn_families(&count);

    for (i = 0; i < count; i++) {
        printf("%-12s y = %s\n", f[i].name, f[i].formula);
        printf("%-12s ", "");
        for (k = 0; k < f[i].npar; k++)
            printf("%s in [%s, %s]%s", f[i].par[k], a4nn_number_format(lo, f[i].lo[k]),
                   a4nn_number_format(hi, f[i].hi[k]), k + 1 < f[i].npar ? ", " : "\n");
        printf("%-12s %s\n", "", f[i].source);
    }
}

static void
add_family(struct job *job, const char *name)
{
    const struct a4nn_family *family = a4nn_family_find(name);

    if (family == NULL)
        a4nn_die(A4NN_TROUBLE, "--model: unknown: '%s' (see --list-models)", name);
    if (job->families == MAX_FAMILIES)
        a4nn_die(A4NN_TROUBLE, "--model: more than %d", MAX_FAMILIES);
    job->family[job->families++] = family;
}

/* "a=0.5:200": either side of the colon may be empty. */
static void
set_bounds(struct job *job, const char *arg)
{
    size_t par = (size_t)(arg[0] - 'a');
    const char *colon = strchr(arg, ':');
    double lo = NAN, hi = NAN;
    bool good = par < A4NN_MAX_PAR && arg[1] == '=' && colon != NULL;

    if (good && colon > arg + 2)
        good = a4nn_number_parse(arg + 2, (size_t)(colon - arg) - 2, &lo) && !isnan(lo);
    if (good && colon[1] != '\0')
        good = a4nn_number_parse(colon + 1, strlen(colon + 1), &hi) && !isnan(hi);
    if (!good)
        a4nn_die(A4NN_TROUBLE, "--bounds: not PAR=LO:HI with PAR a to d: '%s'", arg);
    if (!isnan(lo))
        job->opts.lo[par] = lo;
    if (!isnan(hi))
        job->opts.hi[par] = hi;
}

static void
all_models(struct job *job)
{
    size_t count, i;
    const struct a4nn_family *f = a4nn_families(&count);

    job->families = 0;
    for (i = 0; i < count; i++)
        add_family(job, f[i].name);
}

static void
release(struct job *job)
{
    size_t i;

    for (i = 0; i < job->runs.n; i++) {
        a4nn_curve_release(&job->run[i].curve);
        a4nn_record_release(&job->run[i].last);
    }
    free(job->run);
    free(job->x);
    free(job->y);
    a4nn_strmap_release(&job->runs);
    a4nn_stream_writer_free(job->writer);
    a4nn_reader_free(job->reader);
    a4nn_input_release(&job->in);
}

int
main(int argc, char **argv)
{
    struct job job = {.min_points = 4};
    int code, first, status;
    const char *arg;
    size_t i;

    a4nn_program_begin("a4nn-fit");
    a4nn_input_init(&job.in);
    a4nn_fit_opts_init(&job.opts);
    while ((code = a4nn_cli_next(&cli, argc, argv, &arg, &first)) != A4NN_CLI_END)
        switch (code) {
        case ALL_MODELS: all_models(&job); break;
        case BOUNDS: set_bounds(&job, arg); break;
        case LIST_MODELS: list_models(); return a4nn_program_end(A4NN_OK);
        case 'M': add_family(&job, arg); break;
        case 'n': job.min_points = (size_t)a4nn_cli_count(&cli, code, arg, 2, 1000000); break;
        case PREFIXES: job.prefixes = true; break;
        default: a4nn_input_option(&job.in, &cli, code, arg);
        }
    if (job.families == 0)
        add_family(&job, "penguin");
    job.in.reader.record = on_record;
    job.in.reader.pause = on_pause;
    job.in.reader.arg = &job;
    job.reader = a4nn_reader_new(&job.in.reader);
    a4nn_reader_read(job.reader, argv + first, argc - first);
    for (i = 0; i < job.runs.n && !job.prefixes; i++)
        fit_run(&job, &job.run[i]);
    status = job.in.diag.errors > 0 ? A4NN_TROUBLE : job.fitted > 0 ? A4NN_OK : A4NN_NO;
    release(&job);
    return a4nn_program_end(status);
}
