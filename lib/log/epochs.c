/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/epochs.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "xalloc.h"

static bool
same(double a, double b)
{
    return !(a < b) && !(a > b);
}

/* ---- a whole series ---- */

/* A sample of the name looked at. */
struct placed {
    const struct a4nn_log_sample *sample;
    double at;    /* epoch or step as written */
    size_t order; /* of appearance: later wins */
};

/* Do the samples state epochs, or must their steps (or mere number) do? */
static bool
states_epochs(const struct a4nn_log_sample *sample, size_t n, long name)
{
    size_t with = 0, without = 0, i;

    for (i = 0; i < n; i++)
        if (sample[i].name == name) {
            if (isfinite(sample[i].epoch))
                with++;
            else
                without++;
        }
    return with > 0 && with * 2 >= without;
}

static bool
any_step_differs(const struct a4nn_log_sample *sample, size_t n, long name)
{
    double first = NAN;
    size_t i;

    for (i = 0; i < n; i++) {
        if (sample[i].name != name || !isfinite(sample[i].step))
            continue;
        if (isnan(first))
            first = sample[i].step;
        else if (!same(first, sample[i].step))
            return true;
    }
    return false;
}

/* The samples of the name, in the order stated; NAN positions are counted as unplaced. */
static size_t
place(struct a4nn_epoch_series *series, const struct a4nn_log_sample *sample, size_t n, long name,
      bool by_epoch, bool by_step, struct placed *out)
{
    size_t used = 0, i;

    for (i = 0; i < n; i++) {
        double at;
        if (sample[i].name != name)
            continue;
        at = by_epoch ? sample[i].epoch : by_step ? sample[i].step : (double)used;
        if (isfinite(sample[i].epochs))
            series->epochs = sample[i].epochs;
        if (!isfinite(at)) {
            if (series->unplaced++ == 0)
                series->first_unplaced = &sample[i];
            continue;
        }
        out[used] = (struct placed){&sample[i], at, used};
        used++;
    }
    return used;
}

