/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The logs of MLPerf submissions: events in JSON.
 *
 *     :::MLLOG {"time_ms": 1650506729059, "key": "eval_accuracy", "value": 0.04,
 *               "metadata": {"epoch_num": 4}}                         (in one line)
 *     :::MLPv0.6.0 resnet 1558000000.1 (train.py:1) eval_accuracy: {"epoch_num": 4, "value": 0.04}
 *
 * Some evaluate several times within an epoch and give the epoch's number each time; from the
 * second on it is known that the number says nothing, and the evaluations are counted instead.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log/formats.h"
#include "log/scan.h"
#include "log/trial.h"
#include "xalloc.h"

struct mlperf {
    const struct a4nn_log_sink *sink;
    double open_epoch; /* begun and not yet ended, NAN: none */
    bool counting;     /* evaluations instead of epochs */
    double evaluations;
    enum a4nn_mode mode; /* of "eval_accuracy", by the benchmark */
    bool held;           /* the first evaluation of the open epoch */
    struct a4nn_log_at held_at;
    double held_value;
};

struct event {
    char *key, *text;                   /* text: a value in words, or NULL */
    double value, epoch, samples, time; /* NAN: not given */
};

static void *
mlperf_open(const struct a4nn_log_sink *sink)
{
    struct mlperf *m = a4nn_xcalloc(1, sizeof *m);

    m->sink = sink;
    m->open_epoch = NAN;
    return m;
}

static double
number(const struct a4nn_json *object, const char *name)
{
    const struct a4nn_json *v = a4nn_json_get(object, name);
    double out;

    return v != NULL && a4nn_json_kind(v) == A4NN_JSON_NUMBER && a4nn_json_number(v, &out) ? out
                                                                                           : NAN;
}

/* The epoch is called "epoch_num", in the oldest logs "epoch". */
static double
epoch_of(const struct a4nn_json *object)
{
    double epoch = number(object, "epoch_num");
    return isnan(epoch) ? number(object, "epoch") : epoch;
}

static bool
read_mllog(struct a4nn_scan s, struct event *out)
{
    struct a4nn_json *v = a4nn_json_parse(s.at, (size_t)(s.end - s.at), NULL, NULL);
    const char *key = v != NULL ? a4nn_json_string(a4nn_json_get(v, "key")) : NULL;

    if (key != NULL) {
        struct a4nn_json *metadata = a4nn_json_get(v, "metadata");
        out->key = a4nn_xstrdup(key);
        out->text = a4nn_xstrdup(a4nn_json_string(a4nn_json_get(v, "value")));
        out->value = number(v, "value");
        out->epoch = epoch_of(metadata);
        out->samples = number(metadata, "samples_count");
        out->time = number(v, "time_ms") / 1000;
    }
    a4nn_json_free(v);
    return key != NULL;
}

/* Behind ":::MLPv": version, benchmark, seconds, place, "key:", and a value, of old an object. */
static bool
read_old(struct a4nn_scan s, struct event *out)
{
    const char *version, *word, *key;
    size_t len, key_len;
    struct a4nn_json *v;

    if (!a4nn_scan_word(&s, &version, &len) || !a4nn_scan_word(&s, &word, &len))
        return false;
    a4nn_scan_blanks(&s);
    if (!a4nn_scan_number(&s, &out->time) || !a4nn_scan_word(&s, &word, &len) ||
        !a4nn_scan_word(&s, &key, &key_len))
        return false;
    v = a4nn_json_parse(s.at, (size_t)(s.end - s.at), NULL, NULL);
    out->key = a4nn_xstrndup(key, key[key_len - 1] == ':' ? key_len - 1 : key_len);
    out->value = number(v, "value");
    out->epoch = epoch_of(v);
    out->samples = NAN;
    a4nn_json_free(v);
    return true;
}

/* What these benchmarks report as accuracy is an error rate or a loss; others it is as named. */
static enum a4nn_mode
mode_of(const char *benchmark)
{
    static const char *const smaller[] = {"rnnt",         "gpt3",       "llama2_70b_lora",
                                          "llama31_405b", "llama31_8b", "flux1"};
    size_t i;

    for (i = 0; i < sizeof smaller / sizeof smaller[0]; i++)
        if (strcmp(benchmark, smaller[i]) == 0)
            return A4NN_MIN;
    return A4NN_MODE_UNKNOWN;
}

static void
state_held(struct mlperf *m)
{
    if (m->held)
        m->sink->scalar(m->sink->arg, &m->held_at, "eval_accuracy", m->held_value);
    m->held = false;
}

/* An evaluation within an epoch that has not ended. */
static void
evaluate_inside(struct mlperf *m, struct a4nn_log_at *at, double value)
{
    if (!m->held && !m->counting) {
        m->held = true;
        m->held_at = *at;
        m->held_at.step = m->evaluations;
        m->held_value = value;
        return;
    }
    m->counting = true;
    m->held_at.epoch = NAN;
    state_held(m);
    at->epoch = NAN;
    at->step = m->evaluations;
    m->sink->scalar(m->sink->arg, at, "eval_accuracy", value);
}

static void
on_event(struct mlperf *m, const struct event *event, unsigned long line)
{
    struct a4nn_log_at at = {.line = line,
                             .epoch = event->epoch,
                             .step = event->samples,
                             .epochs = NAN,
                             .time = event->time};
    bool starts = strcmp(event->key, "epoch_start") == 0;

    if (starts || strcmp(event->key, "epoch_stop") == 0 || strcmp(event->key, "run_stop") == 0) {
        state_held(m);
        m->open_epoch = starts ? event->epoch : NAN;
        return;
    }
    if (event->text != NULL && strcmp(event->key, "submission_benchmark") == 0)
        m->mode = mode_of(event->text);
    if (isnan(event->value) || (isnan(event->epoch) && isnan(event->samples)))
        return;
    if (strcmp(event->key, "eval_accuracy") != 0) {
        m->sink->scalar(m->sink->arg, &at, event->key, event->value);
        return;
    }
    m->evaluations++;
    at.mode = m->mode;
    if (event->epoch == m->open_epoch && isnan(event->samples))
        evaluate_inside(m, &at, event->value);
    else
        m->sink->scalar(m->sink->arg, &at, event->key, event->value);
}

static void
mlperf_line(void *state, const char *line, size_t len, unsigned long number_of_line)
{
    struct a4nn_scan s = a4nn_scan(line, len);
    struct event event = {0};

    if (!a4nn_scan_find(&s, ":::MLL") && !a4nn_scan_find(&s, ":::MLPv"))
        return;
    if (a4nn_scan_text(&s, "OG ") ? read_mllog(s, &event) : read_old(s, &event))
        if (event.key[0] != '\0')
            on_event(state, &event, number_of_line);
    free(event.key);
    free(event.text);
}

static void
mlperf_finish(void *state)
{
    state_held(state);
}

static int
mlperf_sniff(const struct a4nn_log_head *head)
{
    /* Long lists of weights may come before the first evaluation. */
    bool marked = memmem(head->bytes, head->len, "\n:::MLLOG {\"", 12) != NULL;
    int sure = a4nn_log_trial_sniff(&a4nn_log_mlperf, head, 95);

    return sure > 0 ? sure : marked ? 80 : 0;
}

const struct a4nn_log_format a4nn_log_mlperf = {
    .name = "mlperf",
    .title = "MLPerf submission log",
    .text = 1,
    .count = A4NN_COUNT_UNKNOWN,
    .sniff = mlperf_sniff,
    .open = mlperf_open,
    .line = mlperf_line,
    .finish = mlperf_finish,
    .close = free,
};
