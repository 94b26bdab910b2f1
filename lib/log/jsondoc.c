/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logs that are one JSON document, read when it is complete.  Where there are no lines to name,
 * records are numbered.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "log/columns.h"
#include "log/formats.h"
#include "log/jsonrec.h"
#include "log/runpath.h"
#include "metric.h"
#include "number.h"
#include "xalloc.h"

#define MAX_DOCUMENT ((size_t)256 << 20)

struct doc {
    struct a4nn_log_sink sink;
    void (*read)(struct doc *d, const struct a4nn_json *root);
    void (*salvage)(struct doc *d); /* what can be had from a document that is cut off, or NULL */
    struct a4nn_buf text;
    bool too_long;
    double epochs; /* planned total, NAN */
    unsigned long records;
};

static struct a4nn_log_at
next_place(struct doc *d)
{
    struct a4nn_log_at at = a4nn_jsonrec_nowhere(++d->records);

    at.epochs = d->epochs;
    return at;
}

static double
number_of(const struct a4nn_json *object, const char *name)
{
    double v = NAN;

    (void)a4nn_json_number(a4nn_json_get(object, name), &v);
    return v;
}

/* ---- Hugging Face trainer_state.json ---- */

static void
take_trainer_record(struct doc *d, const struct a4nn_json *record)
{
    struct a4nn_log_at at = next_place(d);
    struct a4nn_jsonrec_run run;

    if (a4nn_jsonrec_place(record, &d->sink, &at, &run))
        a4nn_jsonrec_report(record, &d->sink, &at, NULL);
}

/*
 * Of trainings limited by steps num_train_epochs is rounded up, or a huge stand-in.  Of those
 * limited by epochs the steps may end a little early, as the last batch need not be full.
 */
static double
trainer_epochs(const struct a4nn_json *root)
{
    double epochs = number_of(root, "num_train_epochs"), steps = number_of(root, "max_steps");
    double epoch = number_of(root, "epoch"), step = number_of(root, "global_step");
    double reached = steps > 0 && step > 0 && epoch > 0 ? epoch * steps / step : NAN;

    return epochs > 0 && !(reached < epochs - 0.1) ? epochs : reached;
}

/* Few of the arguments are in it; those of a search for hyperparameters are. */
static void
take_trainer_settings(struct doc *d, const struct a4nn_json *root, const struct a4nn_log_at *at)
{
    static const char *const names[] = {"num_train_epochs", "max_steps", "train_batch_size"};
    struct a4nn_json *some = a4nn_json_object();
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        if (a4nn_json_kind(a4nn_json_get(root, names[i])) == A4NN_JSON_NUMBER)
            a4nn_json_set(some, names[i], a4nn_json_copy(a4nn_json_get(root, names[i])));
    a4nn_jsonrec_settings(some, &d->sink, at, NULL);
    a4nn_jsonrec_settings(a4nn_json_get(root, "trial_params"), &d->sink, at, NULL);
    a4nn_json_free(some);
}

static void
read_trainer_state(struct doc *d, const struct a4nn_json *root)
{
    const struct a4nn_json *history = a4nn_json_get(root, "log_history");
    struct a4nn_log_at at = a4nn_jsonrec_nowhere(0);
    size_t i;

    d->epochs = trainer_epochs(root);
    take_trainer_settings(d, root, &at);
    for (i = 0; i < a4nn_json_size(history); i++)
        take_trainer_record(d, a4nn_json_at(history, i));
}

