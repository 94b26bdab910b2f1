/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay_keep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "history_past.h"
#include "history_write.h"
#include "xalloc.h"

enum { ROWS_AT_ONCE = 1 << 16 };

struct a4nn_replay_keep {
    const struct a4nn_replay_keep_opts *opts;
    const struct a4nn_replay *replay;
    struct a4nn_db *db;
    struct a4nn_history_write_opts write;
    struct a4nn_history_writer *writer; /* NULL: nothing is written, or nothing any more */
    struct a4nn_history_keys replayed;
    struct a4nn_strmap untold; /* runs without a task: their collection's number and name */
    struct a4nn_record own;
};

/* ---- opening ---- */

static struct a4nn_db *
open_to_read(const struct a4nn_replay_keep_opts *opts, const struct a4nn_err *unwritable,
             struct a4nn_err *err)
{
    struct a4nn_err why;
    struct a4nn_db *db =
        a4nn_history_open(opts->history, A4NN_DB_READ, A4NN_HISTORY_PATIENCE, &why);

    if (unwritable == NULL)
        *err = why;
    else if (db == NULL)
        *err = *unwritable;
    else
        a4nn_diag(opts->diag, A4NN_ERROR, NULL, 0, "the runs are not kept: %s", unwritable->msg);
    return db;
}

struct a4nn_replay_keep *
a4nn_replay_keep_new(const struct a4nn_replay_keep_opts *opts, const struct a4nn_replay *replay,
                     struct a4nn_err *err)
{
    struct a4nn_replay_keep *k = a4nn_xcalloc(1, sizeof *k);
    struct a4nn_err unwritable;

    k->opts = opts;
    k->replay = replay;
    if (opts->only_read) {
        k->db = open_to_read(opts, NULL, err);
    } else if ((k->db = a4nn_history_open(opts->history, A4NN_DB_CREATE, A4NN_HISTORY_PATIENCE,
                                          &unwritable)) != NULL) {
        k->write = (struct a4nn_history_write_opts){.db = k->db, .diag = opts->diag};
        k->writer = a4nn_history_writer_new(&k->write);
    } else {
        k->db = open_to_read(opts, &unwritable, err);
    }
    if (k->db != NULL)
        return k;
    a4nn_replay_keep_free(k);
    return NULL;
}

void
a4nn_replay_keep_free(struct a4nn_replay_keep *k)
{
    if (k == NULL)
        return;
    a4nn_history_writer_free(k->writer);
    a4nn_db_close(k->db);
    a4nn_history_keys_release(&k->replayed);
    a4nn_strmap_release(&k->untold);
    a4nn_record_release(&k->own);
    free(k);
}

/* ---- writing ---- */

static void
flush(struct a4nn_replay_keep *k)
{
    struct a4nn_err err;

    if (k->writer == NULL || a4nn_history_flush(k->writer, &err) == 0)
        return;
    a4nn_diag(k->opts->diag, A4NN_ERROR, NULL, 0, "the runs are not kept: %s", err.msg);
    a4nn_history_writer_free(k->writer);
    k->writer = NULL;
}

static void
flush_portion(struct a4nn_replay_keep *k)
{
    if (k->writer != NULL && a4nn_history_waiting(k->writer) >= ROWS_AT_ONCE)
        flush(k);
}

static void
name_run(size_t collection, const char *run, struct a4nn_buf *out)
{
    a4nn_buf_addf(out, "%zu %s", collection, run);
}

static void
remember_untold(struct a4nn_replay_keep *k, const struct a4nn_record *r)
{
    struct a4nn_buf name = {0};

    name_run(k->replay->last_collection, a4nn_record_text(r, A4NN_RUN, ""), &name);
    a4nn_strmap_put(&k->untold, name.data, NULL);
    a4nn_buf_release(&name);
}

