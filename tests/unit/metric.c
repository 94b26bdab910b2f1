/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of metrics as logs write them, and what is chosen among them. */
#include "unit.h"

#include "metric.h"

struct known {
    const char *name;
    enum a4nn_mode mode;
    enum a4nn_scale scale;
    bool train;
};

static const struct known known[] = {
    {"val_accuracy", A4NN_MAX, A4NN_BOUNDED, false},
    {"val/acc", A4NN_MAX, A4NN_BOUNDED, false},
    {"VAL_ACC1", A4NN_MAX, A4NN_BOUNDED, false},
    {" val_acc ", A4NN_MAX, A4NN_BOUNDED, false},
    {"valAcc", A4NN_MAX, A4NN_BOUNDED, false},
    {"valacc", A4NN_MAX, A4NN_BOUNDED, false},
    {"accuracy/top1", A4NN_MAX, A4NN_BOUNDED, false},
    {"accuracy_top-1", A4NN_MAX, A4NN_BOUNDED, false},
    {"Acc@1", A4NN_MAX, A4NN_BOUNDED, false},
    {"Prec@1", A4NN_MAX, A4NN_BOUNDED, false},
    {"top1Accuracy", A4NN_MAX, A4NN_BOUNDED, false},
    {"dev accuracy", A4NN_MAX, A4NN_BOUNDED, false},
    {"Accuracy/validation", A4NN_MAX, A4NN_BOUNDED, false},
    {"validation/epoch_accuracy", A4NN_MAX, A4NN_BOUNDED, false},
    {"val_acc_epoch", A4NN_MAX, A4NN_BOUNDED, false},
    {"metrics/mAP50-95(B)", A4NN_MAX, A4NN_BOUNDED, false},
    {"metrics/mAP_0.5:0.95", A4NN_MAX, A4NN_BOUNDED, false},
    {"coco/bbox_mAP", A4NN_MAX, A4NN_BOUNDED, false},
    {"ema_fg_dice", A4NN_MAX, A4NN_BOUNDED, false},
    {"mIoU", A4NN_MAX, A4NN_BOUNDED, false},
    {"val_mean_io_u", A4NN_MAX, A4NN_BOUNDED, false},
    {"validation_0-auc", A4NN_MAX, A4NN_BOUNDED, false},
    {"valid_0's auc", A4NN_MAX, A4NN_BOUNDED, false},
    {"val_auc_3", A4NN_MAX, A4NN_BOUNDED, false},
    {"eval_f1", A4NN_MAX, A4NN_BOUNDED, false},
    {"val_recall", A4NN_MAX, A4NN_BOUNDED, false},
    {"eval_bleu", A4NN_MAX, A4NN_BOUNDED, false},
    {"eval_rougeLsum", A4NN_MAX, A4NN_BOUNDED, false},
    {"eval_exact_match", A4NN_MAX, A4NN_BOUNDED, false},
    {"val_r2", A4NN_MAX, A4NN_SIGNED, false},
    {"episode_reward_mean", A4NN_MAX, A4NN_SIGNED, false},
    {"val_loss", A4NN_MIN, A4NN_LOSS, false},
    {"test-loss", A4NN_MIN, A4NN_LOSS, false},
    {"eval/loss", A4NN_MIN, A4NN_LOSS, false},
    {"eval_wer", A4NN_MIN, A4NN_LOSS, false},
    {"val_ppl", A4NN_MIN, A4NN_LOSS, false},
    {"val_mape", A4NN_MIN, A4NN_LOSS, false},
    {"mae", A4NN_MIN, A4NN_LOSS, false},
    {"test-merror", A4NN_MIN, A4NN_BOUNDED, false},
    {"error_rate", A4NN_MIN, A4NN_BOUNDED, false},
    {"val_error1", A4NN_MIN, A4NN_BOUNDED, false},
    {"accuracy", A4NN_MAX, A4NN_BOUNDED, true},
    {"train_acc", A4NN_MAX, A4NN_BOUNDED, true},
    {"train_accs", A4NN_MAX, A4NN_BOUNDED, true},
    {"train-auc", A4NN_MAX, A4NN_BOUNDED, true},
    {"trainLoss", A4NN_MIN, A4NN_LOSS, true},
    {"loss", A4NN_MIN, A4NN_LOSS, true},
};

/* Numbers that must not be taken for the metric. */
static const char *const unknown[] = {
    "lr",           "learning_rate",
    "best_val_acc", "val_acc_best",
    "time",         "acc_step",
    "val_acc5",     "Acc@5",
    "top5",         "eval_runtime",
    "grad_norm",    "epoch",
    "value",        "map_location",
    "train",        "",
    "val",          "eval_steps_per_second",
    "max_val_acc",  "train/box_loss",
    "n_parameters", "accumulated_eval_time",
    "mapping",
};

#define MAX_CHOICE 12
struct choice {
    const char *want; /* NULL: none */
    const char *names[MAX_CHOICE];
};

