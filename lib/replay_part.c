/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay_part.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "number.h"
#include "xalloc.h"

/* Of the layout of the lines: raised whenever it changes. */
enum { LAYOUT = 1, MAX_LINE = 1 << 30 };

struct a4nn_replay_part {
    struct a4nn_replay *replay;
    const char *file;
    size_t number;
    struct a4nn_buf line;
    unsigned long lines;
    bool begun;  /* its first line was read */
    bool broken; /* and something in it is wrong, which has been said */
};

/* ---- writing ---- */

static void
add_number(struct a4nn_buf *out, double value)
{
    char text[32];

    if (isnan(value))
        a4nn_buf_adds(out, "null");
    else
        a4nn_buf_addf(out, isinf(value) ? "\"%s\"" : "%s", a4nn_number_format(text, value));
}

static void
add_text(struct a4nn_buf *out, const char *name, const char *text)
{
    a4nn_buf_addf(out, "\"%s\":", name);
    a4nn_json_quote(out, text);
    a4nn_buf_addc(out, ',');
}

static void
add_numbers(struct a4nn_buf *out, const char *name, const double *value, size_t n)
{
    size_t i;

    a4nn_buf_addf(out, "\"%s\":[", name);
    for (i = 0; i < n; i++) {
        if (i > 0)
            a4nn_buf_addc(out, ',');
        add_number(out, value[i]);
    }
    a4nn_buf_adds(out, "],");
}

static void
add_decision(struct a4nn_buf *out, const struct a4nn_decision *d)
{
    if (isnan(d->epoch)) {
        a4nn_buf_adds(out, "null");
        return;
    }
    a4nn_buf_adds(out, "{\"epoch\":");
    add_number(out, d->epoch);
    a4nn_buf_adds(out, ",\"forecast\":");
    add_number(out, d->forecast);
    a4nn_buf_adds(out, ",\"reason\":");
    a4nn_json_quote(out, d->reason);
    a4nn_buf_addc(out, '}');
}

static void
add_run(struct a4nn_buf *out, const struct a4nn_replay *replay, const struct a4nn_replay_run *run)
{
    const struct a4nn_replay_collection *c = &replay->collection[run->collection];
    size_t p;

    a4nn_buf_addc(out, '{');
    add_text(out, "collection", c->name);
    add_text(out, "metric", c->metric);
    add_text(out, "family", c->family);
    add_text(out, "mode", a4nn_mode_name(c->kind.mode));
    add_text(out, "scale", a4nn_scale_name(c->kind.scale));
    add_text(out, "run", run->name);
    a4nn_buf_adds(out, "\"epochs\":");
    add_number(out, run->planned);
    a4nn_buf_addc(out, ',');
    add_numbers(out, "epoch", run->curve.epoch, run->curve.n);
    add_numbers(out, "value", run->curve.value, run->curve.n);
    a4nn_buf_adds(out, "\"decisions\":[");
    for (p = 0; p < replay->npolicies; p++) {
        if (p > 0)
            a4nn_buf_addc(out, ',');
        add_decision(out, &run->decision[p]);
    }
    a4nn_buf_adds(out, "]}\n");
}

void
a4nn_replay_part_write(const struct a4nn_replay *replay, FILE *out)
{
    struct a4nn_buf line = {0};
    size_t i;

    a4nn_buf_addf(&line, "{\"a4nn_replay\":%d,", LAYOUT);
    if (replay->schedule_spec != NULL)
        add_text(&line, "schedule", replay->schedule_spec);
    a4nn_buf_adds(&line, "\"policies\":[");
    for (i = 0; i < replay->npolicies; i++) {
        if (i > 0)
            a4nn_buf_addc(&line, ',');
        a4nn_json_quote(&line, replay->policy[i].label);
    }
    a4nn_buf_adds(&line, "]}\n");
    fwrite(line.data, 1, line.len, out);
    for (i = 0; i < replay->collections.n; i++) {
        struct a4nn_replay_walk *walk =
            a4nn_replay_walk_new(replay, replay->by_name[i], A4NN_REPLAY_ALL, true);
        const struct a4nn_replay_run *run;
        while ((run = a4nn_replay_walk_next(walk)) != NULL) {
            a4nn_buf_reset(&line);
            add_run(&line, replay, run);
            fwrite(line.data, 1, line.len, out);
        }
        a4nn_replay_walk_free(walk);
    }
    a4nn_buf_release(&line);
}

/* ---- reading ---- */

