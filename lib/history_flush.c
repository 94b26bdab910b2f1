/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits in a writer, as rows. */
#include <math.h>
#include <string.h>

#include "history_write_parts.h"

#define TEXT(v) a4nn_db_text(v)
#define REAL(v) a4nn_db_real(v)
#define INT(v)  a4nn_db_int(v)

/* Finite values only; SQL knows no name for them that both stores know. */
#define FINITE "value BETWEEN -1.7e308 AND 1.7e308"

static const struct a4nn_db_rows observations = {
    .into = "observation (run, metric, epoch, value, time)",
    .types = "iirrr",
    .key = "run, metric, epoch",
    .keys = 3,
    .otherwise = "DO UPDATE SET value = excluded.value, "
                 "time = coalesce(excluded.time, observation.time)",
};

static const struct a4nn_db_rows if_missing = {
    .into = "observation (run, metric, epoch, value, time)",
    .types = "iirrr",
    .key = "run, metric, epoch",
    .keys = 3,
    .otherwise = "DO NOTHING",
};

static const struct a4nn_db_rows forecasts = {
    .into = "forecast (run, epoch, forecast, low, high, expected_error, p_beat, verdict, reason)",
    .types = "irrrrrrtt",
    .key = "run, epoch",
    .keys = 2,
    .otherwise = "DO UPDATE SET forecast = excluded.forecast, low = excluded.low, "
                 "high = excluded.high, expected_error = excluded.expected_error, "
                 "p_beat = excluded.p_beat, verdict = excluded.verdict, reason = excluded.reason",
};

static const struct a4nn_db_rows forecasts_if_missing = {
    .into = "forecast (run, epoch, forecast, low, high, expected_error, p_beat, verdict, reason)",
    .types = "irrrrrrtt",
    .key = "run, epoch",
    .keys = 2,
    .otherwise = "DO NOTHING",
};

static int
take_id(void *arg, const struct a4nn_db_value *cells, size_t count)
{
    (void)count;
    *(int64_t *)arg = a4nn_db_integer(&cells[0]);
    return 0;
}

/*
 * What is there and says the same is only read: to write it, every writer of a task would wait for
 * every other.
 */
static int
resolve_metric(struct a4nn_history_writer *w, size_t i, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {TEXT(w->metrics.key[i])};
    int result = 0;

    if (w->metric_id[i] == 0)
        result = a4nn_db_query(w->opts->db, "SELECT id FROM metric WHERE name = $1", v, 1, take_id,
                               &w->metric_id[i], err);
    if (result < 0 || w->metric_id[i] != 0)
        return result;
    return a4nn_db_query(w->opts->db,
                         "INSERT INTO metric (name) VALUES ($1) ON CONFLICT (name) DO UPDATE "
                         "SET name = excluded.name RETURNING id",
                         v, 1, take_id, &w->metric_id[i], err);
}

static int
take_task(void *arg, const struct a4nn_db_value *cells, size_t count)
{
    struct a4nn_waiting_run *run = arg;
    double epochs = a4nn_db_number(&cells[2]);
    enum a4nn_mode mode = a4nn_mode_find(a4nn_db_string(&cells[1], ""));

    (void)count;
    if ((run->mode == A4NN_MODE_UNKNOWN || run->mode == mode) &&
        (isnan(run->epochs) || run->epochs == epochs))
        run->task_id = a4nn_db_integer(&cells[0]);
    if (run->mode == A4NN_MODE_UNKNOWN)
        run->mode = mode;
    return 0;
}

static int
resolve_task(struct a4nn_history_writer *w, struct a4nn_waiting_run *run, struct a4nn_err *err)
{
    struct a4nn_db_value v[4] = {TEXT(run->task), TEXT(run->metric)};
    int result = a4nn_db_query(w->opts->db,
                               "SELECT id, mode, epochs FROM task WHERE name = $1 AND metric = $2",
                               v, 2, take_task, run, err);

    if (result < 0 || run->task_id != 0)
        return result;
    v[2] = TEXT(run->mode != A4NN_MODE_UNKNOWN ? a4nn_mode_name(run->mode) : NULL);
    v[3] = REAL(run->epochs);
    return a4nn_db_query(w->opts->db,
                         "INSERT INTO task (name, metric, mode, epochs) VALUES ($1, $2, $3, $4) "
                         "ON CONFLICT (name, metric) DO UPDATE "
                         "SET mode = coalesce(excluded.mode, task.mode), "
                         "epochs = coalesce(excluded.epochs, task.epochs) RETURNING id",
                         v, 4, take_id, &run->task_id, err);
}

