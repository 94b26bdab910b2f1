/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_past.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fnv.h"
#include "history_read.h"
#include "json.h"
#include "xalloc.h"

enum {
    LOOKED_AT = 1024 + A4NN_PAST_RUNS, /* curves that are read for those that may teach */
    PAGE = LOOKED_AT,                  /* runs asked for at first, ... */
    PAGE_MAX = 1 << 16                 /* ... and at a time when most of them are judged ones */
};

struct candidate {
    int64_t id;
    double epochs;
    char *name; /* owned */
};

struct lessons {
    const char *task, *metric;
    enum a4nn_mode mode;
    int64_t task_id;
    const struct a4nn_history_keys *but;
    struct candidate *run;
    size_t n, cap, seen; /* seen: those of a page, with the ones left out */
    struct a4nn_buf key;
};

/* ---- keys ---- */

/* The "~2" that a second run of a name gets is no part of the name. */
static size_t
base_length(const char *name)
{
    const char *tilde = strrchr(name, '~');

    if (tilde != NULL && tilde[1] != '\0' && tilde[1 + strspn(tilde + 1, "0123456789")] == '\0')
        return (size_t)(tilde - name);
    return strlen(name);
}

static void
add_key(const char *name, double epoch, double value, struct a4nn_buf *out)
{
    a4nn_buf_add(out, name, base_length(name));
    a4nn_buf_addf(out, isnan(value) ? " %.17g nan" : " %.17g %.17g", epoch, value);
}

void
a4nn_history_key(const struct a4nn_record *first, struct a4nn_buf *out)
{
    add_key(a4nn_record_text(first, A4NN_RUN, ""), a4nn_record_num(first, A4NN_EPOCH),
            a4nn_record_num(first, A4NN_VALUE), out);
}

/* ---- curves ---- */

enum { TELLING = 3 /* values that tell a curve, when they are not all the same */ };

/* A curve so far, if its epochs are in order. */
struct a4nn_history_trail {
    double first, last; /* epochs: the lowest, and that of the last value */
    double value;       /* the last one */
    uint64_t hash;
    size_t n;
    bool varies, disordered;
};

static uint64_t
go_on(uint64_t hash, double epoch, double value)
{
    const double both[] = {epoch, isnan(value) ? (double)NAN : value + 0.0}; /* -0 is 0 */

    return a4nn_fnv(hash, (const char *)both, sizeof both);
}

static void
follow(struct a4nn_history_trail *t, double epoch, double value)
{
    if (t->n > 0 && epoch <= t->last) {
        /* the same again says nothing; else it was resumed there */
        t->disordered = t->disordered || epoch < t->last || value < t->value || value > t->value ||
                        isnan(value) != isnan(t->value);
        return;
    }
    t->varies = t->varies || (t->n > 0 && (value < t->value || value > t->value));
    t->last = epoch;
    t->value = value;
    t->hash = go_on(t->hash, epoch, value);
    t->n++;
}

static void
add_print(size_t n, uint64_t hash, struct a4nn_buf *out)
{
    a4nn_buf_addf(out, "%zu %" PRIx64, n, hash);
}

void
a4nn_history_met_all(struct a4nn_history_keys *keys)
{
    struct a4nn_buf print = {0};
    size_t i;

    for (i = 0; i < keys->runs.n; i++) {
        const struct a4nn_history_trail *t = &keys->trail[i];
        if (t->disordered || !t->varies || t->n < TELLING)
            continue;
        a4nn_buf_reset(&print);
        add_print(t->n, t->hash, &print);
        if (keys->curves.n == 0 || t->n < keys->shortest)
            keys->shortest = t->n;
        if (keys->curves.n == 0 || t->n > keys->longest)
            keys->longest = t->n;
        a4nn_strmap_put(&keys->curves, print.data, NULL);
    }
    a4nn_buf_release(&print);
}

/* Is one of these curves this one, or what it began with? */
static bool
has_curve(const struct a4nn_history_keys *keys, const struct a4nn_curve *c)
{
    uint64_t hash = A4NN_FNV_START;
    struct a4nn_buf print = {0};
    bool found = false;
    size_t i;

    if (keys == NULL || keys->curves.n == 0)
        return false;
    for (i = 0; i < c->n && i < keys->longest && !found; i++) {
        hash = go_on(hash, c->epoch[i], c->value[i]);
        if (i + 1 < keys->shortest)
            continue;
        a4nn_buf_reset(&print);
        add_print(i + 1, hash, &print);
        found = a4nn_strmap_find(&keys->curves, print.data) != A4NN_STRMAP_NONE;
    }
    a4nn_buf_release(&print);
    return found;
}

void
a4nn_history_keys_add(struct a4nn_history_keys *to, const struct a4nn_history_keys *from)
{
    size_t i;

    for (i = 0; i < from->keys.n; i++)
        a4nn_strmap_put(&to->keys, from->keys.key[i], NULL);
    if (from->curves.n > 0 && (to->curves.n == 0 || from->shortest < to->shortest))
        to->shortest = from->shortest;
    if (from->curves.n > 0 && (to->curves.n == 0 || from->longest > to->longest))
        to->longest = from->longest;
    for (i = 0; i < from->curves.n; i++)
        a4nn_strmap_put(&to->curves, from->curves.key[i], NULL);
}

