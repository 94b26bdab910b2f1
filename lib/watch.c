/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch.h"

#include <stdlib.h>

#include "growing.h"
#include "log/reader_set.h"
#include "xalloc.h"

struct a4nn_watch {
    struct a4nn_reader_opts *opts;
    struct a4nn_growing *logs;
    struct a4nn_watch_state *state;
    enum a4nn_encoding encoding;
    bool rates, said;
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

    a4nn_watch_state_run(w->state, run->key, run->name, run->metric);
}

static void
on_recall(void *arg, const char *key, const char *name, const char *metric)
{
    a4nn_growing_recall(((struct a4nn_watch *)arg)->logs, key, name, metric);
}

/* ---- the watch ---- */

struct a4nn_watch *
a4nn_watch_new(struct a4nn_reader_opts *opts, double poll, const char *state, int fd,
               enum a4nn_encoding encoding, struct a4nn_err *err)
{
    struct a4nn_watch *w = a4nn_xcalloc(1, sizeof *w);

    w->opts = opts;
    w->encoding = encoding == A4NN_AS_INPUT ? A4NN_CSV : encoding;
    opts->record = on_record;
    opts->arg = w;
    w->logs = a4nn_growing_new(opts, poll, on_settled, NULL, w);
    w->state = a4nn_watch_state_open(state, fd, on_recall, w, err);
    if (w->state == NULL) {
        a4nn_growing_free(w->logs);
        free(w);
        return NULL;
    }
    return w;
}

struct a4nn_follow *
a4nn_watch_follow(struct a4nn_watch *w)
{
    return a4nn_growing_follow(w->logs);
}

int
a4nn_watch_step(struct a4nn_watch *w)
{
    a4nn_follow_step(a4nn_growing_follow(w->logs));
    return a4nn_watch_state_flush(w->state);
}

int
a4nn_watch_wait(const struct a4nn_watch *w)
{
    int follow = a4nn_follow_wait(a4nn_growing_follow(w->logs)),
        state = a4nn_watch_state_wait(w->state);

    return state >= 0 && state < follow ? state : follow;
}

double
a4nn_watch_idle(const struct a4nn_watch *w)
{
    return a4nn_growing_idle(w->logs);
}

int
a4nn_watch_end(struct a4nn_watch *w, bool later, unsigned long *count)
{
    int status;

    a4nn_growing_finish(w->logs, later);
    *count = a4nn_watch_state_count(w->state);
    status = a4nn_watch_state_close(w->state);
    a4nn_growing_free(w->logs);
    free(w);
    return status;
}
