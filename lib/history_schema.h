/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_SCHEMA_H
#define A4NN_HISTORY_SCHEMA_H

#include "db.h"

/*
 * The tables of the model database, which a4nn-history(5) makes public, and how older ones become
 * newer ones: each step is one script, and the schema's number is the count of steps taken.
 */

/* The number of the schema this build reads and writes. */
int a4nn_history_schema(void);

/*
 * Sees to it that the database has just that schema: makes it, or brings it up to date, when that
 * is `wanted`.  0; or -1 with *err filled when it is newer, somebody else's, or out of date and
 * not wanted.  As many as like may do so at once.
 */
int a4nn_history_schema_ensure(struct a4nn_db *db, const char *name, bool wanted,
                               struct a4nn_err *err) A4NN_MUST_USE;

#endif
