/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TensorBoard event files, as TensorFlow, Keras, PyTorch, Lightning, Ultralytics, CatBoost and
 * others write them: one Event message per record.  Scalars come as `simple_value` (all before
 * TensorFlow 2, PyTorch) or as tensors of rank 0 (TensorFlow 2).  The plugin that a tag belongs
 * to is stated with its first value only; tags of plugins other than "scalars" hold no metrics.
 *
 * Steps are batches or epochs, as the program pleased.  Lightning writes a scalar "epoch" along
 * with the others of a step: then that is the epoch of all numbers of that step.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "log/formats.h"
#include "log/runpath.h"
#include "log/tfevents.pb-c.h"
#include "log/tfrecord.h"
#include "strmap.h"
#include "xalloc.h"

enum {
    MAX_TAGS = 100000,       /* tags of other plugins to remember */
    MAX_HELD = 1024,         /* numbers of one step that wait for its epoch */
    STEPS_TO_WAIT = 3,       /* steps without an epoch until none is expected any more */
    UNPACK_SPARE = 64 << 20, /* memory an event may take when unpacked, besides ... */
    UNPACK_FACTOR = 4        /* ... so many times its own length */
};

/* A number whose step may yet get an epoch. */
struct held {
    char *tag;
    double value;
    struct a4nn_log_at at;
};

struct tfevents {
    const struct a4nn_log_sink *sink;
    struct a4nn_tfrecord *records;
    struct a4nn_strmap other_plugin; /* tags that hold no scalars */
    struct held held[MAX_HELD];
    size_t nheld;
    double step, epoch; /* of the numbers held; NAN when there are none or none is known */
    unsigned without;   /* steps in a row that had no epoch */
};

/* ---- numbers from tensors ---- */

/* What a tensor's bytes are: IEEE floats, integers, or one of the two kinds of half floats. */
enum kind { FLOATING, SIGNED, UNSIGNED, HALF, BFLOAT };

static const struct scalar_type {
    int dtype; /* as in TensorFlow's types.proto */
    size_t size;
    enum kind kind;
} scalar_types[] = {
    {1, 4, FLOATING}, {2, 8, FLOATING},  {3, 4, SIGNED},    {4, 1, UNSIGNED}, {5, 2, SIGNED},
    {6, 1, SIGNED},   {9, 8, SIGNED},    {10, 1, UNSIGNED}, {14, 2, BFLOAT},  {17, 2, UNSIGNED},
    {19, 2, HALF},    {22, 4, UNSIGNED}, {23, 8, UNSIGNED},
};

/* IEEE 754 binary16. */
static double
from_half(uint64_t bits)
{
    double sign = bits & 0x8000 ? -1 : 1;
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023);

    if (exponent == 31)
        return bits & 1023 ? NAN : sign * HUGE_VAL;
    return sign * (exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 1024, exponent - 25));
}

static double
from_bits(const struct scalar_type *type, uint64_t bits)
{
    unsigned shift = (unsigned)(64 - 8 * type->size) & 63; /* signed types are not empty */
    uint32_t single = (uint32_t)(type->kind == BFLOAT ? bits << 16 : bits);
    float f;
    double d;

    switch (type->kind) {
    case SIGNED: return (double)((int64_t)(bits << shift) >> shift);
    case UNSIGNED: return (double)bits;
    case HALF: return from_half(bits);
    default:
        memcpy(&f, &single, sizeof f);
        memcpy(&d, &bits, sizeof d);
        return type->size == 8 ? d : (double)f;
    }
}

static const struct scalar_type *
scalar_type(int dtype)
{
    size_t i;

    for (i = 0; i < sizeof scalar_types / sizeof scalar_types[0]; i++)
        if (scalar_types[i].dtype == dtype)
            return &scalar_types[i];
    return NULL;
}

