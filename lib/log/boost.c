/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What gradient boosting prints per round; rounds count as epochs.
 *
 *     [12]<TAB>train-auc:0.66+0.002<TAB>test-auc:0.65+0.003       XGBoost; "+" a spread, of cv()
 *     [10]<TAB>valid_0's auc: 0.91<TAB>valid_0's binary_logloss: 0.3                 LightGBM
 *     12:<TAB>learn: 0.69<TAB>test: 0.68<TAB>best: 0.68 (12)<TAB>total: 1.2s        CatBoost
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

struct boost {
    struct a4nn_log_ledger *epoch;
    bool best_follows; /* the next line repeats the best round */
    bool (*is_metric)(const struct a4nn_pair *pair);
};

static void *
boost_open(const struct a4nn_log_sink *sink, bool (*is_metric)(const struct a4nn_pair *pair))
{
    struct boost *b = a4nn_xcalloc(1, sizeof *b);

    b->epoch = a4nn_log_ledger_new(sink);
    b->is_metric = is_metric;
    return b;
}

/* "train-auc:0.66": data set and metric joined by '-'. */
static bool
xgboost_metric(const struct a4nn_pair *pair)
{
    return pair->sep == ':' && pair->words == 1 &&
           memchr(pair->name, '-', pair->name_len) != NULL && isnan(pair->total);
}

/* "valid_0's auc: 0.91", of cv() "cv_agg's valid auc: 0.91 + 0.01". */
static bool
lightgbm_metric(const struct a4nn_pair *pair)
{
    return pair->sep == ':' && pair->words >= 2 && isnan(pair->total) &&
           memmem(pair->name, pair->name_len, "'s ", 3) != NULL;
}

/* "learn", "test", "test1"; not "best", which repeats an earlier round, nor the times. */
static bool
catboost_metric(const struct a4nn_pair *pair)
{
    return pair->sep == ':' && pair->words == 1 &&
           ((pair->name_len == 5 && memcmp(pair->name, "learn", 5) == 0) ||
            (pair->name_len >= 4 && memcmp(pair->name, "test", 4) == 0));
}

static unsigned
count_metrics(const struct boost *b, struct a4nn_scan s)
{
    struct a4nn_pairs pairs = a4nn_pairs(s.at, (size_t)(s.end - s.at));
    struct a4nn_pair pair;
    unsigned count = 0;

    while (a4nn_pairs_next(&pairs, &pair))
        count += b->is_metric(&pair);
    return count;
}

static void
state_metrics(struct boost *b, struct a4nn_scan s)
{
    struct a4nn_pairs pairs = a4nn_pairs(s.at, (size_t)(s.end - s.at));
    struct a4nn_pair pair;
    char name[A4NN_PAIR_NAME];

    while (a4nn_pairs_next(&pairs, &pair))
        if (b->is_metric(&pair) && a4nn_pair_name(&pair, "", name))
            a4nn_log_ledger_say(b->epoch, name, pair.value);
}

/* "[12]", behind a time in brackets or the words of a logger; false when there is none. */
static bool
bracketed_round(struct a4nn_scan *s, double *round)
{
    while (a4nn_scan_find(s, "[")) {
        struct a4nn_scan try = *s;
        if (a4nn_scan_count(&try, round) && a4nn_scan_text(&try, "]") && try.at < try.end &&
            (*try.at == '\t' || *try.at == ' ')) {
            *s = try;
            return true;
        }
    }
    return false;
}

static bool
round_before_colon(struct a4nn_scan *s, double *round)
{
    return a4nn_scan_count(s, round) && a4nn_scan_text(s, ":\t");
}

static void
boost_line(struct boost *b, const char *line, size_t len, unsigned long number,
           bool (*read_round)(struct a4nn_scan *s, double *round))
{
    struct a4nn_scan s = a4nn_scan(line, len), heading = s;
    double round;

    if (read_round(&s, &round) && count_metrics(b, s) > 0) {
        if (!b->best_follows) {
            a4nn_log_ledger_begin(b->epoch, round);
            a4nn_log_ledger_at(b->epoch)->line = number;
            state_metrics(b, s);
        }
        b->best_follows = false;
    } else if (a4nn_scan_find(&heading, "est iteration")) {
        b->best_follows = true;
    }
}

static void *
xgboost_open(const struct a4nn_log_sink *sink)
{
    return boost_open(sink, xgboost_metric);
}

static void *
lightgbm_open(const struct a4nn_log_sink *sink)
{
    return boost_open(sink, lightgbm_metric);
}

static void *
catboost_open(const struct a4nn_log_sink *sink)
{
    return boost_open(sink, catboost_metric);
}

static void
bracket_line(void *state, const char *line, size_t len, unsigned long number)
{
    boost_line(state, line, len, number, bracketed_round);
}

static void
colon_line(void *state, const char *line, size_t len, unsigned long number)
{
    boost_line(state, line, len, number, round_before_colon);
}

static void
boost_close(void *state)
{
    struct boost *b = state;
    a4nn_log_ledger_free(b->epoch);
    free(b);
}

static int
xgboost_sniff(const struct a4nn_log_head *head)
{
    return a4nn_log_trial_sniff(&a4nn_log_xgboost_console, head, 90);
}

static int
lightgbm_sniff(const struct a4nn_log_head *head)
{
    return a4nn_log_trial_sniff(&a4nn_log_lightgbm_console, head, 90);
}

static int
catboost_sniff(const struct a4nn_log_head *head)
{
    return a4nn_log_trial_sniff(&a4nn_log_catboost_console, head, 85);
}

const struct a4nn_log_format a4nn_log_xgboost_console = {
    .name = "xgboost-console",
    .title = "XGBoost training output",
    .text = 1,
    .count = A4NN_COUNT_UNKNOWN, /* Python counts from 0, R from 1 */
    .sniff = xgboost_sniff,
    .open = xgboost_open,
    .line = bracket_line,
    .close = boost_close,
};

const struct a4nn_log_format a4nn_log_lightgbm_console = {
    .name = "lightgbm-console",
    .title = "LightGBM training output",
    .text = 1,
    .count = A4NN_COUNT_FROM_1,
    .sniff = lightgbm_sniff,
    .open = lightgbm_open,
    .line = bracket_line,
    .close = boost_close,
};

const struct a4nn_log_format a4nn_log_catboost_console = {
    .name = "catboost-console",
    .title = "CatBoost training output",
    .text = 1,
    .count = A4NN_COUNT_FROM_0,
    .sniff = catboost_sniff,
    .open = catboost_open,
    .line = colon_line,
    .close = boost_close,
};
