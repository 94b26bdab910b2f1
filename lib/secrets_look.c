/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "secrets_look.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

static bool
is_alnum(char c)
{
    return isalnum((unsigned char)c) != 0;
}

static bool
is_upper(char c)
{
    return isupper((unsigned char)c) != 0;
}

/* ---- names ---- */

/* Length of the word at the beginning of a name: letters of one kind ("hf", "Token", "API"). */
static size_t
word_length(const char *name)
{
    size_t n = 0;

    while (is_alnum(name[n]) && (n == 0 || !is_upper(name[n]) || is_upper(name[n - 1])) &&
           !(n > 0 && is_upper(name[n]) && name[n + 1] != '\0' && !is_upper(name[n + 1]) &&
             is_alnum(name[n + 1])))
        n++;
    return n;
}

/* Is one of the words (NULL-terminated) in the name, or, of those that begin with '*', its end? */
static bool
has_word(const char *name, const char *const *words)
{
    size_t n, i, len;

    for (; *name != '\0'; name += n > 0 ? n : 1) {
        n = word_length(name);
        for (i = 0; words[i] != NULL; i++) {
            bool end = words[i][0] == '*';
            len = strlen(words[i]) - end;
            if (len <= n && (end || len == n) &&
                strncasecmp(name + n - len, words[i] + end, len) == 0)
                return true;
        }
    }
    return false;
}

bool
a4nn_names_password(const char *name)
{
    static const char *const words[] = {"*password", "*passwd", "*passphrase", "*passcode",
                                        "pwd",       "*secret", "*credential", NULL};

    return has_word(name, words);
}

bool
a4nn_names_secret(const char *name)
{
    static const char *const words[] = {
        "*key",         "keys",  "*token",        "*tokens", "pass",   "*secrets", "auth",
        "*credentials", "creds", "authorization", "bearer",  "cookie", NULL};

    return has_word(name, words) || a4nn_names_password(name);
}

bool
a4nn_names_host(const char *name)
{
    static const char *const words[] = {"host",     "hosts",    "*hostname", "hostnames", "addr",
                                        "nodelist", "nodename", "fqdn",      NULL};

    return has_word(name, words);
}

bool
a4nn_names_digest(const char *name)
{
    static const char *const words[] = {"commit",   "*sha",      "*sha1",    "*sha256", "*sha512",
                                        "*hash",    "*digest",   "*md5",     "*sum",    "revision",
                                        "rev",      "git",       "*version", "*uuid",   "id",
                                        "checksum", "signature", NULL};

    return has_word(name, words);
}

bool
a4nn_is_digest(const char *text)
{
    size_t n = strspn(text, "0123456789abcdefABCDEF");

    return text[n] == '\0' && n >= 32 && n <= 128;
}

/* ---- tokens ---- */

static bool
in_token(char c)
{
    return is_alnum(c) || c == '_' || c == '-';
}

static size_t
token_length(const char *text)
{
    size_t n = 0;

    while (in_token(text[n]))
        n++;
    return n;
}

