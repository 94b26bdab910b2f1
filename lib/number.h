/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_NUMBER_H
#define A4NN_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Numbers as text, the same in every locale (the commands never leave the C locale).
 */

/*
 * Reads a decimal number that fills all of `len` bytes, blanks around it apart: "1.", ".5",
 * "-3e-4", "nan", "NaN", "inf", "Infinity", "1e-400" (0).  Not numbers: hexadecimal, "93,5",
 * "1_000", an empty text.  Returns false and leaves *out alone when it is none.
 */
bool a4nn_number_parse(const char *text, size_t len, double *out);

/*
 * Reads the longest number at the start of `text` (no blanks skipped); returns how many bytes
 * it took, 0 when there is none.  "0.91abc" gives 4; "1e" gives 1.
 */
size_t a4nn_number_scan(const char *text, size_t len, double *out);

/* Writes the shortest text that reads back as `value` ("nan", "inf", "-inf" too). Returns `out`. */
char *a4nn_number_format(char out[32], double value);

#endif
