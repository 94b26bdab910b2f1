/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What timm's train.py prints.  Each line of a batch gives the batch's value and in parentheses
 * the average so far; of a validation the last line, whose number is that of the last batch,
 * holds its result.  With a moving average of the weights there is a second validation, which
 * replaces the first, as it does in timm's summary.csv.
 *
 *     Scheduled epochs: 300. LR stepped per epoch.
 *     Train: 0 [  50/100 ( 51%)]  Loss: 6.90 (6.91)  Time: 0.5s, ...  LR: 1.000e-03  Data: ...
 *     Test: [  10/24]  Time: 0.10 (0.20)  Loss: 6.5 (6.6)  Acc@1: 1.2 ( 1.1)  Acc@5: 5.0 ( 4.9)
 *     Test (EMA): [  24/24]  Time: ...
 *     Current checkpoints:
 *     *** Best metric: 70.5 (epoch 3)
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "log/formats.h"
#include "log/ledger.h"
#include "log/pairs.h"
#include "log/scan.h"
#include "log/trial.h"
#include "xalloc.h"

static void *
timm_open(const struct a4nn_log_sink *sink)
{
    return a4nn_log_ledger_new(sink);
}

/* "[  50/100": batches count from 0; training says their number, validation the last one's. */
static bool
read_batch(struct a4nn_scan *s, double *batch, double *of)
{
    if (!a4nn_scan_text(s, "["))
        return false;
    a4nn_scan_blanks(s);
    return a4nn_scan_count(s, batch) && a4nn_scan_text(s, "/") && a4nn_scan_count(s, of);
}

static void
hold(struct a4nn_log_ledger *e, struct a4nn_scan s, const char *prefix)
{
    struct a4nn_pairs pairs = a4nn_pairs(s.at, (size_t)(s.end - s.at));
    struct a4nn_pair pair;
    char name[A4NN_PAIR_NAME];

    while (a4nn_pairs_next(&pairs, &pair)) {
        if (pair.sep != ':' || !isnan(pair.total) || !a4nn_pair_name(&pair, prefix, name) ||
            strcmp(name + strlen(prefix), "Time") == 0 ||
            strcmp(name + strlen(prefix), "Data") == 0)
            continue;
        a4nn_log_ledger_hold(e, name, isnan(pair.average) ? pair.value : pair.average);
    }
}

static bool
train_line(struct a4nn_log_ledger *e, struct a4nn_scan s, unsigned long number)
{
    double epoch, batch, of;

    if (!a4nn_scan_find(&s, "Train: ") || !a4nn_scan_count(&s, &epoch) ||
        !a4nn_scan_text(&s, " ") || !read_batch(&s, &batch, &of) || !a4nn_scan_find(&s, "]"))
        return false;
    a4nn_log_ledger_begin(e, epoch);
    a4nn_log_ledger_at(e)->line = number;
    hold(e, s, "train/");
    return true;
}

static bool
test_line(struct a4nn_log_ledger *e, struct a4nn_scan s)
{
    double batch, of;

    if (!a4nn_scan_find(&s, "Test") ||
        !(a4nn_scan_text(&s, ": ") || a4nn_scan_text(&s, " (EMA): ")))
        return false;
    if (!read_batch(&s, &batch, &of) || !a4nn_scan_text(&s, "]"))
        return false;
    if (batch == of)
        hold(e, s, "test/");
    return true;
}

static void
timm_line(void *state, const char *line, size_t len, unsigned long number)
{
    struct a4nn_log_ledger *e = state;
    struct a4nn_log_at *at = a4nn_log_ledger_at(e);
    struct a4nn_scan s = a4nn_scan(line, len), planned = s, checkpoints = s;
    double epochs;

    at->line = number;
    if (train_line(e, s, number) || (!isnan(at->epoch) && test_line(e, s)))
        return;
    if (a4nn_scan_find(&planned, "Scheduled epochs: ") && a4nn_scan_count(&planned, &epochs))
        at->epochs = epochs;
    else if (a4nn_scan_find(&checkpoints, "Current checkpoints:"))
        a4nn_log_ledger_flush(e); /* they are saved after the epoch's last validation */
}

static void
timm_finish(void *state)
{
    a4nn_log_ledger_flush(state);
}

static void
timm_close(void *state)
{
    a4nn_log_ledger_free(state);
}

static int
timm_sniff(const struct a4nn_log_head *head)
{
    return a4nn_log_trial_sniff(&a4nn_log_timm_console, head, 92);
}

const struct a4nn_log_format a4nn_log_timm_console = {
    .name = "timm-console",
    .title = "timm train.py output",
    .text = 1,
    .count = A4NN_COUNT_FROM_0,
    .sniff = timm_sniff,
    .open = timm_open,
    .line = timm_line,
    .finish = timm_finish,
    .close = timm_close,
};