static int
by_position(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    if (x->at < y->at || x->at > y->at)
        return x->at < y->at ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static bool
says_the_same(const struct placed *p, const struct placed *q)
{
    double a = p->sample->value, b = q->sample->value;

    return same(p->at, q->at) && (same(a, b) || (isnan(a) && isnan(b)));
}

/*
 * Given samples in order of position: from[k] becomes the lowest position at which the run was
 * resumed after the k-th sample was stated.  A position that comes again with another value
 * resumes the run there; one that merely repeats what was said does not.
 */
static void
find_resumes(struct a4nn_epoch_series *series, const struct placed *p, size_t n, double *from)
{
    size_t first = SIZE_MAX, i;

    for (i = 0; i <= n; i++)
        from[i] = HUGE_VAL;
    for (i = 1; i < n; i++)
        if (same(p[i].at, p[i - 1].at) && !says_the_same(&p[i - 1], &p[i])) {
            from[p[i].order] = p[i].at;
            if (p[i].order < first) {
                first = p[i].order;
                series->resumed = p[i].sample;
                series->resumed_epoch = p[i].at;
            }
        }
    for (i = n; i-- > 0;)
        from[i] = fmin(from[i], from[i + 1]);
}

/*
 * Of samples in order of position those that hold: of equal positions the last stated, and none
 * that lies behind a position at which the run was resumed later.  Returns how many are left.
 */
static size_t
keep_valid(struct a4nn_epoch_series *series, struct placed *p, size_t n)
{
    double *from = a4nn_xcalloc(n + 1, sizeof *from);
    size_t used = 0, i;

    find_resumes(series, p, n, from);
    for (i = 0; i < n; i++) {
        if (from[p[i].order + 1] < p[i].at)
            continue;
        if (used > 0 && same(p[used - 1].at, p[i].at))
            used--;
        p[used++] = p[i];
    }
    free(from);
    return used;
}

/* How many samples in a row share the position of the first. */
static size_t
group_length(const struct placed *p, size_t n)
{
    size_t len = 1;

    while (len < n && same(p[len].at, p[0].at) && p[len].order == p[0].order + len &&
           p[len].sample->step > p[len - 1].sample->step)
        len++;
    return len;
}

static bool
all_whole(const struct placed *p, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (!same(p[i].at, floor(p[i].at)))
            return false;
    return true;
}

/*
 * How many times the run was validated in each epoch, of samples in order of position: k where
 * each epoch has k samples whose steps go up (the last epoch may still have fewer), else 1.
 */
static size_t
validations_per_epoch(const struct placed *p, size_t n)
{
    size_t k = n > 0 ? group_length(p, n) : 0, i;

    if (k < 2 || k == n || !all_whole(p, n))
        return 1;
    for (i = k; i < n; i += k) {
        size_t len = group_length(p + i, n - i);
        if (p[i].order != i || !(p[i].sample->step > p[i - 1].sample->step) || len > k ||
            (len < k && i + len != n))
            return 1;
    }
    return k;
}

/* Steps that run 0, 1, 2, ... or 1, 2, 3, ... are epochs under another name. */
static bool
consecutive(const struct placed *p, size_t n)
{
    size_t i;

    if (n == 0 || !(same(p[0].at, 0) || same(p[0].at, 1)))
        return false;
    for (i = 1; i < n; i++)
        if (!same(p[i].at, p[i - 1].at + 1))
            return false;
    return true;
}

/* What to add to the epochs so that 1 is after the first epoch. */
static double
shift_of(const struct placed *p, size_t n, enum a4nn_log_count count, double epochs)
{
    if (count == A4NN_COUNT_FROM_1 || n == 0 || !all_whole(p, n))
        return 0;
    if (isfinite(epochs) && same(p[n - 1].at, epochs))
        return 0; /* counts 0..E: its 0 is the untrained network */
    if (count == A4NN_COUNT_FROM_0)
        return 1;
    return same(p[0].at, 0) ? 1 : 0;
}

void
a4nn_epoch_series_make(struct a4nn_epoch_series *series, const struct a4nn_log_sample *sample,
                       size_t n, long name, enum a4nn_log_count count, double epochs)
{
    struct placed *p = a4nn_xcalloc(n, sizeof *p);
    bool by_epoch = count != A4NN_COUNT_ORDER && states_epochs(sample, n, name);
    bool by_step = !by_epoch && any_step_differs(sample, n, name); /* also to see the order */
    double shift;
    size_t used, each = 1, i;

    *series = (struct a4nn_epoch_series){.epochs = NAN};
    used = place(series, sample, n, name, by_epoch, by_step, p);
    qsort(p, used, sizeof *p, by_position);
    if (by_epoch)
        each = validations_per_epoch(p, used);
    if (each == 1)
        used = keep_valid(series, p, used);
    series->counted = !by_epoch && !(by_step && consecutive(p, used));
    if (!isfinite(epochs))
        epochs = series->epochs;
    if (count == A4NN_COUNT_STEPS)
        count = A4NN_COUNT_FROM_0;
    shift = shift_of(p, used, by_epoch ? count : A4NN_COUNT_UNKNOWN, epochs);
    series->sample = a4nn_xcalloc(used, sizeof *series->sample);
    series->epoch = a4nn_xcalloc(used, sizeof *series->epoch);
    series->n = used;
    series->by_epoch = by_epoch;
    series->by_step = by_step;
    series->shift = shift;
    series->each = each;
    for (i = 0; i < used; i++) {
        series->sample[i] = p[i].sample;
        series->epoch[i] = series->counted ? (double)(i + 1) : p[i].at + shift;
        if (each > 1) /* the j-th of k in an epoch stands for its fraction j/k */
            series->epoch[i] += (double)(i % each + 1) / (double)each - 1;
    }
    free(p);
}

void
a4nn_epoch_series_release(struct a4nn_epoch_series *series)
{
    free(series->sample);
    free(series->epoch);
    *series = (struct a4nn_epoch_series){0};
}

/* ---- one at a time ---- */

void
a4nn_epoch_counter_begin(struct a4nn_epoch_counter *c, enum a4nn_log_count count)
{
    *c = (struct a4nn_epoch_counter){.count = count};
}

/*
 * The place of a step among those seen.  One seen before keeps its place; a smaller one means that
 * the run has been resumed there: what came after it is void, as in a whole series.
 */
static double
number_step(struct a4nn_epoch_counter *c, double step)
{
    while (c->steps > 0 && isfinite(step) && c->step[c->steps - 1] > step)
        c->steps--;
    if (c->steps > 0 && same(c->step[c->steps - 1], step))
        return (double)c->steps;
    c->step = a4nn_xgrow(c->step, c->steps, &c->cap, sizeof *c->step);
    c->step[c->steps++] = step;
    return (double)c->steps;
}

double
a4nn_epoch_counter_next(struct a4nn_epoch_counter *c, const struct a4nn_log_sample *sample)
{
    double epoch = sample->epoch;

    if (c->count == A4NN_COUNT_ORDER || (!isfinite(epoch) && (!c->begun || c->steps > 0)))
        return number_step(c, sample->step);
    if (!isfinite(epoch))
        return NAN;
    if (!c->begun) {
        bool whole = same(epoch, floor(epoch));
        if (c->count == A4NN_COUNT_FROM_0 || c->count == A4NN_COUNT_STEPS ||
            (c->count != A4NN_COUNT_FROM_1 && same(epoch, 0)))
            c->shift = whole ? 1 : 0;
        c->begun = true;
    }
    return epoch + c->shift;
}

void
a4nn_epoch_counter_release(struct a4nn_epoch_counter *c)
{
    free(c->step);
    *c = (struct a4nn_epoch_counter){0};
}