/* Runs come by task; that of the one before is known, and saves a trip to the server. */
static bool
is_same_task(struct a4nn_waiting_run *run, const struct a4nn_waiting_run *before)
{
    if (before == NULL || before->task_id == 0 || strcmp(before->task, run->task) != 0 ||
        strcmp(before->metric, run->metric) != 0 ||
        (run->mode != A4NN_MODE_UNKNOWN && run->mode != before->mode) ||
        !(isnan(run->epochs) || run->epochs == before->epochs))
        return false;
    run->mode = before->mode;
    run->task_id = before->task_id;
    return true;
}

/*
 * A run is held from the first statement that writes to it until the commit, so that whoever sums
 * it up sees all that others have written to it.
 */
static int
resolve_run(struct a4nn_history_writer *w, size_t number, const struct a4nn_waiting_run *before,
            struct a4nn_err *err)
{
    struct a4nn_waiting_run *run = &w->run[number];
    struct a4nn_db_value v[1];
    int result = 0;

    if (run->id == 0 && !is_same_task(run, before))
        result = resolve_task(w, run, err);
    if (run->id == 0 && result == 0)
        result = a4nn_history_identify(w, number, err);
    if (result < 0)
        return result;
    v[0] = INT(run->id);
    return a4nn_db_query(w->opts->db, "UPDATE run SET status = status WHERE id = $1", v, 1, NULL,
                         NULL, err);
}

static int
rewind_run(struct a4nn_history_writer *w, const struct a4nn_waiting_observation *o, int64_t run,
           bool objective, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {INT(run), INT(w->metric_id[o->metric]), REAL(o->epoch),
                                      REAL(o->value)};
    int result = 0;

    if (objective)
        result = a4nn_db_query(
            w->opts->db,
            "DELETE FROM forecast WHERE run = $1 AND EXISTS (SELECT 1 FROM observation "
            "WHERE run = $1 AND metric = $2 AND epoch = $3 AND value IS DISTINCT FROM $4) "
            "AND epoch >= $3",
            v, 4, NULL, NULL, err);
    if (result == 0)
        result = a4nn_db_query(
            w->opts->db,
            "DELETE FROM observation WHERE run = $1 AND metric = $2 AND epoch > $3 "
            "AND EXISTS (SELECT 1 FROM observation "
            "WHERE run = $1 AND metric = $2 AND epoch = $3 AND value IS DISTINCT FROM $4)",
            v, 4, NULL, NULL, err);
    return result;
}

static int
write_observation(struct a4nn_history_writer *w, const struct a4nn_waiting_observation *o,
                  struct a4nn_err *err)
{
    const struct a4nn_waiting_run *run = &w->run[o->run];
    const struct a4nn_db_value v[] = {INT(run->id), INT(w->metric_id[o->metric]), REAL(o->epoch),
                                      REAL(o->value), REAL(o->time)};
    int result = 0;

    if (o->known)
        return a4nn_db_put(w->opts->db, &if_missing, v, err);
    /* only a run whose epochs may repeat needs the conditional deletions */
    if (o->again || o->epoch <= run->last_stored)
        result = rewind_run(w, o, run->id, o->metric == run->metric_number, err);
    if (result < 0)
        return result;
    return a4nn_db_put(w->opts->db, &observations, v, err);
}

static int
take_any(void *arg, const struct a4nn_db_value *cells, size_t count)
{
    (void)cells;
    (void)count;
    *(bool *)arg = true;
    return 1;
}

static int
has_forecast(struct a4nn_history_writer *w, const struct a4nn_waiting_run *run, bool *out,
             struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {INT(run->id)};

    *out = false;
    return a4nn_db_query(w->opts->db, "SELECT 1 FROM forecast WHERE run = $1 LIMIT 1", v, 1,
                         take_any, out, err);
}

static int
write_forecast(struct a4nn_history_writer *w, const struct a4nn_waiting_forecast *f,
               struct a4nn_err *err)
{
    const char *verdict = f->verdict == 's' ? "stop" : f->verdict == 'c' ? "continue" : NULL;
    const char *reason = w->reasons.key[f->reason];
    const struct a4nn_db_value v[] = {
        INT(w->run[f->run].id), REAL(f->epoch), REAL(f->forecast),
        REAL(f->low),           REAL(f->high),  REAL(f->expected_error),
        REAL(f->p_beat),        TEXT(verdict),  TEXT(reason[0] != '\0' ? reason : NULL)};
    bool spoken = false;
    int result = 0;

    if (f->late)
        result = has_forecast(w, &w->run[f->run], &spoken, err);
    if (result < 0 || spoken)
        return result;
    return a4nn_db_put(w->opts->db, f->known ? &forecasts_if_missing : &forecasts, v, err);
}