/* Every complaint about a line ends the reading of the part: half of it would give a table that
 * looks whole. */
static void complain(struct a4nn_replay_part *part, const char *fmt, ...) A4NN_PRINTF(2, 3);

static void
complain(struct a4nn_replay_part *part, const char *fmt, ...)
{
    char text[500];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    part->broken = true;
    a4nn_diag(part->replay->opts.diag, A4NN_ERROR, part->file, part->lines, "%s", text);
}

static bool
take_policies(struct a4nn_replay_part *part, const struct a4nn_json *list)
{
    struct a4nn_replay *replay = part->replay;
    bool first = replay->npolicies == 0;
    struct a4nn_err err;
    size_t i;

    for (i = 0; i < a4nn_json_size(list); i++) {
        const char *text = a4nn_json_string(a4nn_json_at(list, i));
        if (text == NULL)
            return false;
        if (first && a4nn_replay_add_policy(replay, text, &err) < 0) {
            complain(part, "%s", err.msg);
            return true;
        }
        if (i >= replay->npolicies || strcmp(replay->policy[i].label, text) != 0) {
            complain(part, "other rules than in the parts before: '%.200s'", text);
            return true;
        }
    }
    if (i != replay->npolicies)
        complain(part, "fewer rules than in the parts before");
    return true;
}

/* Forecasts that reckon with different schedules do not belong in one table. */
static void
take_schedule(struct a4nn_replay_part *part, bool first, const char *spec)
{
    struct a4nn_replay *replay = part->replay;
    const char *before = replay->schedule_spec;

    if (first)
        replay->schedule_spec = a4nn_xstrdup(spec);
    else if (strcmp(before != NULL ? before : "", spec != NULL ? spec : "") != 0)
        complain(part, "made with another --schedule than the parts before");
}

static void
take_header(struct a4nn_replay_part *part, const struct a4nn_json *v)
{
    const struct a4nn_json *list = a4nn_json_get(v, "policies");
    bool first = part->replay->npolicies == 0;
    double layout;

    if (!a4nn_json_number(a4nn_json_get(v, "a4nn_replay"), &layout) ||
        a4nn_json_kind(list) != A4NN_JSON_ARRAY || a4nn_json_size(list) == 0)
        complain(part, "not the output of a4nn-replay --partial");
    else if (layout < LAYOUT || layout > LAYOUT)
        complain(part, "written by another version of a4nn-replay");
    else if (!take_policies(part, list))
        complain(part, "not the output of a4nn-replay --partial");
    else
        take_schedule(part, first, a4nn_json_string(a4nn_json_get(v, "schedule")));
    part->begun = true;
}

static const char *
text_of(const struct a4nn_json *v, const char *name)
{
    const char *text = a4nn_json_string(a4nn_json_get(v, name));

    return text != NULL ? text : "";
}

/* The collection of a line, and whether the other parts agree on what it is. */
static bool
take_collection(struct a4nn_replay_part *part, const struct a4nn_json *v, size_t *index)
{
    struct a4nn_replay *replay = part->replay;
    enum a4nn_mode mode = a4nn_mode_find(text_of(v, "mode"));
    enum a4nn_scale scale = a4nn_scale_find(text_of(v, "scale"));
    struct a4nn_replay_collection *c;
    bool added;
    size_t p;

    *index = a4nn_replay_collection_put(replay, text_of(v, "collection"), text_of(v, "metric"),
                                        text_of(v, "family"), &added);
    c = &replay->collection[*index];
    if (mode == A4NN_MODE_UNKNOWN || scale == A4NN_SCALE_UNKNOWN || scale == A4NN_BOUNDED) {
        complain(part, "no mode or scale");
        return false;
    }
    if (added) {
        c->part = part->number;
        c->kind = (struct a4nn_metric){.mode = mode, .scale = scale};
        c->points = a4nn_points_make(mode, scale, 0, 0);
    }
    if (c->kind.mode != mode || c->kind.scale != scale) {
        complain(part,
                 "collection '%.100s' counts otherwise than in another part: replay all parts "
                 "with the same --scale and --max or --min",
                 c->name);
        return false;
    }
    for (p = 0; p < replay->npolicies && c->part != part->number; p++)
        if (replay->policy[p].compares) {
            complain(part,
                     "collection '%.100s' lies in several parts, but a rule compares its runs: "
                     "replay it in one",
                     c->name);
            return false;
        }
    return true;
}

