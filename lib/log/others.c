/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/others.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "buf.h"
#include "strmap.h"
#include "xalloc.h"

enum { MAX_APART = 100000 };

static bool
same(double a, double b)
{
    return !(a < b) && !(a > b);
}

/* [name, epoch, value, time] */
static void
append(struct a4nn_json **list, const char *name, double epoch, double value, double time)
{
    struct a4nn_json *element = a4nn_json_array();

    a4nn_json_append(element, a4nn_json_from_string(name));
    a4nn_json_append(element, a4nn_json_from_number(epoch));
    a4nn_json_append(element, a4nn_json_from_number(value));
    if (isfinite(time))
        a4nn_json_append(element, a4nn_json_from_number(time));
    if (*list == NULL)
        *list = a4nn_json_array();
    a4nn_json_append(*list, element);
}

static void
append_number(struct a4nn_json **list, const struct a4nn_log_other *other,
              const struct a4nn_log_apart *number)
{
    append(list, other[number->name].name, number->epoch, number->value, number->time);
}

static void
set(struct a4nn_json **object, const char *name, double value)
{
    if (*object == NULL)
        *object = a4nn_json_object();
    a4nn_json_set(*object, name, a4nn_json_from_number(value));
}

/* Of each name and epoch the number that was put last. */
struct lasts {
    struct a4nn_strmap keys;
    struct a4nn_log_apart *number;
    size_t cap;
};

static void
put_last(struct lasts *l, const struct a4nn_log_apart *number)
{
    struct a4nn_buf key = {0};
    bool added;
    size_t i;

    a4nn_buf_addf(&key, "%zu %a", number->name, number->epoch);
    i = a4nn_strmap_put(&l->keys, key.data, &added);
    a4nn_buf_release(&key);
    if (added)
        l->number = a4nn_xgrow(l->number, i, &l->cap, sizeof *l->number);
    l->number[i] = *number;
}

static void
lasts_release(struct lasts *l)
{
    a4nn_strmap_release(&l->keys);
    free(l->number);
}

/* The epoch of the stream that a number stated at `epoch` belongs to. */
static double
epoch_of(double epoch, double shift)
{
    return shift > 0 ? floor(epoch) + shift : ceil(epoch);
}

/* ---- a run that is complete ---- */

/* Where a number belongs: to the value number `at`, or else to an epoch without a value. */
struct spot {
    size_t at;    /* SIZE_MAX: to none */
    double epoch; /* NAN: to none */
    bool late;    /* it is behind the last value */
};

struct placer {
    const struct a4nn_epoch_series *metric;
    const struct a4nn_log_sample *sample; /* all of the run */
    double *last_step;                    /* of each name */
    struct lasts apart;
};

