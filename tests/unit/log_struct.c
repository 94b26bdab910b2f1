/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs that are tables or JSON: recognised, read, and read the same however the bytes are cut. */
#include "unit.h"

#include "logdrive.h"

#define DATA "tests/data/log/"

/* Of a log of tests/data/log: its format, the metric chosen, how often stated, one value. */
struct sample {
    const char *file, *format, *metric;
    size_t count;
    const char *run;
    double epoch, value;
};

static const struct sample samples[] = {
    {"a4nn-history.csv", "a4nn-history", "val_accs", 50, "arch068", 0, 59.889140841521794},
    {"penguin.txt", "penguin", "valAcc", 80, NULL, 39.5, 26.19},
    {"algoperf.csv", "algoperf", "validation/accuracy", 6, NULL, NAN, 0},
    {"mobilenet.csv", "csv", "val_loss", 8, NULL, 2, 4.344557933807373},
    {"lightning-metrics.csv", "lightning", "val_accuracy", 6, NULL, 5, 0.996399998664856},
    {"ray-progress.csv", "ray-csv", "episode_reward_mean", 2, NULL, 1, NAN},
    {"keras.csv", "keras-csv", "val_accuracy", 2, NULL, 2, 0.84375},
    {"ultralytics-v5.csv", "ultralytics", "metrics/mAP_0.5:0.95", 3, NULL, 2, 0.125},
    {"ultralytics-v8.csv", "ultralytics", "metrics/mAP50-95(B)", 2, NULL, 2, 0.0625},
    {"timm-summary.csv", "timm", "eval_top1", 2, NULL, 2, 14.75},
    {"fastai-history.csv", "fastai", "accuracy", 2, NULL, 1, 0.9375},
    {"catboost-test_error.tsv", "catboost", "AUC", 2, NULL, 1, 0.9375},
    {"dawnbench.tsv", "dawnbench", "top1Accuracy", 2, NULL, 2, 65.25},
    {"trials.csv", "csv", "val_acc", 3, "a", 2, 75},
    {"ray-result.json", "ray-json", "episode_reward_mean", 2, NULL, 2, NAN},
    {"mmcv.json", "mm", "bbox_mAP", 1, NULL, 1, 0.2231},
    {"mmengine-scalars.json", "mm", "accuracy/top1", 2, NULL, 2, 89.75},
    {"wandb-history.jsonl", "wandb-json", "val/acc", 2, NULL, 1, 0.5},
    {"deit.txt", "deit", "test_acc1", 12, NULL, 0, 0.11600000423312187},
    {"katib.jsonl", "jsonl", "acc", 2, NULL, 2, 0.75},
    {"trainer_state.json", "hf-trainer-state", "eval_accuracy", 2, NULL, 2, 0.5},
    {"catboost_training.json", "catboost-json", "test/AUC", 2, NULL, 1, 0.75},
    {"keras-history.json", "json", "val_accuracy", 3, NULL, 2, 0.625},
    {"history.json", "json", "val_accuracy", 20, NULL, 0, 0.2582290173},
    {"records.json", "json", "val/accuracy", 2, NULL, 62, 0.5},
};

static int
same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static int
same_scalar(const struct drive_scalar *a, const struct drive_scalar *b)
{
    const char *run_a = a->at.run != NULL ? a->at.run : "";
    const char *run_b = b->at.run != NULL ? b->at.run : "";

    return strcmp(a->name, b->name) == 0 && strcmp(run_a, run_b) == 0 && a->at.line == b->at.line &&
           same_number(a->value, b->value) && same_number(a->at.epoch, b->at.epoch) &&
           same_number(a->at.step, b->at.step) && same_number(a->at.epochs, b->at.epochs) &&
           same_number(a->at.time, b->at.time);
}

static const char *
said(const struct drive *d)
{
    return d->said.data != NULL ? d->said.data : "";
}

/* Whether `text` is read alike in pieces of any size. */
static int
same_in_pieces(const char *path, const struct a4nn_buf *text, const struct drive *whole)
{
    static const size_t sizes[] = {1, 7, 1000};
    int same = 1;
    size_t i, k;

    for (k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        struct drive d = {.chunk = sizes[k], .force = whole->force};
        drive_bytes(&d, path, text->data, text->len);
        same = same && d.n == whole->n && strcmp(said(&d), said(whole)) == 0;
        for (i = 0; same && i < d.n; i++)
            same = same_scalar(&d.scalar[i], &whole->scalar[i]);
        drive_release(&d);
    }
    return same;
}

