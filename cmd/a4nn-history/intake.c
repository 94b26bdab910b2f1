/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intake.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "history.h"
#include "program.h"
#include "xalloc.h"

enum { ROWS_AT_ONCE = 1 << 16 };
static const double seconds_at_most = 0.5; /* that a record waits while others keep coming */

void
a4nn_intake_init(struct a4nn_intake *t)
{
    a4nn_input_init(&t->in);
    t->write.diag = &t->in.diag;
}

void
a4nn_intake_option(struct a4nn_intake *t, const struct a4nn_cli *cli, int code, const char *arg)
{
    if (code == A4NN_OPT_OVER)
        t->over = true;
    else
        a4nn_input_option(&t->in, cli, code, arg);
}

/* ---- passing on ---- */

static void
pass_on(struct a4nn_intake *t)
{
    size_t i;

    for (i = 0; i < t->nkept; i++) {
        if (t->out == NULL)
            t->out = a4nn_stream_writer_new(stdout, a4nn_input_encoding(&t->in, t->reader),
                                            t->kept[i].set | a4nn_reader_columns(t->reader));
        a4nn_stream_write(t->out, &t->kept[i]);
        a4nn_record_release(&t->kept[i]);
    }
    t->nkept = 0;
    a4nn_stream_pause(t->out);
}

static void
keep(struct a4nn_intake *t, const struct a4nn_record *record)
{
    t->kept = a4nn_xgrow(t->kept, t->nkept, &t->kept_cap, sizeof *t->kept);
    t->kept[t->nkept] = (struct a4nn_record){0};
    a4nn_record_copy(&t->kept[t->nkept++], record);
}

/* ---- the database ---- */

/* A database that fails must not hold up who reads what is passed on. */
static void
give_up(struct a4nn_intake *t, const struct a4nn_err *err)
{
    a4nn_diag(&t->in.diag, A4NN_ERROR, NULL, 0, "%s", err->msg);
    a4nn_diag(&t->in.diag, A4NN_ERROR, NULL, 0, "%s",
              t->pass ? "from here on nothing is kept, all is passed on" : "giving up");
    a4nn_history_writer_free(t->history);
    t->history = NULL;
}

static void
start(struct a4nn_intake *t)
{
    struct a4nn_err err;

    if (!t->pass)
        t->write.db = a4nn_verb_open(t->in.history_name, A4NN_DB_CREATE);
    else if ((t->write.db = a4nn_history_open(t->in.history_name, A4NN_DB_CREATE,
                                              A4NN_HISTORY_PATIENCE, &err)) == NULL)
        give_up(t, &err);
    if (t->write.db != NULL)
        t->history = a4nn_history_writer_new(&t->write);
}

static void
flush(struct a4nn_intake *t)
{
    struct a4nn_err err;

    t->flushed = a4nn_now();
    if (t->history != NULL && a4nn_history_flush(t->history, &err) < 0)
        give_up(t, &err);
    if (t->pass)
        pass_on(t);
}

static void
on_pause(void *arg)
{
    struct a4nn_intake *t = arg;

    if (!t->bulk)
        flush(t);
}

/* ---- records ---- */

static int
join_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct a4nn_record *record = arg;

    if (a4nn_field_find(name) == A4NN_TASK && a4nn_json_string(value) != NULL)
        a4nn_record_set_text(record, A4NN_TASK, a4nn_json_string(value));
    else
        a4nn_json_set(record->extra, name, a4nn_json_copy(value));
    return 0;
}

/* The task tells runs apart, so it goes with every record, all else with the first. */
static void
join(struct a4nn_intake *t, struct a4nn_record *record)
{
    const char *run = a4nn_record_text(record, A4NN_RUN, "");
    const struct a4nn_json *about = a4nn_configs_find(t->configs, run);
    const char *task = a4nn_json_string(a4nn_json_get(about, "task"));
    bool first;

    if (about == NULL)
        return;
    a4nn_strmap_put(&t->joined, run, &first);
    if (task != NULL)
        a4nn_record_set_text(record, A4NN_TASK, task);
    if (!first)
        return;
    if (record->extra == NULL)
        record->extra = a4nn_json_object();
    a4nn_json_members(about, join_member, record);
}

/* What was asked for on the command line holds, as it does for a forecast. */
static void
state_options(struct a4nn_intake *t, struct a4nn_record *record)
{
    if (t->in.mode != A4NN_MODE_UNKNOWN)
        a4nn_record_set_text(record, A4NN_MODE, a4nn_mode_name(t->in.mode));
    if (t->in.epochs == t->in.epochs)
        a4nn_record_set_num(record, A4NN_EPOCHS, t->in.epochs);
}

/* The reader may use its record again as it is, so what is joined goes into one of our own. */
static void
put_joined(struct a4nn_intake *t, const struct a4nn_record *record)
{
    struct a4nn_record own = {0};

    a4nn_record_copy(&own, record);
    join(t, &own);
    a4nn_history_put(t->history, &own);
    a4nn_record_release(&own);
}

static int
on_record(void *arg, struct a4nn_record *record)
{
    struct a4nn_intake *t = arg;

    t->records++;
    if (t->pass)
        keep(t, record);
    state_options(t, record);
    if (t->history != NULL && t->configs != NULL)
        put_joined(t, record);
    else if (t->history != NULL)
        a4nn_history_put(t->history, record);
    if ((t->history != NULL && a4nn_history_waiting(t->history) >= ROWS_AT_ONCE) ||
        (!t->bulk && a4nn_now() - t->flushed > seconds_at_most))
        flush(t);
    return t->history == NULL && !t->pass;
}

/* When all is in: runs whose planned total nobody stated are told of, or complete. */
static void
end_runs(struct a4nn_intake *t)
{
    size_t runs, unplanned;
    struct a4nn_err err;

    if (t->history == NULL)
        return;
    runs = a4nn_history_flushed(t->history, &unplanned);
    if (t->over && a4nn_history_end_runs(t->history, &err) < 0)
        give_up(t, &err);
    else if (!t->over && t->bulk && unplanned > 0)
        a4nn_diag(&t->in.diag, A4NN_NOTE, NULL, 0,
                  "%zu of %zu runs state no planned total: nothing says that they are complete "
                  "(-E, --over)",
                  unplanned, runs);
}

int
a4nn_intake_run(struct a4nn_intake *t, char *const *operands, int count)
{
    int status = A4NN_OK;

    t->in.reader.select.all = true;
    t->in.reader.again = true;
    t->write.task = t->in.task;
    start(t);
    t->in.reader.record = on_record;
    t->in.reader.pause = on_pause;
    t->in.reader.arg = t;
    t->flushed = a4nn_now();
    t->reader = a4nn_reader_new(&t->in.reader);
    a4nn_reader_read(t->reader, operands, count);
    flush(t);
    end_runs(t);
    if (t->records == 0)
        status = A4NN_NO;
    if (t->in.diag.errors > 0)
        status = A4NN_TROUBLE;
    a4nn_stream_writer_free(t->out);
    a4nn_reader_free(t->reader);
    a4nn_history_writer_free(t->history);
    a4nn_db_close(t->write.db);
    a4nn_intake_release(t);
    return status;
}

void
a4nn_intake_release(struct a4nn_intake *t)
{
    a4nn_strmap_release(&t->joined);
    if (t->configs != NULL)
        a4nn_configs_free(t->configs);
    free(t->kept);
    a4nn_input_release(&t->in);
}
