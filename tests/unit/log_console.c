/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs that were printed for people: what is found in them, however the bytes are cut. */
#include "unit.h"

#include "buf.h"
#include "log/heading.h"
#include "log/lines.h"
#include "log/pairs.h"
#include "logdrive.h"

#define DATA "tests/data/log/"

/* Of a log: its format, the metric chosen, how often stated, its first and its last value. */
static const struct sample {
    const char *file, *format, *metric;
    size_t count;
    double epoch, value;
    const char *last_run;
    double last_epoch, last_value, epochs;
} samples[] = {
    {"keras-verbose2.log", "keras-console", "val_acc", 33, 1, 0.5812, "2", 12, 0.9721, 50},
    {"keras-bars.log", "keras-console", "val_accuracy", 3, 1, 0.8410, NULL, 3, 0.8902, 3},
    {"hf-trainer.log", "hf-console", "eval_accuracy", 3, 1, 0.8112, NULL, 3, 0.848, 3},
    {"pytorch-imagenet.log", "pytorch-console", "Acc@1", 3, 0, 10.123, NULL, 2, 26.123, 90},
    {"timm.log", "timm-console", "test/Acc@1", 3, 0, 1.5, NULL, 2, 30, 5},
    {"xgboost-cv.log", "xgboost-console", "test-auc", 8, 1, 0.59, "2", 4, 0.72, NAN},
    {"lightgbm.log", "lightgbm-console", "valid_1's_auc", 3, 10, 0.911, NULL, 30, 0.922, NAN},
    {"mlperf-resnet.log", "mlperf", "eval_accuracy", 20, 4, 0.04206, NULL, 80, 0.76034, NAN},
    {"torch7-nin.log", "torch7", "test_acc", 10, 1, 54.78, NULL, 10, 74.11, 200},
    {"mmengine.log", "mmlab-text", "accuracy/top1", 3, 1, 62.0629, NULL, 3, 69.7552, 3},
    {"mxnet-cifar.log", "mxnet", "val_accuracy", 200, 0, 0.5589, NULL, 199, 0.92, 200},
    {"fastai.log", "fastai-console", "accuracy", 4, 0, 0.871211, "2", 2, 0.921211, NAN},
    {"ultralytics-v8.log", "ultralytics-console", "mAP50-95", 2, 1, 0.452, NULL, 2, 0.491, 100},
    {"console-squeezenet.log", "console", "test_Top-1_Acc", 150, 0, 37.4584, "3", 49, 68.2846, 50},
    {"pytorch-mnist.log", "console", "Test_Accuracy", 2, 1, 98.28, NULL, 2, 98.75, NAN},
    {"katib.log", "console", "accuracy", 3, 1, 0.81, NULL, 4, 0.91, NAN},
};

static const struct drive_scalar *
first_of(const struct drive *d, const char *name)
{
    size_t i;

    for (i = 0; i < d->n; i++)
        if (strcmp(d->scalar[i].name, name) == 0)
            return &d->scalar[i];
    return NULL;
}

static const struct drive_scalar *
last_of(const struct drive *d, const char *name)
{
    const struct drive_scalar *last = NULL;
    size_t i;

    for (i = 0; i < d->n; i++)
        if (strcmp(d->scalar[i].name, name) == 0)
            last = &d->scalar[i];
    return last;
}

static int
same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static int
same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int
same(const struct drive *a, const struct drive *b)
{
    size_t i;

    if (a->n != b->n)
        return 0;
    for (i = 0; i < a->n; i++) {
        const struct a4nn_log_at *x = &a->scalar[i].at, *y = &b->scalar[i].at;
        if (!same_text(a->scalar[i].name, b->scalar[i].name) || !same_text(x->run, y->run) ||
            !same_number(a->scalar[i].value, b->scalar[i].value) || x->line != y->line ||
            !same_number(x->epoch, y->epoch) || !same_number(x->step, y->step) ||
            !same_number(x->epochs, y->epochs) || !same_number(x->time, y->time))
            return 0;
    }
    return 1;
}

