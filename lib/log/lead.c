/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/lead.h"

#include <math.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* RFC 3339 with its zone; without one the time is unknown. Leaves the cursor behind it. */
static bool
read_time(struct a4nn_scan *s, double *out)
{
    struct tm tm = {0};
    double field[6], shift_hours = 0, shift_minutes = 0, sign = 0;
    const char *const marks[] = {"-", "-", "T", ":", ":", ""};
    struct a4nn_scan at = *s;
    unsigned i;

    for (i = 0; i < 6; i++)
        if (!(i < 5 ? a4nn_scan_count(&at, &field[i]) : a4nn_scan_number(&at, &field[i])) ||
            !a4nn_scan_text(&at, marks[i]) || !(field[i] >= 0 && field[i] < 10000))
            return false;
    if (a4nn_scan_text(&at, "+"))
        sign = 1;
    else if (a4nn_scan_text(&at, "-"))
        sign = -1;
    if (sign != 0 ? !a4nn_scan_count(&at, &shift_hours) || !a4nn_scan_text(&at, ":") ||
                        !a4nn_scan_count(&at, &shift_minutes)
                  : !a4nn_scan_text(&at, "Z"))
        return false;
    tm.tm_year = (int)field[0] - 1900;
    tm.tm_mon = (int)field[1] - 1;
    tm.tm_mday = (int)field[2];
    tm.tm_hour = (int)field[3];
    tm.tm_min = (int)field[4];
    *out = (double)timegm(&tm) + field[5] - sign * (shift_hours * 3600 + shift_minutes * 60);
    *s = at;
    return true;
}

/* "2024-01-02", "03:04:05,678:", "[2024-01-02": digits and the marks of dates and times. */
static bool
is_date_or_time(const char *word, size_t len)
{
    size_t i, digits = 0, marks = 0;

    for (i = 0; i < len; i++) {
        if (word[i] >= '0' && word[i] <= '9')
            digits++;
        else if (strchr("-/:", word[i]) != NULL)
            marks++;
        else if (strchr(".,TZ+[]", word[i]) == NULL)
            return false;
    }
    return digits >= 6 && marks >= 2;
}

static bool
is_level(const char *word, size_t len)
{
    static const char *const levels[] = {"debug", "info", "notice", "warning", "error", "critical"};
    size_t i;

    while (len > 0 && strchr("[(<|", word[0]) != NULL)
        word++, len--;
    while (len > 0 && strchr("])>|:", word[len - 1]) != NULL)
        len--;
    for (i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strlen(levels[i]) == len && strncasecmp(word, levels[i], len) == 0)
            return true;
    return false;
}

void
a4nn_log_lead(struct a4nn_scan *s, double *time)
{
    struct a4nn_scan next;
    const char *word;
    size_t len;

    *time = NAN;
    a4nn_scan_blanks(s);
    (void)read_time(s, time);
    for (next = *s; a4nn_scan_word(&next, &word, &len); *s = next)
        if (!is_date_or_time(word, len) && !is_level(word, len))
            break;
    a4nn_scan_blanks(s);
}
