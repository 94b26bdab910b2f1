/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/columns.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "number.h"

enum { MAX_NAME = 32, NO_RANK = 1000 };

/* Usual names, letters and digits only; of one role the earlier wins. */
static const struct {
    const char *name;
    enum a4nn_log_role role;
} usual[] = {
    {"epoch", A4NN_ROLE_EPOCH},
    {"epochs", A4NN_ROLE_EPOCH},
    {"epochnum", A4NN_ROLE_EPOCH},
    {"epochnumber", A4NN_ROLE_EPOCH},
    {"epochno", A4NN_ROLE_EPOCH},
    {"epochidx", A4NN_ROLE_EPOCH},
    {"epochindex", A4NN_ROLE_EPOCH},
    {"epochid", A4NN_ROLE_EPOCH},
    {"currentepoch", A4NN_ROLE_EPOCH},
    {"curepoch", A4NN_ROLE_EPOCH},
    {"trainerepoch", A4NN_ROLE_EPOCH},
    {"trainepoch", A4NN_ROLE_EPOCH},
    {"trainingiteration", A4NN_ROLE_EPOCH},
    {"ep", A4NN_ROLE_EPOCH},
    {"round", A4NN_ROLE_EPOCH},
    {"rounds", A4NN_ROLE_EPOCH},
    {"generation", A4NN_ROLE_EPOCH},
    {"step", A4NN_ROLE_STEP},
    {"globalstep", A4NN_ROLE_STEP},
    {"globalsteps", A4NN_ROLE_STEP},
    {"trainerglobalstep", A4NN_ROLE_STEP},
    {"trainglobalstep", A4NN_ROLE_STEP},
    {"steps", A4NN_ROLE_STEP},
    {"iter", A4NN_ROLE_STEP},
    {"iteration", A4NN_ROLE_STEP},
    {"iterations", A4NN_ROLE_STEP},
    {"iters", A4NN_ROLE_STEP},
    {"it", A4NN_ROLE_STEP},
    {"numupdates", A4NN_ROLE_STEP},
    {"timestepstotal", A4NN_ROLE_STEP},
    {"totaltimesteps", A4NN_ROLE_STEP},
    {"batch", A4NN_ROLE_STEP},
    {"batches", A4NN_ROLE_STEP},
    {"numtrainepochs", A4NN_ROLE_EPOCHS},
    {"totalepochs", A4NN_ROLE_EPOCHS},
    {"numepochs", A4NN_ROLE_EPOCHS},
    {"maxepochs", A4NN_ROLE_EPOCHS},
    {"nepochs", A4NN_ROLE_EPOCHS},
    {"epochstotal", A4NN_ROLE_EPOCHS},
    {"run", A4NN_ROLE_RUN},
    {"runid", A4NN_ROLE_RUN},
    {"runname", A4NN_ROLE_RUN},
    {"trial", A4NN_ROLE_RUN},
    {"trialid", A4NN_ROLE_RUN},
    {"trialname", A4NN_ROLE_RUN},
    {"task", A4NN_ROLE_TASK},
    {"taskname", A4NN_ROLE_TASK},
    {"timestamp", A4NN_ROLE_TIME},
    {"walltime", A4NN_ROLE_TIME},
    {"datetime", A4NN_ROLE_TIME},
    {"time", A4NN_ROLE_TIME},
};

enum { USUAL = sizeof usual / sizeof usual[0], ROLES = A4NN_ROLE_TIME + 1 };

/* Index in `usual`, or NO_RANK. */
static size_t
rank_of(const char *name)
{
    char plain[MAX_NAME];
    size_t n = 0, i;

    for (; *name != '\0'; name++) {
        if (!isalnum((unsigned char)*name) && (unsigned char)*name < 0x80)
            continue;
        if (n + 1 == sizeof plain)
            return NO_RANK;
        plain[n++] = (char)tolower((unsigned char)*name);
    }
    plain[n] = '\0';
    for (i = 0; i < USUAL; i++)
        if (strcmp(plain, usual[i].name) == 0)
            return i;
    return NO_RANK;
}

