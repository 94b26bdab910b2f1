/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "history_write_parts.h"
#include "json.h"
#include "xalloc.h"

enum { RUNS_KEPT = 1 << 16, TRIES = 10 };

struct a4nn_history_writer *
a4nn_history_writer_new(const struct a4nn_history_write_opts *opts)
{
    struct a4nn_history_writer *w = a4nn_xcalloc(1, sizeof *w);

    w->opts = opts;
    return w;
}

/* ---- runs and metrics ---- */

static size_t
metric_number(struct a4nn_history_writer *w, const char *name)
{
    bool added;
    size_t i = a4nn_strmap_put(&w->metrics, name, &added);

    if (added) {
        w->metric_id = a4nn_xgrow(w->metric_id, i, &w->metric_cap, sizeof *w->metric_id);
        w->metric_id[i] = 0;
    }
    return i;
}

static void
begin_run(struct a4nn_history_writer *w, struct a4nn_waiting_run *run,
          const struct a4nn_record *record, const char *task)
{
    *run = (struct a4nn_waiting_run){.epochs = NAN,
                                     .last = -INFINITY,
                                     .last_stored = -INFINITY,
                                     .first_time = NAN,
                                     .last_time = NAN,
                                     .task = a4nn_xstrdup(task)};
    run->metric = a4nn_xstrdup(a4nn_record_text(record, A4NN_METRIC, ""));
    run->name = a4nn_xstrdup(a4nn_record_text(record, A4NN_RUN, ""));
    run->metric_number = metric_number(w, run->metric);
    a4nn_facts_init(&run->facts);
}

/* The number of the record's run, which from now on has something that waits. */
static size_t
find_run(struct a4nn_history_writer *w, const struct a4nn_record *record)
{
    const uint64_t own = A4NN_BIT(A4NN_METRIC) | A4NN_BIT(A4NN_RUN);
    const char *task = w->opts->task != NULL ? w->opts->task : "";
    struct a4nn_buf key = {0};
    bool added;
    size_t i;

    task = a4nn_record_text(record, A4NN_TASK, task);
    a4nn_record_key(record, own, &key);
    a4nn_buf_adds(&key, task);
    i = a4nn_strmap_put(&w->keys, key.data, &added);
    a4nn_buf_release(&key);
    if (added) {
        w->run = a4nn_xgrow(w->run, i, &w->run_cap, sizeof *w->run);
        begin_run(w, &w->run[i], record, task);
    }
    if (!w->run[i].touched) {
        w->run[i].touched = true;
        w->touched = a4nn_xgrow(w->touched, w->ntouched, &w->touched_cap, sizeof *w->touched);
        w->touched[w->ntouched++] = i;
    }
    return i;
}

/* ---- observations ---- */

static void
observe(struct a4nn_history_writer *w, size_t run, const char *metric, double epoch, double value,
        double time)
{
    struct a4nn_waiting_observation *o;

    w->observation =
        a4nn_xgrow(w->observation, w->observations, &w->observation_cap, sizeof *w->observation);
    o = &w->observation[w->observations++];
    *o =
        (struct a4nn_waiting_observation){.run = run, .epoch = epoch, .value = value, .time = time};
    o->metric = metric_number(w, metric);
    o->again = epoch <= w->run[run].last;
}

static struct a4nn_waiting_forecast *
add_forecast(struct a4nn_history_writer *w)
{
    w->forecast = a4nn_xgrow(w->forecast, w->forecasts, &w->forecast_cap, sizeof *w->forecast);
    return &w->forecast[w->forecasts++];
}

static char
verdict_letter(const char *verdict)
{
    return strcmp(verdict, "stop") == 0 || strcmp(verdict, "continue") == 0 ? verdict[0] : '\0';
}

