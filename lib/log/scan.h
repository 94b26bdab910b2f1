/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_SCAN_H
#define A4NN_LOG_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A cursor over a line, for formats with a fixed shape.  Each call takes something from the
 * front and says whether it was there; when it was not, the cursor stays.
 */
struct a4nn_scan {
    const char *at, *end;
};

struct a4nn_scan a4nn_scan(const char *text, size_t len);

/* Passes blanks and tabs, if any. */
void a4nn_scan_blanks(struct a4nn_scan *s);

bool a4nn_scan_text(struct a4nn_scan *s, const char *text);

/* A run of at most 15 decimal digits. */
bool a4nn_scan_count(struct a4nn_scan *s, double *out);

/* A number as number.h reads it. */
bool a4nn_scan_number(struct a4nn_scan *s, double *out);

/* Passes blanks, then takes what stands there up to the next blank. */
bool a4nn_scan_word(struct a4nn_scan *s, const char **word, size_t *len);

/* Moves behind the first occurrence of `text`. */
bool a4nn_scan_find(struct a4nn_scan *s, const char *text);

/* Whether only blanks are left. */
bool a4nn_scan_done(const struct a4nn_scan *s);

#endif