/* `text` with CR LF line ends; `text` has none yet. */
static void
to_crlf(const struct a4nn_buf *text, struct a4nn_buf *out)
{
    size_t i;

    a4nn_buf_reset(out);
    for (i = 0; i < text->len; i++) {
        if (text->data[i] == '\n')
            a4nn_buf_addc(out, '\r');
        a4nn_buf_addc(out, text->data[i]);
    }
}

static void
check_sample(const struct sample *s)
{
    struct a4nn_buf bytes = {0}, crlf = {0};
    struct drive whole = {0}, cut = {.chunk = 1}, odd = {.chunk = 7};
    const struct drive_scalar *first, *last;
    char path[200];

    snprintf(path, sizeof path, "%s%s", DATA, s->file);
    CHECK(drive_slurp(path, &bytes));
    CHECK(drive_bytes(&whole, path, bytes.data, bytes.len));
    CHECK_STR(whole.format != NULL ? whole.format->name : NULL, s->format);
    CHECK_STR(drive_metric(&whole), s->metric);
    CHECK_NEAR((double)drive_count(&whole, s->metric), (double)s->count, 0);
    first = first_of(&whole, s->metric);
    CHECK(first != NULL);
    if (first != NULL) {
        CHECK(first->at.run == NULL);
        CHECK_NEAR(first->at.epoch, s->epoch, 0);
        CHECK_NEAR(first->value, s->value, 1e-12);
    }
    last = last_of(&whole, s->metric);
    CHECK(last != NULL);
    if (last != NULL) {
        CHECK(same_text(last->at.run, s->last_run));
        CHECK_NEAR(last->at.epoch, s->last_epoch, 0);
        CHECK_NEAR(last->value, s->last_value, 1e-12);
        CHECK(same_number(last->at.epochs, s->epochs));
    }
    CHECK(whole.diag.errors == 0);
    drive_bytes(&cut, path, bytes.data, bytes.len);
    CHECK(same(&whole, &cut));
    drive_bytes(&odd, path, bytes.data, bytes.len);
    CHECK(same(&whole, &odd));
    to_crlf(&bytes, &crlf);
    drive_bytes(&odd, path, crlf.data, crlf.len);
    CHECK(same(&whole, &odd));
    drive_release(&whole);
    drive_release(&cut);
    drive_release(&odd);
    a4nn_buf_release(&bytes);
    a4nn_buf_release(&crlf);
}

/* The lines cut from `bytes`, each as "number:line|". */
static void
keep_line(void *arg, const char *line, size_t len, unsigned long number)
{
    struct a4nn_buf *out = arg;
    a4nn_buf_addf(out, "%lu:", number);
    a4nn_buf_add(out, line, len);
    a4nn_buf_addc(out, '|');
}

static void
check_lines(const char *bytes, size_t len, const char *want, unsigned long errors)
{
    size_t chunk;

    for (chunk = 1; chunk <= len; chunk += len - 1 + (len == 1)) {
        struct a4nn_buf got = {0};
        struct a4nn_diag diag = {0};
        struct a4nn_lines *lines = a4nn_lines_new(keep_line, &got, &diag, "x");
        size_t at;

        for (at = 0; at < len; at += chunk)
            a4nn_lines_feed(lines, bytes + at, chunk < len - at ? chunk : len - at);
        a4nn_lines_finish(lines);
        CHECK_STR(got.len != 0 ? got.data : "", want);
        CHECK(diag.errors == errors);
        a4nn_lines_free(lines);
        a4nn_buf_release(&got);
    }
}

#define LINES(bytes, want, errors) check_lines(bytes, sizeof(bytes) - 1, want, errors)

