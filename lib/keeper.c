/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keeper.h"

#include <stdlib.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "history.h"
#include "history_facts.h"
#include "history_past.h"
#include "history_write.h"
#include "xalloc.h"

enum { ROWS_AT_ONCE = 1 << 16 };

static const double at_start = 60, /* seconds to wait for a database that others write ... */
    in_between = 1,                /* ... while somebody waits for verdicts */
    after_failure = 5;

struct a4nn_keeper {
    const struct a4nn_keeper_opts *opts;
    struct a4nn_db *db;
    struct a4nn_history_write_opts write;
    struct a4nn_history_writer *writer;
    struct a4nn_past *past;
    struct a4nn_strmap met;    /* task and metric */
    struct a4nn_strmap runs;   /* their names */
    struct a4nn_strmap but;    /* keys of all that have come or will */
    struct a4nn_strmap taught; /* keys */
    double due;                /* when to try again (clock.h); 0: the last time it went well */
    size_t full;               /* rows that may wait until the stream pauses */
    bool late, unread, untold, known; /* what was said */
};

struct a4nn_keeper *
a4nn_keeper_new(const struct a4nn_keeper_opts *opts)
{
    struct a4nn_keeper *k = a4nn_xcalloc(1, sizeof *k);

    k->opts = opts;
    k->past = a4nn_past_new();
    k->full = ROWS_AT_ONCE;
    return k;
}

int
a4nn_keeper_open(struct a4nn_keeper *k, struct a4nn_err *err)
{
    struct a4nn_db *first = a4nn_history_open(k->opts->history, A4NN_DB_CREATE, at_start, err);
    size_t i;

    /* made with patience, used without */
    a4nn_db_close(first);
    if (first == NULL ||
        (k->db = a4nn_history_open(k->opts->history, A4NN_DB_WRITE, in_between, err)) == NULL)
        return -1;
    k->write = (struct a4nn_history_write_opts){k->db, k->opts->task, k->opts->diag};
    k->writer = a4nn_history_writer_new(&k->write);
    for (i = 0; k->opts->but != NULL && i < k->opts->but->n; i++)
        a4nn_strmap_put(&k->but, k->opts->but->key[i], NULL);
    return 0;
}

const struct a4nn_past *
a4nn_keeper_past(const struct a4nn_keeper *k)
{
    return k->past;
}

static void
teach(struct a4nn_keeper *k, const char *task, const char *metric)
{
    struct a4nn_err err;

    if (task[0] == '\0' && !k->untold) {
        k->untold = true;
        a4nn_diag(k->opts->diag, A4NN_NOTE, NULL, 0,
                  "the runs have no task: all is kept, nothing is learned from the history (-t)");
    }
    if (task[0] == '\0' || k->unread)
        return;
    if (a4nn_history_teach(k->db, task, metric, &k->but, k->past, &k->taught, &err) < 0) {
        k->unread = true;
        a4nn_diag(k->opts->diag, A4NN_ERROR, NULL, 0, "nothing is learned from the history: %s",
                  err.msg);
    }
}

/* Puts the run's key among those that do not teach; too late for one that has. */
static void
meet_run(struct a4nn_keeper *k, const struct a4nn_record *first)
{
    struct a4nn_buf key = {0};

    a4nn_history_key(first, &key);
    if (a4nn_strmap_find(&k->taught, key.data) != A4NN_STRMAP_NONE && !k->known) {
        k->known = true;
        a4nn_diag(k->opts->diag, A4NN_WARNING, NULL, 0,
                  "run '%.100s' is complete in the history, from which its forecast has learned",
                  a4nn_record_text(first, A4NN_RUN, ""));
    }
    a4nn_strmap_put(&k->but, key.data, NULL);
    a4nn_buf_release(&key);
}

static void
configure(const struct a4nn_keeper *k, struct a4nn_record *first)
{
    const char *config = a4nn_fact_name(A4NN_FACT_CONFIG);

    if (k->opts->config == NULL)
        return;
    if (first->extra == NULL)
        first->extra = a4nn_json_object();
    if (a4nn_json_get(first->extra, config) == NULL)
        a4nn_json_set(first->extra, config, a4nn_json_copy(k->opts->config));
}

void
a4nn_keeper_meet(struct a4nn_keeper *k, struct a4nn_record *record)
{
    const uint64_t group = A4NN_BIT(A4NN_TASK) | A4NN_BIT(A4NN_METRIC);
    const char *run = a4nn_record_text(record, A4NN_RUN, ""), *task, *metric;
    bool new_group, new_run;
    struct a4nn_buf key = {0};

    task = a4nn_record_text(record, A4NN_TASK, "");
    if (k->opts->task != NULL && task[0] == '\0')
        a4nn_record_set_text(record, A4NN_TASK, k->opts->task);
    task = a4nn_record_text(record, A4NN_TASK, "");
    metric = a4nn_record_text(record, A4NN_METRIC, "");
    a4nn_record_key(record, group, &key);
    a4nn_strmap_put(&k->met, key.data, &new_group);
    a4nn_strmap_put(&k->runs, run, &new_run);
    a4nn_buf_release(&key);
    if (new_run) {
        meet_run(k, record);
        configure(k, record);
    }
    if (new_group)
        teach(k, task, metric);
}

/* One that is late is tried again later, and told of once. */
static void
flush(struct a4nn_keeper *k)
{
    struct a4nn_err err;

    k->full = ROWS_AT_ONCE;
    k->due = 0;
    if (a4nn_history_flush(k->writer, &err) == 0)
        return;
    k->full += a4nn_history_waiting(k->writer);
    k->due = a4nn_now() + after_failure;
    if (!k->late)
        a4nn_diag(k->opts->diag, A4NN_WARNING, NULL, 0, "the history has to wait: %s", err.msg);
    k->late = true;
}

void
a4nn_keeper_keep(struct a4nn_keeper *k, const struct a4nn_record *record)
{
    a4nn_history_put(k->writer, record);
    if (a4nn_history_waiting(k->writer) >= k->full)
        flush(k);
}

void
a4nn_keeper_pause(struct a4nn_keeper *k)
{
    if (a4nn_now() >= k->due)
        flush(k);
}

void
a4nn_keeper_free(struct a4nn_keeper *k)
{
    double until;
    struct a4nn_err err;
    int result = 0;

    if (k == NULL)
        return;
    until = a4nn_now() + k->opts->at_end;
    while (k->writer != NULL && (result = a4nn_history_flush(k->writer, &err)) < 0 &&
           a4nn_now() < until)
        usleep(200000);
    if (result < 0)
        a4nn_diag(k->opts->diag, A4NN_ERROR, NULL, 0, "not all is in the history: %s", err.msg);
    a4nn_history_writer_free(k->writer);
    a4nn_past_free(k->past);
    a4nn_db_close(k->db);
    a4nn_strmap_release(&k->met);
    a4nn_strmap_release(&k->runs);
    a4nn_strmap_release(&k->but);
    a4nn_strmap_release(&k->taught);
    free(k);
}
