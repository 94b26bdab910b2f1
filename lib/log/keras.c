/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Keras prints while it fits.  Verbose 1 draws a bar per epoch and overdraws it batch by
 * batch; only its last state counts, the one that has validation metrics or, without validation,
 * the last before something else comes.  Verbose 2 prints one line per epoch.
 *
 *     Epoch 3/10
 *     469/469 [====] - 5s 3ms/step - accuracy: 0.91 - loss: 0.3 - val_accuracy: 0.9 - val_loss: 0.4
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

struct keras {
    struct a4nn_log_ledger *epoch;
    bool announced;   /* the log has "Epoch 3/10" lines; else its lines are counted */
    bool broken;      /* something else came since the last line of metrics */
    bool complete;    /* the epoch's bar has reached its end */
    bool over;        /* what comes now (evaluate(), predict()) is not the epoch's training */
    bool validated;   /* the epoch's validation metrics have been seen */
    double done, all; /* where the bar stood */
};

static void *
keras_open(const struct a4nn_log_sink *sink)
{
    struct keras *k = a4nn_xcalloc(1, sizeof *k);

    k->epoch = a4nn_log_ledger_new(sink);
    return k;
}

static void
begin(struct keras *k, double epoch)
{
    a4nn_log_ledger_begin(k->epoch, epoch);
    k->complete = k->over = k->validated = k->broken = false;
    k->done = k->all = 0;
}

/* "Epoch 3/10", and nothing else: callbacks write "Epoch 3: val_loss improved". */
static bool
announcement(struct keras *k, struct a4nn_scan s)
{
    double epoch, epochs;

    a4nn_scan_blanks(&s);
    if (!a4nn_scan_text(&s, "Epoch ") || !a4nn_scan_count(&s, &epoch) || !a4nn_scan_text(&s, "/") ||
        !a4nn_scan_count(&s, &epochs) || !a4nn_scan_done(&s))
        return false;
    k->announced = true;
    begin(k, epoch);
    a4nn_log_ledger_at(k->epoch)->epochs = epochs;
    return true;
}

/* The head of a line of metrics. */
struct progress {
    double done, all; /* NAN when the line has none */
    bool bar;         /* drawn, so that a later state may come */
};

/* "469/469 [", "469/469 - 5s", "219s - ", "65s:"; leaves the cursor behind the numbers. */
static bool
read_progress(struct a4nn_scan *s, struct progress *out)
{
    double first;

    out->done = out->all = NAN;
    out->bar = false;
    a4nn_scan_blanks(s);
    a4nn_scan_text(s, "'");
    if (!a4nn_scan_count(s, &first))
        return false;
    if (a4nn_scan_text(s, "/")) {
        out->done = first;
        if (!a4nn_scan_count(s, &out->all) && !a4nn_scan_text(s, "Unknown"))
            return false;
        a4nn_scan_blanks(s);
        out->bar = s->at < s->end && *s->at != '-';
        return s->at < s->end;
    }
    return a4nn_scan_text(s, "s - ") || a4nn_scan_text(s, "s:") || a4nn_scan_text(s, "ms - ");
}

/* Whether this bar is another one than the epoch's: that was complete, or had another length. */
static bool
another_bar(struct keras *k, const struct progress *p)
{
    bool other = !isnan(p->done) && k->all > 0 &&
                 ((!isnan(p->all) && p->all != k->all) || (k->complete && p->done < k->done));

    if (!isnan(p->done) && !other) {
        k->done = p->done;
        k->all = isnan(p->all) ? p->done : p->all;
        k->complete = p->done == p->all;
    }
    return other;
}

static bool
is_validation(const char *name)
{
    return strncmp(name, "val_", 4) == 0;
}

static bool
is_metric(const struct a4nn_pair *pair)
{
    return pair->sep == ':' && pair->words == 1 && isnan(pair->total) &&
           !(pair->name_len == 3 && memcmp(pair->name, "ETA", 3) == 0);
}

/* Counts the pairs of metrics and says whether some are of validation. */
static unsigned
survey(struct a4nn_scan s, bool *validation)
{
    struct a4nn_pairs pairs = a4nn_pairs(s.at, (size_t)(s.end - s.at));
    struct a4nn_pair pair;
    unsigned count = 0;

    *validation = false;
    while (a4nn_pairs_next(&pairs, &pair))
        if (is_metric(&pair)) {
            count++;
            *validation = *validation || (pair.name_len > 4 && is_validation(pair.name));
        }
    return count;
}

static void
state(struct keras *k, struct a4nn_scan s, bool at_once, bool validation_only)
{
    struct a4nn_pairs pairs = a4nn_pairs(s.at, (size_t)(s.end - s.at));
    struct a4nn_pair pair;
    char name[A4NN_PAIR_NAME];

    while (a4nn_pairs_next(&pairs, &pair)) {
        if (!is_metric(&pair) || !a4nn_pair_name(&pair, "", name) ||
            (validation_only && !is_validation(name)))
            continue;
        if (at_once)
            a4nn_log_ledger_say(k->epoch, name, pair.value);
        else
            a4nn_log_ledger_hold(k->epoch, name, pair.value);
    }
}

/* Without announcements a line of verbose 2 is an epoch, and anything between begins a new run. */
static bool
count_line(struct keras *k, const struct progress *p)
{
    double last = a4nn_log_ledger_at(k->epoch)->epoch;

    if (p->bar)
        return false;
    if (k->broken || isnan(last)) {
        a4nn_log_ledger_restart(k->epoch);
        last = 0;
    }
    begin(k, last + 1);
    return true;
}

static bool
metrics(struct keras *k, struct a4nn_scan s)
{
    struct progress p;
    bool validation, closed;

    if (!read_progress(&s, &p) || survey(s, &validation) == 0)
        return false;
    if (!k->announced && !count_line(k, &p))
        return false;
    if (k->validated || (k->over && !validation))
        return true;
    closed = k->over;
    if (!validation && another_bar(k, &p)) {
        a4nn_log_ledger_flush(k->epoch);
        k->over = true;
        return true;
    }
    state(k, s, validation || !p.bar, closed);
    k->validated = validation;
    return true;
}

static void
keras_line(void *state_, const char *line, size_t len, unsigned long number)
{
    struct keras *k = state_;
    struct a4nn_scan s = a4nn_scan(line, len);

    a4nn_log_ledger_at(k->epoch)->line = number;
    if (!announcement(k, s) && !metrics(k, s) && !a4nn_scan_done(&s))
        k->broken = true;
}

static void
keras_finish(void *state_)
{
    struct keras *k = state_;
    a4nn_log_ledger_flush(k->epoch);
}

static void
keras_close(void *state_)
{
    struct keras *k = state_;
    a4nn_log_ledger_free(k->epoch);
    free(k);
}

static int
keras_sniff(const struct a4nn_log_head *head)
{
    bool announced = memmem(head->bytes, head->len, "Epoch ", 6) != NULL;
    return a4nn_log_trial_sniff(&a4nn_log_keras_console, head, announced ? 90 : 60);
}

const struct a4nn_log_format a4nn_log_keras_console = {
    .name = "keras-console",
    .title = "Keras fit() output, verbose 1 or 2",
    .text = 1,
    .count = A4NN_COUNT_FROM_1,
    .sniff = keras_sniff,
    .open = keras_open,
    .line = keras_line,
    .finish = keras_finish,
    .close = keras_close,
};
