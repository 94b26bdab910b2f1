/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * history_run FORECASTER PAST [together]: forecasts the runs of the stream on standard input, each
 * as if it were the only one or together, with the complete runs of the stream PAST as history.
 *
 * history_run -t RUNS EPOCHS: the time until the first forecast with so many made-up runs.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "past.h"
#include "session.h"
#include "stream.h"
#include "strmap.h"
#include "xalloc.h"

static void
fail(const char *what, const char *why)
{
    fprintf(stderr, "history_run: %s: %s\n", what, why);
    exit(2);
}

/* ---- reading the past ---- */

struct training {
    char *task, *metric;
    double epochs;
    struct a4nn_curve curve;
};

struct trainings {
    struct a4nn_strmap name;
    struct training *training;
    size_t cap;
};

static int
collect(void *arg, struct a4nn_record *r)
{
    struct trainings *all = arg;
    bool added;
    size_t i = a4nn_strmap_put(&all->name, a4nn_record_text(r, A4NN_RUN, ""), &added);

    if (added) {
        all->training = a4nn_xgrow(all->training, i, &all->cap, sizeof *all->training);
        all->training[i] = (struct training){a4nn_xstrdup(a4nn_record_text(r, A4NN_TASK, "")),
                                             a4nn_xstrdup(a4nn_record_text(r, A4NN_METRIC, "")),
                                             a4nn_record_num(r, A4NN_EPOCHS),
                                             {0}};
    }
    a4nn_curve_add(&all->training[i].curve, r->num[A4NN_EPOCH], r->num[A4NN_VALUE], NAN, NULL);
    return 0;
}

static void
read_stream(FILE *in, int (*record)(void *arg, struct a4nn_record *record), void *arg)
{
    static struct a4nn_diag quiet;
    struct a4nn_stream_reader *reader = a4nn_stream_reader_new(record, arg, &quiet, "-", "");
    char bytes[65536];
    size_t n;

    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        a4nn_stream_feed(reader, bytes, n);
    a4nn_stream_finish(reader);
    a4nn_stream_reader_free(reader);
}

static struct a4nn_past *
read_past(const char *path)
{
    struct a4nn_past *past = a4nn_past_new();
    struct trainings all = {0};
    FILE *in = fopen(path, "r");
    size_t i;

    if (in == NULL)
        fail(path, "cannot be read");
    read_stream(in, collect, &all);
    fclose(in);
    for (i = 0; i < all.name.n; i++) {
        struct training *t = &all.training[i];
        const struct a4nn_past_run run = {.task = t->task,
                                          .metric = t->metric,
                                          .epochs = t->epochs,
                                          .epoch = t->curve.epoch,
                                          .value = t->curve.value,
                                          .n = t->curve.n};
        a4nn_past_add(past, &run);
        free(t->task);
        free(t->metric);
        a4nn_curve_release(&t->curve);
    }
    free(all.training);
    a4nn_strmap_release(&all.name);
    return past;
}

/* ---- forecasting ---- */

struct job {
    struct a4nn_policy_opts opts;
    struct a4nn_strmap name;
    struct a4nn_policy **policy; /* one a run, or one in all */
    bool together;
    size_t cap;
    struct a4nn_stream_writer *out;
};

static int
answer(void *arg, struct a4nn_record *r)
{
    struct job *job = arg;
    struct a4nn_err err;
    bool added;
    size_t i = a4nn_strmap_put(&job->name,
                               job->together ? "all" : a4nn_record_text(r, A4NN_RUN, ""), &added);

    if (added) {
        job->policy = a4nn_xgrow(job->policy, i, &job->cap, sizeof(struct a4nn_policy *));
        job->policy[i] = a4nn_policy_new(&job->opts, &err);
        if (job->policy[i] == NULL)
            fail("policy", err.msg);
    }
    a4nn_policy_feed(job->policy[i], r);
    a4nn_stream_write(job->out, r);
    return 0;
}

static void
forecast(const char *forecaster, const struct a4nn_past *past, bool together)
{
    struct job job = {
        .opts = {.forecaster = forecaster, .epochs = NAN, .explain_at = NAN, .past = past},
        .together = together};
    size_t i;

    job.out =
        a4nn_stream_writer_new(stdout, A4NN_CSV, A4NN_OBSERVATION_FIELDS | A4NN_FORECAST_FIELDS);
    read_stream(stdin, answer, &job);
    a4nn_stream_writer_free(job.out);
    for (i = 0; i < job.name.n; i++)
        a4nn_policy_free(job.policy[i]);
    free(job.policy);
    a4nn_strmap_release(&job.name);
}

/* ---- the time it takes ---- */

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A made-up curve; `i` varies where it ends and how fast. */
static void
make_curve(size_t i, double *epoch, double *value, size_t n)
{
    size_t k;

    for (k = 0; k < n; k++) {
        double x = (double)(k + 1) / (double)n;
        epoch[k] = (double)(k + 1);
        value[k] = 60 + (double)(i * 7919 % 300) / 10 - 40 * exp(-x * (3 + (double)(i % 13))) +
                   sin((double)(i * 31 + k * 17));
    }
}

static void
measure(size_t runs, size_t n)
{
    double *epoch = a4nn_xcalloc(n, sizeof *epoch), *value = a4nn_xcalloc(n, sizeof *value);
    struct a4nn_past *past = a4nn_past_new();
    struct a4nn_policy_opts opts = {.epochs = NAN, .explain_at = NAN, .past = past};
    struct a4nn_record r = {0};
    struct a4nn_policy *policy;
    struct a4nn_err err;
    double begun = seconds(), added, first;
    size_t i;

    for (i = 0; i < runs; i++) {
        const struct a4nn_past_run run = {.task = "t",
                                          .metric = "val_acc",
                                          .epochs = (double)n,
                                          .epoch = epoch,
                                          .value = value,
                                          .n = n};
        make_curve(i, epoch, value, n);
        a4nn_past_add(past, &run);
    }
    added = seconds();
    if ((policy = a4nn_policy_new(&opts, &err)) == NULL)
        fail("policy", err.msg);
    a4nn_record_set_text(&r, A4NN_TASK, "t");
    a4nn_record_set_text(&r, A4NN_METRIC, "val_acc");
    a4nn_record_set_num(&r, A4NN_EPOCHS, (double)n);
    make_curve(runs, epoch, value, n);
    for (i = 0, first = 0; i < n; i++) {
        a4nn_record_set_num(&r, A4NN_EPOCH, epoch[i]);
        a4nn_record_set_num(&r, A4NN_VALUE, value[i]);
        a4nn_policy_feed(policy, &r);
        first = i == 0 ? seconds() : first;
    }
    printf("%zu runs of %zu epochs: %.3f s to add them, %.3f s to the first forecast, %.3f s for "
           "all %zu of a run\n",
           runs, n, added - begun, first - added, seconds() - first, n);
    a4nn_record_release(&r);
    a4nn_policy_free(policy);
    a4nn_past_free(past);
    free(epoch);
    free(value);
}

int
main(int argc, char *argv[])
{
    struct a4nn_past *past;

    if (argc == 4 && strcmp(argv[1], "-t") == 0) {
        measure(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
        return 0;
    }
    if (argc != 3 && !(argc == 4 && strcmp(argv[3], "together") == 0)) {
        fputs("usage: history_run FORECASTER PAST [together] < stream\n       history_run -t RUNS "
              "EPOCHS\n",
              stderr);
        return 2;
    }
    past = read_past(argv[2]);
    forecast(argv[1], past, argc == 4);
    a4nn_past_free(past);
    return 0;
}
