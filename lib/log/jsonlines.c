/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs with one JSON object per line. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log/formats.h"
#include "log/jsonrec.h"
#include "log/runpath.h"
#include "metric.h"
#include "xalloc.h"

struct jsonlines {
    struct a4nn_log_sink sink;
    /* Takes one record. */
    void (*record)(struct jsonlines *j, const struct a4nn_json *object, unsigned long line);
    double train_epoch;     /* the last that a training record stated, NAN */
    struct a4nn_buf config; /* the last that was reported */
};

/* ---- what the lines of each mean ---- */

static void
take_config(struct jsonlines *j, const struct a4nn_json *object, const struct a4nn_log_at *at)
{
    a4nn_jsonrec_settings(a4nn_json_get(object, "config"), &j->sink, at, &j->config);
}

/* Reports some members as settings. */
static void
take_settings(struct jsonlines *j, const struct a4nn_json *object, const struct a4nn_log_at *at,
              const char *const *names)
{
    struct a4nn_json *some = a4nn_json_object();

    for (; *names != NULL; names++)
        if (a4nn_json_get(object, *names) != NULL)
            a4nn_json_set(some, *names, a4nn_json_copy(a4nn_json_get(object, *names)));
    a4nn_jsonrec_settings(some, &j->sink, at, &j->config);
    a4nn_json_free(some);
}

static void
take_any(struct jsonlines *j, const struct a4nn_json *object, unsigned long line)
{
    struct a4nn_log_at at = a4nn_jsonrec_nowhere(line);
    struct a4nn_jsonrec_run run;

    if (!a4nn_jsonrec_place(object, &j->sink, &at, &run))
        return;
    take_config(j, object, &at);
    a4nn_jsonrec_report(object, &j->sink, &at, a4nn_jsonrec_domain(object));
}

/* DeiT repeats the size of the network in each line. */
static void
take_deit(struct jsonlines *j, const struct a4nn_json *object, unsigned long line)
{
    static const char *const names[] = {"n_parameters", NULL};
    struct a4nn_log_at at = a4nn_jsonrec_nowhere(line);

    take_settings(j, object, &at, names);
    take_any(j, object, line);
}

/* Ray names the trial in each line, but a file holds just one. */
static void
take_ray(struct jsonlines *j, const struct a4nn_json *object, unsigned long line)
{
    struct a4nn_log_at at = a4nn_jsonrec_nowhere(line);
    struct a4nn_jsonrec_run run;

    if (!a4nn_jsonrec_place(object, &j->sink, &at, &run))
        return;
    at.run = NULL;
    take_config(j, object, &at);
    a4nn_jsonrec_report(object, &j->sink, &at, NULL);
}

/* What mmcv calls loss in both modes must not be mixed; its other names tell themselves apart. */
struct mm_names {
    struct a4nn_log_sink *to;
    bool validation;
};

static void
mm_scalar(void *arg, const struct a4nn_log_at *at, const char *name, double value)
{
    const struct mm_names *names = arg;
    struct a4nn_buf full = {0};
    struct a4nn_metric m;

    if (names->validation && a4nn_metric_lookup(name, &m) && m.train)
        a4nn_buf_adds(&full, "val/");
    a4nn_buf_adds(&full, name);
    names->to->scalar(names->to->arg, at, full.data, value);
    a4nn_buf_release(&full);
}

/*
 * mmcv says "mode" and counts `iter` within the epoch.  mmengine does not; `step` is the iteration
 * in training records, but the epoch in those of validation, which state no epoch, as long as
 * the training goes by epochs.
 */