/* What the tokens of services begin with, and how many characters follow at least. */
static size_t
known_token(const char *text)
{
    static const struct {
        const char *begin;
        size_t more;
    } known[] = {
        {"hf_", 8},         {"api_org_", 8},  {"sk-", 12},   {"sk_live_", 8}, {"sk_test_", 8},
        {"rk_live_", 8},    {"ghp_", 8},      {"gho_", 8},   {"ghu_", 8},     {"ghs_", 8},
        {"github_pat_", 8}, {"ghr_", 8},      {"AKIA", 12},  {"ASIA", 12},    {"AIza", 20},
        {"glpat-", 8},      {"xoxb-", 8},     {"xoxp-", 8},  {"xoxa-", 8},    {"xoxr-", 8},
        {"xoxs-", 8},       {"npm_", 20},     {"pypi-", 16}, {"dop_v1_", 16}, {"shpat_", 16},
        {"ya29.", 8},       {"SG.", 20},      {"r8_", 20},   {"gsk_", 16},    {"nvapi-", 16},
        {"wandb_v1_", 8},   {"dckr_pat_", 8}, {"lsv2_", 16},
    };
    size_t i;

    for (i = 0; i < sizeof known / sizeof *known; i++) {
        size_t len = strlen(known[i].begin);
        if (strncmp(text, known[i].begin, len) == 0) {
            size_t n = strspn(text + len, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789_-.");
            if (n >= known[i].more)
                return len + n;
        }
    }
    return 0;
}

/* Header and payload are JSON objects in base64: both begin with {" . */
static size_t
web_token(const char *text)
{
    size_t n;

    if (strncmp(text, "eyJ", 3) != 0)
        return 0;
    n = token_length(text);
    if (n < 8 || strncmp(text + n, ".eyJ", 4) != 0)
        return 0;
    n += 1 + token_length(text + n + 1);
    return text[n] == '.' ? n + 1 + token_length(text + n + 1) : n;
}

static size_t
private_key(const char *text)
{
    const char *end;

    if (strncmp(text, "-----BEGIN ", 11) != 0)
        return 0;
    end = strstr(text + 11, "-----END ");
    end = end != NULL ? strstr(end + 9, "-----") : NULL;
    return end != NULL ? (size_t)(end - text) + 5 : strlen(text);
}

/* "user:password@" right behind "://". */
static size_t
user_and_password(const char *text, char before)
{
    size_t n = strcspn(text, "@/?# \t\r\n\"'<>");

    return before == '/' && text[n] == '@' && memchr(text, ':', n) != NULL ? n : 0;
}

/* ---- random letters and digits ---- */

/* A version 4 or other UUID names a run; it opens no door. */
static bool
is_uuid(const char *text, size_t len)
{
    size_t i;

    if (len != 36)
        return false;
    for (i = 0; i < len; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-'
                                                    : !isxdigit((unsigned char)text[i]))
            return false;
    return true;
}

/* Bits of Shannon's entropy of a character of the text. */
static double
entropy(const char *text, size_t len)
{
    unsigned long count[256] = {0};
    double bits = 0;
    size_t i;

    for (i = 0; i < len; i++)
        count[(unsigned char)text[i]]++;
    for (i = 0; i < 256; i++)
        if (count[i] > 0) {
            double p = (double)count[i] / (double)len;
            bits -= p * log2(p);
        }
    return bits;
}

static int
class_of(char c)
{
    return isdigit((unsigned char)c) ? 1 : is_upper(c) ? 2 : isalpha((unsigned char)c) ? 4 : 8;
}

/*
 * Letters and digits that change in kind from one to the next as chance has it; in words and in
 * names of runs they seldom do.
 */
static bool
is_random(const char *text, size_t len)
{
    size_t i, changes = 0;
    int classes = 0;

    if (len < 20)
        return false;
    for (i = 0; i < len; i++) {
        classes |= class_of(text[i]);
        changes += i > 0 && class_of(text[i]) != class_of(text[i - 1]);
    }
    if ((classes & 5) != 5)
        return false;
    return (double)changes > (classes & 2 ? 0.45 : 0.3) * (double)len && entropy(text, len) > 3.4;
}

static bool
is_key(const char *text, size_t len)
{
    return len >= 32 && strcspn(text, "abcdefABCDEF") < len && entropy(text, len) > 2.5;
}

/* A name is made of parts, of which none is long; of a key one is. */
static size_t
random_text(const char *text)
{
    size_t n = 0, part = 0;
    bool found = false;

    if (strspn(text, "0123456789abcdefABCDEF") == (n = token_length(text)))
        return is_key(text, n) ? n : 0;
    if (is_uuid(text, n))
        return 0;
    for (n = 0; in_token(text[n]) || text[n] == '+' || text[n] == '='; n++)
        if (!is_alnum(text[n])) {
            found = found || is_random(text + part, n - part);
            part = n + 1;
        }
    return found || is_random(text + part, n - part) ? n : 0;
}

size_t
a4nn_looks_secret(const char *text, char before)
{
    size_t n;

    if (before != '\0' && in_token(before))
        return 0;
    if ((n = user_and_password(text, before)) > 0 || (n = private_key(text)) > 0)
        return n;
    if ((n = web_token(text)) > 0 || (n = known_token(text)) > 0)
        return n;
    return random_text(text);
}

/* ---- paths ---- */

static bool
is_separator(char c)
{
    return c == '/' || c == '\\';
}

#define PATH_ENDS " \t\r\n\"'<>|,;:()[]{}"

/*
 * Where a path of `n` bytes ends when its folders have blanks in their names ("/a/My Drive/b"):
 * what follows a blank is the path's as long as a separator comes later in it, and it is no option,
 * no path and no address.
 */
static size_t
with_blanks(const char *text, size_t n)
{
    size_t at = n, word;

    while (text[at] == ' ') {
        at += strspn(text + at, " ");
        if (text[at] == '-' || text[at] == '~' || is_separator(text[at]))
            break;
        word = at;
        at += strcspn(text + at, PATH_ENDS);
        if (strncmp(text + at, "://", 3) == 0)
            break;
        while (word < at && !is_separator(text[word]))
            word++;
        if (word < at)
            n = at;
    }
    return n;
}

size_t
a4nn_looks_like_path(const char *text, char before)
{
    bool begins = before == '\0' || strchr(" \t\r\n\"'|,;:()[]{}=@", before) != NULL;
    size_t head = 0, n;

    if (text[0] == '/' && text[1] == '/' && text[2] == '/') /* file:///a/b */
        head = 2;
    if (!begins || (text[0] == '/' && text[1] == '/' && head == 0 && before == ':'))
        return 0;
    if (text[0] == '~') {
        head = strcspn(text, "/\\ \t\r\n\"',;:");
        if (!is_separator(text[head]))
            return 0;
    } else if (isalpha((unsigned char)text[0]) && text[1] == ':' && is_separator(text[2])) {
        head = 2;
        if (text[2] == '/' && text[3] == '/')
            return 0;
    } else if (!(text[head] == '/' || (text[0] == '\\' && text[1] == '\\'))) {
        return 0;
    }
    n = head + strcspn(text + head, PATH_ENDS);
    if (before == '\0' || strchr("=\"'", before) != NULL)
        n = with_blanks(text, n);
    while (n > head && is_separator(text[n - 1]))
        n--;
    return n > head + 1 ? n : 0;
}
