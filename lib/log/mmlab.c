/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text logs of OpenMMLab: mmengine and, before it, mmcv.
 *
 *     2023/02/05 15:05:27 - mmengine - INFO - Epoch(train) [1][72/72]  lr: 1.0e-02  loss: 0.19
 *     2023/02/05 15:05:27 - mmengine - INFO - Epoch(val) [1][18/18]  accuracy/top1: 62.0629
 *     2023-02-05 15:05:27,123 - mmdet - INFO - Epoch [1][50/7330]<TAB>lr: 1.9e-03, loss: 1.5
 *     2023-02-05 15:05:27,123 - mmseg - INFO - Iter(val) [250]<TAB>mIoU: 0.4
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "log/formats.h"
#include "log/ledger.h"
#include "log/pairs.h"
#include "log/planned.h"
#include "log/scan.h"
#include "log/trial.h"
#include "xalloc.h"

struct mmlab {
    struct a4nn_log_ledger *ledger;
    bool plan_known; /* from the training loop's own settings, not from some other part */
    double iteration;
};

static void *
mmlab_open(const struct a4nn_log_sink *sink)
{
    struct mmlab *m = a4nn_xcalloc(1, sizeof *m);

    m->ledger = a4nn_log_ledger_new(sink);
    m->iteration = NAN;
    return m;
}

/* "[ 3]" or "[18/18]" */
static bool
bracket(struct a4nn_scan *s, double *first)
{
    double ignored;

    if (!a4nn_scan_text(s, "["))
        return false;
    a4nn_scan_blanks(s);
    if (!a4nn_scan_count(s, first))
        return false;
    return (!a4nn_scan_text(s, "/") || a4nn_scan_count(s, &ignored)) && a4nn_scan_text(s, "]");
}

static bool
is_machine(const char *name)
{
    return strcmp(name, "time") == 0 || strcmp(name, "data_time") == 0 ||
           strcmp(name, "memory") == 0 || strcmp(name, "eta") == 0;
}

static void
state(struct mmlab *m, struct a4nn_scan s, bool training)
{
    struct a4nn_pairs pairs = a4nn_pairs(s.at, (size_t)(s.end - s.at));
    struct a4nn_pair pair;
    const char *prefix = training ? "train/" : "";
    char name[A4NN_PAIR_NAME];

    while (a4nn_pairs_next(&pairs, &pair)) {
        if (pair.sep != ':' || !a4nn_pair_name(&pair, prefix, name) ||
            is_machine(name + strlen(prefix)))
            continue;
        if (training)
            a4nn_log_ledger_hold(m->ledger, name, pair.value);
        else
            a4nn_log_ledger_say(m->ledger, name, pair.value);
    }
}

/* The cursor stands behind "Epoch" or "Iter"; false when no such line follows. */
static bool
progress(struct mmlab *m, struct a4nn_scan s, bool by_epoch)
{
    bool validation = a4nn_scan_text(&s, "(val)");
    double first, ignored;

    if (!validation)
        a4nn_scan_text(&s, "(train)");
    if (!a4nn_scan_text(&s, " ") || !bracket(&s, &first) || (by_epoch && !bracket(&s, &ignored)))
        return false;
    if (by_epoch) {
        a4nn_log_ledger_begin(m->ledger, first);
    } else {
        if (!validation)
            m->iteration = first;
        a4nn_log_ledger_step(m->ledger, m->iteration);
    }
    if (validation) /* what the training stated before it is final */
        a4nn_log_ledger_flush(m->ledger);
    state(m, s, !validation);
    return true;
}

static void
plan(struct mmlab *m, const char *line, size_t len)
{
    struct a4nn_scan s = a4nn_scan(line, len);
    bool certain = a4nn_scan_text(&s, "train_cfg");

    if ((!m->plan_known || certain) &&
        a4nn_log_planned(line, len, &a4nn_log_ledger_at(m->ledger)->epochs))
        m->plan_known = certain;
}

static void
mmlab_line(void *state_, const char *line, size_t len, unsigned long number)
{
    struct mmlab *m = state_;
    struct a4nn_scan s = a4nn_scan(line, len);

    a4nn_log_ledger_at(m->ledger)->line = number;
    if (a4nn_scan_find(&s, " - INFO - ")) {
        if (a4nn_scan_text(&s, "Epoch") && progress(m, s, true))
            return;
        if (a4nn_scan_text(&s, "Iter") && progress(m, s, false))
            return;
    }
    plan(m, line, len);
}

static void
mmlab_finish(void *state_)
{
    struct mmlab *m = state_;
    a4nn_log_ledger_flush(m->ledger);
}

static void
mmlab_close(void *state_)
{
    struct mmlab *m = state_;
    a4nn_log_ledger_free(m->ledger);
    free(m);
}

static int
mmlab_sniff(const struct a4nn_log_head *head)
{
    /* Environment and configuration may fill the head. */
    bool marked = memmem(head->bytes, head->len, " - mmengine - INFO - ", 21) != NULL;
    int sure = a4nn_log_trial_sniff(&a4nn_log_mmlab_text, head, 90);

    return sure > 0 ? sure : marked ? 70 : 0;
}

const struct a4nn_log_format a4nn_log_mmlab_text = {
    .name = "mmlab-text",
    .title = "OpenMMLab text log",
    .text = 1,
    .count = A4NN_COUNT_FROM_1,
    .sniff = mmlab_sniff,
    .open = mmlab_open,
    .line = mmlab_line,
    .finish = mmlab_finish,
    .close = mmlab_close,
};