static void
check_sample(const struct sample *s)
{
    char path[128];
    struct drive d = {0};
    struct a4nn_buf text = {0};
    const char *metric;

    snprintf(path, sizeof path, DATA "%s", s->file);
    CHECK(drive_slurp(path, &text));
    drive_bytes(&d, path, text.data, text.len);
    CHECK_STR(d.format != NULL ? d.format->name : s->file, s->format);
    metric = drive_metric(&d);
    CHECK_STR(metric != NULL ? metric : s->file, s->metric);
    CHECK(drive_count(&d, s->metric) == s->count);
    if (!isnan(s->epoch) && !isnan(s->value))
        CHECK_NEAR(drive_value(&d, s->run, s->metric, s->epoch), s->value, 0);
    CHECK(d.diag.errors == 0);
    CHECK_STR(same_in_pieces(path, &text, &d) ? s->file : "differs", s->file);
    drive_release(&d);
    a4nn_buf_release(&text);
}

/* ---- what else must be right in them ---- */

static void
load(struct drive *d, const char *file)
{
    struct a4nn_buf text = {0};
    char path[128];

    snprintf(path, sizeof path, DATA "%s", file);
    CHECK(drive_slurp(path, &text));
    drive_bytes(d, path, text.data, text.len);
    a4nn_buf_release(&text);
}

static void
read_text(struct drive *d, const char *text)
{
    drive_bytes(d, "log", text, strlen(text));
}

/* The place of the `i`th number of that name. */
static const struct a4nn_log_at *
place(const struct drive *d, const char *name, size_t i)
{
    static const struct a4nn_log_at none;
    size_t k;

    for (k = 0; k < d->n; k++)
        if (strcmp(d->scalar[k].name, name) == 0 && i-- == 0)
            return &d->scalar[k].at;
    CHECK_STR("no such number", name);
    return &none;
}

static void
check_details(void)
{
    struct drive d = {0};

    load(&d, "a4nn-history.csv");
    CHECK_STR(place(&d, "val_accs", 24)->run, "arch068");
    CHECK_STR(place(&d, "val_accs", 25)->run, "arch086");
    CHECK(isinf(drive_value(&d, "arch068", "predictions", 0)));
    CHECK_NEAR(drive_value(&d, "arch068", "converged", 0), 0, 0);
    CHECK(d.format->count == A4NN_COUNT_FROM_0);

    load(&d, "algoperf.csv");
    CHECK(isnan(place(&d, "validation/accuracy", 0)->epoch));
    CHECK_NEAR(place(&d, "validation/accuracy", 0)->step, 1, 0);

    load(&d, "keras.csv");
    CHECK(drive_count(&d, "learning_rate") == 2); /* the array is none */
    CHECK(place(&d, "val_loss", 1)->line == 4);

    load(&d, "ultralytics-v8.csv");
    CHECK(isnan(place(&d, "metrics/mAP50(B)", 0)->time));
    CHECK(d.format->count == A4NN_COUNT_UNKNOWN);

    load(&d, "fastai-history.csv");
    CHECK_NEAR(drive_value(&d, NULL, "error_rate", 0), 0.0625, 0);
    CHECK_NEAR(drive_value(&d, NULL, "valid_loss", 0), 0.325, 0);

    load(&d, "trials.csv");
    CHECK_STR(place(&d, "val_acc", 1)->run, "b");
    CHECK_NEAR(place(&d, "val_acc", 1)->time, 1700000001, 0);

    load(&d, "ray-result.json");
    CHECK(place(&d, "info/learner/entropy", 1)->run == NULL);
    CHECK_NEAR(place(&d, "info/learner/entropy", 0)->step, 54500, 0);

    load(&d, "mmengine-scalars.json");
    CHECK_NEAR(place(&d, "loss", 1)->epoch, 1, 0);

    load(&d, "katib.jsonl");
    CHECK_NEAR(place(&d, "acc", 0)->time, 1638455271.5, 0);
    CHECK_NEAR(place(&d, "acc", 1)->time, 1638455276 - 3600, 0);

    load(&d, "trainer_state.json");
    CHECK_NEAR(place(&d, "eval_accuracy", 0)->epochs, 5, 0);
    CHECK_NEAR(place(&d, "eval_accuracy", 0)->step, 10, 0);
    CHECK(isnan(drive_value(&d, NULL, "grad_norm", 0.5)) && drive_count(&d, "grad_norm") == 1);

    load(&d, "catboost_training.json");
    CHECK(place(&d, "test/AUC", 0)->mode == A4NN_MAX);
    CHECK(place(&d, "learn/Logloss", 0)->mode == A4NN_MIN);
    CHECK_NEAR(place(&d, "test/AUC", 0)->epochs, 500, 0);

    load(&d, "records.json");
    CHECK_NEAR(place(&d, "val/accuracy", 0)->epochs, 90, 0);
    CHECK_NEAR(drive_value(&d, NULL, "train/metrics/accuracy", 62), 1, 0);
    CHECK(drive_count(&d, "config/lr") == 0);
    drive_release(&d);
}

/* ---- trouble ---- */