static void
take_mm(struct jsonlines *j, const struct a4nn_json *object, unsigned long line)
{
    static const char *const about[] = {"exp_name", "seed", NULL};
    const char *mode = a4nn_json_string(a4nn_json_get(object, "mode"));
    struct mm_names names = {&j->sink, false};
    struct a4nn_log_sink sink = j->sink;
    struct a4nn_log_at at = a4nn_jsonrec_nowhere(line);
    struct a4nn_jsonrec_run run;

    sink.scalar = mm_scalar;
    sink.arg = &names;
    if (!a4nn_jsonrec_place(object, &j->sink, &at, &run))
        return;
    if (isnan(at.epoch) && isnan(at.step)) { /* the first line of mmcv */
        take_settings(j, object, &at, about);
        return;
    }
    names.validation = mode != NULL ? strcmp(mode, "val") == 0 : isnan(at.epoch);
    if (!names.validation)
        j->train_epoch = at.epoch;
    else if (isnan(at.epoch) && at.step <= j->train_epoch)
        at.epoch = at.step;
    if (mode != NULL)
        at.step = NAN;
    a4nn_jsonrec_report(object, &sink, &at, NULL);
}

/* ---- the format's members ---- */

static void *
open_with(const struct a4nn_log_sink *sink,
          void (*record)(struct jsonlines *, const struct a4nn_json *, unsigned long))
{
    struct jsonlines *j = a4nn_xcalloc(1, sizeof *j);

    j->sink = *sink;
    j->record = record;
    j->train_epoch = NAN;
    return j;
}

static void *
open_any(const struct a4nn_log_sink *sink)
{
    return open_with(sink, take_any);
}

static void *
open_deit(const struct a4nn_log_sink *sink)
{
    return open_with(sink, take_deit);
}

static void *
open_ray(const struct a4nn_log_sink *sink)
{
    return open_with(sink, take_ray);
}

static void *
open_mm(const struct a4nn_log_sink *sink)
{
    return open_with(sink, take_mm);
}

static void
take_line(void *state, const char *line, size_t len, unsigned long number)
{
    struct jsonlines *j = state;
    struct a4nn_err err;
    struct a4nn_json *v;

    while (len > 0 && strchr(" \t\r", line[0]) != NULL) {
        line++;
        len--;
    }
    if (len == 0)
        return;
    v = a4nn_json_parse(line, len, NULL, &err);
    if (v == NULL)
        a4nn_diag(j->sink.diag, A4NN_ERROR, j->sink.file, number, "%s", err.msg);
    else if (a4nn_json_kind(v) != A4NN_JSON_OBJECT)
        a4nn_diag(j->sink.diag, A4NN_ERROR, j->sink.file, number, "not a JSON object");
    else
        j->record(j, v, number);
    a4nn_json_free(v);
}

static void
close_lines(void *state)
{
    struct jsonlines *j = state;

    a4nn_buf_release(&j->config);
    free(j);
}

/* ---- how sure ---- */

/*
 * The first line of the head as an object, NULL if it is none or not complete.  *cut says that it
 * begins like one but its end was not seen.
 */
static struct a4nn_json *
first_object(const struct a4nn_log_head *head, bool *cut)
{
    size_t skip = strspn(head->bytes, " \t\r\n");
    const char *text = head->bytes + skip;
    size_t len = strcspn(text, "\n");
    struct a4nn_err err;
    struct a4nn_json *v;

    *cut = text[0] == '{' && text[len] == '\0' && !head->complete;
    if (text[0] != '{' || *cut)
        return NULL;
    v = a4nn_json_parse(text, len, NULL, &err);
    if (v != NULL && a4nn_json_kind(v) != A4NN_JSON_OBJECT) {
        a4nn_json_free(v);
        v = NULL;
    }
    return v;
}

static bool
all_in(const struct a4nn_json *object, const char *const *names)
{
    for (; *names != NULL; names++)
        if (a4nn_json_get(object, *names) == NULL)
            return false;
    return true;
}

/*
 * `sure` when the first line has all the members, `sure` less a little when it is too long to be
 * seen but names them.
 */
static int
sniff_names(const struct a4nn_log_head *head, const char *const *names, int sure)
{
    bool cut;
    struct a4nn_json *v = first_object(head, &cut);
    int result = v != NULL && all_in(v, names) ? sure : 0;

    a4nn_json_free(v);
    if (!cut)
        return result;
    for (; *names != NULL; names++)
        if (strstr(head->bytes, *names) == NULL)
            return 0;
    return sure - 5;
}

