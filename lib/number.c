/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 400 }; /* a longer mantissa adds nothing a double can hold */

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t
digits(const char *s, size_t len, size_t at)
{
    while (at < len && is_digit(s[at]))
        at++;
    return at;
}

static size_t
word(const char *s, size_t len, const char *name)
{
    size_t n = strlen(name);
    return n <= len && strncasecmp(s, name, n) == 0 ? n : 0;
}

/*
 * A plain decimal of few digits, as nearly all are, without strtod(): both the digits and the power
 * of ten are exact in a double, so that the one division rounds as it must (Clinger 1990).
 */
static bool
scan_plain(const char *text, size_t end, double *out)
{
    static const double power[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    size_t at = text[0] == '-' || text[0] == '+', behind = 0;
    long long whole = 0;
    bool point = false;

    if (FLT_EVAL_METHOD != 0 || end - at > 16)
        return false;
    for (; at < end; at++) {
        if (text[at] == '.') {
            point = true;
        } else if (is_digit(text[at])) {
            whole = 10 * whole + (text[at] - '0');
            behind += point;
        } else {
            return false;
        }
    }
    if (whole >= 1LL << 53)
        return false;
    *out = (double)whole / power[behind];
    if (text[0] == '-')
        *out = -*out;
    return true;
}

/* strtod() wants a NUL and knows hexadecimal and "nan(...)"; so the extent is found here first. */
size_t
a4nn_number_scan(const char *text, size_t len, double *out)
{
    char copy[LONGEST + 1];
    size_t at = 0, whole, end, n;
    bool negative;

    if (len == 0)
        return 0;
    negative = text[0] == '-';
    if (text[0] == '+' || text[0] == '-')
        at = 1;
    if (at == len)
        return 0;
    if (is_digit(text[at])) {
        ; /* no word */
    } else if ((n = word(text + at, len - at, "nan")) != 0) {
        *out = NAN;
        return at + n;
    } else if ((n = word(text + at, len - at, "infinity")) != 0 ||
               (n = word(text + at, len - at, "inf")) != 0) {
        *out = negative ? -HUGE_VAL : HUGE_VAL;
        return at + n;
    }
    whole = digits(text, len, at);
    end = whole;
    if (end < len && text[end] == '.')
        end = digits(text, len, end + 1);
    if (end == at || (end == at + 1 && text[at] == '.'))
        return 0;
    if (end < len && (text[end] == 'e' || text[end] == 'E')) {
        size_t exponent = end + 1, stop;
        if (exponent < len && (text[exponent] == '+' || text[exponent] == '-'))
            exponent++;
        stop = digits(text, len, exponent);
        if (stop > exponent)
            end = stop;
    }
    if (end > LONGEST)
        return 0;
    if (scan_plain(text, end, out))
        return end;
    memcpy(copy, text, end);
    copy[end] = '\0';
    *out = strtod(copy, NULL);
    return end;
}

bool
a4nn_number_parse(const char *text, size_t len, double *out)
{
    double value;
    size_t used;

    while (len > 0 && (text[0] == ' ' || text[0] == '\t'))
        text++, len--;
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t' || text[len - 1] == '\r'))
        len--;
    used = a4nn_number_scan(text, len, &value);
    if (used == 0 || used != len)
        return false;
    *out = value;
    return true;
}

char *
a4nn_number_format(char out[32], double value)
{
    /* 15 digits give back any decimal that short, and %g leaves out zeros at the end; numbers next
     * to zero hold fewer. */
    int precision = fabs(value) < DBL_MIN ? 1 : 15;

    if (isnan(value))
        return strcpy(out, "nan");
    if (isinf(value))
        return strcpy(out, value < 0 ? "-inf" : "inf");
    for (; precision < 17; precision++) {
        snprintf(out, 32, "%.*g", precision, value);
        if (strtod(out, NULL) == value)
            return out;
    }
    snprintf(out, 32, "%.17g", value);
    return out;
}