static void
put_forecast(struct a4nn_history_writer *w, size_t run, const struct a4nn_record *r, bool known)
{
    struct a4nn_waiting_forecast *f = add_forecast(w);

    f->run = run;
    /* a result tells the decision, and the value it ended with */
    f->epoch = a4nn_record_num(r, A4NN_EPOCH);
    a4nn_json_number(a4nn_json_get(r->extra, "stop_epoch"), &f->epoch);
    f->forecast = a4nn_record_written(r, A4NN_FORECAST);
    f->low = a4nn_record_written(r, A4NN_LOW);
    f->high = a4nn_record_written(r, A4NN_HIGH);
    f->expected_error = a4nn_record_written(r, A4NN_EXPECTED_ERROR);
    f->p_beat = a4nn_record_written(r, A4NN_P_BEAT);
    f->verdict = verdict_letter(a4nn_record_text(r, A4NN_VERDICT, ""));
    if (a4nn_record_has(r, A4NN_ACTION))
        f->verdict = 's'; /* what was acted on */
    f->reason = a4nn_strmap_put(&w->reasons, a4nn_record_text(r, A4NN_REASON, ""), NULL);
    f->known = known;
    f->late = false;
}

/* ---- unknown members ---- */

struct taker {
    struct a4nn_history_writer *w;
    size_t run;
    double epoch, time;
};

static void
say_once(struct a4nn_history_writer *w, const char *name, const char *why)
{
    bool added;

    a4nn_strmap_put(&w->said, name, &added);
    if (added)
        a4nn_diag(w->opts->diag, A4NN_WARNING, NULL, 0, "'%.100s' is not kept: %s", name, why);
}

static void
take_fact(struct taker *t, enum a4nn_fact fact, const char *name, const struct a4nn_json *value)
{
    struct a4nn_facts *facts = &t->w->run[t->run].facts;
    const char *text = a4nn_json_string(value);
    struct a4nn_buf dumped = {0};
    double v;

    if (a4nn_json_kind(value) == A4NN_JSON_NULL)
        return;
    if (fact == A4NN_FACT_CONFIG && a4nn_json_kind(value) != A4NN_JSON_OBJECT) {
        say_once(t->w, name, "it is not an object");
    } else if (!a4nn_fact_is_text(fact)) {
        if (a4nn_json_number(value, &v))
            facts->num[fact] = v;
        else
            say_once(t->w, name, "it is not a number");
    } else if (text != NULL) {
        a4nn_facts_set_text(facts, fact, text);
    } else {
        a4nn_json_dump(value, &dumped);
        a4nn_facts_set_text(facts, fact, dumped.data);
        a4nn_buf_release(&dumped);
    }
}

static int
take_metric(void *arg, const char *name, struct a4nn_json *value)
{
    struct taker *t = arg;
    double v = NAN;

    if (a4nn_json_kind(value) == A4NN_JSON_NULL || a4nn_json_number(value, &v))
        observe(t->w, t->run, name, t->epoch, v, t->time);
    else
        say_once(t->w, name, "it is not a number");
    return 0;
}

/* [metric, epoch, value, time], the last of which may be missing. */
static void
take_observation(struct taker *t, const struct a4nn_json *o)
{
    const char *metric = a4nn_json_string(a4nn_json_at(o, 0));
    double epoch = NAN, value = NAN, time = NAN;

    if (metric == NULL || !a4nn_json_number(a4nn_json_at(o, 1), &epoch) || !isfinite(epoch)) {
        say_once(t->w, "observations", "an element is not [metric, epoch, value]");
        return;
    }
    a4nn_json_number(a4nn_json_at(o, 2), &value);
    a4nn_json_number(a4nn_json_at(o, 3), &time);
    observe(t->w, t->run, metric, epoch, value, time);
}

