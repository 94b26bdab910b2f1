/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs one after the other, as replay.h promises them: found out about once, then walked. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "replay_parts.h"
#include "spill.h"
#include "spool.h"
#include "xalloc.h"

/* ---- finding out ---- */

void
a4nn_replay_curve(const char *bytes, size_t len, double planned, struct a4nn_curve *curve)
{
    struct a4nn_spool_records records = {.at = bytes, .end = bytes + len};
    double epoch, value;

    curve->n = 0;
    while (a4nn_spool_point(&records, &epoch, &value))
        a4nn_curve_add(curve, epoch, value, NAN, NULL);
    while (curve->n > 0 && curve->epoch[curve->n - 1] > planned)
        curve->n--;
}

/* The planned total that the records of a run say last, NAN when none does. */
static double
planned_by(const struct a4nn_spool_item *item)
{
    struct a4nn_spool_records records = {.at = item->bytes, .end = item->bytes + item->len};
    double planned = NAN, epoch, value;

    while (a4nn_spool_point(&records, &epoch, &value))
        if ((records.set & A4NN_BIT(A4NN_EPOCHS)) != 0 && isfinite(records.epochs) &&
            records.epochs > 0)
            planned = records.epochs;
    return planned;
}

/* How many runs have something about them that is worth a note. */
struct notes {
    size_t runs, unknown, shorter, outside;
};

static struct a4nn_replay_facts
find_out(const struct a4nn_replay *replay, const struct a4nn_spool_item *item,
         struct a4nn_curve *curve, struct notes *notes)
{
    struct a4nn_replay_facts f = {.planned = replay->opts.epochs, .end = NAN, .final = NAN};

    if (!isfinite(f.planned))
        f.planned = planned_by(item);
    a4nn_replay_curve(item->bytes, item->len, isfinite(f.planned) ? f.planned : HUGE_VAL, curve);
    if (!isfinite(f.planned)) {
        f.planned = curve->epoch[curve->n - 1];
        f.flags |= A4NN_REPLAY_ASSUMED;
        notes->unknown++;
    }
    notes->runs++;
    if (curve->n == 0) {
        notes->outside++;
        f.flags |= A4NN_REPLAY_LEFT_OUT;
        return f;
    }
    if (replay->collection[item->number].kind.mode == A4NN_MODE_UNKNOWN)
        f.flags |= A4NN_REPLAY_LEFT_OUT;
    f.end = curve->epoch[curve->n - 1];
    notes->shorter += f.end < f.planned;
    if (isfinite(curve->value[curve->n - 1]))
        f.final = curve->value[curve->n - 1];
    return f;
}

static void
report(const struct notes *notes, struct a4nn_diag *diag)
{
    if (notes->unknown > 0)
        a4nn_diag(diag, A4NN_NOTE, NULL, 0,
                  "%zu of %zu runs do not say how many epochs were planned: their last one is "
                  "taken for it (-E)",
                  notes->unknown, notes->runs);
    if (notes->shorter > 0)
        a4nn_diag(diag, A4NN_NOTE, NULL, 0,
                  "%zu of %zu runs ended before the last planned epoch: their last value counts as "
                  "final, and only epochs they trained can be saved",
                  notes->shorter, notes->runs);
    if (notes->outside > 0)
        a4nn_diag(diag, A4NN_WARNING, NULL, 0,
                  "%zu of %zu runs have no observation up to the last planned epoch: left out",
                  notes->outside, notes->runs);
}

void
a4nn_replay_find_out(struct a4nn_replay *replay, bool reported)
{
    size_t share = replay->opts.buffer / (replay->npolicies + 1) / 8, p;
    const struct a4nn_spool_item *item;
    struct a4nn_spool_cursor *cursor;
    struct a4nn_curve curve = {0};
    struct notes notes = {0};
    uint64_t runs = 0;

    a4nn_spool_finish(replay->observations);
    if (replay->stream != NULL)
        a4nn_spool_finish(replay->stream);
    replay->facts = a4nn_spill_new(share);
    cursor = a4nn_spool_open(replay->observations, 0, UINT32_MAX);
    for (; (item = a4nn_spool_next(cursor)) != NULL; runs++) {
        struct a4nn_replay_collection *c = &replay->collection[item->number];
        struct a4nn_replay_facts facts = find_out(replay, item, &curve, &notes);
        if (c->all++ == 0)
            c->first = runs;
        c->nruns += (facts.flags & A4NN_REPLAY_LEFT_OUT) == 0;
        a4nn_spill_append(replay->facts, &facts, sizeof facts);
    }
    a4nn_spool_close(cursor);
    a4nn_curve_release(&curve);
    replay->decided = a4nn_xcalloc(replay->npolicies + 1, sizeof(struct a4nn_spill *));
    for (p = 0; p < replay->npolicies; p++) {
        replay->decided[p] = a4nn_spill_new(share);
        a4nn_spill_resize(replay->decided[p], runs * sizeof(struct a4nn_replay_stored));
    }
    if (reported)
        report(&notes, replay->opts.diag);
}

/* ---- walking ---- */

enum { ROWS = 512 };

/* Rows of a spill, read some at a time. */
struct column {
    struct a4nn_spill *spill;
    char *rows;
    size_t size;
};

