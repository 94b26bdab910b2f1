/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch.h"

#include <stdlib.h>

#include "clock.h"
#include "follow_parts.h"
#include "log/reader_set.h"
#include "xalloc.h"

struct a4nn_watch {
    struct a4nn_reader_opts *opts;
    struct a4nn_follow *follow;
    struct a4nn_reader_set *set;
    struct a4nn_watch_state *state;
    enum a4nn_encoding encoding;
    bool rates, said, later, ending;
    void (*emit)(void *arg, enum a4nn_severity severity, const char *text); /* while muted */
    double last; /* when something was read */
};

/* ---- observations ---- */

/* The columns are those of the first record; what a later run has besides is missed. */
static int
on_record(void *arg, struct a4nn_record *record)
{
    struct a4nn_watch *w = arg;
    bool rate = a4nn_record_has(record, A4NN_LR);

    if (!a4nn_watch_state_begun(w->state)) {
        uint64_t columns = A4NN_BIT(A4NN_RUN) | A4NN_BIT(A4NN_EPOCH) | A4NN_BIT(A4NN_VALUE) |
                           A4NN_BIT(A4NN_METRIC) | A4NN_BIT(A4NN_MODE) | A4NN_BIT(A4NN_EPOCHS) |
                           A4NN_BIT(A4NN_TIME);
        w->rates = rate;
        a4nn_watch_state_begin(w->state, w->encoding,
                               columns | (rate ? A4NN_BIT(A4NN_LR) : UINT64_C(0)));
    }
    if (rate && !w->rates && !w->said && w->encoding != A4NN_JSONL) {
        w->said = true;
        a4nn_diag(w->opts->diag, A4NN_NOTE, NULL, 0,
                  "learning rates are left out, from run '%.100s' on: the first has none to make a "
                  "column (-o jsonl has them all)",
                  a4nn_record_text(record, A4NN_RUN, ""));
    }
    a4nn_watch_state_give(w->state, record);
    return 0;
}

static void
on_settled(void *arg, const struct a4nn_reader_run *run)
{
    struct a4nn_watch *w = arg;
    struct a4nn_diag *diag = w->opts->diag;

    a4nn_watch_state_run(w->state, run->key, run->name, run->metric);
    if (run->metric == NULL || w->emit == NULL)
        return;
    diag->emit = w->emit;
    a4nn_diag(diag, A4NN_NOTE, run->file, 0, "metric '%.100s'", run->metric);
    diag->emit = NULL;
}

static void
on_recall(void *arg, const char *key, const char *name, const char *metric)
{
    a4nn_reader_set_recall(((struct a4nn_watch *)arg)->set, key, name, metric);
}

/* ---- files ---- */

static struct a4nn_reader *
reader_of(struct a4nn_watch *w, struct a4nn_follow_file *file)
{
    const struct a4nn_source_member m = {file->path, file->name, file->argument, 1};

    if (file->user == NULL)
        file->user = a4nn_reader_new_of(w->set, w->opts, &m);
    return file->user;
}

static void
drop_reader(struct a4nn_follow_file *file)
{
    a4nn_reader_free(file->user);
    file->user = NULL;
}

static void
on_begin(void *arg, struct a4nn_follow_file *file)
{
    (void)arg;
    (void)file;
}

static void
on_bytes(void *arg, struct a4nn_follow_file *file, const char *bytes, size_t len)
{
    struct a4nn_watch *w = arg;
    struct a4nn_reader *reader = reader_of(w, file);

    w->last = a4nn_now();
    (void)a4nn_reader_feed(reader, bytes, len);
    if (!file->whole && a4nn_reader_is_whole(reader)) {
        file->whole = true;
        drop_reader(file);
    }
}

static void
on_anew(void *arg, struct a4nn_follow_file *file, enum a4nn_follow_how how)
{
    if (how == A4NN_FOLLOW_WHOLE)
        drop_reader(file);
    else
        a4nn_reader_anew(reader_of(arg, file), how == A4NN_FOLLOW_REWRITTEN);
}

/*
 * A document was read from its beginning to its end.  While its writer is at it, it may be broken;
 * that is said only if it still is at the end.
 */
static void
on_complete(void *arg, struct a4nn_follow_file *file)
{
    struct a4nn_watch *w = arg;
    struct a4nn_diag *diag = w->opts->diag, before = *diag;
    struct a4nn_reader *reader = reader_of(w, file);

    if (!a4nn_reader_is_whole(reader)) {
        file->whole = false;
        return;
    }
    if (!w->ending) {
        w->emit = diag->emit;
        diag->emit = NULL;
    }
    a4nn_reader_end(reader);
    file->again = diag->errors > before.errors;
    if (!w->ending)
        *diag = before;
    w->emit = NULL;
    drop_reader(file);
}

static void
on_end(void *arg, struct a4nn_follow_file *file)
{
    struct a4nn_watch *w = arg;

    if (!w->later && !file->whole)
        a4nn_reader_end(reader_of(w, file));
    drop_reader(file);
}

/* ---- the watch ---- */

struct a4nn_watch *
a4nn_watch_new(struct a4nn_reader_opts *opts, double poll, const char *state, int fd,
               enum a4nn_encoding encoding, struct a4nn_err *err)
{
    struct a4nn_watch *w = a4nn_xcalloc(1, sizeof *w);
    const struct a4nn_follow_sink sink = {on_begin, on_bytes, on_anew,   on_complete,
                                          on_end,   w,        opts->diag};

    w->opts = opts;
    w->encoding = encoding == A4NN_AS_INPUT ? A4NN_CSV : encoding;
    w->last = a4nn_now();
    opts->record = on_record;
    opts->arg = w;
    w->set = a4nn_reader_set_new(opts, on_settled, w);
    w->state = a4nn_watch_state_open(state, fd, on_recall, w, err);
    if (w->state == NULL) {
        a4nn_reader_set_free(w->set);
        free(w);
        return NULL;
    }
    w->follow = a4nn_follow_new(&sink, poll);
    return w;
}

struct a4nn_follow *
a4nn_watch_follow(struct a4nn_watch *w)
{
    return w->follow;
}

int
a4nn_watch_step(struct a4nn_watch *w)
{
    a4nn_follow_step(w->follow);
    return a4nn_watch_state_flush(w->state);
}

int
a4nn_watch_wait(const struct a4nn_watch *w)
{
    int follow = a4nn_follow_wait(w->follow), state = a4nn_watch_state_wait(w->state);

    return state >= 0 && state < follow ? state : follow;
}

double
a4nn_watch_idle(const struct a4nn_watch *w)
{
    return a4nn_now() - w->last;
}

int
a4nn_watch_end(struct a4nn_watch *w, bool later, unsigned long *count)
{
    int status;

    w->later = later;
    w->ending = true;
    a4nn_follow_finish(w->follow);
    if (!later)
        a4nn_reader_set_finish(w->set);
    *count = a4nn_watch_state_count(w->state);
    status = a4nn_watch_state_close(w->state);
    a4nn_follow_free(w->follow);
    a4nn_reader_set_free(w->set);
    free(w);
    return status;
}
