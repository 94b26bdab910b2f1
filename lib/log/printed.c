/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables that are printed for the eye, row by row, as the training goes.
 *
 * fastai, whose header comes again with each fit:
 *
 *     epoch     train_loss  valid_loss  accuracy  time
 *     0         0.314       0.293       0.911     00:12
 *
 * Ultralytics, whose rows are overdrawn as bars until the epoch is over, with the validation in
 * a table of its own; once all epochs are done the best network is validated again, which is not
 * the last epoch's value:
 *
 *         Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size
 *         1/100      2.5G      1.218      1.552      1.242         23        640: 100%|##| 8/8
 *                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|##|
 *                   all        128        929      0.652      0.539      0.609      0.452
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/formats.h"
#include "log/ledger.h"
#include "log/scan.h"
#include "log/trial.h"
#include "number.h"
#include "xalloc.h"

enum { MOST_COLUMNS = 32, NAME = 64 };

/* The columns a header names; "" is a column without a metric. */
struct columns {
    char name[MOST_COLUMNS][NAME];
    size_t count;
};

struct printed {
    struct a4nn_log_ledger *ledger;
    struct columns train, validation;
    bool over;          /* all epochs are done */
    bool counts_from_0; /* Ultralytics' older versions, of which the last epoch is total - 1 */
};

static void *
printed_open(const struct a4nn_log_sink *sink)
{
    struct printed *p = a4nn_xcalloc(1, sizeof *p);

    p->ledger = a4nn_log_ledger_new(sink);
    return p;
}

static bool
is_word(const char *word, size_t len, const char *text)
{
    return len == strlen(text) && memcmp(word, text, len) == 0;
}

static bool
is_one_of(const char *word, const char *const *texts, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcmp(word, texts[i]) == 0)
            return true;
    return false;
}

/* Returns the new column's name, or NULL when there are too many or it is too long. */
static char *
add_column(struct columns *columns, const char *prefix, const char *word, size_t len)
{
    size_t n = strlen(prefix);
    char *name;

    if (columns->count >= MOST_COLUMNS || n + len >= NAME)
        return NULL;
    name = columns->name[columns->count++];
    memcpy(name, prefix, n);
    memcpy(name + n, word, len);
    name[n + len] = '\0';
    return name;
}

/* "epoch train_loss valid_loss ... time", of version 0.7 "trn_loss val_loss". */
static bool
fastai_header(struct printed *p, struct a4nn_scan s)
{
    struct columns found = {0};
    const char *word;
    size_t len;

    if (!a4nn_scan_word(&s, &word, &len) || !is_word(word, len, "epoch"))
        return false;
    while (a4nn_scan_word(&s, &word, &len)) {
        bool first = found.count == 0,
             loss = is_word(word, len, "train_loss") || is_word(word, len, "trn_loss");
        if ((first && !loss) || add_column(&found, "", word, len) == NULL)
            return false;
    }
    if (found.count == 0)
        return false;
    a4nn_log_ledger_restart(p->ledger);
    a4nn_log_ledger_at(p->ledger)->epochs = NAN;
    p->train = found;
    return true;
}

/* A row must fill the header; a cell that is no number ("#na#", "00:12") states nothing. */
static bool
fastai_row(struct printed *p, struct a4nn_scan s)
{
    struct a4nn_scan cells;
    double epoch, value;
    const char *word;
    size_t len, n = 0;

    a4nn_scan_blanks(&s);
    if (p->train.count == 0 || !a4nn_scan_count(&s, &epoch) || a4nn_scan_done(&s) ||
        (*s.at != ' ' && *s.at != '\t'))
        return false;
    for (cells = s; a4nn_scan_word(&cells, &word, &len); n++)
        ;
    if (n != p->train.count)
        return false;
    a4nn_log_ledger_begin(p->ledger, epoch);
    for (n = 0; a4nn_scan_word(&s, &word, &len); n++)
        if (a4nn_number_parse(word, len, &value) && strcmp(p->train.name[n], "time") != 0)
            a4nn_log_ledger_say(p->ledger, p->train.name[n], value);
    return true;
}

/* The bar of fastprogress: "Epoch 1/5 : |---| 0.00% [0/5 00:00<?]". */
static void
fastai_bar(struct printed *p, struct a4nn_scan s)
{
    double epoch, epochs;

    a4nn_scan_blanks(&s);
    if (a4nn_scan_text(&s, "Epoch ") && a4nn_scan_count(&s, &epoch) && a4nn_scan_text(&s, "/") &&
        a4nn_scan_count(&s, &epochs) && a4nn_scan_text(&s, " :"))
        a4nn_log_ledger_at(p->ledger)->epochs = epochs;
}

static void
fastai_line(void *state, const char *line, size_t len, unsigned long number)
{
    struct printed *p = state;
    struct a4nn_scan s = a4nn_scan(line, len);

    a4nn_log_ledger_at(p->ledger)->line = number;
    if (!fastai_header(p, s) && !fastai_row(p, s))
        fastai_bar(p, s);
}

/* "Epoch GPU_mem box_loss ...": what is learnt from follows the first two columns. */
static bool
ultralytics_header(struct printed *p, struct a4nn_scan s)
{
    static const char *const others[] = {"train/Instances", "train/Size", "train/labels",
                                         "train/img_size"};
    struct columns found = {0};
    const char *word;
    size_t len;

    if (!a4nn_scan_word(&s, &word, &len) || !is_word(word, len, "Epoch") ||
        !a4nn_scan_word(&s, &word, &len) ||
        !(is_word(word, len, "GPU_mem") || is_word(word, len, "gpu_mem")))
        return false;
    p->counts_from_0 = false;
    while (a4nn_scan_word(&s, &word, &len)) {
        char *name = add_column(&found, "train/", word, len);
        if (name == NULL)
            return false;
        if (strncmp(name, "train/obj", 9) == 0) /* a loss of YOLOv5 to v7 only */
            p->counts_from_0 = true;
        if (is_one_of(name, others, sizeof others / sizeof others[0]))
            name[0] = '\0';
    }
    p->train = found;
    return true;
}

