/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which run of the database is meant by a name?  Names repeat: two searches both have a trial 7.
 * What is there must not be lost to another run of its name, so that one is kept as "7~2", and
 * found again under it.
 *
 * Two runs are different when they differ in one of the first two epochs that the database has of
 * the one; a run that was resumed agrees with itself there.
 */
#include <math.h>

#include "buf.h"
#include "history_write_parts.h"

enum { LEADING = 2 };

struct stored {
    int64_t id;
    double last_epoch;
    double epoch[LEADING], value[LEADING]; /* its first ones */
    size_t n;
};

static int
take_run(void *arg, const struct a4nn_db_value *c, size_t count)
{
    struct stored *s = arg;

    (void)count;
    s->id = a4nn_db_integer(&c[0]);
    s->last_epoch = a4nn_db_number(&c[1]);
    return 0;
}

static int
take_point(void *arg, const struct a4nn_db_value *c, size_t count)
{
    struct stored *s = arg;

    (void)count;
    s->epoch[s->n] = a4nn_db_number(&c[0]);
    s->value[s->n++] = a4nn_db_number(&c[1]);
    return s->n == LEADING;
}

static int
look_up(struct a4nn_history_writer *w, const struct a4nn_waiting_run *run, const char *name,
        struct stored *out, struct a4nn_err *err)
{
    struct a4nn_db_value v[3] = {a4nn_db_int(run->task_id), a4nn_db_text(name)};
    int result;

    *out = (struct stored){.last_epoch = NAN};
    result =
        a4nn_db_query(w->opts->db, "SELECT id, last_epoch FROM run WHERE task = $1 AND name = $2",
                      v, 2, take_run, out, err);
    if (result < 0 || out->id == 0)
        return result;
    v[0] = a4nn_db_int(out->id);
    v[1] = a4nn_db_int(w->metric_id[run->metric_number]);
    v[2] = a4nn_db_int(LEADING);
    return a4nn_db_query(w->opts->db,
                         "SELECT epoch, value FROM observation WHERE run = $1 AND metric = $2 "
                         "ORDER BY epoch LIMIT $3",
                         v, 3, take_point, out, err);
}

