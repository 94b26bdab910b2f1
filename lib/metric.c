/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A name is taken apart into words ("val/mAP50-95(B)", "valAcc": at signs, blanks and capitals).
 * Words that say where it was measured or how it was averaged are put aside, and what is left,
 * joined, is looked up.  So the table needs each quantity once and not once per framework.
 */
#include "metric.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

enum { MAX_NAME = 128, MAX_WORDS = 24, MAX_LISTED = 20, TRAIN_RANK = 1000000 };

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

/*
 * Quantities, one name better known than the next.  '#' at the end of a name stands for digits or
 * none: Keras numbers its metrics ("auc_3").  `bare_train`: without a word of validation it was
 * measured on the training data, as Keras and PyTorch loops name it.
 */
static const struct quantity {
    enum class class;
    enum a4nn_mode mode;
    enum a4nn_scale scale;
    bool bare_train;
    const char *names;
} quantities[] = {
    {ACCURACY, A4NN_MAX, A4NN_BOUNDED, true,
     "accuracy acc accs accuracies categoricalaccuracy sparsecategoricalaccuracy "
     "binaryaccuracy"},
    {ACCURACY, A4NN_MAX, A4NN_BOUNDED, false, "accuracytop1 acctop1 top1accuracy top1acc"},
    {ACCURACY, A4NN_MAX, A4NN_BOUNDED, true, "top1"},
    {ACCURACY, A4NN_MAX, A4NN_BOUNDED, false,
     "acc1 accuracy1 prec1 balancedaccuracy exactmatch em"},
    /* As "mAP@.5:.95" and "mAP@.5" are written, there are map595 and map5. */
    {MAP, A4NN_MAX, A4NN_BOUNDED, false,
     "map5095 map5095b map05095 map595 map05095b map meanaverageprecision map50 map50b map5 "
     "map05 map05b map5095m map50m ap ap50 averageprecision"},
    {DICE, A4NN_MAX, A4NN_BOUNDED, false,
     "emafgdice meanfgdice fgdice pseudodice dice dicescore dicecoef dsc"},
    {IOU, A4NN_MAX, A4NN_BOUNDED, false,
     "miou meaniou# iou# iouscore jaccard macc aacc pixacc pixelaccuracy"},
    {AUC, A4NN_MAX, A4NN_BOUNDED, false, "auc# auroc rocauc aucroc rocaucscore aucpr prauc auprc"},
    {F1, A4NN_MAX, A4NN_BOUNDED, false,
     "f1 f1score# macrof1 f1macro microf1 f1micro f1weighted weightedf1 fscore fbeta"},
    {F1, A4NN_MAX, A4NN_SIGNED, false, "mcc matthewscorrelation kappa cohenkappa"},
    {PRECISION, A4NN_MAX, A4NN_BOUNDED, false,
     "precision# precisionb recall# recallb sensitivity specificity"},
    {TEXT, A4NN_MAX, A4NN_BOUNDED, false,
     "bleu bleuscore sacrebleu bleu4 rougel rouge1 rouge2 rougelsum rouge meteor chrf"},
    {RANKING, A4NN_MAX, A4NN_BOUNDED, false, "ndcg# mrr# hitrate hits1 hits10"},
    {IMAGE, A4NN_MAX, A4NN_FRACTION, false, "ssim"},
    {IMAGE, A4NN_MAX, A4NN_SIGNED, false, "psnr"},
    {IMAGE, A4NN_MIN, A4NN_LOSS, false, "fid lpips"},
    {REWARD, A4NN_MAX, A4NN_SIGNED, false,
     "episoderewardmean episodereturnmean eprewmean meanreward reward rewards "
     "episodereward episodereturn averagereturn return"},
    /* Of speech and language models: what the training is for; the loss is its means. */
    {WORDS, A4NN_MIN, A4NN_LOSS, false,
     "wer wordorthoerrorrate werortho worderrorrate cer charactererrorrate perplexity "
     "ppl bpc bpd"},
    {LOSS, A4NN_MIN, A4NN_LOSS, true,
     "loss losses totalloss lossavg crossentropy categoricalcrossentropy "
     "binarycrossentropy crossentropyloss celoss nll nllloss"},
    {LOSS, A4NN_MAX, A4NN_SIGNED, true, "elbo"},
    /* CatBoost calls the log loss MultiClass. */
    {LOSS, A4NN_MIN, A4NN_LOSS, false, "logloss mlogloss binarylogloss multilogloss multiclass"},
    {LOSS, A4NN_MAX, A4NN_SIGNED, true, "loglikelihood"},
    {ERROR, A4NN_MIN, A4NN_BOUNDED, false,
     "errorrate error1 err1 top1error top1err errortop1 error err merror binaryerror "
     "multierror"},
    {REGRESSION, A4NN_MIN, A4NN_LOSS, false,
     "rmse# rootmeansquarederror mse# meansquarederror mae# meanabsoluteerror mape# "
     "smape meanabsolutepercentageerror rmsle msle l1 l2"},
    {REGRESSION, A4NN_MAX, A4NN_SIGNED, false, "r2 r2score pearson pearsonr spearman spearmanr"},
};

