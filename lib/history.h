/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_H
#define A4NN_HISTORY_H

#include "buf.h"
#include "db.h"

/*
 * The model database: every run ever trained, with its configuration, its curves, and what was
 * forecast and decided at the time.  SQLite in a file, or PostgreSQL on a server (db.h).
 */

/* Seconds that a command waits for others that are writing. */
enum { A4NN_HISTORY_PATIENCE = 60 };

/* The name in use: the one given, else $A4NN_HISTORY, else a4nn/history.db in $XDG_DATA_HOME or
 * ~/.local/share.  Appended to *out; -1 with *err filled when there is none of these. */
int a4nn_history_name(const char *given, struct a4nn_buf *out, struct a4nn_err *err) A4NN_MUST_USE;

/*
 * Opens it, with its schema made or brought up to date unless access is A4NN_DB_READ.  `name` as
 * above, NULL for the default; `patience` in seconds (db.h), unless $A4NN_HISTORY_PATIENCE says
 * otherwise.  NULL with *err filled.
 */
struct a4nn_db *a4nn_history_open(const char *name, enum a4nn_db_access access, double patience,
                                  struct a4nn_err *err) A4NN_MUST_USE;

#endif