/* Each returns the first value that is not before the number. */
static size_t
first_by_epoch(const struct a4nn_epoch_series *m, double epoch, bool as_stated)
{
    size_t lo = 0, hi = m->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if ((as_stated ? m->sample[mid]->epoch : m->epoch[mid]) < epoch)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static size_t
first_by_step(const struct a4nn_epoch_series *m, double step)
{
    size_t lo = 0, hi = m->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (m->sample[mid]->step < step)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static size_t
first_by_line(const struct a4nn_epoch_series *m, const struct a4nn_log_sample *s)
{
    size_t lo = 0, hi = m->n;

    while (lo < hi) {
        const struct a4nn_log_sample *value = m->sample[lo + (hi - lo) / 2];
        bool before = value->file == s->file ? value->line < s->line : value < s;
        if (before)
            lo += (hi - lo) / 2 + 1;
        else
            hi = lo + (hi - lo) / 2;
    }
    return lo;
}

/* Where an epoch has several values, its steps tell them apart. */
static struct spot
spot_by_fraction(const struct a4nn_epoch_series *m, const struct a4nn_log_sample *s)
{
    size_t at = first_by_epoch(m, s->epoch, true);

    if (at == m->n || !same(m->sample[at]->epoch, s->epoch))
        return (struct spot){SIZE_MAX, s->epoch + m->shift, false};
    while (at + 1 < m->n && same(m->sample[at + 1]->epoch, s->epoch) &&
           !(m->sample[at]->step >= s->step))
        at++;
    return (struct spot){.at = at};
}

static struct spot
spot_by_epoch(const struct a4nn_epoch_series *m, const struct a4nn_log_sample *s)
{
    double epoch = epoch_of(s->epoch, m->shift);
    size_t at;

    if (m->each > 1)
        return spot_by_fraction(m, s);
    at = first_by_epoch(m, m->shift > 0 ? epoch : s->epoch, false);
    if (at < m->n && m->epoch[at] <= epoch)
        return (struct spot){.at = at};
    return (struct spot){SIZE_MAX, epoch, false};
}

/*
 * Steps that turned out to be epochs are those of the names that have them, too; a name that goes
 * on far behind the last of them counts something else, and belongs nowhere.
 */
static struct spot
spot_by_step(const struct placer *p, const struct a4nn_log_sample *s)
{
    const struct a4nn_epoch_series *m = p->metric;
    size_t at = first_by_step(m, s->step);

    if (m->counted)
        return (struct spot){.at = at < m->n ? at : m->n - 1, .late = at == m->n};
    if (p->last_step[s->name] > m->sample[m->n - 1]->step + 1)
        return (struct spot){SIZE_MAX, NAN, false};
    if (at < m->n)
        return (struct spot){.at = at};
    return (struct spot){SIZE_MAX, s->step + m->shift, false};
}

static struct spot
find_spot(const struct placer *p, const struct a4nn_log_sample *s)
{
    const struct a4nn_epoch_series *m = p->metric;
    size_t at;

    if (m->by_epoch && isfinite(s->epoch))
        return spot_by_epoch(m, s);
    if (m->by_step && isfinite(s->step))
        return spot_by_step(p, s);
    at = first_by_line(m, s);
    return (struct spot){.at = at < m->n ? at : m->n - 1, .late = at == m->n};
}

static void
put_apart(struct placer *p, const struct a4nn_log_sample *s, double epoch)
{
    const struct a4nn_epoch_series *m = p->metric;

    /* epochs that were never continued, as the run was resumed before them */
    if (!isfinite(epoch) ||
        (m->resumed != NULL && epoch > m->epoch[m->n - 1] && s < m->sample[m->n - 1]))
        return;
    put_last(&p->apart, &(struct a4nn_log_apart){(size_t)s->name, epoch, s->value, s->time});
}

static void
find_last_steps(struct placer *p, size_t n, size_t names)
{
    size_t i;

    p->last_step = a4nn_xcalloc(names, sizeof *p->last_step);
    for (i = 0; i < n; i++)
        if (p->sample[i].step > p->last_step[p->sample[i].name])
            p->last_step[p->sample[i].name] = p->sample[i].step;
}

void
a4nn_log_others_place(struct a4nn_log_others *out, const struct a4nn_epoch_series *metric,
                      const struct a4nn_log_sample *sample, size_t n,
                      const struct a4nn_log_other *other, size_t names)
{
    struct placer p = {.metric = metric, .sample = sample};
    size_t i;

    *out = (struct a4nn_log_others){.n = metric->n};
    if (metric->n == 0)
        return;
    out->metrics = a4nn_xcalloc(metric->n, sizeof(struct a4nn_json *));
    find_last_steps(&p, n, names);
    for (i = 0; i < n; i++) {
        const struct a4nn_log_other *o = &other[sample[i].name];
        struct spot spot;
        if (o->name == NULL)
            continue;
        spot = find_spot(&p, &sample[i]);
        if (spot.at == SIZE_MAX)
            put_apart(&p, &sample[i], spot.epoch);
        else if (!o->known && !(spot.late && a4nn_json_get(out->metrics[spot.at], o->name) != NULL))
            set(&out->metrics[spot.at], o->name, sample[i].value);
    }
    for (i = 0; i < p.apart.keys.n; i++)
        append_number(&out->observations, other, &p.apart.number[i]);
    lasts_release(&p.apart);
    free(p.last_step);
}

/* ---- a run that is still written ---- */

/* Of one epoch, whether or not the log counts from 0. */
static bool
same_epoch(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return same(floor(a), floor(b)) && same(ceil(a), ceil(b));
}

static void
set_apart(struct a4nn_log_pending *p, size_t name)
{
    const struct a4nn_log_number *w = &p->number[name];

    if (p->n >= MAX_APART) {
        p->full = true;
        return;
    }
    p->apart = a4nn_xgrow(p->apart, p->n, &p->cap, sizeof *p->apart);
    p->apart[p->n++] = (struct a4nn_log_apart){name, w->epoch, w->value, w->time};
}

void
a4nn_log_pending_put(struct a4nn_log_pending *p, const struct a4nn_log_sample *s)
{
    size_t name = (size_t)s->name;
    struct a4nn_log_number *w;

    if (name >= p->names) {
        p->number = a4nn_xreallocarray(p->number, name + 1, sizeof *p->number);
        for (; p->names <= name; p->names++)
            p->number[p->names] = (struct a4nn_log_number){0};
    }
    w = &p->number[name];
    if (w->set && isfinite(w->epoch) && !same_epoch(w->epoch, s->epoch))
        set_apart(p, name);
    w->set = true;
    w->epoch = s->epoch;
    w->value = s->value;
    w->time = s->time;
}

static void
take_apart(struct a4nn_log_pending *p, double epoch, double shift,
           const struct a4nn_log_other *other, struct a4nn_json **metrics,
           struct a4nn_json **observations)
{
    struct lasts lasts = {0};
    size_t i;

    for (i = 0; i < p->n; i++) {
        p->apart[i].epoch = epoch_of(p->apart[i].epoch, shift);
        if (same(p->apart[i].epoch, ceil(epoch)) && !other[p->apart[i].name].known)
            set(metrics, other[p->apart[i].name].name, p->apart[i].value);
        else if (!same(p->apart[i].epoch, ceil(epoch)))
            put_last(&lasts, &p->apart[i]);
    }
    for (i = 0; i < lasts.keys.n; i++)
        append_number(observations, other, &lasts.number[i]);
    lasts_release(&lasts);
    p->n = 0;
}

/* The run was resumed at `epoch`: what was stated of later ones is void. */
static void
rewind_to(struct a4nn_log_pending *p, double epoch, double shift)
{
    size_t left = 0, i;

    for (i = 0; i < p->names; i++)
        if (epoch_of(p->number[i].epoch, shift) > ceil(epoch))
            p->number[i].set = false;
    for (i = 0; i < p->n; i++)
        if (epoch_of(p->apart[i].epoch, shift) <= ceil(epoch))
            p->apart[left++] = p->apart[i];
    p->n = left;
}

void
a4nn_log_pending_take(struct a4nn_log_pending *p, double stated, double epoch, double shift,
                      bool over, const struct a4nn_log_other *other, struct a4nn_json **metrics,
                      struct a4nn_json **observations)
{
    size_t i;

    if (p->begun && epoch < p->epoch)
        rewind_to(p, epoch, shift);
    p->begun = true;
    p->epoch = epoch;
    take_apart(p, epoch, shift, other, metrics, observations);
    for (i = 0; i < p->names; i++) {
        struct a4nn_log_number *w = &p->number[i];
        bool placed = isfinite(stated) && isfinite(w->epoch);
        double at = epoch_of(w->epoch, shift);
        bool here = !placed || same(at, ceil(epoch));

        if (!w->set || other[i].name == NULL || (!here && at > epoch && !over)) {
            w->given = w->given && over;
            continue;
        }
        if (!here)
            append(observations, other[i].name, at, w->value, w->time);
        else if (!other[i].known && !(over && !placed && w->given))
            set(metrics, other[i].name, w->value);
        w->given = here;
        w->set = false;
    }
}

void
a4nn_log_pending_release(struct a4nn_log_pending *p)
{
    free(p->number);
    free(p->apart);
    *p = (struct a4nn_log_pending){0};
}
