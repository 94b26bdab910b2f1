/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The logs of Torch 7 trainings in the manner of the wide residual networks: one object of JSON
 * per epoch, holding options and results alike.
 *
 *     json_stats: {"epoch":2,"max_epoch":200,"test_acc":70.87,"loss":0.82}
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "json.h"
#include "log/formats.h"
#include "log/ledger.h"
#include "log/scan.h"
#include "log/trial.h"

static void *
torch7_open(const struct a4nn_log_sink *sink)
{
    return a4nn_log_ledger_new(sink);
}

static int
state_member(void *arg, const char *name, struct a4nn_json *value)
{
    double number;

    if (a4nn_json_kind(value) == A4NN_JSON_NUMBER && a4nn_json_number(value, &number) &&
        name[0] != '\0' && strcmp(name, "epoch") != 0 && strcmp(name, "max_epoch") != 0)
        a4nn_log_ledger_say(arg, name, number);
    return 0;
}

static void
torch7_line(void *state, const char *line, size_t len, unsigned long number)
{
    struct a4nn_scan s = a4nn_scan(line, len);
    struct a4nn_json *v, *epoch;
    double value;

    if (!a4nn_scan_find(&s, "json_stats: "))
        return;
    v = a4nn_json_parse(s.at, (size_t)(s.end - s.at), NULL, NULL);
    epoch = v != NULL ? a4nn_json_get(v, "epoch") : NULL;
    if (epoch != NULL && a4nn_json_number(epoch, &value)) {
        struct a4nn_json *planned = a4nn_json_get(v, "max_epoch");
        a4nn_log_ledger_begin(state, value);
        a4nn_log_ledger_at(state)->line = number;
        if (planned != NULL)
            a4nn_json_number(planned, &a4nn_log_ledger_at(state)->epochs);
        a4nn_json_members(v, state_member, state);
    }
    a4nn_json_free(v);
}

static void
torch7_close(void *state)
{
    a4nn_log_ledger_free(state);
}

static int
torch7_sniff(const struct a4nn_log_head *head)
{
    return a4nn_log_trial_sniff(&a4nn_log_torch7, head, 95);
}

const struct a4nn_log_format a4nn_log_torch7 = {
    .name = "torch7",
    .title = "Torch 7 json_stats lines",
    .text = 1,
    .count = A4NN_COUNT_FROM_1,
    .sniff = torch7_sniff,
    .open = torch7_open,
    .line = torch7_line,
    .close = torch7_close,
};
