/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the ImageNet example of PyTorch and its many descendants print.  The line with the star
 * sums up the validation of the epoch last announced; of the batches, whose line gives the value
 * of the batch and in parentheses the average so far, the last average counts.
 *
 *     Epoch: [0][  10/5005]<TAB>Time 0.5 (0.6)<TAB>Loss 6.9 (7.0)<TAB>Acc@1 0.00 (0.08)
 *     Test: [  0/196]<TAB>Time 3.1 (3.1)<TAB>Loss 1.0 (1.0)<TAB>Acc@1 80.1 (80.1)
 *      * Acc@1 76.13 Acc@5 92.86
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

#define TRAIN "train/"
#define TEST  "test/"

struct pytorch {
    struct a4nn_log_ledger *epoch;
    const char *phase; /* prefix of what batches state, NULL before any */
};

static void *
pytorch_open(const struct a4nn_log_sink *sink)
{
    struct pytorch *p = a4nn_xcalloc(1, sizeof *p);

    p->epoch = a4nn_log_ledger_new(sink);
    return p;
}

/* "[ 10/5005]" */
static bool
batch_number(struct a4nn_scan *s)
{
    double ignored;

    a4nn_scan_blanks(s);
    if (!a4nn_scan_text(s, "["))
        return false;
    a4nn_scan_blanks(s);
    if (!a4nn_scan_count(s, &ignored) || !a4nn_scan_text(s, "/"))
        return false;
    a4nn_scan_blanks(s);
    return a4nn_scan_count(s, &ignored) && a4nn_scan_text(s, "]");
}

/* "Epoch: [3][ 10/5005]", also "Epoch: [3/90][...]"; the cursor is left behind it. */
static bool
train_batch(struct pytorch *p, struct a4nn_scan *s)
{
    double epoch, epochs = NAN;

    if (!a4nn_scan_find(s, "Epoch: ["))
        return false;
    a4nn_scan_blanks(s);
    if (!a4nn_scan_count(s, &epoch) || (a4nn_scan_text(s, "/") && !a4nn_scan_count(s, &epochs)) ||
        !a4nn_scan_text(s, "]") || !batch_number(s))
        return false;
    a4nn_log_ledger_begin(p->epoch, epoch);
    if (!isnan(epochs))
        a4nn_log_ledger_at(p->epoch)->epochs = epochs;
    p->phase = TRAIN;
    return true;
}

static bool
test_batch(struct pytorch *p, struct a4nn_scan *s)
{
    struct a4nn_scan try = *s;

    if (!a4nn_scan_find(&try, "Test:") || !batch_number(&try))
        return false;
    *s = try;
    p->phase = TEST;
    return true;
}

static bool
is_scale(const char *name)
{
    return strncmp(name, "eta", 3) == 0 || strncmp(name, "max_mem", 7) == 0;
}

static void
hold_batch(struct pytorch *p, struct a4nn_scan s)
{
    struct a4nn_pairs pairs = a4nn_pairs(s.at, (size_t)(s.end - s.at));
    struct a4nn_pair pair;
    char name[A4NN_PAIR_NAME];

    while (a4nn_pairs_next(&pairs, &pair))
        if (pair.sep != '=' && isnan(pair.total) && a4nn_pair_name(&pair, p->phase, name) &&
            !is_scale(name + strlen(p->phase)))
            a4nn_log_ledger_hold(p->epoch, name, isnan(pair.average) ? pair.value : pair.average);
}

/* " * Acc@1 76.13 Acc@5 92.86"; torchvision's references write "Test:  Acc@1 76.13 ...". */
static bool
summary(struct a4nn_scan *s)
{
    struct a4nn_scan try = *s;

    a4nn_scan_blanks(&try);
    if (a4nn_scan_text(&try, "*") || a4nn_scan_text(&try, "Test:")) {
        a4nn_scan_blanks(&try);
        if (try.at < try.end && *try.at != '*' && *try.at != '[') {
            *s = try;
            return true;
        }
        return false;
    }
    if (a4nn_scan_find(&try, " * Acc@1") || a4nn_scan_find(&try, " * Prec@1")) {
        while (try.at[-1] != '*')
            try.at--;
        *s = try;
        return true;
    }
    return false;
}

static void
say_summary(struct pytorch *p, struct a4nn_scan s)
{
    struct a4nn_pairs pairs = a4nn_pairs(s.at, (size_t)(s.end - s.at));
    struct a4nn_pair pair;
    char name[A4NN_PAIR_NAME];

    while (a4nn_pairs_next(&pairs, &pair)) {
        if (!isnan(pair.total) || !a4nn_pair_name(&pair, "", name))
            continue;
        a4nn_log_ledger_drop(p->epoch, TEST); /* the summary says it better */
        a4nn_log_ledger_say(p->epoch, name, pair.value);
    }
}

/* Some continue a batch on lines of their own: "Prec@1 29.1 (14.6)<TAB>Prec@5 79.1 (30.1)". */
static bool
is_continuation(struct a4nn_scan s)
{
    struct a4nn_pairs pairs = a4nn_pairs(s.at, (size_t)(s.end - s.at));
    struct a4nn_pair pair;

    return a4nn_pairs_next(&pairs, &pair) && pair.begin == 0 && pair.words <= 2 &&
           !isnan(pair.average);
}

static void
pytorch_line(void *state, const char *line, size_t len, unsigned long number)
{
    struct pytorch *p = state;
    struct a4nn_scan s = a4nn_scan(line, len), after = s;

    a4nn_log_ledger_at(p->epoch)->line = number;
    if (train_batch(p, &after)) {
        a4nn_log_ledger_at(p->epoch)->line = number;
        hold_batch(p, after);
    } else if (p->phase == NULL) {
        a4nn_log_planned(line, len, &a4nn_log_ledger_at(p->epoch)->epochs);
    } else if (test_batch(p, &s)) {
        hold_batch(p, s);
    } else if (summary(&s)) {
        say_summary(p, s);
    } else if (is_continuation(s)) {
        hold_batch(p, s);
    }
}

static void
pytorch_finish(void *state)
{
    struct pytorch *p = state;
    a4nn_log_ledger_flush(p->epoch);
}

static void
pytorch_close(void *state)
{
    struct pytorch *p = state;
    a4nn_log_ledger_free(p->epoch);
    free(p);
}

static int
pytorch_sniff(const struct a4nn_log_head *head)
{
    return a4nn_log_trial_sniff(&a4nn_log_pytorch_console, head, 90);
}

const struct a4nn_log_format a4nn_log_pytorch_console = {
    .name = "pytorch-console",
    .title = "PyTorch ImageNet example output",
    .text = 1,
    .count = A4NN_COUNT_FROM_0,
    .sniff = pytorch_sniff,
    .open = pytorch_open,
    .line = pytorch_line,
    .finish = pytorch_finish,
    .close = pytorch_close,
};