/* The number of a tensor of rank 0; false when it is something else. */
static int
tensor_number(const A4nn__Tf__Tensor *t, double *out)
{
    const struct scalar_type *type = scalar_type(t->dtype);
    uint64_t bits = 0;
    size_t i;

    if (type == NULL || (t->tensor_shape != NULL && t->tensor_shape->n_dim != 0))
        return 0;
    if (t->has_tensor_content) {
        if (t->tensor_content.len != type->size)
            return 0;
        for (i = type->size; i-- > 0;)
            bits = bits << 8 | t->tensor_content.data[i];
        *out = from_bits(type, bits);
    } else if (t->n_float_val == 1) {
        *out = (double)t->float_val[0];
    } else if (t->n_double_val == 1) {
        *out = t->double_val[0];
    } else if (t->n_int_val == 1) {
        *out = t->int_val[0];
    } else if (t->n_int64_val == 1) {
        *out = (double)t->int64_val[0];
    } else if (t->n_half_val == 1) {
        *out = from_bits(type, (uint64_t)t->half_val[0] & 0xffff);
    } else if (t->n_uint32_val == 1) {
        *out = t->uint32_val[0];
    } else if (t->n_uint64_val == 1) {
        *out = (double)t->uint64_val[0];
    } else if (t->n_bool_val == 1) {
        *out = t->bool_val[0];
    } else {
        return 0;
    }
    return 1;
}

/* ---- numbers on their way to the sink ---- */

static void
release_held(struct tfevents *s)
{
    size_t i;

    for (i = 0; i < s->nheld; i++) {
        struct held *h = &s->held[i];
        h->at.epoch = s->epoch;
        s->sink->scalar(s->sink->arg, &h->at, h->tag, h->value);
        free(h->tag);
    }
    s->nheld = 0;
}

/* A number at another step ends the one before. */
static void
turn_to_step(struct tfevents *s, double step)
{
    if (!(s->step < step) && !(s->step > step) && !isnan(s->step))
        return;
    release_held(s);
    if (!isnan(s->step))
        s->without = isnan(s->epoch) ? s->without + 1 : 0;
    s->step = step;
    s->epoch = NAN;
}

static void
report(struct tfevents *s, const struct a4nn_log_at *at, const char *tag, double value)
{
    turn_to_step(s, at->step);
    if (strcmp(tag, "epoch") == 0) {
        s->epoch = value;
        release_held(s);
        return;
    }
    if (s->nheld == MAX_HELD)
        release_held(s);
    s->held[s->nheld++] = (struct held){a4nn_xstrdup(tag), value, *at};
    if (!isnan(s->epoch) || s->without >= STEPS_TO_WAIT)
        release_held(s);
}

/* ---- events ---- */

/* Notes a plugin that is stated, and says whether the tag's tensors are scalars. */
static int
holds_scalars(struct tfevents *s, const A4nn__Tf__Value *v)
{
    const A4nn__Tf__Metadata *m = v->metadata;
    const char *plugin = m != NULL && m->plugin_data != NULL ? m->plugin_data->plugin_name : NULL;

    if (plugin != NULL && *plugin != '\0' && strcmp(plugin, "scalars") != 0) {
        if (s->other_plugin.n < MAX_TAGS)
            a4nn_strmap_put(&s->other_plugin, v->tag, NULL);
        return 0;
    }
    return a4nn_strmap_find(&s->other_plugin, v->tag) == A4NN_STRMAP_NONE;
}

static void
take_value(struct tfevents *s, const struct a4nn_log_at *at, const A4nn__Tf__Value *v)
{
    double value;

    if (v->tag == NULL || *v->tag == '\0' || !holds_scalars(s, v))
        return;
    if (v->has_simple_value)
        report(s, at, v->tag, (double)v->simple_value);
    else if (v->tensor != NULL && tensor_number(v->tensor, &value))
        report(s, at, v->tag, value);
}

/* Memory for unpacking: a few bytes of a message may ask for hundreds. */
struct allowance {
    size_t left;
};

static void *
allow(void *arg, size_t size)
{
    struct allowance *a = arg;

    if (size > a->left)
        return NULL;
    a->left -= size;
    return malloc(size != 0 ? size : 1);
}

static void
give_back(void *arg, void *p)
{
    (void)arg;
    free(p);
}