/* [epoch, forecast, low, high, expected error, p_beat, verdict, reason] */
static void
take_forecast(struct taker *t, const struct a4nn_json *list)
{
    const char *verdict = a4nn_json_string(a4nn_json_at(list, 6));
    const char *reason = a4nn_json_string(a4nn_json_at(list, 7));
    double n[6] = {NAN, NAN, NAN, NAN, NAN, NAN};
    size_t i;

    for (i = 0; i < 6; i++)
        a4nn_json_number(a4nn_json_at(list, i), &n[i]);
    if (!isfinite(n[0])) {
        say_once(t->w, "forecasts", "an element does not begin with an epoch");
        return;
    }
    *add_forecast(t->w) = (struct a4nn_waiting_forecast){
        .run = t->run,
        .reason = a4nn_strmap_put(&t->w->reasons, reason != NULL ? reason : "", NULL),
        .epoch = n[0],
        .forecast = n[1],
        .low = n[2],
        .high = n[3],
        .expected_error = n[4],
        .p_beat = n[5],
        .verdict = verdict_letter(verdict != NULL ? verdict : ""),
    };
}

static int
take_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct taker *t = arg;
    int fact = a4nn_fact_find(name);
    size_t i;

    if (fact >= 0)
        take_fact(t, (enum a4nn_fact)fact, name, value);
    else if (strcmp(name, "metrics") == 0 && a4nn_json_kind(value) == A4NN_JSON_OBJECT)
        a4nn_json_members(value, take_metric, t);
    else if (strcmp(name, "observations") == 0 && a4nn_json_kind(value) == A4NN_JSON_ARRAY)
        for (i = 0; i < a4nn_json_size(value); i++)
            take_observation(t, a4nn_json_at(value, i));
    else if (strcmp(name, "forecasts") == 0 && a4nn_json_kind(value) == A4NN_JSON_ARRAY)
        for (i = 0; i < a4nn_json_size(value); i++)
            take_forecast(t, a4nn_json_at(value, i));
    else if (a4nn_json_kind(value) == A4NN_JSON_NUMBER)
        take_metric(t, name, value);
    else
        say_once(t->w, name, "it is neither a number nor a fact of the run");
    return 0;
}

/* ---- results of a4nn-train-wrap ---- */

/* "ended" comes behind "released", too, when the training is over. */
static const char *
status_of(const char *outcome, double exit_status)
{
    if (strcmp(outcome, "ended") == 0)
        return exit_status == 0 ? "complete" : "failed";
    if (strcmp(outcome, "stopped") == 0 || strcmp(outcome, "released") == 0)
        return outcome;
    return strcmp(outcome, "killed") == 0 || strcmp(outcome, "orphaned") == 0 ? "failed" : NULL;
}

static int
take_result_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct taker *t = arg;
    int fact = a4nn_fact_find(name);

    if (fact >= 0)
        take_fact(t, (enum a4nn_fact)fact, name, value);
    return 0;
}

static void
take_result(struct taker *t, const struct a4nn_record *record, const char *outcome)
{
    struct a4nn_facts *facts = &t->w->run[t->run].facts;
    const struct a4nn_json *result = record->extra;
    const char *reason = a4nn_record_text(record, A4NN_REASON, "");
    const char *job = a4nn_json_string(a4nn_json_get(a4nn_json_get(result, "slurm"), "job_id"));
    double begun = NAN, wall = NAN, exit_status = NAN;

    a4nn_json_members(result, take_result_member, t);
    a4nn_json_number(a4nn_json_get(result, "exit_status"), &exit_status);
    a4nn_json_number(a4nn_json_get(result, "begun"), &begun);
    a4nn_json_number(a4nn_json_get(result, "wall_seconds"), &wall);
    if (status_of(outcome, exit_status) != NULL)
        a4nn_facts_set_text(facts, A4NN_FACT_STATUS, status_of(outcome, exit_status));
    else
        say_once(t->w, "outcome", "it is none that a4nn-train-wrap knows");
    /* one that ended by itself was not stopped, whatever the verdict was */
    if (reason[0] != '\0' && strcmp(outcome, "ended") != 0)
        a4nn_facts_set_text(facts, A4NN_FACT_REASON, reason);
    if (job != NULL)
        a4nn_facts_set_text(facts, A4NN_FACT_JOB, job);
    facts->num[A4NN_FACT_STARTED] = begun;
    facts->num[A4NN_FACT_ENDED] = begun + wall;
}