/* The record with what was said of all runs; the reader may use its own again as it is. */
static const struct a4nn_record *
complete(struct a4nn_replay_keep *k, const struct a4nn_record *r)
{
    const char *task = a4nn_record_has(r, A4NN_TASK) ? NULL : k->replay->opts.collection;
    const struct a4nn_replay_keep_opts *o = k->opts;

    if (task == NULL && o->mode == A4NN_MODE_UNKNOWN && isnan(o->epochs))
        return r;
    a4nn_record_release(&k->own);
    k->own = (struct a4nn_record){0};
    a4nn_record_copy(&k->own, r);
    if (task != NULL)
        a4nn_record_set_text(&k->own, A4NN_TASK, task);
    if (o->mode != A4NN_MODE_UNKNOWN)
        a4nn_record_set_text(&k->own, A4NN_MODE, a4nn_mode_name(o->mode));
    if (!isnan(o->epochs) && !a4nn_record_has(r, A4NN_EPOCHS))
        a4nn_record_set_num(&k->own, A4NN_EPOCHS, o->epochs);
    return &k->own;
}

void
a4nn_replay_keep_take(struct a4nn_replay_keep *k, const struct a4nn_record *record)
{
    bool first = a4nn_history_meet(&k->replayed, record);

    if (k->writer == NULL)
        return;
    if (first && k->replay->opts.collection == NULL && !a4nn_record_has(record, A4NN_TASK))
        remember_untold(k, record);
    a4nn_history_put(k->writer, complete(k, record));
    flush_portion(k);
}

/* ---- teaching ---- */

long
a4nn_replay_keep_teach(struct a4nn_replay_keep *k, struct a4nn_past *past, struct a4nn_err *err)
{
    long taught = 0, n;
    size_t i;

    flush(k);
    a4nn_history_met_all(&k->replayed);
    for (i = 0; i < k->replay->collections.n; i++, taught += n) {
        const struct a4nn_replay_collection *c = &k->replay->collection[i];
        n = a4nn_history_teach(k->db, c->name, c->metric, &k->replayed, past, NULL, err);
        if (n < 0)
            return -1;
    }
    return taught;
}

/* ---- decisions ---- */

static double
value_at(const struct a4nn_curve *curve, double epoch)
{
    size_t i;

    for (i = 0; i < curve->n; i++)
        if (curve->epoch[i] >= epoch)
            return curve->epoch[i] > epoch ? (double)NAN : curve->value[i];
    return NAN;
}

static void
keep_decision(struct a4nn_replay_keep *k, size_t collection, const struct a4nn_replay_run *run)
{
    const struct a4nn_replay_collection *c = &k->replay->collection[collection];
    const struct a4nn_decision *d = &run->decision[0];
    struct a4nn_record r = {0};
    struct a4nn_buf name = {0};

    name_run(collection, run->name, &name);
    a4nn_record_set_text(&r, A4NN_RUN, run->name);
    if (a4nn_strmap_find(&k->untold, name.data) == A4NN_STRMAP_NONE)
        a4nn_record_set_text(&r, A4NN_TASK, c->name);
    if (c->metric[0] != '\0')
        a4nn_record_set_text(&r, A4NN_METRIC, c->metric);
    a4nn_record_set_num(&r, A4NN_EPOCH, d->epoch);
    a4nn_record_set_num(&r, A4NN_VALUE, value_at(&run->curve, d->epoch));
    a4nn_record_set_num(&r, A4NN_FORECAST, d->forecast);
    a4nn_record_set_text(&r, A4NN_VERDICT, "stop");
    if (d->reason != NULL)
        a4nn_record_set_text(&r, A4NN_REASON, d->reason);
    a4nn_history_put_hindsight(k->writer, &r);
    a4nn_record_release(&r);
    a4nn_buf_release(&name);
    flush_portion(k);
}

void
a4nn_replay_keep_decisions(struct a4nn_replay_keep *k, size_t policy)
{
    const struct a4nn_replay_run *run;
    struct a4nn_replay_walk *walk;
    size_t i;

    for (i = 0; i < k->replay->collections.n && k->writer != NULL; i++) {
        walk = a4nn_replay_walk_new(k->replay, i, policy, true);
        while (k->writer != NULL && (run = a4nn_replay_walk_next(walk)) != NULL)
            if (!isnan(run->decision[0].epoch))
                keep_decision(k, i, run);
        a4nn_replay_walk_free(walk);
    }
    flush(k);
}
