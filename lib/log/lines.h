/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_LINES_H
#define A4NN_LOG_LINES_H

#include <stddef.h>

#include "err.h"

/*
 * Cuts console output into the lines a person saw, from bytes fed in pieces cut anywhere.
 *
 * LF, CRLF and CR CR LF end a line.  A CR or a run of backspaces, with which progress bars go
 * back to overwrite themselves, also ends a piece: each version of the bar is given as a line of
 * its own, with the number of the line it stands in.  Escape sequences (colours, cursor moves)
 * are taken out; one that moves the cursor to another row or column ends the piece, too.  NUL bytes
 * are taken out and reported.  Empty pieces are not given.
 */
struct a4nn_lines;

/* `file` and `diag` are for messages and must outlive the cutter. */
struct a4nn_lines *a4nn_lines_new(void (*line)(void *arg, const char *line, size_t len,
                                               unsigned long number),
                                  void *arg, struct a4nn_diag *diag, const char *file);

/* Takes the next bytes. A line longer than 16 MiB is reported and cut there, its rest dropped. */
void a4nn_lines_feed(struct a4nn_lines *lines, const char *bytes, size_t len);

/* The input has ended: what is left is a last line without its end. */
void a4nn_lines_finish(struct a4nn_lines *lines);

void a4nn_lines_free(struct a4nn_lines *lines);

#endif
