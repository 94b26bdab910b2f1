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
find_or_make(struct a4nn_history_writer *w, size_t number, struct a4nn_buf *name, struct stored *s,
             struct a4nn_err *err)
{
    const struct a4nn_waiting_run *run = &w->run[number];
    unsigned k = 1;
    int result;

    while ((result = make(w, run, name->data, s, err)) == 0 && s->id == 0) {
        if ((result = look_up(w, run, name->data, s, err)) < 0 || !differs(w, number, s))
            return result;
        next_name(name, run->name, ++k);
    }
    if (result == 0 && k > 1)
        tell(w, run, name->data);
    return result;
}

/* What only tells an end is meant for the newest run of that name. */
static int
find_newest(struct a4nn_history_writer *w, size_t number, struct a4nn_buf *name,
            struct stored *newest, struct a4nn_err *err)
{
    const struct a4nn_waiting_run *run = &w->run[number];
    struct stored s;
    unsigned k = 1;
    int result;

    while ((result = look_up(w, run, name->data, &s, err)) == 0 && s.id != 0) {
        *newest = s;
        next_name(name, run->name, ++k);
    }
    return result == 0 && newest->id == 0 ? make(w, run, run->name, newest, err) : result;
}

int
a4nn_history_identify(struct a4nn_history_writer *w, size_t number, struct a4nn_err *err)
{
    struct a4nn_waiting_run *run = &w->run[number];
    struct stored s = {.last_epoch = NAN};
    struct a4nn_buf name = {0};
    int result;

    a4nn_buf_adds(&name, run->name);
    result = run->observed ? find_or_make(w, number, &name, &s, err)
                           : find_newest(w, number, &name, &s, err);
    if (result == 0 && s.id == 0) {
        a4nn_err_set(err, "run '%.100s' is being made by another writer", run->name);
        result = A4NN_DB_AGAIN;
    }
    a4nn_buf_release(&name);
    run->id = result == 0 ? s.id : 0;
    run->last_stored = isnan(s.last_epoch) ? -INFINITY : s.last_epoch;
    return result;
}