/* What lists and conditions need is kept with the run, so that they need not read its curves. */
static int
sum_up(struct a4nn_history_writer *w, const struct a4nn_waiting_run *run, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {INT(run->id), INT(w->metric_id[run->metric_number]),
                                      REAL(run->epochs), REAL(run->first_time),
                                      REAL(run->last_time)};
    static const char *const best[] = {
        [A4NN_MODE_UNKNOWN] = "UPDATE run SET best_value = NULL WHERE id = $1",
        [A4NN_MAX] = "UPDATE run SET best_value = (SELECT max(value) FROM observation "
                     "WHERE run = $1 AND metric = $2 AND " FINITE ") WHERE id = $1",
        [A4NN_MIN] = "UPDATE run SET best_value = (SELECT min(value) FROM observation "
                     "WHERE run = $1 AND metric = $2 AND " FINITE ") WHERE id = $1",
    };
    const struct a4nn_metric asked = {0};
    struct a4nn_metric metric;
    int result;

    a4nn_metric_settle(run->metric, &asked, run->mode, &metric);
    result = a4nn_db_query(
        w->opts->db,
        "UPDATE run SET observations = "
        "(SELECT count(*) FROM observation WHERE run = $1 AND metric = $2), last_epoch = "
        "(SELECT max(epoch) FROM observation WHERE run = $1 AND metric = $2), last_value = "
        "(SELECT value FROM observation WHERE run = $1 AND metric = $2 ORDER BY epoch DESC "
        "LIMIT 1), epochs = coalesce($3, epochs), started = "
        "CASE WHEN $4 < started OR started IS NULL THEN coalesce($4, started) ELSE started END, "
        "ended = CASE WHEN $5 > ended OR ended IS NULL THEN coalesce($5, ended) ELSE ended END "
        "WHERE id = $1",
        v, 5, NULL, NULL, err);
    if (result == 0)
        result = a4nn_db_query(w->opts->db, best[metric.mode], v,
                               metric.mode == A4NN_MODE_UNKNOWN ? 1 : 2, NULL, NULL, err);
    if (result == 0)
        result = a4nn_db_query(
            w->opts->db,
            "UPDATE run SET status = CASE WHEN last_epoch >= epochs THEN 'complete' "
            "WHEN status = 'complete' AND exit_status IS NULL THEN 'open' ELSE status END "
            "WHERE id = $1 AND status <> 'failed'",
            v, 1, NULL, NULL, err);
    return result;
}

static int
write_facts(struct a4nn_history_writer *w, const struct a4nn_waiting_run *run, struct a4nn_err *err)
{
    struct a4nn_db_value v[A4NN_FACTS + 1];
    int i;

    for (i = 0; i < A4NN_FACTS; i++)
        v[i] = a4nn_fact_is_text((enum a4nn_fact)i) ? TEXT(run->facts.text[i])
                                                    : REAL(run->facts.num[i]);
    v[A4NN_FACTS] = INT(run->id);
    return a4nn_db_query(
        w->opts->db,
        "UPDATE run SET config = coalesce($1, config), parameters = coalesce($2, parameters), "
        "flops = coalesce($3, flops), seed = coalesce($4, seed), host = coalesce($5, host), "
        "job = coalesce($6, job), command = coalesce($7, command), "
        "started = coalesce($8, started), ended = coalesce($9, ended), "
        "status = coalesce(nullif($10, 'open'), status), stop_reason = coalesce($11, stop_reason), "
        "exit_status = coalesce($12, exit_status), signal = coalesce($13, signal), "
        "wall_seconds = coalesce($14, wall_seconds), user_seconds = coalesce($15, user_seconds), "
        "system_seconds = coalesce($16, system_seconds), "
        "max_rss_bytes = coalesce($17, max_rss_bytes), "
        "code_version = coalesce($18, code_version), checkpoint = coalesce($19, checkpoint), "
        "checkpoint_sha256 = coalesce($20, checkpoint_sha256) WHERE id = $21",
        v, A4NN_FACTS + 1, NULL, NULL, err);
}

int
a4nn_history_write_all(struct a4nn_history_writer *w, struct a4nn_err *err)
{
    int result = 0;
    size_t i;

    for (i = 0; i < w->metrics.n && result == 0; i++)
        result = resolve_metric(w, i, err);
    for (i = 0; i < w->ntouched && result == 0; i++)
        result = resolve_run(w, w->touched[i], i > 0 ? &w->run[w->touched[i - 1]] : NULL, err);
    for (i = 0; i < w->observations && result == 0; i++)
        result = write_observation(w, &w->observation[i], err);
    for (i = 0; i < w->forecasts && result == 0; i++)
        result = write_forecast(w, &w->forecast[i], err);
    for (i = 0; i < w->ntouched && result == 0; i++) {
        const struct a4nn_waiting_run *run = &w->run[w->touched[i]];
        result = sum_up(w, run, err);
        if (result == 0 && a4nn_facts_any(&run->facts))
            result = write_facts(w, run, err);
    }
    return result;
}
