/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/pairs.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "number.h"

struct a4nn_pairs
a4nn_pairs(const char *text, size_t len)
{
    struct a4nn_pairs pairs = {text, len, 0};
    return pairs;
}

/* The name found so far and its separator. */
struct candidate {
    size_t begin, end; /* equal: none */
    unsigned words;
    char sep;
};

static char
peek(const struct a4nn_pairs *p, size_t at)
{
    return at < p->len ? p->text[at] : '\0';
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters of any script; not the symbols, bars and pictures of U+2000..2FFF and U+10000 up. */
static bool
starts_word(char c)
{
    unsigned char u = (unsigned char)c;
    return isalpha(u) || c == '_' || c == '@' || (u >= 0xc3 && u < 0xf0 && u != 0xe2);
}

static bool
continues_word(char c)
{
    unsigned char u = (unsigned char)c;
    return starts_word(c) || is_digit(c) || (u >= 0x80 && u < 0xc0) ||
           (c != '\0' && strchr(".-/'#&+^~%", c) != NULL);
}

/* "(B)", "(val)", "(%)" belong to the word before when they stick to it. */
static size_t
skip_parenthesis(const struct a4nn_pairs *p, size_t at)
{
    size_t end = at + 1;

    if (!starts_word(peek(p, end)) && peek(p, end) != '%')
        return at;
    while (end < p->len && continues_word(p->text[end]))
        end++;
    return peek(p, end) == ')' ? end + 1 : at;
}

static size_t
word_end(const struct a4nn_pairs *p, size_t at)
{
    for (;;) {
        size_t inside;

        while (at < p->len && continues_word(p->text[at]))
            at++;
        if (peek(p, at) != '(' || (inside = skip_parenthesis(p, at)) == at)
            return at;
        at = inside;
    }
}

static size_t
skip_blanks(const struct a4nn_pairs *p, size_t at)
{
    while (at < p->len && is_blank(p->text[at]))
        at++;
    return at;
}

/* Whether a number may end before the byte at `at`. */
static bool
number_ends(const struct a4nn_pairs *p, size_t at)
{
    char c = peek(p, at), next = peek(p, at + 1);

    if (at >= p->len || is_blank(c))
        return true;
    if (c == ':' || c == ',')
        return !is_digit(next);
    if (c == '.')
        return at + 1 == p->len || is_blank(next);
    return strchr(";|()]}'\"*>", c) != NULL;
}

/* "(0.3)" or "(99%)" at `at`; returns the offset behind it, or `at`. */
static size_t
read_parenthesis(const struct a4nn_pairs *p, size_t at, double *number, bool *percent)
{
    size_t in = at, n;
    double value;

    if (peek(p, in) != '(')
        return at;
    in = skip_blanks(p, in + 1);
    if ((n = a4nn_number_scan(p->text + in, p->len - in, &value)) == 0)
        return at;
    in += n;
    if (peek(p, in) == '%') {
        if (peek(p, in + 1) != ')')
            return at;
        *percent = true;
        return in + 2;
    }
    if (peek(p, in) != ')')
        return at;
    *number = value;
    return in + 1;
}

/* A bar of progress ("100%|###", "100% ----") is no value. */
static bool
is_bar(const struct a4nn_pairs *p, size_t percent)
{
    return peek(p, percent + 1) == '|' ||
           (unsigned char)peek(p, skip_blanks(p, percent + 1)) == 0xe2;
}

/* "+0.02" or " + 0.02", the spread that boosting tools write behind a mean. */
static size_t
skip_spread(const struct a4nn_pairs *p, size_t at)
{
    size_t in = peek(p, at) == ' ' ? at + 1 : at;
    double ignored;

    if (peek(p, in) != '+')
        return at;
    in++;
    if (in > at + 1 && peek(p, in) == ' ')
        in++;
    if (!is_digit(peek(p, in)))
        return at;
    return in + a4nn_number_scan(p->text + in, p->len - in, &ignored);
}

/*
 * Reads a value with what may stick to it.  Returns the offset behind it, or 0 when what stands
 * there is no value.
 */
static size_t
read_value(const struct a4nn_pairs *p, size_t at, struct a4nn_pair *out)
{
    size_t n = a4nn_number_scan(p->text + at, p->len - at, &out->value), end, annex, behind;

    out->total = out->average = NAN;
    out->percent = false;
    if (n == 0)
        return 0;
    end = at + n;
    if (peek(p, end) == '%') {
        if (is_bar(p, end))
            return 0;
        out->percent = true;
        end++;
    } else if (peek(p, end) == '/' && is_digit(peek(p, end + 1))) {
        end += 1 + a4nn_number_scan(p->text + end + 1, p->len - end - 1, &out->total);
    } else {
        end = skip_spread(p, end);
    }
    if (!number_ends(p, end))
        return 0;
    annex = skip_blanks(p, end);
    behind = read_parenthesis(p, annex, &out->average, &out->percent);
    return behind > annex ? behind : end;
}

/* Whether a plain number, and nothing that continues it, follows the blanks at `at`. */
static bool
number_follows(const struct a4nn_pairs *p, size_t at)
{
    struct a4nn_pair other;
    size_t next = skip_blanks(p, at), end;
    char c = peek(p, next);

    if (next == at || !(is_digit(c) || c == '-' || c == '.'))
        return false;
    end = read_value(p, next, &other);
    return end != 0 && isnan(other.total) && !other.percent && peek(p, end) != ':';
}

static bool
is_plain(const struct a4nn_pair *v)
{
    return isnan(v->total) && isnan(v->average) && !v->percent;
}

/* Passes a number-like word that is no value: "2.2s", "10:20", "3ms/step". */
static size_t
skip_junk(const struct a4nn_pairs *p, size_t at)
{
    size_t start = at;

    while (at < p->len &&
           (continues_word(p->text[at]) || (at > start && is_digit(peek(p, at + 1)) &&
                                            (p->text[at] == ',' || p->text[at] == ':'))))
        at++;
    return at > start ? at : at + 1;
}

static bool
starts_number(const struct a4nn_pairs *p, size_t at)
{
    char c = peek(p, at), next = peek(p, at + 1);

    if (c == '+' || c == '-') {
        double ignored;
        return is_digit(next) || next == '.' ||
               a4nn_number_scan(p->text + at, p->len - at, &ignored) > 1;
    }
    return is_digit(c) || (c == '.' && is_digit(next));
}

static bool
is_word(const struct a4nn_pairs *p, size_t at, size_t end, const char *word)
{
    return end - at == strlen(word) && strncasecmp(p->text + at, word, end - at) == 0;
}

static bool
is_value_word(const struct a4nn_pairs *p, size_t at, size_t end)
{
    return is_word(p, at, end, "nan") || is_word(p, at, end, "inf") ||
           is_word(p, at, end, "infinity");
}

static void
take_word(struct candidate *name, size_t at, size_t end)
{
    if (name->end == name->begin || name->sep != '\0') {
        name->begin = at;
        name->words = 0;
        name->sep = '\0';
    }
    name->end = end;
    name->words++;
}

/* A word: part of a name, or a value in words. */
static size_t
on_word(const struct a4nn_pairs *p, size_t at, struct candidate *name)
{
    size_t end = word_end(p, at);

    if (name->words > 0 && name->sep == '\0' && is_word(p, at, end, "is"))
        name->sep = ':';
    else if (name->sep == '=')
        memset(name, 0, sizeof *name);
    else
        take_word(name, at, end);
    return end;
}

static void
on_mark(const struct a4nn_pairs *p, size_t at, struct candidate *name)
{
    char c = p->text[at];

    if ((c == ':' || c == '=') && name->words > 0 && name->sep == '\0')
        name->sep = c;
    else if (!(c == '"' && name->words > 0 && at == name->end))
        memset(name, 0, sizeof *name);
}

/*
 * A number behind a name.  Returns true when that makes a pair; else *at is moved on and the name
 * kept or dropped.
 */
static bool
on_number(const struct a4nn_pairs *p, size_t *at, struct candidate *name, struct a4nn_pair *out)
{
    size_t end = read_value(p, *at, out), next;

    if (end == 0) {
        *at = skip_junk(p, *at);
        memset(name, 0, sizeof *name);
        return false;
    }
    next = skip_blanks(p, end);
    if (name->sep == '\0' && is_plain(out) && number_follows(p, end)) {
        name->end = end;
        name->words++;
        *at = end;
        return false;
    }
    if (name->sep == ':' && peek(p, next) == '=' && p->text[*at - 1] == ':') {
        name->end = end; /* "mAP_0.5:0.95 = 0.3" */
        name->sep = '\0';
        *at = next;
        return false;
    }
    if (name->sep != '\0' && is_plain(out) && number_follows(p, end)) {
        while (number_follows(p, end))
            end = read_value(p, skip_blanks(p, end), out);
        *at = end;
        memset(name, 0, sizeof *name);
        return false;
    }
    out->name = p->text + name->begin;
    out->name_len = name->end - name->begin;
    out->words = name->words;
    out->sep = name->sep != '\0' ? name->sep : ' ';
    out->begin = name->begin;
    out->end = *at = end;
    return true;
}

bool
a4nn_pairs_next(struct a4nn_pairs *p, struct a4nn_pair *pair)
{
    struct candidate name = {0};
    size_t at = p->at;

    while (at < p->len) {
        char c = p->text[at];

        if (is_blank(c)) {
            at++;
        } else if (starts_number(p, at) ||
                   (name.words > 0 && starts_word(c) && is_value_word(p, at, word_end(p, at)))) {
            if (name.words == 0)
                at = skip_junk(p, at);
            else if (on_number(p, &at, &name, pair)) {
                p->at = at;
                return true;
            }
        } else if (starts_word(c)) {
            at = on_word(p, at, &name);
        } else {
            on_mark(p, at++, &name);
        }
    }
    p->at = p->len;
    return false;
}

bool
a4nn_pair_name(const struct a4nn_pair *pair, const char *prefix, char out[A4NN_PAIR_NAME])
{
    size_t used = strlen(prefix), start = used, i;

    if (used + pair->name_len >= A4NN_PAIR_NAME)
        return false;
    memcpy(out, prefix, used);
    for (i = 0; i <= pair->name_len; i++) {
        char c = i < pair->name_len ? pair->name[i] : ' ';
        if (c == '\0')
            continue;
        if (!is_blank(c)) {
            out[used++] = c;
            continue;
        }
        while (used > start && strchr(".-'#&+^~/_", out[used - 1]) != NULL)
            used--;
        if (i < pair->name_len && used > start)
            out[used++] = '_';
    }
    out[used] = '\0';
    return used > start;
}

double
a4nn_pair_value(const struct a4nn_pair *pair)
{
    if (isnan(pair->total))
        return pair->value;
    return (pair->percent ? 100 : 1) * pair->value / pair->total;
}
