/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keeper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "history.h"
#include "history_past.h"
#include "history_write.h"
#include "xalloc.h"

enum { QUEUE = 1 << 16 /* records that may wait, unless the database is at fault */ };

static const double each_time = 1, /* seconds to wait for a database each time it is tried */
    told_after = 3;                /* seconds until it is worth telling */

/* Records in the order in which they are to be written. */
struct queue {
    struct a4nn_record *record;
    size_t n, cap;
};

/*
 * The thread that judges puts records into the queue; another one writes them, with a connection
 * of its own, and is the only one that waits for the database.
 */
struct a4nn_keeper {
    const struct a4nn_keeper_opts *opts;
    struct a4nn_db *reading, *writing;
    struct a4nn_history_write_opts write;
    struct a4nn_history_writer *writer;
    struct a4nn_past *past;
    struct a4nn_strmap met;        /* task and metric */
    struct a4nn_history_keys come; /* runs that have come, and keys of those that will */
    struct a4nn_strmap taught;     /* keys */
    bool unread, untold, known;    /* what was said */
    pthread_t thread;
    bool threaded;
    /* both threads, by the lock */
    pthread_mutex_t lock;
    pthread_cond_t there, taken;
    struct queue queue;
    bool pressed;         /* somebody wants it written now */
    bool ended;           /* nothing more will come */
    double until;         /* when to give up then (clock.h) */
    bool failing, told;   /* the database is at fault; that was said */
    struct a4nn_diag own; /* of the thread that writes: it has counters of its own */
    char trouble[sizeof((struct a4nn_err *)NULL)->msg];
};

/* ---- the thread that writes ---- */

/* Takes what waits. False when all has been taken and nothing more will come. */
static bool
take(struct a4nn_keeper *k, struct queue *out)
{
    pthread_mutex_lock(&k->lock);
    while (!k->ended && !(k->queue.n > 0 && (k->pressed || k->queue.n >= QUEUE / 2)))
        pthread_cond_wait(&k->there, &k->lock);
    *out = k->queue;
    k->queue = (struct queue){0};
    k->pressed = false;
    pthread_cond_signal(&k->taken);
    pthread_mutex_unlock(&k->lock);
    return out->n > 0;
}

/* Remembers how it went; true when it is to be tried again. */
static bool
try_again(struct a4nn_keeper *k, int result, double since, const struct a4nn_err *err)
{
    double now = a4nn_now();
    bool again, tell;

    pthread_mutex_lock(&k->lock);
    k->failing = result < 0;
    again = result < 0 && !(k->ended && now >= k->until);
    tell = again && !k->told && now - since >= told_after;
    k->told = k->told || tell;
    if (result < 0 && !again)
        snprintf(k->trouble, sizeof k->trouble, "%s", err->msg);
    pthread_cond_signal(&k->taken);
    pthread_mutex_unlock(&k->lock);
    if (tell)
        a4nn_diag(&k->own, A4NN_WARNING, NULL, 0, "the history has to wait: %s", err->msg);
    return again;
}

static void *
write_down(void *arg)
{
    struct a4nn_keeper *k = arg;
    struct queue batch;
    struct a4nn_err err;
    double since;
    int result;
    size_t i;

    while (take(k, &batch)) {
        for (i = 0; i < batch.n; i++) {
            a4nn_history_put(k->writer, &batch.record[i]);
            a4nn_record_release(&batch.record[i]);
        }
        free(batch.record);
        since = a4nn_now();
        while (result = a4nn_history_flush(k->writer, &err), try_again(k, result, since, &err))
            usleep(100000); /* a full disk answers at once */
        if (result < 0)
            break;
    }
    return NULL;
}

/* ---- opening ---- */

struct a4nn_keeper *
a4nn_keeper_new(const struct a4nn_keeper_opts *opts)
{
    struct a4nn_keeper *k = a4nn_xcalloc(1, sizeof *k);

    k->opts = opts;
    k->past = a4nn_past_new();
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->there, NULL);
    pthread_cond_init(&k->taken, NULL);
    return k;
}

int
a4nn_keeper_open(struct a4nn_keeper *k, struct a4nn_err *err)
{
    const char *name = k->opts->history;

    /* made with patience, used without */
    if ((k->reading = a4nn_history_open(name, A4NN_DB_CREATE, A4NN_HISTORY_PATIENCE, err)) ==
            NULL ||
        (k->writing = a4nn_history_open(name, A4NN_DB_WRITE, each_time, err)) == NULL)
        return -1;
    if (k->opts->diag != NULL)
        k->own = (struct a4nn_diag){.emit = k->opts->diag->emit, .arg = k->opts->diag->arg};
    k->write = (struct a4nn_history_write_opts){k->writing, k->opts->task, &k->own};
    k->writer = a4nn_history_writer_new(&k->write);
    if (k->opts->coming != NULL)
        a4nn_history_keys_add(&k->come, k->opts->coming);
    if (pthread_create(&k->thread, NULL, write_down, k) != 0)
        return a4nn_err_set(err, "cannot start a thread");
    k->threaded = true;
    return 0;
}

const struct a4nn_past *
a4nn_keeper_past(const struct a4nn_keeper *k)
{
    return k->past;
}

/* ---- teaching ---- */