/* Length of the object at the beginning of `text`, 0 if its end is not there. */
static size_t
object_length(const char *text, size_t len)
{
    bool in_string = false;
    size_t i, depth = 0;

    for (i = 0; i < len; i++) {
        if (in_string) {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                in_string = false;
        } else if (text[i] == '"') {
            in_string = true;
        } else if (text[i] == '{') {
            depth++;
        } else if (text[i] == '}' && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* The records of a trainer_state.json before the place where it breaks off. */
static void
salvage_trainer_state(struct doc *d)
{
    static const char key[] = "\"log_history\"";
    const char *end = d->text.data + d->text.len;
    const char *at = memmem(d->text.data, d->text.len, key, sizeof key - 1);
    size_t n;

    if (at != NULL)
        at = memchr(at, '[', (size_t)(end - at));
    if (at == NULL)
        return;
    for (at++; at < end; at += n) {
        struct a4nn_err err;
        struct a4nn_json *record;

        while (at < end && (isspace((unsigned char)*at) || *at == ','))
            at++;
        if (at == end || *at != '{' || (n = object_length(at, (size_t)(end - at))) == 0)
            break;
        record = a4nn_json_parse(at, n, NULL, &err);
        if (record == NULL)
            break;
        take_trainer_record(d, record);
        a4nn_json_free(record);
    }
    a4nn_diag(d->sink.diag, A4NN_NOTE, d->sink.file, 0, "cut off; its first %lu records are used",
              d->records);
}

/* ---- CatBoost catboost_training.json ---- */

struct catboost_metric {
    const char *set;
    const struct a4nn_json *about; /* {"name": ..., "best_value": "Min" or "Max"} */
};

static void
take_catboost_value(struct doc *d, struct a4nn_log_at *at, const struct catboost_metric *m,
                    const struct a4nn_json *value)
{
    const char *name = a4nn_json_string(a4nn_json_get(m->about, "name"));
    const char *best = a4nn_json_string(a4nn_json_get(m->about, "best_value"));
    struct a4nn_buf full = {0};
    double number;

    if (name == NULL || m->set == NULL || !a4nn_json_number(value, &number))
        return;
    at->mode = best == NULL               ? A4NN_MODE_UNKNOWN
               : strcmp(best, "Min") == 0 ? A4NN_MIN
               : strcmp(best, "Max") == 0 ? A4NN_MAX
                                          : A4NN_MODE_UNKNOWN;
    a4nn_buf_addf(&full, "%s/%s", m->set, name);
    d->sink.scalar(d->sink.arg, at, full.data, number);
    a4nn_buf_release(&full);
}

/* The values of one set in one iteration, side by side as the metrics are described. */
static void
take_catboost_set(struct doc *d, struct a4nn_log_at *at, const char *set,
                  const struct a4nn_json *about, const struct a4nn_json *values)
{
    size_t i;

    for (i = 0; i < a4nn_json_size(values) && i < a4nn_json_size(about); i++) {
        struct catboost_metric m = {set, a4nn_json_at(about, i)};
        take_catboost_value(d, at, &m, a4nn_json_at(values, i));
    }
}

static void
read_catboost(struct doc *d, const struct a4nn_json *root)
{
    const struct a4nn_json *meta = a4nn_json_get(root, "meta");
    const struct a4nn_json *iterations = a4nn_json_get(root, "iterations");
    const struct a4nn_json *sets = a4nn_json_get(meta, "test_sets");
    size_t i, k;

    d->epochs = number_of(meta, "iteration_count");
    for (i = 0; i < a4nn_json_size(iterations); i++) {
        const struct a4nn_json *it = a4nn_json_at(iterations, i);
        const struct a4nn_json *test = a4nn_json_get(it, "test");
        struct a4nn_log_at at = next_place(d);

        at.epoch = number_of(it, "iteration");
        take_catboost_set(d, &at, "learn", a4nn_json_get(meta, "learn_metrics"),
                          a4nn_json_get(it, "learn"));
        for (k = 0; k < a4nn_json_size(sets) && k < a4nn_json_size(test); k++)
            take_catboost_set(d, &at, a4nn_json_string(a4nn_json_at(sets, k)),
                              a4nn_json_get(meta, "test_metrics"), a4nn_json_at(test, k));
    }
}

/* ---- any document that holds curves ---- */

struct walk {
    struct doc *doc;
    struct a4nn_buf path; /* names of the members on the way, as far as they tell something */
    double epoch;         /* as a name on the way said ("epoch_61"), NAN */
    unsigned depth;
};

static void walk_value(struct walk *w, const struct a4nn_json *v);

/* Members in which trainings keep their settings: no curves, but the planned epochs. */
static bool
is_settings(const char *name)
{
    static const char *const words[] = {"config",  "args",     "arguments", "params",
                                        "hparams", "settings", "options",   "hyperparameters"};
    size_t i;

    for (i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(name, words[i]) == 0)
            return true;
    return false;
}

/* Members that only hold the curves and say nothing about them. */
static bool
is_container(const char *name)
{
    static const char *const words[] = {"history", "metrics",       "log",     "logs",
                                        "results", "records",       "data",    "epochs",
                                        "curves",  "epoch_history", "scalars", "training_history"};
    size_t i;

    for (i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(name, words[i]) == 0)
            return true;
    return false;
}

/* "61", "epoch_61", "Epoch 61": the epoch that a member's name states. */
static bool
epoch_in_name(const char *name, double *epoch)
{
    if (strncasecmp(name, "epoch", 5) == 0) {
        name += 5;
        name += strspn(name, "_- ");
    }
    return isdigit((unsigned char)name[0]) && a4nn_number_parse(name, strlen(name), epoch);
}

static int
not_epoch_number(void *arg, const char *name, struct a4nn_json *value)
{
    double epoch, number;

    (void)arg;
    return !epoch_in_name(name, &epoch) ||
           !(a4nn_json_number(value, &number) || a4nn_json_kind(value) == A4NN_JSON_NULL);
}

/* Whether `v` holds a number per epoch: an array, or an object whose names are epochs. */
static bool
is_column(const struct a4nn_json *v)
{
    const struct a4nn_json *first = a4nn_json_at(v, 0);
    double number;

    if (a4nn_json_kind(v) == A4NN_JSON_OBJECT)
        return a4nn_json_size(v) > 0 && a4nn_json_members(v, not_epoch_number, NULL) == 0;
    return a4nn_json_kind(v) == A4NN_JSON_ARRAY && first != NULL &&
           (a4nn_json_number(first, &number) || a4nn_json_kind(first) == A4NN_JSON_NULL);
}

struct search {
    bool found;
    unsigned depth;
};

static void search_series(struct search *s, const struct a4nn_json *v);

static int
search_member(void *arg, const char *name, struct a4nn_json *value)
{
    struct search *s = arg;
    double epoch;

    s->found =
        s->found || (epoch_in_name(name, &epoch) && a4nn_json_kind(value) == A4NN_JSON_OBJECT);
    search_series(s, value);
    return s->found;
}

/* Looks for several epochs below `v`. */
static void
search_series(struct search *s, const struct a4nn_json *v)
{
    if (a4nn_json_kind(v) == A4NN_JSON_ARRAY)
        s->found = s->found || (a4nn_json_size(v) > 1 && is_column(v)) ||
                   a4nn_json_kind(a4nn_json_at(v, 0)) == A4NN_JSON_OBJECT;
    if (s->found || s->depth == A4NN_JSONREC_DEPTH)
        return;
    s->depth++;
    a4nn_json_members(v, search_member, s);
    s->depth--;
}

static void
take_record(struct walk *w, const struct a4nn_json *object, double epoch)
{
    struct a4nn_log_at at = next_place(w->doc);
    const char *domain = a4nn_jsonrec_domain(object);
    struct a4nn_jsonrec_run run;
    struct a4nn_buf prefix = {0};

    at.epoch = epoch;
    if (a4nn_jsonrec_place(object, &w->doc->sink, &at, &run)) {
        a4nn_buf_add(&prefix, w->path.data != NULL ? w->path.data : "", w->path.len);
        if (domain != NULL)
            a4nn_buf_addf(&prefix, "%s%s", prefix.len != 0 ? "/" : "", domain);
        a4nn_jsonrec_report(object, &w->doc->sink, &at, prefix.data);
    }
    a4nn_buf_release(&prefix);
}

static void
take_array(struct walk *w, const struct a4nn_json *array)
{
    size_t i;

    for (i = 0; i < a4nn_json_size(array); i++) {
        const struct a4nn_json *v = a4nn_json_at(array, i);
        if (a4nn_json_kind(v) == A4NN_JSON_OBJECT)
            take_record(w, v, a4nn_jsonrec_has_place(v) ? NAN : (double)i);
    }
}

/* Goes into a member whose name becomes part of the path, unless it tells nothing. */
static size_t
enter(struct walk *w, const char *name)
{
    size_t before = w->path.len;

    if (!is_container(name)) {
        if (before != 0)
            a4nn_buf_addc(&w->path, '/');
        a4nn_buf_adds(&w->path, name);
    }
    return before;
}

static void
leave(struct walk *w, size_t before)
{
    w->path.len = before;
    if (w->path.data != NULL)
        w->path.data[before] = '\0';
}

/* The columns that say where the others are. */
struct columns {
    struct walk *walk;
    const struct a4nn_json *epoch, *step;
    struct a4nn_log_at at;
};

static int
take_named_cell(void *arg, const char *name, struct a4nn_json *value)
{
    struct columns *c = arg;
    double number;

    if (epoch_in_name(name, &c->at.epoch) && a4nn_json_number(value, &number))
        c->walk->doc->sink.scalar(c->walk->doc->sink.arg, &c->at, c->walk->path.data, number);
    return 0;
}

static void
take_cell(struct columns *c, const struct a4nn_json *column, size_t i)
{
    struct a4nn_log_sink *sink = &c->walk->doc->sink;
    double number;

    c->at.line = i + 1;
    c->at.epoch = c->epoch == NULL && c->step == NULL ? (double)i : NAN;
    c->at.step = NAN;
    (void)a4nn_json_number(a4nn_json_at(c->epoch, i), &c->at.epoch);
    (void)a4nn_json_number(a4nn_json_at(c->step, i), &c->at.step);
    if (a4nn_json_number(a4nn_json_at(column, i), &number))
        sink->scalar(sink->arg, &c->at, c->walk->path.data, number);
}

static void
take_column(struct columns *c, const char *name, const struct a4nn_json *column)
{
    size_t before = enter(c->walk, name), i;

    if (c->walk->path.len == 0)
        return;
    c->at = next_place(c->walk->doc);
    if (a4nn_json_kind(column) == A4NN_JSON_OBJECT)
        a4nn_json_members(column, take_named_cell, c);
    for (i = 0; a4nn_json_kind(column) == A4NN_JSON_ARRAY && i < a4nn_json_size(column); i++)
        take_cell(c, column, i);
    leave(c->walk, before);
}

static int
find_places(void *arg, const char *name, struct a4nn_json *value)
{
    struct columns *c = arg;
    enum a4nn_log_role role;

    a4nn_log_roles(&name, 1, &role);
    if (a4nn_json_kind(value) != A4NN_JSON_ARRAY || !is_column(value))
        return 0;
    if (role == A4NN_ROLE_EPOCH)
        c->epoch = value;
    else if (role == A4NN_ROLE_STEP)
        c->step = value;
    return 0;
}

static void
walk_member(struct columns *c, const char *name, const struct a4nn_json *value)
{
    struct walk *w = c->walk;
    double outer = w->epoch, number;
    size_t before = w->path.len;

    if (value == c->epoch || value == c->step || is_settings(name))
        return;
    if (is_column(value)) {
        take_column(c, name, value);
        return;
    }
    if (!epoch_in_name(name, &w->epoch))
        before = enter(w, name);
    if (a4nn_json_number(value, &number) && isfinite(w->epoch) && w->path.len != 0) {
        c->at = next_place(w->doc);
        c->at.epoch = w->epoch;
        w->doc->sink.scalar(w->doc->sink.arg, &c->at, w->path.data, number);
    } else {
        walk_value(w, value);
    }
    leave(w, before);
    w->epoch = outer;
}

static int
each_member(void *arg, const char *name, struct a4nn_json *value)
{
    walk_member(arg, name, value);
    return 0;
}

static void
walk_value(struct walk *w, const struct a4nn_json *v)
{
    struct columns c = {.walk = w};
    struct search s = {0};

    if (w->depth == A4NN_JSONREC_DEPTH)
        return;
    if (a4nn_json_kind(v) == A4NN_JSON_ARRAY)
        take_array(w, v);
    if (a4nn_json_kind(v) != A4NN_JSON_OBJECT)
        return;
    search_series(&s, v);
    if (!s.found && a4nn_jsonrec_has_place(v)) {
        take_record(w, v, w->epoch);
        return;
    }
    a4nn_json_members(v, find_places, &c);
    w->depth++;
    a4nn_json_members(v, each_member, &c);
    w->depth--;
}

/* Looks for the planned number of epochs among settings. */
static int
find_planned(void *arg, const char *name, struct a4nn_json *value)
{
    struct walk *w = arg;
    enum a4nn_log_role role;
    double number;

    a4nn_log_roles(&name, 1, &role);
    if (isnan(w->doc->epochs) && a4nn_json_number(value, &number) && number > 0 &&
        (role == A4NN_ROLE_EPOCHS || strcmp(name, "epochs") == 0))
        w->doc->epochs = number;
    if (w->depth < 4) {
        w->depth++;
        a4nn_json_members(value, find_planned, w);
        w->depth--;
    }
    return 0;
}

/* Members of the document itself that are settings: those of the run. */
static int
take_root_settings(void *arg, const char *name, struct a4nn_json *value)
{
    const struct a4nn_log_at at = a4nn_jsonrec_nowhere(0);
    struct doc *d = arg;

    if (is_settings(name))
        a4nn_jsonrec_settings(value, &d->sink, &at, NULL);
    return 0;
}

static void
read_any(struct doc *d, const struct a4nn_json *root)
{
    struct walk w = {.doc = d, .epoch = NAN};

    a4nn_json_members(root, take_root_settings, d);
    a4nn_json_members(root, find_planned, &w);
    walk_value(&w, root);
    a4nn_buf_release(&w.path);
}

/* ---- the format's members ---- */

static void *
doc_open(const struct a4nn_log_sink *sink, void (*read)(struct doc *, const struct a4nn_json *),
         void (*salvage)(struct doc *))
{
    struct doc *d = a4nn_xcalloc(1, sizeof *d);

    d->sink = *sink;
    d->read = read;
    d->salvage = salvage;
    d->epochs = NAN;
    return d;
}

static void *
open_trainer_state(const struct a4nn_log_sink *sink)
{
    return doc_open(sink, read_trainer_state, salvage_trainer_state);
}

static void *
open_catboost_json(const struct a4nn_log_sink *sink)
{
    return doc_open(sink, read_catboost, NULL);
}

static void *
open_json(const struct a4nn_log_sink *sink)
{
    return doc_open(sink, read_any, NULL);
}

static void
doc_feed(void *state, const char *bytes, size_t len)
{
    struct doc *d = state;

    if (d->text.len + len > MAX_DOCUMENT && !d->too_long) {
        a4nn_diag(d->sink.diag, A4NN_ERROR, d->sink.file, 0,
                  "a JSON document of more than %zu MiB is not read", MAX_DOCUMENT >> 20);
        d->too_long = true;
        a4nn_buf_release(&d->text);
    }
    if (!d->too_long)
        a4nn_buf_add(&d->text, bytes, len);
}

static void
doc_finish(void *state)
{
    struct doc *d = state;
    unsigned long line = 0;
    struct a4nn_err err;
    struct a4nn_json *root;

    if (d->too_long || d->text.len == 0)
        return;
    root = a4nn_json_parse(d->text.data, d->text.len, &line, &err);
    if (root != NULL) {
        d->read(d, root);
    } else {
        a4nn_diag(d->sink.diag, A4NN_ERROR, d->sink.file, line, "%s", err.msg);
        if (d->salvage != NULL && !d->sink.unfinished)
            d->salvage(d);
    }
    a4nn_json_free(root);
}

static void
doc_close(void *state)
{
    struct doc *d = state;

    a4nn_buf_release(&d->text);
    free(d);
}

/* ---- how sure ---- */

static char
first_byte(const struct a4nn_log_head *head)
{
    return head->bytes[strspn(head->bytes, " \t\r\n")];
}

static int
sniff_trainer_state(const struct a4nn_log_head *head)
{
    return first_byte(head) == '{' && strstr(head->bytes, "\"log_history\":") != NULL ? 97 : 0;
}

static int
sniff_catboost_json(const struct a4nn_log_head *head)
{
    return first_byte(head) == '{' && strstr(head->bytes, "\"iteration_count\":") != NULL &&
                   strstr(head->bytes, "\"learn_metrics\":") != NULL
               ? 95
               : 0;
}

/* Whether the first line is an object by itself and others follow: lines, no document. */
static bool
is_lines(const struct a4nn_log_head *head)
{
    size_t skip = strspn(head->bytes, " \t\r\n");
    const char *text = head->bytes + skip, *rest = text + strcspn(text, "\n");
    size_t len = (size_t)(rest - text);

    return rest[strspn(rest, " \t\r\n")] == '{' && object_length(text, len) != 0;
}

/* Whether a quoted word that a colon follows names a known metric; goes on behind the word. */
static bool
is_metric_key(const char **at)
{
    char name[64];
    const char *begin = *at + 1, *end = begin + strcspn(begin, "\"\\\n");
    size_t len = (size_t)(end - begin);
    struct a4nn_metric m;

    *at = *end == '"' ? end + 1 : end;
    if (*end != '"' || len >= sizeof name || end[1 + strspn(end + 1, " \t\r\n")] != ':')
        return false;
    memcpy(name, begin, len);
    name[len] = '\0';
    return a4nn_metric_lookup(name, &m);
}

/* One object of plain values: results or settings, hardly a log. */
static bool
is_flat(const struct a4nn_log_head *head)
{
    const char *inside = strchr(head->bytes, '{');

    return head->complete && first_byte(head) == '{' && strpbrk(inside + 1, "{[") == NULL;
}

static int
sniff_json(const struct a4nn_log_head *head)
{
    const char *at = head->bytes;

    if ((first_byte(head) != '{' && first_byte(head) != '[') || is_lines(head))
        return 0;
    while ((at = strchr(at, '"')) != NULL)
        if (is_metric_key(&at))
            return is_flat(head) ? 10 : 50;
    return 0;
}

/* Each checkpoint-N of a training holds all that was logged up to it. */
static char *
group_trainer_state(const char *path, char **prefix)
{
    size_t len = strlen(path), dir = a4nn_runpath_dir(path, len);
    size_t base = a4nn_runpath_base(path, dir);

    *prefix = NULL;
    if (!a4nn_runpath_is(path, len, "trainer_state.json"))
        return NULL;
    if (dir - base > 11 && strncmp(path + base, "checkpoint-", 11) == 0)
        len = dir;
    return a4nn_runpath_folder(path, len);
}

#define JSON_DOCUMENT(ident, called, described, counting, grouping)                                \
    const struct a4nn_log_format a4nn_log_##ident = {                                              \
        .name = called,                                                                            \
        .title = described,                                                                        \
        .text = 1,                                                                                 \
        .count = counting,                                                                         \
        .sniff = sniff_##ident,                                                                    \
        .open = open_##ident,                                                                      \
        .whole = 1,                                                                                \
        .feed = doc_feed,                                                                          \
        .finish = doc_finish,                                                                      \
        .close = doc_close,                                                                        \
        .group = grouping,                                                                         \
    }

JSON_DOCUMENT(trainer_state, "hf-trainer-state", "Hugging Face trainer_state.json",
              A4NN_COUNT_FROM_1, group_trainer_state);
JSON_DOCUMENT(catboost_json, "catboost-json", "CatBoost catboost_training.json", A4NN_COUNT_FROM_0,
              NULL);
JSON_DOCUMENT(json, "json", "any JSON document with a list or arrays of values by epoch",
              A4NN_COUNT_UNKNOWN, NULL);