static bool
same_value(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Does what waits of the run contradict what is stored? */
static bool
differs(const struct a4nn_history_writer *w, size_t number, const struct stored *s)
{
    const struct a4nn_waiting_run *run = &w->run[number];
    size_t i, k;

    for (i = 0; i < w->observations; i++) {
        const struct a4nn_waiting_observation *o = &w->observation[i];
        if (o->run != number || o->metric != run->metric_number)
            continue;
        for (k = 0; k < s->n; k++)
            if (o->epoch == s->epoch[k])
                return !same_value(o->value, s->value[k]);
    }
    return false;
}

/* The value that only tells what the run has come to, or NULL. */
static const struct a4nn_waiting_observation *
told(const struct a4nn_history_writer *w, size_t number)
{
    size_t i;

    for (i = 0; i < w->observations; i++)
        if (w->observation[i].run == number && w->observation[i].known)
            return &w->observation[i];
    return NULL;
}

static int
take_value(void *arg, const struct a4nn_db_value *c, size_t count)
{
    (void)count;
    *(double *)arg = a4nn_db_number(&c[0]);
    return 0;
}

/* Is the stored run at that value, at that epoch? 1, 0, or as db.h says. */
static int
has_come_to(struct a4nn_history_writer *w, size_t number, const struct stored *s,
            struct a4nn_err *err)
{
    const struct a4nn_waiting_observation *o = told(w, number);
    struct a4nn_db_value v[3];
    double value = INFINITY;
    int result;

    if (o == NULL)
        return 0;
    v[0] = a4nn_db_int(s->id);
    v[1] = a4nn_db_int(w->metric_id[w->run[number].metric_number]);
    v[2] = a4nn_db_real(o->epoch);
    result = a4nn_db_query(w->opts->db,
                           "SELECT value FROM observation WHERE run = $1 AND metric = $2 "
                           "AND epoch = $3",
                           v, 3, take_value, &value, err);
    return result < 0 ? result : same_value(value, o->value);
}

static int
take_id(void *arg, const struct a4nn_db_value *c, size_t count)
{
    (void)count;
    ((struct stored *)arg)->id = a4nn_db_integer(&c[0]);
    return 0;
}

/* Makes the run, unless there is one of that name: then out->id is 0. */
static int
make(struct a4nn_history_writer *w, const struct a4nn_waiting_run *run, const char *name,
     struct stored *out, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {a4nn_db_int(run->task_id), a4nn_db_text(name),
                                      a4nn_db_real(run->epochs)};

    *out = (struct stored){.last_epoch = NAN};
    return a4nn_db_query(w->opts->db,
                         "INSERT INTO run (task, name, epochs, status) "
                         "VALUES ($1, $2, $3, 'open') ON CONFLICT (task, name) DO NOTHING "
                         "RETURNING id",
                         v, 3, take_id, out, err);
}

static void
tell(struct a4nn_history_writer *w, const struct a4nn_waiting_run *run, const char *name)
{
    a4nn_diag(w->opts->diag, A4NN_NOTE, NULL, 0,
              "run '%.100s' of task '%.100s' is another one than that of this name: kept as "
              "'%.110s'",
              run->name, run->task, name);
}

/* The number that `name` has to be tried with after `k` was another run's. */
static void
next_name(struct a4nn_buf *name, const char *base, unsigned k)
{
    a4nn_buf_reset(name);
    a4nn_buf_addf(name, "%s~%u", base, k);
}

/* Most runs are new, so that is tried first: it costs one trip to the server. */
static int
find_observed(struct a4nn_history_writer *w, size_t number, struct stored *s, struct a4nn_err *err)
{
    const struct a4nn_waiting_run *run = &w->run[number];
    struct a4nn_buf name = {0};
    unsigned k = 1;
    int result;

    a4nn_buf_adds(&name, run->name);
    while ((result = make(w, run, name.data, s, err)) == 0 && s->id == 0) {
        if ((result = look_up(w, run, name.data, s, err)) < 0 || !differs(w, number, s))
            break;
        next_name(&name, run->name, ++k);
        s->id = 0;
    }
    if (result == 0 && s->id != 0 && s->n == 0 && k > 1)
        tell(w, run, name.data);
    a4nn_buf_release(&name);
    return result;
}

/*
 * How a run ended: that of its name which has come to just this, the newest of several; else the
 * newest of its name, if there is one.
 */
static int
find_told(struct a4nn_history_writer *w, size_t number, struct stored *out, struct a4nn_err *err)
{
    const struct a4nn_waiting_run *run = &w->run[number];
    struct stored s, newest = {0}, fits = {0};
    struct a4nn_buf name = {0};
    unsigned k = 1;
    int result;

    a4nn_buf_adds(&name, run->name);
    while ((result = look_up(w, run, name.data, &s, err)) == 0 && s.id != 0) {
        newest = s;
        if ((result = has_come_to(w, number, &s, err)) < 0)
            break;
        if (result > 0)
            fits = s;
        next_name(&name, run->name, ++k);
    }
    a4nn_buf_release(&name);
    *out = fits.id != 0 ? fits : newest;
    return result < 0 ? result : 0;
}

int
a4nn_history_identify(struct a4nn_history_writer *w, size_t number, struct a4nn_err *err)
{
    struct a4nn_waiting_run *run = &w->run[number];
    struct stored s = {.last_epoch = NAN};
    int result = run->observed ? 0 : find_told(w, number, &s, err);

    if (result == 0 && s.id == 0)
        result = find_observed(w, number, &s, err);
    if (result == 0 && s.id == 0) {
        a4nn_err_set(err, "run '%.100s' is being made by another writer", run->name);
        result = A4NN_DB_AGAIN;
    }
    run->id = result == 0 ? s.id : 0;
    run->last_stored = s.id == 0 || isnan(s.last_epoch) ? -INFINITY : s.last_epoch;
    return result;
}