/* A server's connections are few where thousands write: one that has taught is given back. */
static bool
learn(struct a4nn_keeper *k, const char *task, const char *metric, struct a4nn_err *err)
{
    const char *name = k->opts->history;
    bool good;

    if (k->reading == NULL &&
        (k->reading = a4nn_history_open(name, A4NN_DB_READ, A4NN_HISTORY_PATIENCE, err)) == NULL)
        return false;
    good = a4nn_history_teach(k->reading, task, metric, &k->come, k->past, &k->taught, err) >= 0;
    if (a4nn_db_on_server(k->reading)) {
        a4nn_db_close(k->reading);
        k->reading = NULL;
    }
    return good;
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
    if (!learn(k, task, metric, &err)) {
        k->unread = true;
        a4nn_diag(k->opts->diag, A4NN_ERROR, NULL, 0, "nothing is learned from the history: %s",
                  err.msg);
    }
}

/* It is too late not to learn from a run that has taught. */
static void
look_for_itself(struct a4nn_keeper *k, const struct a4nn_record *first)
{
    struct a4nn_buf key = {0};

    a4nn_history_key(first, &key);
    if (a4nn_strmap_find(&k->taught, key.data) != A4NN_STRMAP_NONE && !k->known) {
        k->known = true;
        a4nn_diag(k->opts->diag, A4NN_WARNING, NULL, 0,
                  "run '%.100s' is complete in the history, from which its forecast has learned",
                  a4nn_record_text(first, A4NN_RUN, ""));
    }
    a4nn_buf_release(&key);
}

/* What the record says itself holds. */
static int
add_fact(void *arg, const char *name, struct a4nn_json *value)
{
    if (a4nn_json_get(arg, name) == NULL)
        a4nn_json_set(arg, name, a4nn_json_copy(value));
    return 0;
}

static void
add_facts(const struct a4nn_keeper *k, struct a4nn_record *first)
{
    if (k->opts->facts == NULL)
        return;
    if (first->extra == NULL)
        first->extra = a4nn_json_object();
    a4nn_json_members(k->opts->facts, add_fact, first->extra);
}

bool
a4nn_keeper_meet(struct a4nn_keeper *k, struct a4nn_record *record)
{
    const uint64_t group = A4NN_BIT(A4NN_TASK) | A4NN_BIT(A4NN_METRIC);
    struct a4nn_buf key = {0};
    const char *task, *metric;
    bool new_group;

    task = a4nn_record_text(record, A4NN_TASK, "");
    if (k->opts->task != NULL && task[0] == '\0')
        a4nn_record_set_text(record, A4NN_TASK, k->opts->task);
    task = a4nn_record_text(record, A4NN_TASK, "");
    metric = a4nn_record_text(record, A4NN_METRIC, "");
    if (a4nn_history_repeats(&k->come, record))
        return false;
    a4nn_record_key(record, group, &key);
    a4nn_strmap_put(&k->met, key.data, &new_group);
    a4nn_buf_release(&key);
    if (a4nn_history_meet(&k->come, record)) {
        look_for_itself(k, record);
        add_facts(k, record);
    }
    if (new_group)
        teach(k, task, metric);
    return true;
}

/* ---- keeping ---- */

/* What was said of all runs is what their forecasts rest on. */
static void
state(const struct a4nn_keeper *k, struct a4nn_record *kept)
{
    if (k->opts->epochs > 0)
        a4nn_record_set_num(kept, A4NN_EPOCHS, k->opts->epochs);
    if (k->opts->mode != A4NN_MODE_UNKNOWN)
        a4nn_record_set_text(kept, A4NN_MODE, a4nn_mode_name(k->opts->mode));
}

void
a4nn_keeper_keep(struct a4nn_keeper *k, const struct a4nn_record *record)
{
    struct queue *q = &k->queue;

    pthread_mutex_lock(&k->lock);
    while (q->n >= QUEUE && !k->failing)
        pthread_cond_wait(&k->taken, &k->lock);
    q->record = a4nn_xgrow(q->record, q->n, &q->cap, sizeof *q->record);
    q->record[q->n] = (struct a4nn_record){0};
    a4nn_record_copy(&q->record[q->n], record);
    state(k, &q->record[q->n++]);
    if (q->n >= QUEUE / 2)
        pthread_cond_signal(&k->there);
    pthread_mutex_unlock(&k->lock);
}

void
a4nn_keeper_pause(struct a4nn_keeper *k)
{
    pthread_mutex_lock(&k->lock);
    k->pressed = true;
    pthread_cond_signal(&k->there);
    pthread_mutex_unlock(&k->lock);
}

static void
end_thread(struct a4nn_keeper *k)
{
    pthread_mutex_lock(&k->lock);
    k->ended = true;
    k->until = a4nn_now() + k->opts->at_end;
    pthread_cond_signal(&k->there);
    pthread_mutex_unlock(&k->lock);
    pthread_join(k->thread, NULL);
    if (k->trouble[0] != '\0')
        a4nn_diag(k->opts->diag, A4NN_ERROR, NULL, 0, "not all is in the history: %s", k->trouble);
}

void
a4nn_keeper_free(struct a4nn_keeper *k)
{
    size_t i;

    if (k == NULL)
        return;
    if (k->threaded)
        end_thread(k);
    for (i = 0; i < k->queue.n; i++)
        a4nn_record_release(&k->queue.record[i]);
    free(k->queue.record);
    a4nn_history_writer_free(k->writer);
    a4nn_past_free(k->past);
    a4nn_db_close(k->reading);
    a4nn_db_close(k->writing);
    a4nn_strmap_release(&k->met);
    a4nn_history_keys_release(&k->come);
    a4nn_strmap_release(&k->taught);
    pthread_mutex_destroy(&k->lock);
    pthread_cond_destroy(&k->there);
    pthread_cond_destroy(&k->taken);
    free(k);
}
