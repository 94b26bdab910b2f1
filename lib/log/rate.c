/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/rate.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* Words by which a name that has "lr" in it means another number than the rate at that time. */
static const char *const other[] = {
    "args",  "base",       "config",    "decay",  "drop",    "end",   "factor", "final",
    "find",  "gamma",      "hparams",   "init",   "initial", "loss",  "max",    "min",
    "mult",  "multiplier", "param",     "params", "policy",  "power", "ratio",  "reduce",
    "scale", "schedule",   "scheduler", "start",  "step",    "steps", "target", "warmup"};

enum { WORD = 16 };

/* The next word of a name, in lower case and cut to fit: up to a sign, or a capital after a small
 * letter.  Returns what is left of the name, NULL when there is no word any more. */
static const char *
next_word(const char *name, char word[WORD])
{
    size_t n = 0;

    while (*name != '\0' && !isalnum((unsigned char)*name))
        name++;
    if (*name == '\0')
        return NULL;
    do {
        if (n < WORD - 1)
            word[n++] = (char)tolower((unsigned char)*name);
        name++;
    } while (isalnum((unsigned char)*name) &&
             !(isupper((unsigned char)*name) && islower((unsigned char)name[-1])));
    word[n] = '\0';
    return name;
}

static bool
means_other(const char *word)
{
    size_t i;

    for (i = 0; i < sizeof other / sizeof other[0]; i++)
        if (strcmp(word, other[i]) == 0)
            return true;
    return false;
}

/* "lr", or one of several groups' as "lr0". */
static bool
is_lr(const char *word)
{
    return strncmp(word, "lr", 2) == 0 && strspn(word + 2, "0123456789") == strlen(word + 2);
}

int
a4nn_log_rate_name(const char *name)
{
    char word[WORD], before[WORD] = "";
    size_t words = 0, used = 0;
    bool found = false;

    while ((name = next_word(name, word)) != NULL) {
        words++;
        if (means_other(word))
            return 0;
        if (is_lr(word) || strcmp(word, "learningrate") == 0) {
            found = true;
            used = 1;
        } else if (strcmp(word, "rate") == 0 && strcmp(before, "learning") == 0) {
            found = true;
            used = 2;
        }
        memcpy(before, word, sizeof word);
    }
    return !found ? 0 : words == used ? 2 : 1;
}

bool
a4nn_log_rate_holds(const struct a4nn_log_sample *rate, const struct a4nn_log_sample *value)
{
    bool epochs = isfinite(rate->epoch) && isfinite(value->epoch);

    if (epochs && (rate->epoch < value->epoch || rate->epoch > value->epoch))
        return rate->epoch < value->epoch;
    if (isfinite(rate->step) && isfinite(value->step))
        return rate->step <= value->step;
    return epochs || (rate->file == value->file && rate->line <= value->line);
}