static void
cutting(void)
{
    LINES("a\nb\r\n\r\r\nc", "1:a|2:b|4:c|", 0);
    LINES("bar 1\rbar 2\b\b\b\b\bbar 3\n", "1:bar 1|1:bar 2|1:bar 3|", 0);
    LINES("\033[1mbold\033[0m \033]0;title\007x\033(By\033[Kz", "1:bold xyz|", 0);
    LINES("\033]8;;http://x\033\\link\033]8;;\033\\\nn", "1:link|2:n|", 0);
    LINES("up\033[Aa\n\033[12;5Hb", "1:up|1:a|2:b|", 0);
    LINES("\033]never ends\nnext\033", "2:next|", 0);
    LINES("\033[3\nx", "2:x|", 0);
    LINES("0.\0009\0\n\0", "1:0.9|", 1);
    LINES("\xff\xc3\n\x80", "1:\xff\xc3|2:\x80|", 0);
    LINES("", "", 0);
}

enum { MIB = 1 << 20 };

static void
add_repeated(struct a4nn_buf *buf, const char *text, size_t total)
{
    size_t n = strlen(text), done;

    for (done = 0; done < total; done += n)
        a4nn_buf_add(buf, text, n);
}

/* A line of 10 MB is read, one of 17 MiB reported and cut, and both are left behind. */
static void
long_lines(void)
{
    struct drive d = {.force = "console"};
    struct a4nn_buf bytes = {0};

    a4nn_buf_adds(&bytes, "Epoch 1 val_acc=0.5 ");
    add_repeated(&bytes, "================================================================",
                 (size_t)10 * MIB);
    a4nn_buf_adds(&bytes, " val_loss=2\nEpoch 2 val_acc=0.6 ");
    add_repeated(&bytes, "################################################################",
                 (size_t)17 * MIB);
    a4nn_buf_adds(&bytes, " val_loss=1\nEpoch 3 val_acc=0.7\n");
    CHECK(drive_bytes(&d, "x", bytes.data, bytes.len));
    CHECK_NEAR(drive_value(&d, NULL, "val_acc", 1), 0.5, 0);
    CHECK_NEAR(drive_value(&d, NULL, "val_loss", 1), 2, 0);
    CHECK_NEAR(drive_value(&d, NULL, "val_acc", 2), 0.6, 0);
    CHECK(drive_count(&d, "val_loss") == 1);
    CHECK_NEAR(drive_value(&d, NULL, "val_acc", 3), 0.7, 0);
    CHECK(d.diag.errors == 1 && strstr(d.said.data, "log:2: line longer than 16 MiB") != NULL);
    drive_release(&d);
    a4nn_buf_release(&bytes);
}

/* Lines on which a careless scanner would start over and over; each format must come through. */
static void
hostile_lines(void)
{
    static const char *const patterns[] = {"epoch a 1 b: [ (", "{'a': 1, [1] a:1", "{'a':b{'a':b",
                                           "a(b(c(d (e(f ",    "1 (1 (1 ",         "=:=a=:'\"x"};
    struct a4nn_buf bytes = {0};
    size_t i, k;

    for (k = 0; k < sizeof patterns / sizeof patterns[0]; k++) {
        a4nn_buf_reset(&bytes);
        a4nn_buf_adds(&bytes, "Epoch 1: ");
        add_repeated(&bytes, patterns[k], MIB / 2);
        a4nn_buf_adds(&bytes, "\nEpoch 2 val_acc=0.6\n");
        for (i = 0; i < sizeof samples / sizeof samples[0]; i++) {
            struct drive d = {.force = samples[i].format};
            CHECK(drive_bytes(&d, "x", bytes.data, bytes.len));
            CHECK(d.diag.errors == 0);
            if (strcmp(samples[i].format, "console") == 0)
                CHECK_NEAR(drive_value(&d, NULL, "val_acc", 2), 0.6, 0);
            drive_release(&d);
        }
    }
    a4nn_buf_release(&bytes);
}

