/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Console output of no particular tool: lines that say the epoch and state numbers in it.
 *
 *     Epoch 3/50 train_loss=0.3 val_acc=0.9
 *     Epoch: 3, Loss: 0.1, Val Acc: 91.2%
 *     Train Epoch: 3 [640/60000 (1%)]<TAB>Loss: 0.3
 *     Test set: Average loss: 0.03, Accuracy: 9912/10000 (99%)
 *     2024-01-02T03:04:05Z INFO epoch=3 accuracy=0.91                             (Katib)
 *     {metricName: accuracy, metricValue: 0.91};{metricName: loss, metricValue: 0.3}
 *     2024-01-02 03:04:05.678: Pseudo dice [0.91, 0.93]                         (nnU-Net)
 *
 * A word for a part of the data that leads a line, or follows the epoch, belongs to the names of
 * all numbers of the line: "test Loss: 2.3 Acc: 37.4" states test_Loss and test_Acc.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log/formats.h"
#include "log/heading.h"
#include "log/lead.h"
#include "log/ledger.h"
#include "log/pairs.h"
#include "log/planned.h"
#include "log/scan.h"
#include "log/trial.h"
#include "xalloc.h"

enum { MOST_WORDS = 4, PART = 16 };

struct console {
    struct a4nn_log_ledger *ledger;
    bool from_0;     /* an epoch 0 was announced as "0/49": that makes 50 */
    double unplaced; /* lines of pairs seen before any epoch */
};

/* What is known of the line while its pairs are read. */
struct context {
    const char *line;
    size_t len;
    char part[PART]; /* with '_' at its end, or empty */
    bool part_holds; /* for the whole line */
    bool passing;    /* of a batch or a bar: may be stated anew */
    bool heading;    /* the line says the epoch itself */
    size_t indent;   /* of the first character that is no blank or star */
};

static void *
console_open(const struct a4nn_log_sink *sink)
{
    struct console *c = a4nn_xcalloc(1, sizeof *c);

    c->ledger = a4nn_log_ledger_new(sink);
    return c;
}

static bool
contains(const struct context *x, const char *text)
{
    return memmem(x->line, x->len, text, strlen(text)) != NULL;
}

/* "[640/60000 (1%)]", "[ 10/500]": a batch; "100%|": a bar, overdrawn until its epoch is over. */
static bool
is_passing(const struct context *x, size_t from)
{
    struct a4nn_scan s = a4nn_scan(x->line + from, x->len - from);
    double ignored;

    if (contains(x, "%|") || contains(x, "it/s") || contains(x, "s/it"))
        return true;
    while (a4nn_scan_find(&s, "[")) {
        struct a4nn_scan at = s;
        a4nn_scan_blanks(&at);
        if (a4nn_scan_count(&at, &ignored) && a4nn_scan_text(&at, "/") &&
            a4nn_scan_count(&at, &ignored))
            return true;
    }
    return false;
}

static bool
has_word(const char *name, const char *word)
{
    return strcasestr(name, word) != NULL;
}

/* Numbers of single batches, and of the training, which some state as often. */
static bool
may_come_anew(const struct context *x, const char *name)
{
    return x->passing || strncasecmp(name, "train", 5) == 0 || has_word(name, "batch") ||
           has_word(name, "iter") || has_word(name, "step");
}

static void
set_part(struct context *x, const char *word, size_t len)
{
    if (len < PART - 1)
        snprintf(x->part, PART, "%.*s_", (int)len, word);
}

static size_t
first_word(const struct a4nn_pair *pair)
{
    size_t n = 0;

    while (n < pair->name_len && pair->name[n] != ' ' && pair->name[n] != '\t')
        n++;
    return n;
}

/* Behind the last mark between two offsets that ends what a leading word speaks for. */
static size_t
behind_mark(const struct context *x, size_t from, size_t to)
{
    size_t at;

    for (at = to; at > from; at--)
        if (x->line[at - 1] == '|' || x->line[at - 1] == ';')
            return at;
    return from;
}

/* "Test set:", "[val]", "VAL -" before a name; of more words than that it is not known. */
static void
find_part_between(struct context *x, size_t from, size_t to)
{
    struct a4nn_scan between = a4nn_scan(x->line + from, to - from);
    const char *word, *part = NULL;
    size_t len, part_len = 0, words = 0;

    while (words <= 3 && a4nn_scan_word(&between, &word, &len)) {
        while (len > 0 && strchr("[]():,-=", word[len - 1]) != NULL)
            len--;
        while (len > 0 && strchr("[]():,-=", word[0]) != NULL)
            word++, len--;
        words += len > 0;
        if (a4nn_heading_is_part(word, len)) {
            part = word;
            part_len = len;
        }
    }
    if (part != NULL && words <= 3)
        set_part(x, part, part_len);
}

/*
 * Takes the part from the pair's own name ("test Loss"), which is then shortened to what is
 * left, or from words before it ("Test set: Average loss").
 */