/* ---- runs ---- */

bool
a4nn_history_meet(struct a4nn_history_keys *keys, const struct a4nn_record *record)
{
    const uint64_t own = A4NN_BIT(A4NN_TASK) | A4NN_BIT(A4NN_METRIC) | A4NN_BIT(A4NN_RUN);
    double epoch = a4nn_record_num(record, A4NN_EPOCH);
    struct a4nn_buf key = {0};
    bool first;
    size_t i;

    a4nn_record_key(record, own, &key);
    i = a4nn_strmap_put(&keys->runs, key.data, &first);
    if (first) {
        keys->trail = a4nn_xgrow(keys->trail, i, &keys->cap, sizeof *keys->trail);
        keys->trail[i] = (struct a4nn_history_trail){.first = epoch, .hash = A4NN_FNV_START};
    }
    follow(&keys->trail[i], epoch, a4nn_record_num(record, A4NN_VALUE));
    if (epoch <= keys->trail[i].first) {
        keys->trail[i].first = epoch;
        a4nn_buf_reset(&key);
        a4nn_history_key(record, &key);
        a4nn_strmap_put(&keys->keys, key.data, NULL);
    }
    a4nn_buf_release(&key);
    return first;
}

bool
a4nn_history_repeats(const struct a4nn_history_keys *keys, const struct a4nn_record *record)
{
    const uint64_t own = A4NN_BIT(A4NN_TASK) | A4NN_BIT(A4NN_METRIC) | A4NN_BIT(A4NN_RUN);
    double epoch = a4nn_record_num(record, A4NN_EPOCH), value = a4nn_record_num(record, A4NN_VALUE);
    const struct a4nn_history_trail *t;
    struct a4nn_buf key = {0};
    long i;

    if (a4nn_json_get(record->extra, "metrics") == NULL &&
        a4nn_json_get(record->extra, "observations") == NULL)
        return false;
    a4nn_record_key(record, own, &key);
    i = a4nn_strmap_find(&keys->runs, key.data);
    a4nn_buf_release(&key);
    if (i == A4NN_STRMAP_NONE)
        return false;
    t = &keys->trail[i];
    return epoch == t->last && (value == t->value || (isnan(value) && isnan(t->value)));
}

void
a4nn_history_keys_release(struct a4nn_history_keys *keys)
{
    a4nn_strmap_release(&keys->runs);
    free(keys->trail);
    a4nn_strmap_release(&keys->keys);
    a4nn_strmap_release(&keys->curves);
    *keys = (struct a4nn_history_keys){0};
}

/* ---- candidates ---- */

static int
take_task(void *arg, const struct a4nn_db_value *c, size_t count)
{
    const struct a4nn_metric asked = {0};
    struct lessons *l = arg;
    struct a4nn_metric m;

    (void)count;
    a4nn_metric_settle(l->metric, &asked, a4nn_mode_find(a4nn_db_string(&c[1], "")), &m);
    l->task_id = a4nn_db_integer(&c[0]);
    l->mode = m.mode;
    return 0;
}

static int
take_run(void *arg, const struct a4nn_db_value *c, size_t count)
{
    struct lessons *l = arg;
    const char *name = a4nn_db_string(&c[2], "");

    (void)count;
    l->seen++;
    a4nn_buf_reset(&l->key);
    add_key(name, a4nn_db_number(&c[3]), a4nn_db_number(&c[4]), &l->key);
    if (l->but != NULL && a4nn_strmap_find(&l->but->keys, l->key.data) != A4NN_STRMAP_NONE)
        return 0;
    l->run = a4nn_xgrow(l->run, l->n, &l->cap, sizeof *l->run);
    l->run[l->n++] =
        (struct candidate){a4nn_db_integer(&c[0]), a4nn_db_number(&c[1]), a4nn_xstrdup(name)};
    return 0;
}

static void
forget(struct lessons *l)
{
    for (; l->n > 0; l->n--)
        free(l->run[l->n - 1].name);
}

/* A page of the complete runs of a task, with what each began with. */
#define BEGAN(what)                                                                                \
    "(SELECT " what " FROM observation WHERE run = page.id AND metric = "                          \
    "(SELECT id FROM metric WHERE name = $1) ORDER BY epoch LIMIT 1)"
#define RUNS(order)                                                                                \
    "SELECT id, epochs, name, " BEGAN("epoch") ", " BEGAN(                                         \
        "value") " FROM "                                                                          \
                 "(SELECT id, epochs, name, last_value FROM run WHERE task = $2 AND status = "     \
                 "'complete' "                                                                     \
                 "AND last_value BETWEEN -1.7e308 AND 1.7e308 ORDER BY " order                     \
                 " LIMIT $3 OFFSET $4) AS page "                                                   \
                 "ORDER BY " order

