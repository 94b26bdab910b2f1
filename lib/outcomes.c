/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outcomes.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

/* From a 90 % interval, and from an expected absolute error, to a normal standard deviation. */
static const double of_width = 1 / (2 * A4NN_TO_INTERVAL), of_error = 1.2533141373155003;

/* ---- one task and metric ---- */

static int
agree(struct a4nn_outcomes *o, const char *task, const char *metric, enum a4nn_mode mode,
      struct a4nn_err *err)
{
    struct a4nn_buf kind = {0};
    int result = 0;

    a4nn_buf_addf(&kind, "task '%.200s', metric '%.200s'", task, metric);
    if (mode == A4NN_MODE_UNKNOWN)
        result =
            a4nn_err_set(err, "is more or less of '%.200s' better? say --max or --min", metric);
    else if (o->kind == NULL)
        o->kind = a4nn_xstrdup(kind.data);
    else if (strcmp(o->kind, kind.data) != 0)
        result =
            a4nn_err_set(err, "results of %s and of %s: name one task with -t", o->kind, kind.data);
    if (result == 0) {
        o->mode = mode;
        a4nn_xreplace(&o->measured, metric);
    }
    a4nn_buf_release(&kind);
    return result;
}

static struct a4nn_outcome *
outcome_of(struct a4nn_outcomes *o, const char *name)
{
    bool added;
    size_t i = a4nn_strmap_put(&o->runs, name, &added), k;

    if (added) {
        o->run = a4nn_xgrow(o->run, i, &o->cap, sizeof *o->run);
        o->run[i] = (struct a4nn_outcome){.state = A4NN_RESULT_PENDING,
                                          .value = NAN,
                                          .epoch = NAN,
                                          .epochs = NAN,
                                          .last = NAN,
                                          .forecast = NAN,
                                          .low = NAN,
                                          .high = NAN,
                                          .expected_error = NAN};
        if (o->objectives > 0)
            o->run[i].cost = a4nn_xcalloc(o->objectives, sizeof *o->run[i].cost);
        for (k = 0; k < o->objectives; k++)
            o->run[i].cost[k] = NAN;
    }
    return &o->run[i];
}

/* Of a whole proposal, as a4nn-steer prints it and a training may have got it, what is in it. */
static struct a4nn_json *
inner_config(struct a4nn_json *config)
{
    const struct a4nn_json *inner = a4nn_json_get(config, "config");
    struct a4nn_json *copy;

    if (a4nn_json_kind(inner) != A4NN_JSON_OBJECT || a4nn_json_get(config, "run") == NULL)
        return config;
    copy = a4nn_json_copy(inner);
    a4nn_json_free(config);
    return copy;
}

static void
set_config(struct a4nn_outcome *r, struct a4nn_json *config)
{
    if (a4nn_json_kind(config) != A4NN_JSON_OBJECT) {
        a4nn_json_free(config);
        return;
    }
    a4nn_json_free(r->config);
    r->config = inner_config(config);
}

/* ---- streams ---- */

static void
take_forecast(struct a4nn_outcome *r, double forecast, double low, double high, double error)
{
    if (!isfinite(forecast))
        return;
    r->forecast = forecast;
    r->low = low;
    r->high = high;
    r->expected_error = error;
}

static void
take_verdict(struct a4nn_outcome *r, const char *verdict, const char *reason)
{
    if (strcmp(verdict, "stop") != 0)
        return;
    r->stopped = true;
    r->diverged = r->diverged || strstr(reason, "diverged") != NULL;
}

/* What the record states of the objectives: the last one counts. */
static void
take_costs(const struct a4nn_outcomes *o, struct a4nn_outcome *r, const struct a4nn_json *stated)
{
    size_t k;

    for (k = 0; k < o->objectives; k++) {
        double cost = a4nn_objective_in(&o->objective[k], stated);
        if (!isnan(cost))
            r->cost[k] = cost;
    }
}

int
a4nn_outcomes_record(struct a4nn_outcomes *o, const struct a4nn_record *record, enum a4nn_mode mode,
                     struct a4nn_err *err)
{
    const char *task = a4nn_record_text(record, A4NN_TASK, o->task != NULL ? o->task : "");
    const struct a4nn_json *config = a4nn_json_get(record->extra, "config");
    const char *status = a4nn_json_string(a4nn_json_get(record->extra, "status"));
    struct a4nn_outcome *r;

    if (o->task != NULL && strcmp(task, o->task) != 0)
        return 0;
    if (agree(o, task, a4nn_record_text(record, A4NN_METRIC, ""), mode, err) < 0)
        return -1;
    r = outcome_of(o, a4nn_record_text(record, A4NN_RUN, ""));
    if (config != NULL)
        set_config(r, a4nn_json_copy(config));
    if (status != NULL)
        a4nn_xreplace(&r->status, status);
    take_costs(o, r, record->extra);
    r->epoch = a4nn_record_num(record, A4NN_EPOCH);
    r->last = a4nn_record_num(record, A4NN_VALUE);
    if (isfinite(a4nn_record_num(record, A4NN_EPOCHS)))
        r->epochs = a4nn_record_num(record, A4NN_EPOCHS);
    take_forecast(r, a4nn_record_num(record, A4NN_FORECAST), a4nn_record_num(record, A4NN_LOW),
                  a4nn_record_num(record, A4NN_HIGH), a4nn_record_num(record, A4NN_EXPECTED_ERROR));
    take_verdict(r, a4nn_record_text(record, A4NN_VERDICT, ""),
                 a4nn_record_text(record, A4NN_REASON, ""));
    return 0;
}