static void
find_part(struct context *x, struct a4nn_pair *pair, size_t from)
{
    size_t n = first_word(pair), start = behind_mark(x, from, pair->begin);

    if (start > from && !x->part_holds)
        x->part[0] = '\0';
    find_part_between(x, start, pair->begin);
    if (pair->words > 1 && a4nn_heading_is_part(pair->name, n)) {
        set_part(x, pair->name, n);
        while (n < pair->name_len && (pair->name[n] == ' ' || pair->name[n] == '\t'))
            n++;
        pair->name += n;
        pair->name_len -= n;
        pair->words--;
    }
}

/* Whether the name itself says a part: "train_loss", "val/acc". */
static bool
names_part(const struct a4nn_pair *pair)
{
    size_t n = 0;

    while (n < pair->name_len && strchr("_/-. ", pair->name[n]) == NULL)
        n++;
    return a4nn_heading_is_part(pair->name, n);
}

/* A place in a source file: "train.py:413: warning", "on_epoch_end:413 |". */
static bool
is_place(const struct context *x, const struct a4nn_pair *pair)
{
    struct a4nn_scan after = a4nn_scan(x->line + pair->end, x->len - pair->end);

    if (pair->sep != ':' || pair->value != floor(pair->value) ||
        x->line[pair->begin + pair->name_len] != ':' ||
        strchr("0123456789", x->line[pair->begin + pair->name_len + 1]) == NULL)
        return false;
    a4nn_scan_blanks(&after);
    return a4nn_scan_text(&after, ":") || a4nn_scan_text(&after, "|");
}

/* Prose holds numbers too: without ':' or '=' the name must be short, and lead the line. */
static bool
is_metric(const struct context *x, const struct a4nn_pair *pair)
{
    if (pair->words > MOST_WORDS || (!isnan(pair->total) && !pair->percent && x->passing) ||
        is_place(x, pair))
        return false;
    if (pair->sep != ' ')
        return true;
    return pair->words <= 2 && (x->heading || pair->begin == x->indent);
}

