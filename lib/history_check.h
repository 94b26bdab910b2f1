/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_HISTORY_CHECK_H
#define A4NN_HISTORY_CHECK_H

#include "db.h"

/*
 * Looks the model database over: the store's own structures, and what its rows say of each other.
 * `found` gets each defect, in words.  0, or -1 with *err filled when it could not be looked at.
 */
int a4nn_history_check(struct a4nn_db *db, void (*found)(void *arg, const char *defect), void *arg,
                       struct a4nn_err *err) A4NN_MUST_USE;

#endif