static bool
ultralytics_row(struct printed *p, struct a4nn_scan s)
{
    double epoch, last, value;
    const char *word;
    size_t len, i;

    a4nn_scan_blanks(&s);
    if (p->train.count == 0 || !a4nn_scan_count(&s, &epoch) || !a4nn_scan_text(&s, "/") ||
        !a4nn_scan_count(&s, &last) || !a4nn_scan_word(&s, &word, &len) || len < 2)
        return false;
    if (p->counts_from_0) {
        epoch++;
        last++;
    }
    a4nn_log_ledger_begin(p->ledger, epoch);
    a4nn_log_ledger_at(p->ledger)->epochs = last;
    p->over = false;
    for (i = 0; i < p->train.count && a4nn_scan_word(&s, &word, &len); i++)
        if (p->train.name[i][0] != '\0' && a4nn_number_parse(word, len, &value))
            a4nn_log_ledger_hold(p->ledger, p->train.name[i], value);
    return true;
}

/* "Box(P" opens the group of the boxes, which is the default, "Mask(P" that of the masks. */
static char *
add_grouped(struct columns *found, char group[NAME], const char *word, size_t len)
{
    const char *open = memchr(word, '(', len);
    bool closes = false;
    char *name;

    if (open != NULL && open > word) {
        bool box = is_word(word, (size_t)(open - word), "Box");
        snprintf(group, NAME, "%.*s/", (int)(open - word < NAME - 2 ? open - word : NAME - 2),
                 word);
        if (box)
            group[0] = '\0';
        len -= (size_t)(open + 1 - word);
        word = open + 1;
    }
    while (len > 0 && (word[len - 1] == ':' || word[len - 1] == ')')) {
        closes = closes || word[len - 1] == ')';
        len--;
    }
    if (len == 0)
        return NULL;
    name = add_column(found, group, word, len);
    if (closes)
        group[0] = '\0';
    return name;
}

/* "Class Images Instances Box(P R mAP50 mAP50-95):", for classifiers "classes top1_acc ...:". */
static bool
validation_header(struct printed *p, struct a4nn_scan s)
{
    static const char *const others[] = {"Images", "Instances", "Labels", "Targets"};
    struct columns found = {0};
    char group[NAME] = "";
    const char *word;
    size_t len;
    bool last = false;

    if (!a4nn_scan_word(&s, &word, &len) ||
        !(is_word(word, len, "Class") || is_word(word, len, "classes")))
        return false;
    while (!last && a4nn_scan_word(&s, &word, &len)) {
        char *name = add_grouped(&found, group, word, len);
        last = word[len - 1] == ':';
        if (name == NULL)
            return false;
        if (is_one_of(name, others, sizeof others / sizeof others[0]))
            name[0] = '\0';
    }
    if (found.count < 2)
        return false;
    p->validation = found;
    return true;
}

static bool
validation_row(struct printed *p, struct a4nn_scan s)
{
    const char *word;
    size_t len, i;
    double value;

    if (!a4nn_scan_word(&s, &word, &len) || !is_word(word, len, "all") ||
        isnan(a4nn_log_ledger_at(p->ledger)->epoch))
        return false;
    for (i = 0; i < p->validation.count && a4nn_scan_word(&s, &word, &len); i++)
        if (!p->over && p->validation.name[i][0] != '\0' && a4nn_number_parse(word, len, &value))
            a4nn_log_ledger_say(p->ledger, p->validation.name[i], value);
    return true;
}

static void
ultralytics_line(void *state, const char *line, size_t len, unsigned long number)
{
    struct printed *p = state;
    struct a4nn_scan s = a4nn_scan(line, len), end = s;

    a4nn_log_ledger_at(p->ledger)->line = number;
    if (ultralytics_header(p, s) || ultralytics_row(p, s) || validation_header(p, s) ||
        validation_row(p, s))
        return;
    if (a4nn_scan_find(&end, " epochs completed in "))
        p->over = true;
}

static void
printed_finish(void *state)
{
    struct printed *p = state;
    a4nn_log_ledger_flush(p->ledger);
}

static void
printed_close(void *state)
{
    struct printed *p = state;
    a4nn_log_ledger_free(p->ledger);
    free(p);
}

static int
fastai_sniff(const struct a4nn_log_head *head)
{
    return a4nn_log_trial_sniff(&a4nn_log_fastai_console, head, 85);
}

static int
ultralytics_sniff(const struct a4nn_log_head *head)
{
    return a4nn_log_trial_sniff(&a4nn_log_ultralytics_console, head, 90);
}

const struct a4nn_log_format a4nn_log_fastai_console = {
    .name = "fastai-console",
    .title = "fastai table as printed",
    .text = 1,
    .count = A4NN_COUNT_FROM_0,
    .sniff = fastai_sniff,
    .open = printed_open,
    .line = fastai_line,
    .finish = printed_finish,
    .close = printed_close,
};

const struct a4nn_log_format a4nn_log_ultralytics_console = {
    .name = "ultralytics-console",
    .title = "Ultralytics YOLO training output",
    .text = 1,
    .count = A4NN_COUNT_FROM_1,
    .sniff = ultralytics_sniff,
    .open = printed_open,
    .line = ultralytics_line,
    .finish = printed_finish,
    .close = printed_close,
};
