/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logs that are tables: how each is recognised and in what it differs (see table.h).
 *
 * A framework that counts from 0 is recognised by its header alone only where nobody else writes
 * that header: a run that was resumed begins its new file with a later epoch.  Where hand-made
 * tables look the same, and those count from 1, the first epoch must be 0; without it they fall to
 * the general format, which looks.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/formats.h"
#include "log/runpath.h"
#include "log/table.h"
#include "metric.h"
#include "xalloc.h"

static bool
has(const struct a4nn_table_head *t, const char *name)
{
    size_t i;

    for (i = 0; i < t->names; i++)
        if (strcmp(t->name[i], name) == 0)
            return true;
    return false;
}

/* Whether the header begins with these names, separated by blanks. */
static bool
begins(const struct a4nn_table_head *t, const char *names)
{
    size_t i, n;

    for (i = 0; *names != '\0'; i++) {
        n = strcspn(names, " ");
        if (i >= t->names || strlen(t->name[i]) != n || strncmp(t->name[i], names, n) != 0)
            return false;
        names += n + (names[n] == ' ');
    }
    return true;
}

/* Whether a name begins with `prefix`. */
static bool
has_prefix(const struct a4nn_table_head *t, const char *prefix)
{
    size_t i;

    for (i = 0; i < t->names; i++)
        if (strncmp(t->name[i], prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

static long
column(const struct a4nn_table_head *t, enum a4nn_log_role role)
{
    size_t i;

    for (i = 0; i < t->names; i++)
        if (t->role[i] == role)
            return (long)i;
    return -1;
}

/* The first epoch is 0 or not told. */
static bool
from_0(const struct a4nn_table_head *t)
{
    long at = column(t, A4NN_ROLE_EPOCH);
    double epoch;

    if (at < 0 || (size_t)at >= t->cells || a4nn_log_is_missing(t->cell[at]))
        return at >= 0;
    return a4nn_log_cell_number(t->cell[at], &epoch) && epoch == 0;
}

static bool
path_ends(const struct a4nn_log_head *head, const char *end)
{
    size_t n = strlen(end), len = strlen(head->path);

    return len >= n && strcmp(head->path + len - n, end) == 0;
}

/* ---- how sure: 0..100, by header ---- */

typedef int sure_fn(const struct a4nn_table_head *t, const struct a4nn_log_head *head);

static void
free_table(void *table)
{
    a4nn_table_head_release(table);
    free(table);
}

/* The table that begins with the head, NULL when it is none. */
static const struct a4nn_table_head *
table_of(const struct a4nn_log_head *head, struct a4nn_log_memo *memo)
{
    struct a4nn_table_head t;

    if (memo->looked)
        return memo->table;
    memo->looked = true;
    if (!a4nn_table_head(head, &t))
        return NULL;
    memo->table = a4nn_xcalloc(1, sizeof t);
    memcpy(memo->table, &t, sizeof t);
    memo->release = free_table;
    return memo->table;
}

static int
sniff(const struct a4nn_log_head *head, sure_fn *sure)
{
    struct a4nn_log_memo own = {0};
    const struct a4nn_table_head *t = table_of(head, head->memo != NULL ? head->memo : &own);
    int result = t != NULL ? sure(t, head) : 0;

    if (result > 85 && t->cells == 0 && !head->complete)
        result = 85; /* the first row will tell */
    if (own.release != NULL)
        own.release(own.table);
    return result;
}

static int
sure_history(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    (void)head;
    return begins(t, "epoch train_accs val_accs predictions converged") ? 95 : 0;
}

static int
sure_penguin(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    (void)head;
    return t->separator == ' ' && begins(t, "epochs trainLoss valLoss valAcc") ? 95 : 0;
}

static int
sure_ultralytics(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    (void)head;
    return begins(t, "epoch") && has_prefix(t, "train/") && has_prefix(t, "metrics/") ? 95 : 0;
}

static int
sure_algoperf(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    (void)head;
    return has(t, "global_step") && has(t, "accumulated_submission_time") ? 95 : 0;
}

static int
sure_ray(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    (void)head;
    return has(t, "training_iteration") && has(t, "time_total_s") ? 95 : 0;
}

static int
sure_timm(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    (void)head;
    if (!begins(t, "epoch train_loss eval_loss"))
        return 0;
    return has(t, "eval_top1") || from_0(t) ? 92 : 0;
}

/* fastai's last column is the time the epoch took, as "01:23". */
static bool
ends_with_time(const struct a4nn_table_head *t)
{
    return t->names > 0 && strcmp(t->name[t->names - 1], "time") == 0 && t->cells == t->names &&
           strchr(t->cell[t->cells - 1], ':') != NULL;
}

static int
sure_fastai(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    (void)head;
    return begins(t, "epoch train_loss valid_loss") && (ends_with_time(t) || from_0(t)) ? 90 : 0;
}

static int
sure_catboost(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    (void)head;
    return t->separator == '\t' && begins(t, "iter") ? 90 : 0;
}

static int
sure_dawnbench(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    (void)head;
    return t->separator == '\t' && begins(t, "epoch") && has(t, "hours") ? 92 : 0;
}

/* Lightning gives training and validation rows of their own, so that cells of each are empty. */
static bool
is_sparse(const struct a4nn_table_head *t)
{
    size_t i, empty = 0;

    for (i = 0; i < t->cells; i++)
        empty += t->cell[i][0] == '\0';
    return empty > 0 && t->cells == t->names;
}

static int
sure_lightning(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    if (t->separator != ',' || !has(t, "epoch") || !has(t, "step"))
        return 0;
    if (path_ends(head, "metrics.csv"))
        return 92;
    return is_sparse(t) || from_0(t) ? 75 : 0;
}

static bool
sorted_after_first(const struct a4nn_table_head *t)
{
    size_t i;

    for (i = 2; i < t->names; i++)
        if (strcmp(t->name[i - 1], t->name[i]) >= 0)
            return false;
    return true;
}

/* Each number of the training has one of the validation, and there are more than the loss. */
static bool
pairs_with_validation(const struct a4nn_table_head *t)
{
    size_t i, alone = 0, both = 0;
    char name[64];

    for (i = 1; i < t->names; i++) {
        if (strncmp(t->name[i], "val_", 4) == 0 || strlen(t->name[i]) > 50)
            continue;
        snprintf(name, sizeof name, "val_%s", t->name[i]);
        if (has(t, name))
            both++;
        else
            alone += strcmp(t->name[i], "lr") != 0 && strcmp(t->name[i], "learning_rate") != 0;
    }
    return both >= 2 && alone == 0;
}

static int
sure_keras(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    bool sorted = sorted_after_first(t);

    if (!begins(t, "epoch") || t->separator == ' ' || !has(t, "loss") || has(t, "step") ||
        !((sorted && pairs_with_validation(t)) || from_0(t)))
        return 0;
    if (sorted)
        return has(t, "val_loss") ? 88 : 80;
    return path_ends(head, "training_log.csv") ? 70 : 0;
}

static int
sure_csv(const struct a4nn_table_head *t, const struct a4nn_log_head *head)
{
    long at = column(t, A4NN_ROLE_EPOCH);
    bool by_epoch = at >= 0;
    double number;

    if (!by_epoch)
        at = column(t, A4NN_ROLE_STEP);
    if (t->cells == 0) /* a table that has only begun */
        return !head->complete ? 0 : by_epoch ? 40 : 20;
    if (t->cells != t->names && t->separator == ' ')
        return 0;
    if (at < 0)
        return t->cells == t->names && a4nn_log_cell_number(t->cell[0], &number) ? 30 : 0;
    if ((size_t)at < t->cells && !a4nn_log_is_missing(t->cell[at]) &&
        !a4nn_log_cell_number(t->cell[at], &number))
        return 10;
    return by_epoch ? 60 : 45;
}

/* ---- the formats ---- */

/* Each needs its own sniff and open, as those take no argument that would tell them apart. */
#define TABLE_FORMAT(ident, called, described, counting, grouping, ...)                            \
    static const struct a4nn_table_dialect ident##_dialect = {__VA_ARGS__};                        \
    static int sniff_##ident(const struct a4nn_log_head *head)                                     \
    {                                                                                              \
        return sniff(head, sure_##ident);                                                          \
    }                                                                                              \
    static void *open_##ident(const struct a4nn_log_sink *sink)                                    \
    {                                                                                              \
        return a4nn_table_open(sink, &ident##_dialect);                                            \
    }                                                                                              \
    const struct a4nn_log_format a4nn_log_##ident = {                                              \
        .name = called,                                                                            \
        .title = described,                                                                        \
        .text = 1,                                                                                 \
        .count = counting,                                                                         \
        .sniff = sniff_##ident,                                                                    \
        .open = open_##ident,                                                                      \
        .feed = a4nn_table_feed,                                                                   \
        .finish = a4nn_table_finish,                                                               \
        .close = a4nn_table_close,                                                                 \
        .group = grouping,                                                                         \
    };

TABLE_FORMAT(history, "a4nn-history", "A4NN training histories", A4NN_COUNT_FROM_0, NULL,
             .separators = ",", .flags = A4NN_TABLE_RESTARTS, .run = "arch", .config = "genome")
TABLE_FORMAT(penguin, "penguin", "PENGUIN's text files", A4NN_COUNT_FROM_1, NULL, .separators = " ",
             .flags = A4NN_TABLE_RAGGED, .config = "ID")
TABLE_FORMAT(ultralytics, "ultralytics", "Ultralytics results.csv", A4NN_COUNT_UNKNOWN, NULL,
             .separators = ",")
TABLE_FORMAT(algoperf, "algoperf", "AlgoPerf measurements.csv", A4NN_COUNT_STEPS, NULL,
             .separators = ",")
TABLE_FORMAT(ray, "ray-csv", "Ray Tune progress.csv", A4NN_COUNT_FROM_1, a4nn_runpath_ray,
             .separators = ",", .flags = A4NN_TABLE_ONE_RUN, .setting = "config/")
TABLE_FORMAT(timm, "timm", "timm summary.csv", A4NN_COUNT_FROM_0, NULL, .separators = ",",
             .flags = A4NN_TABLE_RAGGED)
TABLE_FORMAT(fastai, "fastai", "fastai CSVLogger", A4NN_COUNT_FROM_0, NULL, .separators = ",")
TABLE_FORMAT(catboost, "catboost", "CatBoost learn_error.tsv and test_error.tsv", A4NN_COUNT_FROM_0,
             NULL, .separators = "\t", .epoch = "iter")
TABLE_FORMAT(dawnbench, "dawnbench", "DAWNBench TSV", A4NN_COUNT_UNKNOWN, NULL, .separators = "\t")
TABLE_FORMAT(lightning, "lightning", "PyTorch Lightning metrics.csv", A4NN_COUNT_FROM_0, NULL,
             .separators = ",")
TABLE_FORMAT(keras, "keras-csv", "Keras CSVLogger", A4NN_COUNT_FROM_0, NULL, .separators = ",;\t|")
TABLE_FORMAT(csv, "csv", "any table with a column of epochs or steps", A4NN_COUNT_UNKNOWN, NULL,
             .separators = A4NN_TABLE_SEPARATORS, .flags = A4NN_TABLE_TEXTS)