/* All pairs of a line as "name sep value;" with marks for what sticks to the value. */
static void
check_pairs(const char *line, const char *want)
{
    struct a4nn_pairs pairs = a4nn_pairs(line, strlen(line));
    struct a4nn_pair pair;
    struct a4nn_buf got = {0};
    char name[A4NN_PAIR_NAME];

    a4nn_buf_adds(&got, "");
    while (a4nn_pairs_next(&pairs, &pair)) {
        CHECK(a4nn_pair_name(&pair, "", name));
        a4nn_buf_addf(&got, "%s%c%g", name, pair.sep, pair.value);
        if (!isnan(pair.total))
            a4nn_buf_addf(&got, "/%g", pair.total);
        if (!isnan(pair.average))
            a4nn_buf_addf(&got, "(%g)", pair.average);
        a4nn_buf_adds(&got, pair.percent ? "%;" : ";");
    }
    CHECK_STR(got.data, want);
    a4nn_buf_release(&got);
}

static void
pairs_of_lines(void)
{
    check_pairs("train_loss=0.3 val_acc=0.9", "train_loss=0.3;val_acc=0.9;");
    check_pairs("5s 3ms/step - accuracy: 0.91 - loss: 1e-3", "accuracy:0.91;loss:0.001;");
    check_pairs("Epoch: 3, Loss: 0.1, Val. Acc: 91.2%", "Epoch:3;Loss:0.1;Val_Acc:91.2%;");
    check_pairs("Accuracy: 9912/10000 (99%)", "Accuracy:9912/10000%;");
    check_pairs("Loss 6.9 (7.0)\tAcc@1   0.00 (  0.08)", "Loss 6.9(7);Acc@1 0(0.08);");
    check_pairs("Prec@1  01 25.000 (13.205)", "Prec@1_01 25(13.205);");
    check_pairs("[1]\ttrain-auc:0.63+0.02\ttest-auc:0.65+0.03 ", "train-auc:0.63;test-auc:0.65;");
    check_pairs("cv_agg's valid auc: 0.91 + 0.01", "cv_agg's_valid_auc:0.91;");
    check_pairs("65s:loss:0.36:acc:0.89:val_acc:0.48", "loss:0.36;acc:0.89;val_acc:0.48;");
    check_pairs("mAP: 0.775 0.860 0.839  x: 1", "x:1;");
    check_pairs("mAP_0.5:0.95 = 0.08857", "mAP_0.5:0.95=0.08857;");
    check_pairs("mAP50-95(B): 0.3 (kl)=2", "mAP50-95(B):0.3;");
    check_pairs("Val acc is 86.5%", "Val_acc:86.5%;");
    check_pairs("{'loss': nan, \"acc\": -inf, 'x': None}", "loss:nan;acc:-inf;");
    check_pairs("a=oops b=0.9x c=1,000 d=93,5 e=12:30 f=0x10 g=1_0 i=2", "i=2;");
    check_pairs("time: 2.2s eta: 0:10:00 loss 0.3: 100%|##| 3/4 [00:01<00:02, 1.7it/s]",
                "loss 0.3;");
    check_pairs("2024-01-02 03:04:05,678 http://x.y/z?q=1 == :: = 5", "q=1;");
    check_pairs("\xe5\x87\x86\xe7\xa1\xae: 0.9 \xf0\x9f\x93\x88 a: 1 \xff b 2",
                "\xe5\x87\x86\xe7\xa1\xae:0.9;a:1;b 2;");
    check_pairs("done.", "");
}

static double
epoch_of(const char *line)
{
    struct a4nn_heading h;
    return a4nn_heading_find(line, strlen(line), &h) ? h.epoch : -1;
}

static void
headings(void)
{
    struct a4nn_heading h;

    CHECK_NEAR(epoch_of("Epoch 3/50"), 3, 0);
    CHECK_NEAR(epoch_of("----- epoch 4 -----"), 4, 0);
    CHECK_NEAR(epoch_of("[Epoch: 5]"), 5, 0);
    CHECK_NEAR(epoch_of("densenet_121 - Epoch 6/100"), 6, 0);
    CHECK_NEAR(epoch_of("2024-01-02T03:04:05Z epoch=7 acc=1"), 7, 0);
    CHECK_NEAR(epoch_of("12:00:01 INFO EPOCH #8."), 8, 0);
    CHECK_NEAR(epoch_of("step=10 epoch=2.5 x=1"), 2.5, 0);
    CHECK_NEAR(epoch_of("Best epoch 3: acc 0.9"), -1, 0);
    CHECK_NEAR(epoch_of("=> loaded checkpoint 'x' (epoch 3)"), -1, 0);
    CHECK_NEAR(epoch_of("saved epoch_3.pt, epoch 3.pt, epoch=9-step=100.ckpt"), -1, 0);
    CHECK_NEAR(epoch_of("Epochs: 30"), -1, 0);
    CHECK_NEAR(epoch_of("an epoch takes 3 s"), -1, 0);
    CHECK(a4nn_heading_find("Train Epoch: 2 of 9", 19, &h));
    CHECK(h.epochs == 9 && h.part_len == 5 && h.end == 19);
}

