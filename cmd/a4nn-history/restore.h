/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_RESTORE_H
#define A4NN_RESTORE_H

#include "verbs.h"

/*
 * Takes the operands that are publications out of the list, bringing them into the database;
 * *count is how many others are left, in their order.  Returns the status to end with, as far as
 * these go; A4NN_NO when there were none.
 */
int a4nn_restore(const char *history, char **operands, int *count);

#endif