enum { QUANTITIES = sizeof quantities / sizeof quantities[0] };

/* Words that say where it was measured. */
static const struct {
    const char *word;
    enum domain domain;
} domains[] = {
    {"val", VAL},
    {"vals", VAL},
    {"eval", EVAL},
    {"evaluation", EVAL},
    {"valid", VALID},
    {"validation", VALIDATION},
    {"validate", VALIDATION},
    {"dev", DEV},
    {"holdout", DEV},
    {"test", TEST},
    {"testing", TEST},
    {"tst", TEST},
    {"train", TRAIN},
    {"training", TRAIN},
    {"trn", TRAIN},
    {"learn", TRAIN},
    {"tr", TRAIN},
};

/* Words that say nothing about what it is; "s" is left of "valid_0's auc". */
static const char *const fillers[] = {"metrics", "metric", "epoch", "avg",     "average", "s",
                                      "coco",    "bbox",   "segm",  "overall", "cv",      "agg"};

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

/* What a name was found to mean. */
struct meaning {
    const struct quantity *quantity; /* NULL: nothing known */
    unsigned order;                  /* of its name among all of the table */
    enum domain domain;
    unsigned set; /* number of the data set, behind the domain */
};

/* Whether the first `n` bytes of `pattern` stand for `name`. */
static bool
matches(const char *pattern, size_t n, const char *name)
{
    if (pattern[n - 1] != '#')
        return strlen(name) == n && strncmp(pattern, name, n) == 0;
    n--;
    return strncmp(pattern, name, n) == 0 && (name[n] == '\0' || is_digits(name + n));
}

static bool
find_quantity(const char *name, struct meaning *out)
{
    unsigned order = 0;
    size_t i, n;

    for (i = 0; i < QUANTITIES; i++) {
        const char *at = quantities[i].names;
        for (; *at != '\0'; at += n + (at[n] == ' '), order++) {
            n = strcspn(at, " ");
            if (matches(at, n, name)) {
                out->quantity = &quantities[i];
                out->order = order;
                return true;
            }
        }
    }
    return false;
}

/* "valacc", "trainloss": the domain glued on. */
static bool
find_glued(const char *name, struct meaning *out)
{
    size_t i, n;

    for (i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        n = strlen(domains[i].word);
        if (n >= 3 && strncmp(name, domains[i].word, n) == 0 && find_quantity(name + n, out)) {
            out->domain = domains[i].domain;
            return true;
        }
    }
    return false;
}

static struct meaning
understand(const char *name)
{
    char text[2 * MAX_NAME], whole[2 * MAX_NAME] = "", rest[2 * MAX_NAME] = "";
    const char *words[MAX_WORDS];
    size_t i, n = cut_words(name, text, words);
    bool after_domain = false, refuse = false;
    struct meaning m = {.domain = BARE};

    for (i = 0; i < n; i++) {
        bool number_of_set = after_domain && is_digits(words[i]); /* "validation_0-auc" */

        strcat(whole, words[i]);
        refuse = refuse || is_one_of(words[i], refused, sizeof refused / sizeof refused[0]);
        if (number_of_set)
            m.set = (unsigned)strtoul(words[i], NULL, 10);
        after_domain = find_domain(words[i], &m.domain);
        if (!after_domain && !number_of_set &&
            !is_one_of(words[i], fillers, sizeof fillers / sizeof fillers[0]))
            strcat(rest, words[i]);
    }
    if (find_quantity(whole, &m) || refuse || find_quantity(rest, &m))
        return m;
    if (m.domain == BARE && find_glued(rest, &m))
        return m;
    if (strncmp(rest, "mean", 4) == 0)
        (void)find_quantity(rest + 4, &m);
    return m;
}