static int
sniff_ray_json(const struct a4nn_log_head *head)
{
    static const char *const names[] = {"training_iteration", "time_total_s", NULL};
    return sniff_names(head, names, 95);
}

static int
sniff_mm(const struct a4nn_log_head *head)
{
    static const char *const mmcv[] = {"env_info", NULL};
    static const char *const train[] = {"mode", "iter", "lr", NULL};
    static const char *const engine[] = {"iter", "step", "time", "data_time", NULL};
    int a = sniff_names(head, mmcv, 95), b = sniff_names(head, train, 92);
    int c = sniff_names(head, engine, 92);

    return a > b && a > c ? a : b > c ? b : c;
}

static int
sniff_wandb_json(const struct a4nn_log_head *head)
{
    static const char *const names[] = {"_step", "_timestamp", NULL};
    static const char *const less[] = {"_step", "_runtime", NULL};
    int a = sniff_names(head, names, 92);

    return a != 0 ? a : sniff_names(head, less, 90);
}

/*
 * The log.txt of DeiT and of the many trainings made from it, which count from 0: sure by the
 * number of parameters that they state in every line, else by the epoch 0.
 */
static int
sniff_deit(const struct a4nn_log_head *head)
{
    static const char *const names[] = {"train_lr", "train_loss", "epoch", NULL};
    bool cut, sure = false;
    struct a4nn_json *v = first_object(head, &cut);
    double epoch;

    if (v != NULL && all_in(v, names) && a4nn_json_number(a4nn_json_get(v, "epoch"), &epoch))
        sure = epoch == 0 || a4nn_json_get(v, "n_parameters") != NULL;
    a4nn_json_free(v);
    return sure ? 92 : 0;
}

static int
is_metric(void *arg, const char *name, struct a4nn_json *value)
{
    struct a4nn_metric m;
    double number;

    (void)arg;
    return a4nn_metric_lookup(name, &m) && a4nn_json_number(value, &number);
}

static int
sniff_jsonl(const struct a4nn_log_head *head)
{
    bool cut;
    struct a4nn_json *v = first_object(head, &cut);
    int sure = 0;

    if (v != NULL && a4nn_jsonrec_has_place(v))
        sure = 60;
    else if (v != NULL)
        sure = a4nn_json_members(v, is_metric, NULL) != 0 ? 45 : 10;
    a4nn_json_free(v);
    return cut ? 10 : sure;
}

/* mmengine writes the same into vis_data/scalars.json and vis_data/DATE.json. */
static char *
group_mm(const char *path, char **prefix)
{
    size_t dir = a4nn_runpath_dir(path, strlen(path));

    *prefix = NULL;
    return a4nn_runpath_is(path, dir, "vis_data") ? a4nn_runpath_folder(path, dir) : NULL;
}

#define JSON_LINES(ident, called, described, counting, opening, grouping)                          \
    const struct a4nn_log_format a4nn_log_##ident = {                                              \
        .name = called,                                                                            \
        .title = described,                                                                        \
        .text = 1,                                                                                 \
        .count = counting,                                                                         \
        .sniff = sniff_##ident,                                                                    \
        .open = opening,                                                                           \
        .line = take_line,                                                                         \
        .close = close_lines,                                                                      \
        .group = grouping,                                                                         \
    }
JSON_LINES(ray_json, "ray-json", "Ray Tune result.json", A4NN_COUNT_FROM_1, open_ray,
           a4nn_runpath_ray);
JSON_LINES(mm, "mm", "mmcv log.json and mmengine scalars.json", A4NN_COUNT_FROM_1, open_mm,
           group_mm);
JSON_LINES(wandb_json, "wandb-json", "W&B history as JSON lines", A4NN_COUNT_UNKNOWN, open_any,
           NULL);
JSON_LINES(deit, "deit", "log.txt of DeiT and its kin", A4NN_COUNT_FROM_0, open_deit, NULL);
JSON_LINES(jsonl, "jsonl", "any JSON lines with an epoch or step", A4NN_COUNT_UNKNOWN, open_any,
           NULL);