static bool
take_curve(const struct a4nn_json *v, struct a4nn_curve *curve)
{
    const struct a4nn_json *epoch = a4nn_json_get(v, "epoch"), *value = a4nn_json_get(v, "value");
    size_t n = a4nn_json_size(epoch), i;

    if (n == 0 || n != a4nn_json_size(value))
        return false;
    for (i = 0; i < n; i++) {
        double x = NAN, y = NAN;
        if (!a4nn_json_number(a4nn_json_at(epoch, i), &x) || !isfinite(x))
            return false;
        a4nn_json_number(a4nn_json_at(value, i), &y); /* null: not a number, as it was */
        if (a4nn_curve_add(curve, x, y, NAN, NULL) != A4NN_CURVE_GREW)
            return false;
    }
    return true;
}

static bool
take_decision(const struct a4nn_json *v, struct a4nn_decision *d)
{
    *d = (struct a4nn_decision){NAN, NAN, NULL};
    if (a4nn_json_kind(v) == A4NN_JSON_NULL)
        return true;
    if (!a4nn_json_number(a4nn_json_get(v, "epoch"), &d->epoch) || !isfinite(d->epoch))
        return false;
    if (a4nn_json_number(a4nn_json_get(v, "forecast"), &d->forecast) && !isfinite(d->forecast))
        return false;
    d->reason = text_of(v, "reason"); /* lent: the line outlives the decision */
    return true;
}

static void
take_run(struct a4nn_replay_part *part, const struct a4nn_json *v)
{
    const struct a4nn_json *decisions = a4nn_json_get(v, "decisions");
    const char *name = a4nn_json_string(a4nn_json_get(v, "run"));
    struct a4nn_replay *replay = part->replay;
    struct a4nn_replay_run run = {.name = name};
    bool good;
    size_t p;

    if (name == NULL || a4nn_json_size(decisions) != replay->npolicies) {
        complain(part, "not a run of a4nn-replay --partial");
        return;
    }
    if (!take_collection(part, v, &run.collection))
        return;
    run.decision = a4nn_xcalloc(replay->npolicies + 1, sizeof *run.decision);
    good = a4nn_json_number(a4nn_json_get(v, "epochs"), &run.planned) && isfinite(run.planned) &&
           take_curve(v, &run.curve);
    for (p = 0; p < replay->npolicies && good; p++)
        good = take_decision(a4nn_json_at(decisions, p), &run.decision[p]);
    if (!good)
        complain(part, "run '%.200s': not as a4nn-replay --partial writes it", name);
    else if (!a4nn_replay_bring(replay, &run))
        complain(part, "run '%.200s' is there twice", name);
    free(run.decision);
    a4nn_curve_release(&run.curve);
}

static void
take_line(struct a4nn_replay_part *part)
{
    struct a4nn_err err;
    struct a4nn_json *v;

    part->lines++;
    if (part->line.len == 0 || strspn(part->line.data, " \t\r") == part->line.len)
        return;
    if ((v = a4nn_json_parse(part->line.data, part->line.len, NULL, &err)) == NULL)
        complain(part, "%s", err.msg);
    else if (!part->begun)
        take_header(part, v);
    else
        take_run(part, v);
    a4nn_json_free(v);
}

struct a4nn_replay_part *
a4nn_replay_part_new(struct a4nn_replay *replay, size_t number, const char *file)
{
    struct a4nn_replay_part *part = a4nn_xcalloc(1, sizeof *part);

    part->replay = replay;
    part->number = number;
    part->file = file;
    return part;
}

void
a4nn_replay_part_feed(struct a4nn_replay_part *part, const char *bytes, size_t len)
{
    while (len > 0 && !part->broken) {
        const char *lf = memchr(bytes, '\n', len);
        size_t n = lf != NULL ? (size_t)(lf - bytes) : len;

        if (part->line.len + n > MAX_LINE) {
            complain(part, "line longer than 1 GiB");
            return;
        }
        a4nn_buf_add(&part->line, bytes, n);
        if (lf == NULL)
            return;
        take_line(part);
        a4nn_buf_reset(&part->line);
        bytes += n + 1;
        len -= n + 1;
    }
}

void
a4nn_replay_part_finish(struct a4nn_replay_part *part)
{
    if (!part->broken && part->line.len > 0)
        take_line(part);
    if (!part->broken && !part->begun)
        complain(part, "not the output of a4nn-replay --partial");
    a4nn_buf_release(&part->line);
    free(part);
}