static void
drive_text(struct drive *d, const char *text)
{
    CHECK(drive_bytes(d, "x", text, strlen(text)));
}

static void
keras_odds(void)
{
    struct drive d = {.force = "keras-console"};

    /* Without validation the last state of the bar counts; predict() is none of it. */
    drive_text(&d, "Epoch 1/2\n"
                   "  32/60000 [....] - ETA: 4:31 - loss: 2.28 - acc: 0.10\r"
                   "60000/60000 [====] - 5s 80us/step - loss: 0.30 - acc: 0.90\n"
                   "10000/10000 [====] - 1s 80us/step - loss: 9.00 - acc: 0.01\n"
                   "Epoch 00001: loss improved from inf to 0.30, saving model\n"
                   "Epoch 2/2\n"
                   "60000/60000 [====] - 5s 80us/step - loss: nan - acc: 0.92\n");
    CHECK_NEAR(drive_value(&d, NULL, "acc", 1), 0.90, 0);
    CHECK_NEAR(drive_value(&d, NULL, "acc", 2), 0.92, 0);
    CHECK(drive_count(&d, "acc") == 2 && drive_count(&d, "loss") == 2);
    CHECK(isnan(d.scalar[d.n - 2].value));
    drive_text(&d,
               "Epoch 1/9\n469/469 - 5s - loss: 0.3 - val_loss: oops - val_acc: 0.9 - 5s/epoch\n");
    CHECK_NEAR(drive_value(&d, NULL, "val_acc", 1), 0.9, 0);
    CHECK(drive_count(&d, "val_loss") == 0);
    drive_release(&d);
}