void
a4nn_log_roles(const char *const *names, size_t n, enum a4nn_log_role *roles)
{
    size_t best[ROLES], who[ROLES] = {0}, i;
    size_t plural = rank_of("epochs"), second = n;
    enum a4nn_log_role role;

    for (i = 0; i < ROLES; i++)
        best[i] = NO_RANK;
    for (i = 0; i < n; i++) {
        size_t rank = rank_of(names[i]);

        roles[i] = A4NN_ROLE_VALUE;
        if (rank == NO_RANK)
            continue;
        if (rank == plural)
            second = i;
        role = usual[rank].role;
        if (rank < best[role]) {
            best[role] = rank;
            who[role] = i;
        }
    }
    for (i = A4NN_ROLE_EPOCH; i < ROLES; i++)
        if (best[i] != NO_RANK)
            roles[who[i]] = (enum a4nn_log_role)i;
    if (second < n && roles[second] == A4NN_ROLE_VALUE && best[A4NN_ROLE_EPOCHS] == NO_RANK)
        roles[second] = A4NN_ROLE_EPOCHS;
}

static bool
is_one_of(const char *text, const char *const *words, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

bool
a4nn_log_is_domain(const char *word)
{
    static const char *const words[] = {"train", "training",   "val",  "valid", "validation",
                                        "eval",  "evaluation", "test", "dev",   "testing"};
    return is_one_of(word, words, sizeof words / sizeof words[0]);
}

bool
a4nn_log_is_missing(const char *text)
{
    static const char *const words[] = {"", "na", "n/a", "none", "null", "-", "--"};
    return is_one_of(text, words, sizeof words / sizeof words[0]);
}

bool
a4nn_log_is_task(const char *text)
{
    double number;

    return !a4nn_log_is_missing(text) && !a4nn_log_is_domain(text) &&
           !a4nn_log_cell_number(text, &number);
}

bool
a4nn_log_cell_number(const char *text, double *out)
{
    size_t len = strlen(text);

    if (len > 1 && text[len - 1] == '%')
        len--;
    return a4nn_number_parse(text, len, out);
}

bool
a4nn_log_time_number(double number, double *out)
{
    /* 1e8 s is in 1973: below, it is a duration. */
    if (!(number >= 1e8 && number < 1e20))
        return false;
    while (number >= 1e11)
        number /= 1000;
    *out = number;
    return true;
}

/* "Z", "+02:00", "-0530" in seconds east; false when there is something else. */
static bool
parse_offset(const char *text, double *seconds)
{
    int hours, minutes;
    char sign;

    *seconds = 0;
    if (*text == '\0' || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if (sscanf(text, "%c%2d:%2d", &sign, &hours, &minutes) != 3 &&
        sscanf(text, "%c%2d%2d", &sign, &hours, &minutes) != 3)
        return false;
    *seconds = (hours * 60 + minutes) * 60.0;
    if (sign == '-')
        *seconds = -*seconds;
    return sign == '+' || sign == '-';
}

bool
a4nn_log_time(const char *text, double *out)
{
    double number, seconds, offset;
    struct tm tm = {0};
    char between;
    int used = 0;
    size_t n;

    if (a4nn_number_parse(text, strlen(text), &number))
        return a4nn_log_time_number(number, out);
    if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d:%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &between,
               &tm.tm_hour, &tm.tm_min, &used) != 6 ||
        used == 0 || strchr("Tt ", between) == NULL)
        return false;
    n = a4nn_number_scan(text + used, strlen(text + used), &seconds);
    if (n == 0 || !parse_offset(text + used + n, &offset))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *out = (double)timegm(&tm) + seconds - offset;
    return isfinite(*out);
}