/* ---- what became of them ---- */

/* How uncertain the forecast says it is; 0: it does not say. */
static double
spread_of(const struct a4nn_outcome *r)
{
    if (isfinite(r->high - r->low))
        return fabs(r->high - r->low) * of_width;
    return isfinite(r->expected_error) ? fabs(r->expected_error) * of_error : 0;
}

static void
settle_stopped(struct a4nn_outcome *r)
{
    r->state = A4NN_RESULT_VALUE;
    r->value = isfinite(r->forecast) ? r->forecast : r->last;
    r->sd = isfinite(r->forecast) ? spread_of(r) : 0;
}

/* It counts with its forecast so far if this says how uncertain it is. */
static void
settle_running(struct a4nn_outcome *r)
{
    r->sd = isfinite(r->forecast) ? spread_of(r) : 0;
    r->value = r->sd > 0 ? r->forecast : NAN;
}

static void
settle(struct a4nn_outcome *r)
{
    const char *status = r->status != NULL ? r->status : "";
    bool all = isnan(r->epochs) || r->epoch >= r->epochs;

    if (strcmp(status, "failed") == 0 || r->diverged || (!isnan(r->epoch) && !isfinite(r->last))) {
        r->state = A4NN_RESULT_FAILED;
    } else if (strcmp(status, "complete") == 0 || (status[0] == '\0' && all && !r->stopped)) {
        r->state = A4NN_RESULT_VALUE;
        r->value = r->last;
    } else if (!isnan(r->epochs) && all) {
        r->state = A4NN_RESULT_VALUE;
        r->value = r->last;
    } else if (strcmp(status, "open") != 0 && (status[0] != '\0' || r->stopped)) {
        settle_stopped(r);
    } else {
        settle_running(r);
    }
    if (r->state == A4NN_RESULT_VALUE && !isfinite(r->value))
        r->state = A4NN_RESULT_FAILED;
}

void
a4nn_outcomes_settle(struct a4nn_outcomes *o)
{
    size_t i;

    for (i = 0; i < o->runs.n; i++)
        settle(&o->run[i]);
}

/* ---- the database ---- */

struct reading {
    struct a4nn_outcomes *outcomes;
    struct a4nn_db *db;
    struct a4nn_err *err;
    struct a4nn_outcome *run;
    bool failed;
};

static int
on_forecast(void *arg, const struct a4nn_history_forecast *f)
{
    struct reading *reading = arg;

    take_forecast(reading->run, f->forecast, f->low, f->high, f->expected_error);
    take_verdict(reading->run, f->verdict != NULL ? f->verdict : "",
                 f->reason != NULL ? f->reason : "");
    return 0;
}

static void
take_facts(const struct a4nn_outcomes *o, struct a4nn_outcome *r, const struct a4nn_facts *facts)
{
    size_t k;

    for (k = 0; k < o->objectives; k++) {
        int fact = a4nn_fact_find(o->objective[k].name);
        if (fact >= 0 && isfinite(facts->num[fact]))
            r->cost[k] = facts->num[fact];
    }
}

static int
on_run(void *arg, const struct a4nn_history_run *run)
{
    struct reading *reading = arg;
    const char *status = run->facts.text[A4NN_FACT_STATUS];
    const char *config = run->facts.text[A4NN_FACT_CONFIG];
    struct a4nn_outcome *r;
    struct a4nn_err err;

    if (agree(reading->outcomes, run->task != NULL ? run->task : "",
              run->metric != NULL ? run->metric : "", run->mode, reading->err) < 0) {
        reading->failed = true;
        return 1;
    }
    reading->run = r = outcome_of(reading->outcomes, run->name != NULL ? run->name : "");
    if (config != NULL)
        set_config(r, a4nn_json_parse(config, strlen(config), NULL, &err));
    a4nn_xreplace(&r->status, status != NULL ? status : "open");
    r->epoch = run->last_epoch;
    r->last = run->last_value;
    r->epochs = run->epochs;
    take_facts(reading->outcomes, r, &run->facts);
    if (strcmp(r->status, "complete") == 0)
        return 0;
    reading->failed =
        a4nn_history_forecasts(reading->db, run->id, on_forecast, reading, reading->err) < 0;
    return reading->failed;
}

int
a4nn_outcomes_history(struct a4nn_outcomes *o, struct a4nn_db *db, struct a4nn_err *err)
{
    struct a4nn_history_which which = {.task = o->task, .metric = o->metric};
    struct reading reading = {.outcomes = o, .db = db, .err = err};

    if (a4nn_history_runs(db, &which, on_run, &reading, err) < 0)
        return -1;
    return reading.failed ? -1 : 0;
}

void
a4nn_outcomes_release(struct a4nn_outcomes *o)
{
    size_t i;

    for (i = 0; i < o->runs.n; i++) {
        a4nn_json_free(o->run[i].config);
        free(o->run[i].status);
        free(o->run[i].cost);
    }
    free(o->run);
    free(o->kind);
    free(o->measured);
    a4nn_strmap_release(&o->runs);
    *o = (struct a4nn_outcomes){0};
}