struct a4nn_replay_walk {
    const struct a4nn_replay *replay;
    bool curves;
    struct a4nn_spool_cursor *cursor;
    uint64_t at, end; /* number of the next run */
    size_t row, rows; /* that in the columns, and how many are there */
    struct column facts, *decided;
    size_t ndecided;
    struct a4nn_replay_run run;
};

struct a4nn_replay_walk *
a4nn_replay_walk_new(const struct a4nn_replay *replay, size_t collection, size_t policy,
                     bool curves)
{
    struct a4nn_replay_walk *w = a4nn_xcalloc(1, sizeof *w);
    const struct a4nn_replay_collection *c = &replay->collection[collection];
    size_t p;

    w->replay = replay;
    w->curves = curves;
    w->cursor = a4nn_spool_open(replay->observations, (uint32_t)collection, (uint32_t)collection);
    w->at = c->first;
    w->end = c->first + c->all;
    w->facts.spill = replay->facts;
    w->facts.size = sizeof(struct a4nn_replay_facts);
    w->ndecided = policy == A4NN_REPLAY_ALL ? replay->npolicies : 1;
    w->decided = a4nn_xcalloc(w->ndecided + 1, sizeof *w->decided);
    for (p = 0; p < w->ndecided; p++) {
        w->decided[p].spill = replay->decided[policy == A4NN_REPLAY_ALL ? p : policy];
        w->decided[p].size = sizeof(struct a4nn_replay_stored);
    }
    w->run.decision = a4nn_xcalloc(w->ndecided + 1, sizeof *w->run.decision);
    return w;
}

static bool
read_rows(struct a4nn_replay_walk *w, struct column *c)
{
    if (c->rows == NULL)
        c->rows = a4nn_xcalloc(ROWS, c->size);
    return a4nn_spill_get(c->spill, w->at * c->size, c->rows, w->rows * c->size);
}

static bool
more_rows(struct a4nn_replay_walk *w)
{
    size_t p;

    w->row = 0;
    w->rows = w->end - w->at < ROWS ? (size_t)(w->end - w->at) : ROWS;
    if (w->rows == 0 || !read_rows(w, &w->facts))
        return false;
    for (p = 0; p < w->ndecided; p++)
        if (!read_rows(w, &w->decided[p]))
            return false;
    return true;
}

static void
set_decisions(struct a4nn_replay_walk *w, size_t row)
{
    size_t p;

    for (p = 0; p < w->ndecided; p++) {
        struct a4nn_replay_stored s;
        memcpy(&s, w->decided[p].rows + row * sizeof s, sizeof s);
        w->run.decision[p] = (struct a4nn_decision){
            s.epoch, s.forecast, s.reason > 0 ? w->replay->reasons.key[s.reason - 1] : NULL};
    }
}

const struct a4nn_replay_run *
a4nn_replay_walk_next(struct a4nn_replay_walk *w)
{
    struct a4nn_replay_run *run = &w->run;
    const struct a4nn_spool_item *item;
    struct a4nn_replay_facts f;

    do {
        if (w->row == w->rows && !more_rows(w))
            return NULL;
        if ((item = a4nn_spool_next(w->cursor)) == NULL)
            return NULL;
        memcpy(&f, w->facts.rows + w->row++ * sizeof f, sizeof f);
        w->at++;
    } while (f.flags & A4NN_REPLAY_LEFT_OUT);
    run->name = item->name;
    run->collection = item->number;
    run->planned = f.planned;
    run->assumed = (f.flags & A4NN_REPLAY_ASSUMED) != 0;
    run->end = f.end;
    run->final = f.final;
    if (w->curves)
        a4nn_replay_curve(item->bytes, item->len, f.planned, &run->curve);
    set_decisions(w, w->row - 1);
    return run;
}

void
a4nn_replay_walk_free(struct a4nn_replay_walk *w)
{
    size_t p;

    a4nn_spool_close(w->cursor);
    free(w->facts.rows);
    for (p = 0; p < w->ndecided; p++)
        free(w->decided[p].rows);
    free(w->decided);
    free(w->run.decision);
    a4nn_curve_release(&w->run.curve);
    free(w);
}

struct a4nn_replay_outcome
a4nn_replay_under_policy(const struct a4nn_replay_run *run)
{
    const struct a4nn_decision *d = &run->decision[0];

    if (isnan(d->epoch))
        return (struct a4nn_replay_outcome){run->end, run->final, false};
    return (struct a4nn_replay_outcome){d->epoch, d->forecast, true};
}

/* ---- trouble ---- */

bool
a4nn_replay_failed(const struct a4nn_replay *replay, struct a4nn_err *err)
{
    int error = replay->trouble != 0 ? replay->trouble : a4nn_spool_error(replay->observations);
    size_t p;

    if (error == 0 && replay->stream != NULL)
        error = a4nn_spool_error(replay->stream);
    if (error == 0 && replay->brought != NULL)
        error = a4nn_spool_error(replay->brought);
    if (error == 0 && replay->facts != NULL)
        error = a4nn_spill_error(replay->facts);
    for (p = 0; p < replay->npolicies && replay->decided != NULL && error == 0; p++)
        error = a4nn_spill_error(replay->decided[p]);
    if (error == 0)
        return false;
    a4nn_err_set(err, "temporary file in '%s': %s", a4nn_spill_folder(), strerror(error));
    return true;
}
