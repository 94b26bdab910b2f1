/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_JSONLINES_H
#define A4NN_JSONLINES_H

#include <stddef.h>

#include "json.h"

/*
 * JSON Lines of which each is an object: calls `each` for every line that is not blank, with its
 * number from 1.  `line` is the callee's to free, or NULL: it is none, and `wrong` says why.
 * Nonzero ends it and is returned, else 0.
 */
int a4nn_jsonlines(const char *text, size_t len,
                   int (*each)(void *arg, unsigned long number, struct a4nn_json *line,
                               const char *wrong),
                   void *arg);

#endif