/* ---- teaching ---- */

struct teacher {
    struct a4nn_db *db;
    struct a4nn_past *past;
    struct a4nn_strmap *taught;
    struct lessons lessons;
    struct a4nn_curve curve[1 + A4NN_PAST_RUNS]; /* the best, then the newest first */
    double epochs[1 + A4NN_PAST_RUNS];
    struct a4nn_strmap keys; /* of those */
    size_t looked_at;
};

/* Takes the candidates in their order, until there are `limit` in all. */
static int
take_curves(struct teacher *t, size_t limit, struct a4nn_err *err)
{
    struct a4nn_buf key = {0};
    int result = 0;
    size_t i;

    for (i = 0; i < t->lessons.n && t->keys.n < limit && t->looked_at < LOOKED_AT && result == 0;
         i++) {
        struct a4nn_curve *c = &t->curve[t->keys.n];
        bool added = false;

        t->looked_at++;
        a4nn_curve_release(c);
        result = a4nn_history_curve(t->db, t->lessons.run[i].id, t->lessons.metric, c, err);
        if (result < 0 || c->n == 0 || has_curve(t->lessons.but, c))
            continue;
        a4nn_buf_reset(&key);
        add_key(t->lessons.run[i].name, c->epoch[0], c->value[0], &key);
        t->epochs[t->keys.n] = t->lessons.run[i].epochs;
        a4nn_strmap_put(&t->keys, key.data, &added); /* the best may be among the newest */
    }
    a4nn_buf_release(&key);
    return result;
}

/*
 * Page by page until there are `limit` in all.  An archive that is replayed may be in the database
 * itself, and make up all of the first pages.
 */
static int
choose_by(struct teacher *t, const char *sql, size_t limit, struct a4nn_err *err)
{
    struct lessons *l = &t->lessons;
    int64_t page = PAGE, begin = 0;
    int result = 0;

    t->looked_at = 0;
    do {
        const struct a4nn_db_value v[] = {a4nn_db_text(l->metric), a4nn_db_int(l->task_id),
                                          a4nn_db_int(page), a4nn_db_int(begin)};
        l->seen = 0;
        result = a4nn_db_query(t->db, sql, v, 4, take_run, l, err);
        if (result == 0)
            result = take_curves(t, limit, err);
        forget(l);
        begin += page;
        if ((int64_t)l->seen < page)
            break;
        page = page * 8 < PAGE_MAX ? page * 8 : PAGE_MAX;
    } while (result == 0 && t->keys.n < limit && t->looked_at < LOOKED_AT);
    return result;
}

static int
choose(struct teacher *t, struct a4nn_err *err)
{
    const char *best =
        t->lessons.mode == A4NN_MIN ? RUNS("last_value, id") : RUNS("last_value DESC, id");
    int result = choose_by(t, best, 1, err);

    if (result == 0 && t->keys.n > 0)
        result = choose_by(t, RUNS("id DESC"), 1 + A4NN_PAST_RUNS, err);
    return result;
}

/* The best one first, as if it were the oldest: what it tells of the best is never forgotten. */
static long
teach(struct teacher *t)
{
    long taught = 0;
    size_t i;

    for (i = 0; i < t->keys.n; i++) {
        size_t k = i == 0 ? 0 : t->keys.n - i;
        const struct a4nn_past_run run = {.task = t->lessons.task,
                                          .metric = t->lessons.metric,
                                          .mode = t->lessons.mode,
                                          .epochs = t->epochs[k],
                                          .epoch = t->curve[k].epoch,
                                          .value = t->curve[k].value,
                                          .n = t->curve[k].n};
        if (!a4nn_past_add(t->past, &run))
            continue;
        taught++;
        if (t->taught != NULL)
            a4nn_strmap_put(t->taught, t->keys.key[k], NULL);
    }
    return taught;
}

long
a4nn_history_teach(struct a4nn_db *db, const char *task, const char *metric,
                   const struct a4nn_history_keys *but, struct a4nn_past *past,
                   struct a4nn_strmap *taught, struct a4nn_err *err)
{
    const struct a4nn_db_value v[] = {a4nn_db_text(task), a4nn_db_text(metric)};
    struct teacher *t = a4nn_xcalloc(1, sizeof *t);
    long n = -1;
    int result;
    size_t i;

    *t = (struct teacher){.db = db, .past = past, .taught = taught};
    t->lessons.task = task;
    t->lessons.metric = metric;
    t->lessons.but = but;
    result = a4nn_db_query(db, "SELECT id, mode FROM task WHERE name = $1 AND metric = $2", v, 2,
                           take_task, &t->lessons, err);
    if (result == 0 && t->lessons.task_id != 0)
        result = choose(t, err);
    if (result == 0)
        n = teach(t);
    for (i = 0; i < sizeof t->curve / sizeof *t->curve; i++)
        a4nn_curve_release(&t->curve[i]);
    a4nn_strmap_release(&t->keys);
    a4nn_buf_release(&t->lessons.key);
    free(t->lessons.run);
    free(t);
    return n;
}