static void
take_event(void *arg, const char *data, size_t len, unsigned long number)
{
    struct tfevents *s = arg;
    struct allowance room = {UNPACK_SPARE + UNPACK_FACTOR * len};
    ProtobufCAllocator allocator = {allow, give_back, &room};
    struct a4nn_log_at at = {.line = number, .epoch = NAN, .epochs = NAN, .time = NAN};
    A4nn__Tf__Event *event = a4nn__tf__event__unpack(&allocator, len, (const uint8_t *)data);
    size_t i;

    if (event == NULL) {
        a4nn_diag(s->sink->diag, A4NN_ERROR, s->sink->file, 0, "record %lu is no event", number);
        return;
    }
    at.step = event->has_step ? (double)event->step : 0;
    if (event->has_wall_time)
        at.time = event->wall_time;
    for (i = 0; event->summary != NULL && i < event->summary->n_value; i++)
        take_value(s, &at, event->summary->value[i]);
    a4nn__tf__event__free_unpacked(event, &allocator);
}

/* ---- the format ---- */

static int
named_so(const char *path)
{
    return strstr(path + a4nn_runpath_base(path, strlen(path)), "tfevents") != NULL;
}

/* Other data is kept in TFRecord files too, but an event begins with its wall time (field 1). */
static int
sniff(const struct a4nn_log_head *head)
{
    int named = named_so(head->path);

    if (head->len >= 12 && a4nn_tfrecord_begins(head->bytes))
        return named || (head->len > 12 && head->bytes[12] == 0x09) ? 100 : 0;
    return named ? 60 : 0;
}

static void *
open_events(const struct a4nn_log_sink *sink)
{
    struct tfevents *s = a4nn_xcalloc(1, sizeof *s);

    s->sink = sink;
    s->step = s->epoch = NAN;
    s->records = a4nn_tfrecord_new(take_event, s, sink->diag, sink->file);
    return s;
}

static void
feed(void *state, const char *bytes, size_t len)
{
    struct tfevents *s = state;

    a4nn_tfrecord_feed(s->records, bytes, len);
}

static void
finish(void *state)
{
    struct tfevents *s = state;

    a4nn_tfrecord_finish(s->records);
    release_held(s);
}

static void
close_events(void *state)
{
    struct tfevents *s = state;

    while (s->nheld > 0)
        free(s->held[--s->nheld].tag);
    a4nn_tfrecord_free(s->records);
    a4nn_strmap_release(&s->other_plugin);
    free(s);
}

static int
is_one_of(const char *const *words, const char *text, size_t len)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == len && strncmp(*words, text, len) == 0)
            return 1;
    return 0;
}

/*
 * Keras writes train/ and validation/ below the run's folder, CatBoost learn/ and test/, others
 * val/.  But Ultralytics numbers its runs TASK/train, TASK/train2, TASK/train3.  Files that were
 * renamed have been collected from elsewhere, and their folder says nothing.
 */
static char *
group(const char *path, char **prefix)
{
    static const char *const parts[] = {"train", "validation", "test", "val", "learn", NULL};
    static const char *const tasks[] = {"detect", "segment", "classify", "pose", "obb", NULL};
    size_t dir = a4nn_runpath_dir(path, strlen(path)), base = a4nn_runpath_base(path, dir);
    size_t up = a4nn_runpath_dir(path, dir), up_base = a4nn_runpath_base(path, up);

    *prefix = NULL;
    if (strncmp(path + a4nn_runpath_base(path, strlen(path)), "events.out.tfevents", 19) != 0)
        return NULL;
    if (!is_one_of(parts, path + base, dir - base) ||
        is_one_of(tasks, path + up_base, up - up_base))
        return a4nn_runpath_folder(path, strlen(path));
    *prefix = a4nn_xcalloc(1, dir - base + 2);
    memcpy(*prefix, path + base, dir - base);
    (*prefix)[dir - base] = '/';
    return a4nn_runpath_folder(path, dir);
}

const struct a4nn_log_format a4nn_log_tensorboard = {
    .name = "tensorboard",
    .title = "TensorBoard event files",
    .count = A4NN_COUNT_STEPS, /* unless there are epochs, as said above */
    .sniff = sniff,
    .open = open_events,
    .feed = feed,
    .finish = finish,
    .close = close_events,
    .group = group,
};
