/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PROGRAM_H
#define A4NN_PROGRAM_H

#include <stdbool.h>
#include <stdio.h>

#include "err.h"

/*
 * What every main() needs: its name in messages, an honest end.  The only part of the library
 * that prints or exits; nothing else in it may call this.
 */

/* How much is said on standard error: -q gives 0 (trouble only), default 1, each -v one more. */
extern int a4nn_verbosity;

/*
 * To be called first.  Sets the name used in messages and puts SIGPIPE back to its default,
 * since some parents leave it ignored and a filter should die of a closed pipe in silence.
 */
void a4nn_program_begin(const char *name);

/*
 * For commands that pass on another command's status, as env(1) does: their own trouble is 125
 * instead of 2, in everything here and in cli.h.
 */
void a4nn_program_wraps(void);
int a4nn_program_trouble(void);

/* Prints "name: message" on standard error, made safe for a terminal. */
void a4nn_warn(const char *fmt, ...) A4NN_PRINTF(1, 2);

/* a4nn_warn, then exit with `status`; A4NN_TROUBLE is that of the program. */
A4NN_NORETURN void a4nn_die(enum a4nn_status status, const char *fmt, ...) A4NN_PRINTF(2, 3);

/* A diag that prints as a4nn_warn does: errors always, warnings and notes unless -q. */
struct a4nn_diag a4nn_program_diag(void);

/*
 * The last words of main: `return a4nn_program_end(status)`.  Flushes and closes standard
 * output; output that could not be written is trouble, whatever `status` says.
 */
int a4nn_program_end(int status);

#endif