static const struct choice choices[] = {
    {"val_accuracy", {"epoch", "accuracy", "loss", "val_accuracy", "val_loss"}},
    {"val_loss", {"loss", "val_loss", "accuracy"}},
    {"accuracy", {"lr", "loss", "accuracy"}},
    {"loss", {"lr", "loss"}},
    {"eval_wer", {"loss", "eval_loss", "eval_wer", "eval_runtime"}},
    {"eval_top1", {"train_loss", "eval_loss", "eval_top1", "eval_top5", "lr"}},
    {"accuracy", {"epoch", "train_loss", "valid_loss", "accuracy", "time"}}, /* fastai */
    {"valid_loss", {"train_loss", "valid_loss", "error_rate"}},
    {"metrics/mAP50-95(B)",
     {"train/box_loss", "metrics/precision(B)", "metrics/recall(B)", "metrics/mAP50(B)",
      "metrics/mAP50-95(B)", "val/box_loss"}},
    {"metrics/mAP_0.5:0.95", {"metrics/precision", "metrics/mAP_0.5", "metrics/mAP_0.5:0.95"}},
    {"validation/accuracy",
     {"loss", "train/accuracy", "test/accuracy", "validation/loss", "validation/accuracy"}},
    {"test_acc", {"acc_epoch", "acc_step", "avg_acc_step", "train_loss_epoch", "test_acc"}},
    {"valAcc", {"epochs", "trainLoss", "valLoss", "valAcc", "learning_rate"}},
    {"val_accs", {"train_accs", "val_accs", "predictions", "converged", "flops"}},
    {"test_acc1", {"train_lr", "train_loss", "test_loss", "test_acc1", "test_acc5"}},
    {"accuracy/top1", {"loss", "lr", "accuracy/top5", "accuracy/top1"}},
    {"bbox_mAP", {"loss", "loss_cls", "bbox_mAP_50", "bbox_mAP", "bbox_mAP_s"}},
    {"train_acc", {"train_loss", "train_acc"}},
    {"val_acc", {"best_val_acc", "val_acc_best", "val_acc"}},
    {NULL, {"lr", "time", "foo"}},
};

static void
check_known(void)
{
    struct a4nn_metric m;
    size_t i;

    for (i = 0; i < sizeof known / sizeof known[0]; i++) {
        bool found = a4nn_metric_lookup(known[i].name, &m);
        bool ok = found && m.mode == known[i].mode && m.scale == known[i].scale &&
                  m.train == known[i].train;
        CHECK_STR(ok ? known[i].name : "misread", known[i].name);
    }
    for (i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        bool found = a4nn_metric_lookup(unknown[i], &m);
        CHECK_STR(!found ? unknown[i] : "taken for a metric", unknown[i]);
        CHECK(m.mode == A4NN_MODE_UNKNOWN && m.scale == A4NN_SCALE_UNKNOWN);
    }
}

static void
check_choices(void)
{
    struct a4nn_err err;
    size_t i, n;
    long got;

    for (i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        for (n = 0; n < MAX_CHOICE && choices[i].names[n] != NULL; n++)
            ;
        got = a4nn_metric_choose(choices[i].names, n, &err);
        CHECK_STR(got < 0 ? "none" : choices[i].names[got],
                  choices[i].want == NULL ? "none" : choices[i].want);
    }
}

static void
check_messages(void)
{
    const char *many[25];
    struct a4nn_err err;
    size_t i;

    for (i = 0; i < 25; i++)
        many[i] = "foo";
    CHECK(a4nn_metric_choose(many, 2, &err) == -1);
    CHECK_STR(err.msg, "no known metric among 'foo', 'foo'");
    CHECK(a4nn_metric_choose(many, 25, &err) == -1);
    CHECK(strstr(err.msg, "'foo' and 5 more") != NULL);
    CHECK(a4nn_metric_choose(NULL, 0, &err) == -1);
    CHECK_STR(err.msg, "no numbers found");
}

int
main(void)
{
    char longname[5000];
    struct a4nn_metric m;
    const char *const fastai[] = {"train_loss", "valid_loss", "accuracy"};

    check_known();
    check_choices();
    check_messages();
    CHECK(a4nn_metric_lookup_among("accuracy", fastai, 3, &m) && !m.train);
    CHECK(a4nn_metric_lookup_among("train_loss", fastai, 3, &m) && m.train);
    memset(longname, 'a', sizeof longname - 1);
    longname[sizeof longname - 1] = '\0';
    CHECK(!a4nn_metric_lookup(longname, &m));
    CHECK(a4nn_mode_find(a4nn_mode_name(A4NN_MIN)) == A4NN_MIN);
    CHECK(a4nn_mode_find("x") == A4NN_MODE_UNKNOWN);
    CHECK(a4nn_scale_find(a4nn_scale_name(A4NN_SIGNED)) == A4NN_SIGNED);
    CHECK(a4nn_scale_find("share") == A4NN_BOUNDED && a4nn_scale_find("x") == A4NN_SCALE_UNKNOWN);
    return unit_end();
}
