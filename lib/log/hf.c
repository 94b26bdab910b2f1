/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the Hugging Face Trainer prints: Python dicts, often behind a progress bar on one line.
 *
 *     {'eval_loss': 0.4, 'eval_accuracy': 0.91, 'epoch': 3.0}
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "log/formats.h"
#include "log/ledger.h"
#include "log/pairs.h"
#include "log/planned.h"
#include "log/scan.h"
#include "log/trial.h"
#include "xalloc.h"

/* Looked at per line; a bound, since each may have to be read to the line's end. */
enum { MOST_DICTS = 16 };

static void *
hf_open(const struct a4nn_log_sink *sink)
{
    return a4nn_log_ledger_new(sink);
}

/* One entry of a dict. */
struct entry {
    struct a4nn_pair pair; /* only name and value are set */
    bool number;
};

/* Passes a value that is no number: a word, or a text up to its closing quote. */
static bool
skip_value(struct a4nn_scan *s)
{
    char quote = s->at < s->end && (*s->at == '\'' || *s->at == '"') ? *s->at : '\0';

    if (quote == '\0') {
        while (s->at < s->end && *s->at != ',' && *s->at != '}')
            s->at++;
        return s->at < s->end;
    }
    for (s->at++; s->at < s->end && *s->at != quote; s->at++)
        if (*s->at == '\\' && s->at + 1 < s->end)
            s->at++;
    return s->at < s->end && *s->at++ == quote;
}

/* Newer versions write numbers as texts: 'loss': '0.5'. */
static bool
read_number(struct a4nn_scan *s, double *value)
{
    struct a4nn_scan try = *s;
    bool quoted = a4nn_scan_text(&try, "'");

    if (!a4nn_scan_number(&try, value) || (quoted && !a4nn_scan_text(&try, "'")))
        return false;
    a4nn_scan_blanks(&try);
    if (try.at == try.end || (*try.at != ',' && *try.at != '}'))
        return false;
    *s = try;
    return true;
}

/* Takes one entry and the ',' or '}' behind it, which is put into *mark. */
static bool
read_entry(struct a4nn_scan *s, struct entry *out, char *mark)
{
    a4nn_scan_blanks(s);
    if (!a4nn_scan_text(s, "'"))
        return false;
    out->pair.name = s->at;
    while (s->at < s->end && *s->at != '\'')
        s->at++;
    out->pair.name_len = (size_t)(s->at - out->pair.name);
    if (!a4nn_scan_text(s, "':"))
        return false;
    a4nn_scan_blanks(s);
    out->number = read_number(s, &out->pair.value);
    if (!out->number && !skip_value(s))
        return false;
    a4nn_scan_blanks(s);
    if (s->at == s->end)
        return false;
    *mark = *s->at++;
    return *mark == ',' || *mark == '}';
}

static bool
is_epoch(const struct entry *entry)
{
    return entry->number && entry->pair.name_len == 5 &&
           memcmp(entry->pair.name, "epoch", 5) == 0 && entry->pair.value >= 0;
}

/* Whether a whole dict with an epoch begins at the cursor (behind its '{'). */
static bool
find_epoch(struct a4nn_scan s, double *epoch)
{
    struct entry entry;
    bool found = false;
    char mark = ',';

    while (mark == ',') {
        if (!read_entry(&s, &entry, &mark))
            return false;
        if (is_epoch(&entry)) {
            *epoch = entry.pair.value;
            found = true;
        }
    }
    return found;
}

static void
state_entries(struct a4nn_log_ledger *e, struct a4nn_scan s)
{
    struct entry entry;
    char name[A4NN_PAIR_NAME], mark = ',';

    while (mark == ',' && read_entry(&s, &entry, &mark))
        if (entry.number && !is_epoch(&entry) && a4nn_pair_name(&entry.pair, "", name))
            a4nn_log_ledger_say(e, name, entry.pair.value);
}

static void
hf_line(void *state, const char *line, size_t len, unsigned long number)
{
    struct a4nn_log_ledger *e = state;
    struct a4nn_scan s = a4nn_scan(line, len);
    double epoch;
    unsigned tries;

    a4nn_log_ledger_at(e)->line = number;
    for (tries = 0; tries < MOST_DICTS && a4nn_scan_find(&s, "{'"); tries++) {
        struct a4nn_scan dict = {s.at - 1, s.end};
        if (find_epoch(dict, &epoch)) {
            a4nn_log_ledger_begin(e, epoch);
            state_entries(e, dict);
            return;
        }
    }
    a4nn_log_planned(line, len, &a4nn_log_ledger_at(e)->epochs);
}

static void
hf_close(void *state)
{
    a4nn_log_ledger_free(state);
}

static int
hf_sniff(const struct a4nn_log_head *head)
{
    return a4nn_log_trial_sniff(&a4nn_log_hf_console, head, 90);
}

const struct a4nn_log_format a4nn_log_hf_console = {
    .name = "hf-console",
    .title = "Hugging Face Trainer output",
    .text = 1,
    .count = A4NN_COUNT_FROM_1,
    .sniff = hf_sniff,
    .open = hf_open,
    .line = hf_line,
    .close = hf_close,
};
