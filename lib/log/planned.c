/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/planned.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "log/pairs.h"
#include "log/scan.h"

static bool
is_one_of(const char *name, const char *const *names, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* The letters of a name, lower-case: "Num Epochs" and "num_epochs" are one. */
static void
letters(const struct a4nn_pair *pair, char out[32])
{
    size_t i, used = 0;

    for (i = 0; i < pair->name_len && used < 31; i++)
        if (isalpha((unsigned char)pair->name[i]))
            out[used++] = (char)tolower((unsigned char)pair->name[i]);
    out[used] = '\0';
}

static bool
is_dump(const char *line, size_t len)
{
    size_t i, equals = 0;

    for (i = 0; i < len && equals < 4; i++)
        equals += line[i] == '=';
    return equals == 4;
}

/* "`Trainer.fit` stopped: `max_epochs=2` reached.", Lightning's last word. */
static bool
reached(struct a4nn_scan s, double *epochs)
{
    double count;

    if (!a4nn_scan_find(&s, "stopped: `max_epochs=") || !a4nn_scan_count(&s, &count) ||
        !a4nn_scan_text(&s, "`") || !(count >= 1))
        return false;
    *epochs = count;
    return true;
}

/*
 * Most lines of a training say "epoch" and plan nothing: is there one with a number assigned to it,
 * so that no letter comes between it and the sign?
 */
static bool
assigns(struct a4nn_scan s)
{
    while (a4nn_scan_find(&s, "poch")) {
        const char *at = s.at;
        at += at < s.end && *at == 'e';
        at += at < s.end && *at == 's';
        while (at < s.end && !isalpha((unsigned char)*at))
            if (*at == '=' || *at++ == ':')
                return true;
    }
    return false;
}

bool
a4nn_log_planned(const char *line, size_t len, double *epochs)
{
    static const char *const always[] = {"numepochs",   "maxepochs", "maxepoch",
                                         "totalepochs", "nepochs",   "numtrainepochs",
                                         "totalepoches"};
    static const char *const bare[] = {"epochs", "epoches"};
    struct a4nn_pairs pairs;
    struct a4nn_pair pair;
    char name[32];
    bool dump;

    if (!assigns(a4nn_scan(line, len)))
        return false;
    if (reached(a4nn_scan(line, len), epochs))
        return true;
    dump = is_dump(line, len);
    pairs = a4nn_pairs(line, len);
    while (a4nn_pairs_next(&pairs, &pair)) {
        bool alone = pair.begin == 0 && pair.end == len;

        letters(&pair, name);
        if (pair.sep == ' ' || !(pair.value >= 1) || pair.value != floor(pair.value) ||
            !isnan(pair.total) || pair.value > 1e9)
            continue;
        if (is_one_of(name, always, sizeof always / sizeof always[0]) ||
            (is_one_of(name, bare, sizeof bare / sizeof bare[0]) && (alone || dump))) {
            *epochs = pair.value;
            return true;
        }
    }
    return false;
}
