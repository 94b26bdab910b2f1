/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/heading.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "log/scan.h"
#include "number.h"

static bool
is_one_of(const char *word, size_t len, const char *const *words, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strlen(words[i]) == len && strncasecmp(word, words[i], len) == 0)
            return true;
    return false;
}

bool
a4nn_heading_is_part(const char *word, size_t len)
{
    static const char *const parts[] = {"train",      "training", "trn",  "val",
                                        "validation", "valid",    "eval", "evaluation",
                                        "test",       "testing",  "dev"};
    return is_one_of(word, len, parts, sizeof parts / sizeof parts[0]);
}

/* Words before the epoch that do not turn it into something else. */
static bool
is_harmless(const char *word, size_t len)
{
    static const char *const words[] = {"info",     "debug", "start",     "starting",
                                        "begin",    "of",    "beginning", "end",
                                        "finished", "done",  "completed"};
    return is_one_of(word, len, words, sizeof words / sizeof words[0]);
}

static bool
is_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The word that ends before `at`, which is a blank or the line's begin. */
static size_t
word_before(const char *line, size_t at, size_t *len)
{
    size_t end, begin;

    while (at > 0 && (line[at - 1] == ' ' || line[at - 1] == '\t'))
        at--;
    end = begin = at;
    while (begin > 0 && is_letter(line[begin - 1]))
        begin--;
    *len = end - begin;
    return begin;
}

/* Whether what stands before the word "epoch" lets it announce an epoch. */
static bool
may_announce(const char *line, size_t at, struct a4nn_heading *out)
{
    size_t len, begin;
    char before = at > 0 ? line[at - 1] : ' ';

    if (is_letter(before) || strchr("-/.(\\'\"", before) != NULL)
        return false;
    begin = word_before(line, at, &len);
    if (len == 0 && begin > 0 && line[begin - 1] == '|') {
        size_t column = word_before(line, begin - 1, &len);
        if (a4nn_heading_is_part(line + column, len)) {
            begin = column;
            out->part_of_line = true;
        } else {
            len = 0;
        }
    }
    if (a4nn_heading_is_part(line + begin, len)) {
        out->part = line + begin;
        out->part_len = len;
        return true;
    }
    return len == 0 || isdigit((unsigned char)line[begin]) ||
           isdigit((unsigned char)line[begin + len - 1]) || is_harmless(line + begin, len);
}

/* The number behind the word, with its total; the cursor is left behind both. */
static bool
read_number(struct a4nn_scan *s, struct a4nn_heading *out)
{
    const char *start = s->at;

    while (s->at < s->end && strchr(" \t:=#[(-", *s->at) != NULL && s->at - start < 8)
        s->at++;
    if (s->at == start || s->at == s->end || s->at[0] == '.' || s->at[-1] == '-')
        return false;
    out->assigned = *start == '=';
    if (!isdigit((unsigned char)*s->at) || !a4nn_scan_number(s, &out->epoch))
        return false;
    out->epochs = NAN;
    if (a4nn_scan_text(s, "/") || a4nn_scan_text(s, " / ") || a4nn_scan_text(s, " of "))
        a4nn_scan_count(s, &out->epochs);
    return true;
}

/* "epoch 3.pt", "epoch 3-step", "epoch 3s" are no headings. */
static bool
ends_well(const struct a4nn_scan *s)
{
    char c = s->at < s->end ? *s->at : ' ', next = s->at + 1 < s->end ? s->at[1] : ' ';

    if (c == '-' || c == '.')
        return next == ' ' || next == c;
    return !is_letter(c) && c != '%' && c != '+';
}

bool
a4nn_heading_find(const char *line, size_t len, struct a4nn_heading *out)
{
    size_t at;

    for (at = 0; at + 5 < len; at++) {
        struct a4nn_scan s = a4nn_scan(line + at, len - at);

        if ((line[at] != 'e' && line[at] != 'E') || strncasecmp(line + at, "epoch", 5) != 0)
            continue;
        memset(out, 0, sizeof *out);
        s.at += 5;
        if (may_announce(line, at, out) && read_number(&s, out) && ends_well(&s)) {
            out->begin = at;
            out->end = (size_t)(s.at - line);
            return true;
        }
    }
    return false;
}
