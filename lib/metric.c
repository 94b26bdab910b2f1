/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A name is taken apart into words ("val/mAP50-95(B)", "valAcc": at signs, blanks and capitals).
 * Words that say where it was measured or how it was averaged are put aside, and what is left,
 * joined, is looked up.  So the table needs each quantity once and not once per framework.
 */
#include "metric.h"

#include <ctype.h>
#include <string.h>

#include "buf.h"

enum { MAX_NAME = 128, MAX_WORDS = 24, MAX_LISTED = 20 };

/* Where it was measured; the order in which equals are chosen. */
enum domain { VAL, EVAL, VALID, VALIDATION, DEV, TEST, BARE, TRAIN };

/* What it measures; the order of choice. */
enum class {
    ACCURACY,
    MAP,
    DICE,
    IOU,
    AUC,
    F1,
    PRECISION,
    TEXT,
    RANKING,
    IMAGE,
    REWARD,
    WORDS,
    LOSS,
    ERROR,
    REGRESSION
};

/* '#' at the end of a name stands for digits (Keras numbers its metrics: "auc_3") or none. */
static const struct quantity {
    const char *name;
    enum a4nn_mode mode;
    enum a4nn_scale scale;
    enum class class;
    bool bare_train; /* without a word of validation it is a training metric (Keras, PyTorch) */
} quantities[] = {
    {"accuracy",                    A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   true },
    {"acc",                         A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   true },
    {"accs",                        A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   true },
    {"accuracies",                  A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   true },
    {"categoricalaccuracy",         A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   true },
    {"sparsecategoricalaccuracy",   A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   true },
    {"binaryaccuracy",              A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   true },
    {"accuracytop1",                A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   false},
    {"acctop1",                     A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   false},
    {"top1accuracy",                A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   false},
    {"top1acc",                     A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   false},
    {"top1",                        A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   true },
    {"acc1",                        A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   false},
    {"accuracy1",                   A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   false},
    {"prec1",                       A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   false},
    {"balancedaccuracy",            A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   false},
    {"exactmatch",                  A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   false},
    {"em",                          A4NN_MAX, A4NN_BOUNDED,  ACCURACY,   false},

    {"map5095",                     A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"map5095b",                    A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"map05095",                    A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"map595",                      A4NN_MAX, A4NN_BOUNDED,  MAP,        false}, /* mAP@.5:.95 */
    {"map05095b",                   A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"map",                         A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"meanaverageprecision",        A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"map50",                       A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"map50b",                      A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"map5",                        A4NN_MAX, A4NN_BOUNDED,  MAP,        false}, /* mAP@.5 */
    {"map05",                       A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"map05b",                      A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"map5095m",                    A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"map50m",                      A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"ap",                          A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"ap50",                        A4NN_MAX, A4NN_BOUNDED,  MAP,        false},
    {"averageprecision",            A4NN_MAX, A4NN_BOUNDED,  MAP,        false},

    {"emafgdice",                   A4NN_MAX, A4NN_BOUNDED,  DICE,       false},
    {"meanfgdice",                  A4NN_MAX, A4NN_BOUNDED,  DICE,       false},
    {"fgdice",                      A4NN_MAX, A4NN_BOUNDED,  DICE,       false},
    {"dice",                        A4NN_MAX, A4NN_BOUNDED,  DICE,       false},
    {"dicescore",                   A4NN_MAX, A4NN_BOUNDED,  DICE,       false},
    {"dicecoef",                    A4NN_MAX, A4NN_BOUNDED,  DICE,       false},
    {"dsc",                         A4NN_MAX, A4NN_BOUNDED,  DICE,       false},

    {"miou",                        A4NN_MAX, A4NN_BOUNDED,  IOU,        false},
    {"meaniou#",                    A4NN_MAX, A4NN_BOUNDED,  IOU,        false},
    {"iou#",                        A4NN_MAX, A4NN_BOUNDED,  IOU,        false},
    {"iouscore",                    A4NN_MAX, A4NN_BOUNDED,  IOU,        false},
    {"jaccard",                     A4NN_MAX, A4NN_BOUNDED,  IOU,        false},
    {"macc",                        A4NN_MAX, A4NN_BOUNDED,  IOU,        false},
    {"aacc",                        A4NN_MAX, A4NN_BOUNDED,  IOU,        false},
    {"pixacc",                      A4NN_MAX, A4NN_BOUNDED,  IOU,        false},
    {"pixelaccuracy",               A4NN_MAX, A4NN_BOUNDED,  IOU,        false},

    {"auc#",                        A4NN_MAX, A4NN_BOUNDED,  AUC,        false},
    {"auroc",                       A4NN_MAX, A4NN_BOUNDED,  AUC,        false},
    {"rocauc",                      A4NN_MAX, A4NN_BOUNDED,  AUC,        false},
    {"aucroc",                      A4NN_MAX, A4NN_BOUNDED,  AUC,        false},
    {"rocaucscore",                 A4NN_MAX, A4NN_BOUNDED,  AUC,        false},
    {"aucpr",                       A4NN_MAX, A4NN_BOUNDED,  AUC,        false},
    {"prauc",                       A4NN_MAX, A4NN_BOUNDED,  AUC,        false},
    {"auprc",                       A4NN_MAX, A4NN_BOUNDED,  AUC,        false},

    {"f1",                          A4NN_MAX, A4NN_BOUNDED,  F1,         false},
    {"f1score#",                    A4NN_MAX, A4NN_BOUNDED,  F1,         false},
    {"macrof1",                     A4NN_MAX, A4NN_BOUNDED,  F1,         false},
    {"f1macro",                     A4NN_MAX, A4NN_BOUNDED,  F1,         false},
    {"microf1",                     A4NN_MAX, A4NN_BOUNDED,  F1,         false},
    {"f1micro",                     A4NN_MAX, A4NN_BOUNDED,  F1,         false},
    {"f1weighted",                  A4NN_MAX, A4NN_BOUNDED,  F1,         false},
    {"weightedf1",                  A4NN_MAX, A4NN_BOUNDED,  F1,         false},
    {"fscore",                      A4NN_MAX, A4NN_BOUNDED,  F1,         false},
    {"fbeta",                       A4NN_MAX, A4NN_BOUNDED,  F1,         false},
    {"mcc",                         A4NN_MAX, A4NN_SIGNED,   F1,         false},
    {"matthewscorrelation",         A4NN_MAX, A4NN_SIGNED,   F1,         false},
    {"kappa",                       A4NN_MAX, A4NN_SIGNED,   F1,         false},
    {"cohenkappa",                  A4NN_MAX, A4NN_SIGNED,   F1,         false},

    {"precision#",                  A4NN_MAX, A4NN_BOUNDED,  PRECISION,  false},
    {"precisionb",                  A4NN_MAX, A4NN_BOUNDED,  PRECISION,  false},
    {"recall#",                     A4NN_MAX, A4NN_BOUNDED,  PRECISION,  false},
    {"recallb",                     A4NN_MAX, A4NN_BOUNDED,  PRECISION,  false},
    {"sensitivity",                 A4NN_MAX, A4NN_BOUNDED,  PRECISION,  false},
    {"specificity",                 A4NN_MAX, A4NN_BOUNDED,  PRECISION,  false},

    {"bleu",                        A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},
    {"bleuscore",                   A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},
    {"sacrebleu",                   A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},
    {"bleu4",                       A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},
    {"rougel",                      A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},
    {"rouge1",                      A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},
    {"rouge2",                      A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},
    {"rougelsum",                   A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},
    {"rouge",                       A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},
    {"meteor",                      A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},
    {"chrf",                        A4NN_MAX, A4NN_BOUNDED,  TEXT,       false},

    {"ndcg#",                       A4NN_MAX, A4NN_BOUNDED,  RANKING,    false},
    {"mrr#",                        A4NN_MAX, A4NN_BOUNDED,  RANKING,    false},
    {"hitrate",                     A4NN_MAX, A4NN_BOUNDED,  RANKING,    false},
    {"hits1",                       A4NN_MAX, A4NN_BOUNDED,  RANKING,    false},
    {"hits10",                      A4NN_MAX, A4NN_BOUNDED,  RANKING,    false},

    {"ssim",                        A4NN_MAX, A4NN_FRACTION, IMAGE,      false},
    {"psnr",                        A4NN_MAX, A4NN_SIGNED,   IMAGE,      false},
    {"fid",                         A4NN_MIN, A4NN_LOSS,     IMAGE,      false},
    {"lpips",                       A4NN_MIN, A4NN_LOSS,     IMAGE,      false},

    {"episoderewardmean",           A4NN_MAX, A4NN_SIGNED,   REWARD,     false},
    {"episodereturnmean",           A4NN_MAX, A4NN_SIGNED,   REWARD,     false},
    {"eprewmean",                   A4NN_MAX, A4NN_SIGNED,   REWARD,     false},
    {"meanreward",                  A4NN_MAX, A4NN_SIGNED,   REWARD,     false},
    {"reward",                      A4NN_MAX, A4NN_SIGNED,   REWARD,     false},
    {"rewards",                     A4NN_MAX, A4NN_SIGNED,   REWARD,     false},
    {"episodereward",               A4NN_MAX, A4NN_SIGNED,   REWARD,     false},
    {"episodereturn",               A4NN_MAX, A4NN_SIGNED,   REWARD,     false},
    {"averagereturn",               A4NN_MAX, A4NN_SIGNED,   REWARD,     false},
    {"return",                      A4NN_MAX, A4NN_SIGNED,   REWARD,     false},

 /* Of speech and language models: what the training is for, while the loss is its means. */
    {"wer",                         A4NN_MIN, A4NN_LOSS,     WORDS,      false},
    {"wordorthoerrorrate",          A4NN_MIN, A4NN_LOSS,     WORDS,      false},
    {"werortho",                    A4NN_MIN, A4NN_LOSS,     WORDS,      false},
    {"worderrorrate",               A4NN_MIN, A4NN_LOSS,     WORDS,      false},
    {"cer",                         A4NN_MIN, A4NN_LOSS,     WORDS,      false},
    {"charactererrorrate",          A4NN_MIN, A4NN_LOSS,     WORDS,      false},
    {"perplexity",                  A4NN_MIN, A4NN_LOSS,     WORDS,      false},
    {"ppl",                         A4NN_MIN, A4NN_LOSS,     WORDS,      false},
    {"bpc",                         A4NN_MIN, A4NN_LOSS,     WORDS,      false},
    {"bpd",                         A4NN_MIN, A4NN_LOSS,     WORDS,      false},

    {"loss",                        A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"losses",                      A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"totalloss",                   A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"lossavg",                     A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"crossentropy",                A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"categoricalcrossentropy",     A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"binarycrossentropy",          A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"crossentropyloss",            A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"celoss",                      A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"nll",                         A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"nllloss",                     A4NN_MIN, A4NN_LOSS,     LOSS,       true },
    {"elbo",                        A4NN_MAX, A4NN_SIGNED,   LOSS,       true },
    {"logloss",                     A4NN_MIN, A4NN_LOSS,     LOSS,       false},
    {"mlogloss",                    A4NN_MIN, A4NN_LOSS,     LOSS,       false},
    {"binarylogloss",               A4NN_MIN, A4NN_LOSS,     LOSS,       false},
    {"multilogloss",                A4NN_MIN, A4NN_LOSS,     LOSS,       false},
    {"multiclass",                  A4NN_MIN, A4NN_LOSS,     LOSS,       false}, /* CatBoost's name for the log loss */
    {"loglikelihood",               A4NN_MAX, A4NN_SIGNED,   LOSS,       true },

    {"errorrate",                   A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},
    {"error1",                      A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},
    {"err1",                        A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},
    {"top1error",                   A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},
    {"top1err",                     A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},
    {"errortop1",                   A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},
    {"error",                       A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},
    {"err",                         A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},
    {"merror",                      A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},
    {"binaryerror",                 A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},
    {"multierror",                  A4NN_MIN, A4NN_BOUNDED,  ERROR,      false},

    {"rmse#",                       A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"rootmeansquarederror",        A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"mse#",                        A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"meansquarederror",            A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"mae#",                        A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"meanabsoluteerror",           A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"mape#",                       A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"smape",                       A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"meanabsolutepercentageerror", A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"rmsle",                       A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"msle",                        A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"l1",                          A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"l2",                          A4NN_MIN, A4NN_LOSS,     REGRESSION, false},
    {"r2",                          A4NN_MAX, A4NN_SIGNED,   REGRESSION, false},
    {"r2score",                     A4NN_MAX, A4NN_SIGNED,   REGRESSION, false},
    {"pearson",                     A4NN_MAX, A4NN_SIGNED,   REGRESSION, false},
    {"pearsonr",                    A4NN_MAX, A4NN_SIGNED,   REGRESSION, false},
    {"spearman",                    A4NN_MAX, A4NN_SIGNED,   REGRESSION, false},
    {"spearmanr",                   A4NN_MAX, A4NN_SIGNED,   REGRESSION, false},
};