/* ---- records ---- */

/* What a4nn-stop did; of a process it says how that came to its end. */
static void
take_action(struct a4nn_waiting_run *run, const struct a4nn_record *record)
{
    const char *result = a4nn_record_text(record, A4NN_RESULT, "");

    if (strcmp(result, "done") != 0 && strcmp(result, "ended") != 0 &&
        strcmp(result, "killed") != 0)
        return;
    a4nn_facts_set_text(&run->facts, A4NN_FACT_STATUS, "stopped");
    a4nn_facts_set_text(&run->facts, A4NN_FACT_REASON, a4nn_record_text(record, A4NN_REASON, NULL));
}

static void
note_time(struct a4nn_waiting_run *run, double time)
{
    if (isnan(time))
        return;
    if (!(run->first_time <= time))
        run->first_time = time;
    if (!(run->last_time >= time))
        run->last_time = time;
}

static void
put(struct a4nn_history_writer *w, const struct a4nn_record *record, bool late)
{
    struct taker t = {.w = w, .run = find_run(w, record)};
    const char *outcome = a4nn_json_string(a4nn_json_get(record->extra, "outcome"));
    struct a4nn_waiting_run *run = &w->run[t.run];
    enum a4nn_mode mode = a4nn_mode_find(a4nn_record_text(record, A4NN_MODE, ""));
    double epochs = a4nn_record_num(record, A4NN_EPOCHS);
    bool told = outcome != NULL || late || a4nn_record_has(record, A4NN_ACTION);

    t.epoch = a4nn_record_num(record, A4NN_EPOCH);
    t.time = a4nn_record_num(record, A4NN_TIME);
    if (mode != A4NN_MODE_UNKNOWN)
        run->mode = mode;
    if (!isnan(epochs))
        run->epochs = epochs;
    observe(w, t.run, run->metric, t.epoch, a4nn_record_num(record, A4NN_VALUE), t.time);
    if (!told) {
        run->observed = true;
        note_time(run, t.time);
    } else { /* it was observed before, most likely, and came again only to tell the end */
        w->observation[w->observations - 1].known = true;
        w->observation[w->observations - 1].again = false;
    }
    if (a4nn_record_has(record, A4NN_VAL_LOSS))
        observe(w, t.run, a4nn_field_name(A4NN_VAL_LOSS), t.epoch,
                a4nn_record_num(record, A4NN_VAL_LOSS), t.time);
    if (a4nn_record_has(record, A4NN_LR))
        observe(w, t.run, a4nn_field_name(A4NN_LR), t.epoch, a4nn_record_num(record, A4NN_LR),
                t.time);
    if (a4nn_record_has(record, A4NN_FORECAST) || a4nn_record_has(record, A4NN_VERDICT))
        put_forecast(w, t.run, record, told && outcome == NULL);
    if (a4nn_record_has(record, A4NN_ACTION))
        take_action(run, record);
    if (outcome != NULL)
        take_result(&t, record, outcome);
    else if (record->extra != NULL)
        a4nn_json_members(record->extra, take_member, &t);
    /* what came with this record did not repeat its own epoch */
    if (!told)
        w->run[t.run].last = fmax(w->run[t.run].last, t.epoch);
}

void
a4nn_history_put(struct a4nn_history_writer *w, const struct a4nn_record *record)
{
    put(w, record, false);
}

void
a4nn_history_put_hindsight(struct a4nn_history_writer *w, const struct a4nn_record *record)
{
    put(w, record, true);
    w->forecast[w->forecasts - 1].late = true;
}

/* ---- flushing ---- */

size_t
a4nn_history_waiting(const struct a4nn_history_writer *w)
{
    return w->observations + w->forecasts + w->ntouched;
}

static void
forget_runs(struct a4nn_history_writer *w)
{
    size_t i;

    for (i = 0; i < w->keys.n; i++) {
        free(w->run[i].task);
        free(w->run[i].metric);
        free(w->run[i].name);
        a4nn_facts_release(&w->run[i].facts);
    }
    a4nn_strmap_release(&w->keys);
}