static bool
is_step(const char *name)
{
    static const char *const names[] = {"step", "steps", "iter", "iteration", "global_step"};
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static void
state_pair(struct console *c, struct context *x, struct a4nn_pair *pair, size_t from)
{
    char name[A4NN_PAIR_NAME];

    if (!is_metric(x, pair))
        return;
    find_part(x, pair, from);
    if (!a4nn_pair_name(pair, names_part(pair) ? "" : x->part, name))
        return;
    if (is_step(name))
        a4nn_log_ledger_at(c->ledger)->step = pair->value;
    else if (may_come_anew(x, name))
        a4nn_log_ledger_hold(c->ledger, name, a4nn_pair_value(pair));
    else
        a4nn_log_ledger_say(c->ledger, name, a4nn_pair_value(pair));
}

/* States the pairs between two offsets of the line; before the epoch only "name=value" ones. */
static void
state_pairs(struct console *c, struct context *x, size_t from, size_t to, bool assigned_only)
{
    struct a4nn_pairs pairs = a4nn_pairs(x->line, to);
    struct a4nn_pair pair;

    pairs.at = from;
    while (a4nn_pairs_next(&pairs, &pair)) {
        if (!assigned_only || pair.sep == '=')
            state_pair(c, x, &pair, from);
        from = pair.end;
    }
}

static void
enter(struct console *c, const struct a4nn_heading *h)
{
    double epochs = h->epochs;

    if (!isnan(h->epochs)) {
        c->from_0 = h->epoch == 0 || (c->from_0 && h->epoch > 0);
        epochs = h->epochs + (c->from_0 ? 1 : 0);
    }
    a4nn_log_ledger_begin(c->ledger, h->epoch);
    if (!isnan(epochs))
        a4nn_log_ledger_at(c->ledger)->epochs = epochs;
}

/* Katib reads logs without epochs: lines of nothing but "name=value". They are counted. */
static void
state_unplaced(struct console *c, struct context *x, size_t from)
{
    struct a4nn_scan s = a4nn_scan(x->line + from, x->len - from);
    struct a4nn_pairs pairs = a4nn_pairs(x->line, x->len);
    struct a4nn_pair pair;
    const char *word;
    size_t len, words = 0, count = 0;

    while (a4nn_scan_word(&s, &word, &len))
        words++;
    pairs.at = from;
    while (a4nn_pairs_next(&pairs, &pair))
        count += pair.sep == '=' && memchr(pair.name, ' ', pair.name_len) == NULL;
    if (count == 0 || count != words)
        return;
    a4nn_log_ledger_step(c->ledger, ++c->unplaced);
    state_pairs(c, x, from, x->len, true);
    a4nn_log_ledger_at(c->ledger)->step = c->unplaced;
}

/*
 * "{metricName: accuracy, metricValue: 0.91};{metricName: loss, ...", as examples of Katib print.
 * False when the line is none of these.
 */
static bool
state_named(struct console *c, struct a4nn_scan s)
{
    struct a4nn_log_at *at = a4nn_log_ledger_at(c->ledger);
    bool any = false;

    while (a4nn_scan_find(&s, "metricName:")) {
        struct a4nn_pair pair = {0};
        char name[A4NN_PAIR_NAME];
        double value;

        a4nn_scan_blanks(&s);
        for (pair.name = s.at; s.at < s.end && strchr(",;}", *s.at) == NULL; s.at++)
            pair.name_len++;
        if (!a4nn_scan_find(&s, "metricValue:"))
            break;
        a4nn_scan_blanks(&s);
        if (!a4nn_scan_number(&s, &value) || !a4nn_pair_name(&pair, "", name))
            continue;
        if (isnan(at->epoch) && !any)
            a4nn_log_ledger_step(c->ledger, ++c->unplaced);
        a4nn_log_ledger_say(c->ledger, name, value);
        any = true;
    }
    return any;
}

/*
 * "Pseudo dice [0.91, nan, 0.93]", also "[np.float32(0.91), ...]": nnU-Net states a value for each
 * class, of which it takes the mean itself.  False when the line is none of these.
 */
static bool
state_mean(struct console *c, struct a4nn_scan s)
{
    double sum = 0, value;
    unsigned n = 0;

    if (!a4nn_scan_text(&s, "Pseudo dice") || !a4nn_scan_find(&s, "["))
        return false;
    while (s.at < s.end && *s.at != ']') {
        a4nn_scan_blanks(&s);
        (void)(a4nn_scan_text(&s, "np.float32(") || a4nn_scan_text(&s, "np.float64("));
        if (a4nn_scan_number(&s, &value)) {
            sum += isnan(value) ? 0 : value;
            n += isnan(value) ? 0 : 1;
        } else if (s.at < s.end) {
            s.at++;
        }
    }
    a4nn_log_ledger_say(c->ledger, "Pseudo_dice", n > 0 ? sum / n : NAN);
    return true;
}

/*
 * A line that states the planned total and no epoch.  What comes after it carries the total; but
 * nothing comes after Lightning's last word, and the run must hear of it.
 */
static bool
state_planned(struct console *c, const struct context *x)
{
    struct a4nn_log_at *at = a4nn_log_ledger_at(c->ledger);

    if (!a4nn_log_planned(x->line, x->len, &at->epochs) || x->heading)
        return false;
    if (!isnan(at->epoch) && contains(x, "stopped: `"))
        a4nn_log_ledger_say(c->ledger, "max_epochs", at->epochs);
    return true;
}

static void
console_line(void *state, const char *line, size_t len, unsigned long number)
{
    struct console *c = state;
    struct a4nn_log_at *at = a4nn_log_ledger_at(c->ledger);
    struct context x = {.line = line, .len = len};
    struct a4nn_heading h;
    struct a4nn_scan s = a4nn_scan(line, len);
    size_t begin;

    at->line = number;
    a4nn_log_lead(&s, &at->time);
    begin = x.indent = (size_t)(s.at - line);
    x.heading = a4nn_heading_find(line, len, &h);
    if (state_planned(c, &x) || state_named(c, s) || (!isnan(at->epoch) && state_mean(c, s)))
        return;
    while (x.indent < len && strchr(" \t*", line[x.indent]) != NULL)
        x.indent++;
    x.passing = is_passing(&x, x.heading ? h.end : begin);
    if (x.heading) {
        enter(c, &h);
        at->line = number;
        if (h.part != NULL)
            set_part(&x, h.part, h.part_len);
        x.part_holds = h.part_of_line;
        state_pairs(c, &x, begin, h.begin, true);
        state_pairs(c, &x, h.end, len, false);
    } else if (!isnan(at->epoch)) {
        state_pairs(c, &x, begin, len, false);
    } else {
        state_unplaced(c, &x, begin);
    }
}

static void
console_finish(void *state)
{
    struct console *c = state;
    a4nn_log_ledger_flush(c->ledger);
}

static void
console_close(void *state)
{
    struct console *c = state;
    a4nn_log_ledger_free(c->ledger);
    free(c);
}

/* Plausible only: it reads into much what is none of it. */
static int
console_sniff(const struct a4nn_log_head *head)
{
    struct a4nn_log_trial trial = {0};

    a4nn_log_trial(&a4nn_log_console, head, &trial);
    return trial.lines >= 2 ? 35 : trial.lines == 1 ? 20 : 0;
}

const struct a4nn_log_format a4nn_log_console = {
    .name = "console",
    .title = "any output that says epochs and metrics",
    .text = 1,
    .count = A4NN_COUNT_UNKNOWN,
    .sniff = console_sniff,
    .open = console_open,
    .line = console_line,
    .finish = console_finish,
    .close = console_close,
};