enum { QUANTITIES = sizeof quantities / sizeof quantities[0] };

/* Words that say where it was measured. */
static const struct {
    const char *word;
    enum domain domain;
} domains[] = {
    {"val",        VAL       },
    {"vals",       VAL       },
    {"eval",       EVAL      },
    {"evaluation", EVAL      },
    {"valid",      VALID     },
    {"validation", VALIDATION},
    {"validate",   VALIDATION},
    {"dev",        DEV       },
    {"holdout",    DEV       },
    {"test",       TEST      },
    {"testing",    TEST      },
    {"tst",        TEST      },
    {"train",      TRAIN     },
    {"training",   TRAIN     },
    {"trn",        TRAIN     },
    {"learn",      TRAIN     },
    {"tr",         TRAIN     },
};

/* Words that say nothing about what it is; "s" is left of "valid_0's auc". */
static const char *const fillers[] = {"metrics", "metric", "epoch", "avg",  "average",
                                      "s",       "coco",   "bbox",  "segm", "overall"};

/* Words of numbers that only look like the metric: bests so far, single batches, spreads. */
static const char *const refused[] = {"best", "step", "batch", "iter",  "lr",  "time", "max",
                                      "min",  "std",  "stdev", "delta", "ema", "num",  "running"};

static bool
is_one_of(const char *word, const char *const *words, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static bool
is_digits(const char *text)
{
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* Cuts `name` into lower-case words in `out`, each with a NUL. Returns how many, 0 if too much. */
static size_t
cut_words(const char *name, char out[2 * MAX_NAME], const char *words[MAX_WORDS])
{
    size_t n = 0, used = 0, i, len = strlen(name);
    bool inside = false;

    if (len >= MAX_NAME)
        return 0;
    for (i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];
        bool letter = isalnum(c) || c >= 0x80;

        if (inside && (!letter || (isupper(c) && islower((unsigned char)name[i - 1])))) {
            out[used++] = '\0';
            inside = false;
        }
        if (!letter)
            continue;
        if (!inside) {
            if (n == MAX_WORDS)
                return 0;
            words[n++] = out + used;
            inside = true;
        }
        out[used++] = (char)tolower(c);
    }
    out[used] = '\0';
    return n;
}

static bool
find_domain(const char *word, enum domain *domain)
{
    size_t i;

    for (i = 0; i < sizeof domains / sizeof domains[0]; i++)
        if (strcmp(word, domains[i].word) == 0) {
            *domain = domains[i].domain;
            return true;
        }
    return false;
}

static bool
matches(const char *pattern, const char *name)
{
    size_t n = strlen(pattern) - 1;

    if (pattern[n] != '#')
        return strcmp(pattern, name) == 0;
    return strncmp(pattern, name, n) == 0 && (name[n] == '\0' || is_digits(name + n));
}

static const struct quantity *
find_quantity(const char *name)
{
    size_t i;

    for (i = 0; i < QUANTITIES; i++)
        if (matches(quantities[i].name, name))
            return &quantities[i];
    return NULL;
}

/* "valacc", "trainloss": the domain glued on. */
static const struct quantity *
find_glued(const char *name, enum domain *domain)
{
    const struct quantity *q;
    size_t i, n;

    for (i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        n = strlen(domains[i].word);
        if (n >= 3 && strncmp(name, domains[i].word, n) == 0 &&
            (q = find_quantity(name + n)) != NULL) {
            *domain = domains[i].domain;
            return q;
        }
    }
    return NULL;
}

/* What `name` measures and where, or NULL. */
static const struct quantity *
understand(const char *name, enum domain *domain)
{
    char text[2 * MAX_NAME], whole[2 * MAX_NAME] = "", rest[2 * MAX_NAME] = "";
    const char *words[MAX_WORDS];
    size_t i, n = cut_words(name, text, words);
    bool after_domain = false, refuse = false;
    const struct quantity *q;

    *domain = BARE;
    for (i = 0; i < n; i++) {
        bool number_of_set = after_domain && is_digits(words[i]); /* "validation_0-auc" */

        strcat(whole, words[i]);
        refuse = refuse || is_one_of(words[i], refused, sizeof refused / sizeof refused[0]);
        after_domain = find_domain(words[i], domain);
        if (!after_domain && !number_of_set &&
            !is_one_of(words[i], fillers, sizeof fillers / sizeof fillers[0]))
            strcat(rest, words[i]);
    }
    if (whole[0] != '\0' && (q = find_quantity(whole)) != NULL)
        return q;
    if (refuse || rest[0] == '\0')
        return NULL;
    if ((q = find_quantity(rest)) == NULL && *domain == BARE)
        q = find_glued(rest, domain);
    if (q == NULL && strncmp(rest, "mean", 4) == 0)
        q = find_quantity(rest + 4);
    return q;
}

static void
describe(const struct quantity *q, enum domain domain, struct a4nn_metric *out)
{
    out->mode = q->mode;
    out->scale = q->scale;
    out->train = domain == TRAIN || (domain == BARE && q->bare_train);
    out->rank = (out->train ? 1000000U : 0U) + (unsigned)q->class * 10000U +
                (unsigned)domain * 1000U + (unsigned)(q - quantities);
}

bool
a4nn_metric_lookup(const char *name, struct a4nn_metric *out)
{
    enum domain domain;
    const struct quantity *q = understand(name, &domain);

    memset(out, 0, sizeof *out);
    if (q != NULL)
        describe(q, domain, out);
    return q != NULL;
}

/* Whether bare names of a log with these names were measured in validation; see metric.h. */
static bool
bare_is_validation(const struct quantity *bare, const char *const *names, size_t n)
{
    bool marks_train = false, has_validation = false;
    size_t i;

    for (i = 0; i < n; i++) {
        enum domain domain;
        const struct quantity *q = understand(names[i], &domain);

        if (q == NULL || domain == BARE)
            continue;
        if (domain == TRAIN)
            marks_train = true;
        else if (q->class == bare->class)
            return false;
        else
            has_validation = true;
    }
    return marks_train && has_validation;
}

bool
a4nn_metric_lookup_among(const char *name, const char *const *names, size_t n,
                         struct a4nn_metric *out)
{
    enum domain domain;
    const struct quantity *q = understand(name, &domain);

    if (!a4nn_metric_lookup(name, out))
        return false;
    if (domain == BARE && out->train && bare_is_validation(q, names, n)) {
        out->train = false;
        out->rank -= 1000000U;
    }
    return true;
}

static int
none_known(const char *const *names, size_t n, struct a4nn_err *err)
{
    struct a4nn_buf list = {0};
    size_t i;

    for (i = 0; i < n && i < MAX_LISTED; i++)
        a4nn_buf_addf(&list, "%s'%.40s'", i == 0 ? "" : ", ", names[i]);
    if (n > MAX_LISTED)
        a4nn_buf_addf(&list, " and %zu more", n - MAX_LISTED);
    if (n == 0)
        a4nn_err_set(err, "no numbers found");
    else
        a4nn_err_set(err, "no known metric among %s", list.data);
    a4nn_buf_release(&list);
    return -1;
}

long
a4nn_metric_choose(const char *const *names, size_t n, struct a4nn_err *err)
{
    struct a4nn_metric m;
    unsigned best_rank = 0;
    long best = -1;
    size_t i;

    for (i = 0; i < n; i++)
        if (a4nn_metric_lookup_among(names[i], names, n, &m) && (best < 0 || m.rank < best_rank)) {
            best = (long)i;
            best_rank = m.rank;
        }
    return best >= 0 ? best : none_known(names, n, err);
}

static const char *const mode_names[] = {"unknown", "max", "min"};
static const char *const scale_names[] = {"unknown", "share", "fraction",
                                          "percent", "loss",  "signed"};

const char *
a4nn_mode_name(enum a4nn_mode mode)
{
    return mode_names[mode];
}

const char *
a4nn_scale_name(enum a4nn_scale scale)
{
    return scale_names[scale];
}

enum a4nn_mode
a4nn_mode_find(const char *name)
{
    return strcmp(name, "max") == 0   ? A4NN_MAX
           : strcmp(name, "min") == 0 ? A4NN_MIN
                                      : A4NN_MODE_UNKNOWN;
}

enum a4nn_scale
a4nn_scale_find(const char *name)
{
    unsigned i;

    for (i = A4NN_BOUNDED; i <= A4NN_SIGNED; i++)
        if (strcmp(name, scale_names[i]) == 0)
            return (enum a4nn_scale)i;
    return A4NN_SCALE_UNKNOWN;
}
