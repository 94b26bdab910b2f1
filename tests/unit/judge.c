/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a log is judged to depends on its bytes and not on how they come. */
#include "judge.h"

#include <stdlib.h>

#include "buf.h"
#include "record.h"
#include "unit.h"

#define DATA "tests/data/log/"

/* Logs of all kinds, some with many runs, one that is no log. */
static const char *const samples[] = {"keras-verbose2.log",
                                      "keras-bars.log",
                                      "hf-trainer.log",
                                      "pytorch-imagenet.log",
                                      "timm.log",
                                      "mlperf-resnet.log",
                                      "torch7-nin.log",
                                      "mmengine.log",
                                      "mxnet-cifar.log",
                                      "fastai.log",
                                      "console-squeezenet.log",
                                      "pytorch-mnist.log",
                                      "penguin.txt",
                                      "katib.log",
                                      "katib.jsonl",
                                      "keras.csv",
                                      "mobilenet.csv",
                                      "lightning-metrics.csv",
                                      "wandb-history.jsonl",
                                      "mmcv.json",
                                      "ultralytics-v5.csv",
                                      "algoperf.csv",
                                      "deit.txt",
                                      "trainer_state.json",
                                      "../SOURCES.md"};

struct heard {
    struct a4nn_buf text;
    unsigned long observations, missing;
};

static void
on_judged(void *arg, const struct a4nn_judgement *j)
{
    struct heard *h = arg;

    h->observations = j->observations;
    a4nn_buf_addf(&h->text, "%s %s %a %a %a %a %a %a %a %d %s\n", j->run, j->metric, j->epoch,
                  j->value, j->epochs, j->forecast, j->low, j->high, j->expected_error, j->stop,
                  j->reason);
}

static void
on_missing(void *arg, unsigned long lines)
{
    struct heard *h = arg;

    h->missing++;
    a4nn_buf_addf(&h->text, "missing %lu\n", lines);
}

static void
on_say(void *arg, enum a4nn_severity severity, const char *text)
{
    (void)severity;
    a4nn_buf_addf(&((struct heard *)arg)->text, "%s\n", text);
}

/* Pseudo-random numbers that are the same everywhere. */
static unsigned long
next(unsigned long *state)
{
    *state = *state * 6364136223846793005UL + 1442695040888963407UL;
    return *state >> 33;
}

/* Judges `len` bytes in pieces of up to `most`, all at once with 0; returns how many cuts. */
static unsigned long
judge(struct heard *h, const char *bytes, size_t len, size_t most, unsigned long *seed)
{
    struct a4nn_diag diag = {.emit = on_say, .arg = h};
    struct a4nn_strmap said = {0};
    struct a4nn_reader_opts reader = {.select = {.epochs = 60, .said = &said}, .diag = &diag};
    const struct a4nn_policy_opts policy = {.epochs = 60, .explain_at = NAN, .diag = &diag};
    const struct a4nn_judge_opts opts = {.policy = &policy,
                                         .reader = &reader,
                                         .name = "log",
                                         .lines = 40,
                                         .judged = on_judged,
                                         .missing = on_missing,
                                         .arg = h};
    struct a4nn_err err;
    struct a4nn_judge *j = a4nn_judge_new(&opts, &err);
    unsigned long cuts = 0;
    size_t n;

    CHECK(j != NULL);
    for (; len > 0; bytes += n, len -= n, cuts++) {
        n = most == 0 ? len : 1 + next(seed) % most;
        n = n < len ? n : len;
        a4nn_judge_feed(j, bytes, n);
    }
    a4nn_judge_finish(j);
    a4nn_judge_free(j);
    a4nn_strmap_release(&said);
    return cuts;
}

static void
load(const char *name, struct a4nn_buf *bytes)
{
    char path[200], piece[4096];
    FILE *f;
    size_t n;

    snprintf(path, sizeof path, DATA "%s", name);
    f = fopen(path, "rb");
    CHECK(f != NULL);
    if (f == NULL)
        exit(1);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        a4nn_buf_add(bytes, piece, n);
    fclose(f);
}

/* Long lines, and none; chatter before the first epoch that is longer than any head. */
static void
test_chatter(void)
{
    struct heard whole = {0}, cut = {0};
    struct a4nn_buf log = {0}, epochs = {0};
    unsigned long seed = 7;
    int i;

    load("keras-verbose2.log", &epochs);
    for (i = 0; i < 4000; i++)
        a4nn_buf_addf(&log, "loading shard %d of 4000: 12.5 MB, checksum 7f%04x\n", i, i * 7);
    for (i = 0; i < 30000; i++)
        a4nn_buf_adds(&log, "downloading ");
    a4nn_buf_adds(&log, "\n");
    a4nn_buf_add(&log, epochs.data, epochs.len);
    judge(&whole, log.data, log.len, 0, &seed);
    judge(&cut, log.data, log.len, 50000, &seed);
    CHECK(whole.observations > 10);
    CHECK(whole.missing == 1);
    CHECK_STR(cut.text.data, whole.text.data);
    a4nn_buf_release(&log);
    a4nn_buf_release(&epochs);
    a4nn_buf_release(&whole.text);
    a4nn_buf_release(&cut.text);
}

/* A log is seen as early behind what is no log, though some of its lines look alike. */
static void
test_behind_chatter(void)
{
    static const char *const consoles[] = {
        "keras-verbose2.log", "hf-trainer.log",  "timm.log", "torch7-nin.log",
        "mmengine.log",       "mxnet-cifar.log", "katib.log"};
    size_t i;
    int k;

    for (i = 0; i < sizeof consoles / sizeof *consoles; i++) {
        struct heard alone = {0}, behind = {0};
        struct a4nn_buf log = {0}, both = {0};
        unsigned long seed = 3;

        load(consoles[i], &log);
        for (k = 0; k < 3000; k++)
            a4nn_buf_addf(&both, "0.%d  0.5  %d.25\n%d\n<%d>[###  ] %d%% 1.5s\n", k, k, k, k, k);
        a4nn_buf_adds(&both, "\001\002\003 what no text has\n");
        a4nn_buf_add(&both, log.data, log.len);
        judge(&alone, log.data, log.len, 0, &seed);
        judge(&behind, both.data, both.len, 0, &seed);
        CHECK(alone.observations > 0);
        CHECK(behind.observations == alone.observations);
        a4nn_buf_release(&log);
        a4nn_buf_release(&both);
        a4nn_buf_release(&alone.text);
        a4nn_buf_release(&behind.text);
    }
}

int
main(void)
{
    unsigned long seed = 1, cuts = 0, logs = 0;
    size_t i, k;

    for (i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct a4nn_buf log = {0};
        struct heard whole = {0};

        load(samples[i], &log);
        judge(&whole, log.data, log.len, 0, &seed);
        for (k = 0; k < 8; k++) {
            struct heard cut = {0};
            cuts += judge(&cut, log.data, log.len, log.len / 60 + 2, &seed);
            CHECK_STR(cut.text.data, whole.text.data);
            a4nn_buf_release(&cut.text);
        }
        logs += whole.observations > 0;
        a4nn_buf_release(&log);
        a4nn_buf_release(&whole.text);
    }
    CHECK(cuts >= 10000);
    CHECK(logs >= 20);
    test_chatter();
    test_behind_chatter();
    printf("%lu cuts, %lu logs with observations\n", cuts, logs);
    return unit_end();
}