static void
check_trouble(void)
{
    struct drive d = {0};
    struct a4nn_buf long_line = {0};

    read_text(&d, "epoch,loss,val_acc\n0,1,0.5\nx,1,0.5\n2,1\n3,1,0.5,\n4,1,oops\n5,1,0.75");
    CHECK_STR(said(&d), "log:3: epoch is not a number: 'x'\n"
                        "log:4: expected 3 columns, got 2\n"
                        "log:6: expected a number in 'val_acc', got 'oops'\n");
    CHECK(d.diag.errors == 3);
    CHECK(drive_count(&d, "val_acc") == 3 && drive_count(&d, "loss") == 4);
    CHECK_NEAR(drive_value(&d, NULL, "val_acc", 5), 0.75, 0);

    read_text(&d, "val_acc;val_loss\n0.5;1\n0.75;1\n");
    CHECK_STR(said(&d), "log:1: no column of epochs: each row is taken for one\n");
    CHECK_NEAR(drive_value(&d, NULL, "val_acc", 1), 0.75, 0);

    read_text(&d, "{\"epoch\":1,\"val_acc\":0.5}\n[1]\n{\"epoch\":\"x\",\"val_acc\":0.5}\n"
                  "{\"epoch\":3,\"val_acc\":0.75}\n{\"epoch\":4,\"val_");
    CHECK(strstr(said(&d), "log:2: not a JSON object\nlog:3: epoch is not a number: 'x'\n"
                           "log:5: not JSON: ") != NULL);
    CHECK(d.diag.errors == 3 && drive_count(&d, "val_acc") == 2);

    load(&d, "trainer_state-cut.json");
    CHECK(strstr(said(&d), "not JSON: ") != NULL && d.diag.errors == 1);
    CHECK(strstr(said(&d), "log: cut off; its first ") != NULL);
    CHECK(drive_count(&d, "loss") >= 20);

    d.force = "csv";
    read_text(&d, "no such thing\nas a table\n");
    CHECK_STR(said(&d), "log:1: the first line is no header with an epoch or a known metric\n");
    read_text(&d, "");
    CHECK(d.n == 0 && d.diag.errors == 0);
    d.force = "json";
    read_text(&d, "{\"a\": [[[[]]], {}, null], \"loss\": [], \"val_acc\": {\"0\": null}}");
    CHECK(d.n == 0 && d.diag.errors == 0);
    while (long_line.len < 100000)
        a4nn_buf_addc(&long_line, '[');
    drive_bytes(&d, "log", long_line.data, long_line.len);
    CHECK(d.n == 0 && d.diag.errors == 1);
    a4nn_buf_release(&long_line);
    d.force = NULL;
    drive_release(&d);
}

/* ---- who takes what ---- */

static const struct {
    const char *text, *format; /* NULL: none of them */
} beginnings[] = {
    {"epoch,accuracy,loss\n0,0.5,1\n", "keras-csv"},
    {"epoch;accuracy;loss\n0;0.5;1\n", "keras-csv"},
    {"epoch,accuracy,loss\n1,0.5,1\n", "csv"}, /* Keras counts from 0 */
    {"epoch,train_loss,valid_loss\n1,0.5,1\n", "csv"},
    {"epoch lr val_acc\n1 0.5 1\n", "csv"},
    {"# epoch   val_acc\n  1   0.5\n", "csv"},
    {"iter\tval_acc\n1\t0.5\n", "catboost"},
    {"Round | Val_Acc\n1 | 0.5\n", "csv"},
    {"run,epoch,value\na,1,0.5\n", "csv"},
    {"{\"run\":\"a\",\"epoch\":1,\"value\":0.5}\n", "jsonl"},
    {"[{\"epoch\":1,\"val_acc\":0.5}]", "json"},
    {"", NULL},
    {"\n\n", NULL},
    {"epoch", NULL},
    {"{", NULL},
    {"name,price\napple,1\n", NULL},
    {"In each epoch, the loss falls.\nSo does the error.\n", NULL},
    {"\x7f\x45\x4c\x46\x02\x01", NULL},
    {"{\"nbformat\": 4, \"cells\": [{\"epoch\": 1}]}", NULL},
};

static void
check_beginnings(void)
{
    size_t i;

    for (i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        const char *want = beginnings[i].format != NULL ? beginnings[i].format : "none";
        struct drive d = {0};
        read_text(&d, beginnings[i].text);
        if (strcmp(d.format == NULL || d.sure < 25 ? "none" : d.format->name, want) != 0)
            CHECK_STR(d.format != NULL ? d.format->name : "none", beginnings[i].text);
        CHECK(d.sure < 90 || strncmp(beginnings[i].text, "iter", 4) == 0);
        drive_release(&d);
    }
}

int
main(void)
{
    size_t i;

    for (i = 0; i < sizeof samples / sizeof samples[0]; i++)
        check_sample(&samples[i]);
    check_details();
    check_trouble();
    check_beginnings();
    return unit_end();
}