static void
count_run(struct a4nn_history_writer *w, struct a4nn_waiting_run *run)
{
    w->flushed += !run->counted;
    run->counted = true;
    if (run->unplanned || !isnan(run->epochs))
        return;
    run->unplanned = true;
    w->unplanned = a4nn_xgrow(w->unplanned, w->nunplanned, &w->unplanned_cap, sizeof *w->unplanned);
    w->unplanned[w->nunplanned++] = run->id;
}

static void
settle(struct a4nn_history_writer *w)
{
    size_t i;

    for (i = 0; i < w->ntouched; i++) {
        struct a4nn_waiting_run *run = &w->run[w->touched[i]];
        count_run(w, run);
        run->touched = run->observed = false;
        run->first_time = run->last_time = NAN;
        a4nn_facts_release(&run->facts);
    }
    w->ntouched = w->observations = w->forecasts = 0;
    if (w->keys.n > RUNS_KEPT)
        forget_runs(w);
}

/* Ids that were made in a transaction that came to nothing mean nothing. */
static void
forget_ids(struct a4nn_history_writer *w)
{
    size_t i;

    for (i = 0; i < w->ntouched; i++)
        w->run[w->touched[i]].id = w->run[w->touched[i]].task_id = 0;
    for (i = 0; i < w->metrics.n; i++)
        w->metric_id[i] = 0;
}

/* Does the work in a transaction, again where another writer was in the way. */
static int
transact(struct a4nn_history_writer *w,
         int (*work)(struct a4nn_history_writer *w, struct a4nn_err *err), struct a4nn_err *err)
{
    int result = 0, tries = 0;

    do {
        result = a4nn_db_begin(w->opts->db, A4NN_DB_TO_WRITE, err);
        if (result == 0)
            result = work(w, err);
        if (result == 0)
            result = a4nn_db_commit(w->opts->db, err);
        if (result < 0) {
            a4nn_db_rollback(w->opts->db);
            forget_ids(w);
        }
    } while (result == A4NN_DB_AGAIN && ++tries < TRIES);
    return result < 0 ? -1 : 0;
}

int
a4nn_history_flush(struct a4nn_history_writer *w, struct a4nn_err *err)
{
    if (a4nn_history_waiting(w) == 0)
        return 0;
    if (transact(w, a4nn_history_write_all, err) < 0)
        return -1;
    settle(w);
    return 0;
}

static int
end_all(struct a4nn_history_writer *w, struct a4nn_err *err)
{
    int result = 0;
    size_t i;

    for (i = 0; i < w->nunplanned && result == 0; i++) {
        const struct a4nn_db_value v[] = {a4nn_db_int(w->unplanned[i])};
        result = a4nn_db_query(w->opts->db,
                               "UPDATE run SET epochs = last_epoch, status = 'complete' "
                               "WHERE id = $1 AND epochs IS NULL AND status = 'open' "
                               "AND last_epoch IS NOT NULL",
                               v, 1, NULL, NULL, err);
    }
    return result;
}

int
a4nn_history_end_runs(struct a4nn_history_writer *w, struct a4nn_err *err)
{
    if (w->nunplanned > 0 && transact(w, end_all, err) < 0)
        return -1;
    w->nunplanned = 0;
    return 0;
}

size_t
a4nn_history_flushed(const struct a4nn_history_writer *w, size_t *unplanned)
{
    *unplanned = w->nunplanned;
    return w->flushed;
}

void
a4nn_history_writer_free(struct a4nn_history_writer *w)
{
    if (w == NULL)
        return;
    forget_runs(w);
    free(w->run);
    a4nn_strmap_release(&w->metrics);
    a4nn_strmap_release(&w->reasons);
    a4nn_strmap_release(&w->said);
    free(w->metric_id);
    free(w->unplanned);
    free(w->touched);
    free(w->observation);
    free(w->forecast);
    free(w);
}