static void
describe(const struct meaning *m, struct a4nn_metric *out)
{
    out->mode = m->quantity->mode;
    out->scale = m->quantity->scale;
    out->set = m->set;
    out->train = m->domain == TRAIN || (m->domain == BARE && m->quantity->bare_train);
    out->rank = (out->train ? (unsigned)TRAIN_RANK : 0U) + (unsigned)m->quantity->class * 10000U +
                (unsigned)m->domain * 1000U + m->order;
}

bool
a4nn_metric_lookup(const char *name, struct a4nn_metric *out)
{
    struct meaning m = understand(name);

    memset(out, 0, sizeof *out);
    if (m.quantity != NULL)
        describe(&m, out);
    return m.quantity != NULL;
}

bool
a4nn_metric_held_out(const char *name)
{
    char text[2 * MAX_NAME];
    const char *words[MAX_WORDS];
    size_t i, n = cut_words(name, text, words);
    enum domain domain = BARE;

    for (i = 0; i < n; i++)
        if (is_one_of(words[i], refused, sizeof refused / sizeof refused[0]))
            return false;
        else
            (void)find_domain(words[i], &domain);
    return domain != BARE && domain != TRAIN;
}

/* Whether bare names of a log with these names were measured in validation; see metric.h. */
static bool
bare_is_validation(const struct quantity *bare, const char *const *names, size_t n)
{
    bool marks_train = false, has_validation = false;
    size_t i;

    for (i = 0; i < n; i++) {
        struct meaning m = understand(names[i]);

        if (m.quantity == NULL || m.domain == BARE)
            continue;
        if (m.domain == TRAIN)
            marks_train = true;
        else if (m.quantity->class == bare->class)
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
    struct meaning m = understand(name);

    if (!a4nn_metric_lookup(name, out))
        return false;
    if (m.domain == BARE && out->train && bare_is_validation(m.quantity, names, n)) {
        out->train = false;
        out->rank -= TRAIN_RANK;
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

/* Who passes several sets to a boosting tool passes the training data first: the last is judged. */
long
a4nn_metric_choose(const char *const *names, size_t n, struct a4nn_err *err)
{
    struct a4nn_metric m;
    struct a4nn_metric found = {0};
    long best = -1;
    size_t i;

    for (i = 0; i < n; i++)
        if (a4nn_metric_lookup_among(names[i], names, n, &m) &&
            (best < 0 || m.rank < found.rank || (m.rank == found.rank && m.set > found.set))) {
            best = (long)i;
            found = m;
        }
    return best >= 0 ? best : none_known(names, n, err);
}

void
a4nn_metric_settle(const char *name, const struct a4nn_metric *asked, enum a4nn_mode stated,
                   struct a4nn_metric *out)
{
    struct a4nn_metric known;

    a4nn_metric_lookup(name, &known);
    *out = known;
    if (asked->mode != A4NN_MODE_UNKNOWN)
        out->mode = asked->mode;
    else if (stated != A4NN_MODE_UNKNOWN)
        out->mode = stated;
    out->assumed = out->mode == A4NN_MODE_UNKNOWN && name[0] == '\0';
    if (out->assumed)
        out->mode = A4NN_MAX;
    if (asked->scale != A4NN_SCALE_UNKNOWN)
        out->scale = asked->scale;
    else if (out->mode != known.mode && known.mode != A4NN_MODE_UNKNOWN)
        out->scale = A4NN_SCALE_UNKNOWN; /* the name means something else here */
}

void
a4nn_metric_report(const char *name, const struct a4nn_metric *m, struct a4nn_diag *diag)
{
    if (m->assumed)
        a4nn_diag(diag, A4NN_NOTE, NULL, 0,
                  "the values have no metric's name: a larger one is taken as better (--min: a "
                  "smaller one)");
    else if (m->mode == A4NN_MODE_UNKNOWN)
        a4nn_diag(diag, A4NN_ERROR, NULL, 0,
                  "is a larger '%.100s' better? unknown: say --max or --min", name);
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