static void
other_odds(void)
{
    struct drive d = {.force = "console"};

    drive_text(&d,
               "num_epochs=20\nEpoch 1\n  Train Loss: 0.5 | Acc 80%\n  Val. Loss: 0.4 | Val. Acc: "
               "85.0%\nBest epoch: 7 val acc 99\nEpoch 2\n  Val. Acc: 86.0%\n");
    CHECK_NEAR(drive_value(&d, NULL, "Val_Acc", 1), 85, 0);
    CHECK_NEAR(drive_value(&d, NULL, "Val_Acc", 2), 86, 0);
    CHECK_NEAR(drive_value(&d, NULL, "Train_Loss", 1), 0.5, 0);
    CHECK_NEAR(d.scalar[0].at.epochs, 20, 0);
    drive_text(&d, "Epoch 3: 100%|##| 9/9 [00:10<00:00, 9it/s, v_num=0, val_loss=0.3]\r"
                   "Epoch 3: 100%|##| 9/9 [00:10<00:00, 9it/s, v_num=0, val_loss=0.2]\n");
    CHECK(drive_count(&d, "val_loss") == 1);
    CHECK_NEAR(drive_value(&d, NULL, "val_loss", 3), 0.2, 0);
    drive_text(&d, "accuracy=0.1\nprose\n2024-01-02T00:00:10+00:00 accuracy=0.2 loss=1\n");
    CHECK(drive_count(&d, "accuracy") == 2);
    CHECK_NEAR(d.scalar[1].at.step, 2, 0);
    CHECK_NEAR(d.scalar[1].at.time, 1704153610, 0);

    d.force = "mlperf";
    drive_text(
        &d,
        ":::MLLOG {\"key\": \"epoch_start\", \"value\": null, \"metadata\": {\"epoch_num\": 1}}\n"
        ":::MLLOG {\"key\": \"eval_accuracy\", \"value\": 0.1, \"metadata\": {\"epoch_num\": 1}}\n"
        ":::MLLOG {broken\n"
        ":::MLLOG {\"key\": \"eval_accuracy\", \"value\": 0.2, \"metadata\": {\"epoch_num\": "
        "1}}\n");
    CHECK(d.n == 2 && isnan(d.scalar[0].at.epoch) && d.scalar[0].at.step == 1 &&
          d.scalar[1].at.step == 2);
    drive_text(&d, ":::MLPv0.6.0 ssd 1558000000.5 (train.py:1) eval_accuracy: {\"epoch_num\": 4, "
                   "\"value\": 0.2}\n");
    CHECK_NEAR(drive_value(&d, NULL, "eval_accuracy", 4), 0.2, 0);
    CHECK_NEAR(d.scalar[0].at.time, 1558000000.5, 0);

    d.force = "ultralytics-console";
    drive_text(&d,
               "     Epoch   gpu_mem       box       obj       cls    labels  img_size\n"
               "    0/3999     14.2G    0.1169    0.1121   0.04101       618       640: 100% 3/3\n"
               "               Class     Images     Labels          P          R     mAP@.5 "
               "mAP@.5:.95: 100% 1/1\n"
               "                 all         14        150    0.00602      0.143    0.00573    "
               "0.00178\n");
    CHECK_NEAR(drive_value(&d, NULL, "mAP@.5:.95", 1), 0.00178, 0);
    CHECK_NEAR(drive_value(&d, NULL, "train/obj", 1), 0.1121, 0);
    CHECK_NEAR(d.scalar[0].at.epochs, 4000, 0);

    d.force = "mmlab-text";
    CHECK(drive_bytes(&d, "x", "", 0) && d.n == 0);
    d.force = "mxnet";
    drive_text(&d, "INFO:root:Epoch[3] Batch [20]\tSpeed: 100.0 samples/sec\taccuracy=0.3\n"
                   "INFO:root:Epoch[3] Train-accuracy=0.5\nINFO:root:Epoch[3] Time cost=12.1\n"
                   "INFO:root:Epoch[3] Validation-accuracy=0.4\n");
    CHECK_NEAR(drive_value(&d, NULL, "Validation-accuracy", 3), 0.4, 0);
    drive_release(&d);
}

/* What is no log must be nobody's. */
static void
nobodys(void)
{
    static const char *const texts[] = {
        "",
        "It was the best of times. In 1789 there were 3 of them: two and one.\n",
        "# Title\n\nInstall with `make -j4`; see chapter 3.2 (page 17).\n* item 1\n* item 2\n",
        "int main(void) { int epoch = a[3]; return 0; }\n",
        "/models/epoch_009.ckpt\nval_acc.csv\nAcc@1\n",
    };
    char noise[4096];
    size_t i;
    unsigned long seed = 1;

    for (i = 0; i < sizeof noise; i++) {
        seed = seed * 6364136223846793005UL + 1442695040888963407UL;
        noise[i] = (char)(seed >> 56);
    }
    for (i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct a4nn_log_format *format = a4nn_log_format_find(samples[i].format);
        struct a4nn_log_head head = {"run1/train.log", noise, sizeof noise, 0, NULL};
        size_t k;

        CHECK(format != NULL && format->sniff(&head) == 0);
        for (k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            head = (struct a4nn_log_head){"keras_train.log", texts[k], strlen(texts[k]), 1, NULL};
            CHECK(format != NULL && format->sniff(&head) == 0);
        }
    }
}

int
main(void)
{
    size_t i;

    for (i = 0; i < sizeof samples / sizeof samples[0]; i++)
        check_sample(&samples[i]);
    cutting();
    long_lines();
    hostile_lines();
    pairs_of_lines();
    headings();
    keras_odds();
    other_odds();
    nobodys();
    return unit_end();
}
