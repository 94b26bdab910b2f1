/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What MXNet's fit() and the scripts of GluonCV and GluonNLP log.
 *
 *     INFO:root:Epoch[3] Train-accuracy=0.93
 *     INFO:root:Epoch[3] Validation-accuracy=0.91
 *     INFO:root:[Epoch 3] train=0.93 val=0.91 loss=0.3 time: 16.4
 *     INFO:root:[Epoch 3] validation: err-top1=0.3 err-top5=0.1
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "log/formats.h"
#include "log/ledger.h"
#include "log/pairs.h"
#include "log/planned.h"
#include "log/scan.h"
#include "log/trial.h"

static void *
mxnet_open(const struct a4nn_log_sink *sink)
{
    return a4nn_log_ledger_new(sink);
}

static bool
number_in_bracket(struct a4nn_scan *s, double *epoch)
{
    return a4nn_scan_count(s, epoch) && a4nn_scan_text(s, "] ");
}

static bool
is_ahead(struct a4nn_scan s, const char *const *texts, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (a4nn_scan_text(&s, texts[i]))
            return true;
    return false;
}

/* Takes the epoch; others write "[Epoch 3]" too, so the words behind it must be MXNet's. */
static bool
read_epoch(struct a4nn_scan *s, double *epoch)
{
    static const char *const gluon[] = {
        "train=", "training:", "validation:", "Batch [", "speed:", "time cost"};
    static const char *const module[] = {"Train-", "Validation-", "Batch [", "Time cost="};
    struct a4nn_scan at = *s;

    if (a4nn_scan_find(&at, "[Epoch ") && number_in_bracket(&at, epoch) &&
        is_ahead(at, gluon, sizeof gluon / sizeof gluon[0])) {
        *s = at;
        return true;
    }
    at = *s;
    if (a4nn_scan_find(&at, "Epoch[") && number_in_bracket(&at, epoch) &&
        is_ahead(at, module, sizeof module / sizeof module[0])) {
        *s = at;
        return true;
    }
    return false;
}

/* The CIFAR script of GluonCV logs its accuracies under the bare names of the data sets. */
static const char *
full_name(const char *name)
{
    return strcmp(name, "train") == 0 ? "train_accuracy"
           : strcmp(name, "val") == 0 ? "val_accuracy"
                                      : name;
}

static void
state_pairs(struct a4nn_log_ledger *ledger, struct a4nn_scan s)
{
    bool batch = a4nn_scan_text(&s, "Batch [") && a4nn_scan_find(&s, "]");
    const char *prefix = batch                               ? "train/"
                         : a4nn_scan_text(&s, "training:")   ? "training_"
                         : a4nn_scan_text(&s, "validation:") ? "validation_"
                                                             : "";
    struct a4nn_pairs pairs = a4nn_pairs(s.at, (size_t)(s.end - s.at));
    struct a4nn_pair pair;
    char name[A4NN_PAIR_NAME];

    while (a4nn_pairs_next(&pairs, &pair)) {
        if (pair.sep == ' ' || !isnan(pair.total) || !a4nn_pair_name(&pair, prefix, name))
            continue;
        if (batch)
            a4nn_log_ledger_hold(ledger, name, pair.value);
        else
            a4nn_log_ledger_say(ledger, full_name(name), pair.value);
    }
}

static void
mxnet_line(void *state, const char *line, size_t len, unsigned long number)
{
    struct a4nn_scan s = a4nn_scan(line, len);
    double epoch;

    if (read_epoch(&s, &epoch)) {
        a4nn_log_ledger_begin(state, epoch);
        a4nn_log_ledger_at(state)->line = number;
        state_pairs(state, s);
    } else {
        a4nn_log_planned(line, len, &a4nn_log_ledger_at(state)->epochs);
    }
}

static void
mxnet_finish(void *state)
{
    a4nn_log_ledger_flush(state);
}

static void
mxnet_close(void *state)
{
    a4nn_log_ledger_free(state);
}

static int
mxnet_sniff(const struct a4nn_log_head *head)
{
    return a4nn_log_trial_sniff(&a4nn_log_mxnet, head, 90);
}

const struct a4nn_log_format a4nn_log_mxnet = {
    .name = "mxnet",
    .title = "MXNet and Gluon training output",
    .text = 1,
    .count = A4NN_COUNT_FROM_0,
    .sniff = mxnet_sniff,
    .open = mxnet_open,
    .line = mxnet_line,
    .finish = mxnet_finish,
    .close = mxnet_close,
};
