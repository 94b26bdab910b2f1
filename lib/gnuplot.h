/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_GNUPLOT_H
#define A4NN_GNUPLOT_H

#include "buf.h"
#include "err.h"

/*
 * gnuplot, the program that draws.  It is started as it comes, without the user's settings, and
 * with little of the environment, so that a script gives the same picture everywhere.
 */

/*
 * Runs a script and appends what it draws on its standard output.  0; or -1 with *err filled when
 * gnuplot is not there, failed, was killed, or drew nothing: what was appended is then of no use.
 */
int a4nn_gnuplot_run(const struct a4nn_buf *script, struct a4nn_buf *picture,
                     struct a4nn_err *err) A4NN_MUST_USE;

/* Appends a text as a string of the script, whatever is in it: none of it is interpreted, and
 * text that would do harm in a terminal or an XML file is shown in words. */
void a4nn_gnuplot_quote(struct a4nn_buf *script, const char *text);

/* The same for a label of an axis, which gnuplot takes for a format of numbers. */
void a4nn_gnuplot_quote_label(struct a4nn_buf *script, const char *text);

#endif
