/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SPEC_H
#define A4NN_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/*
 * The little language of -M and -R: "name" or "name:key=value,key=value".  What keys a name has
 * is a table beside it, from which parsing, help and manuals are made.
 */

struct a4nn_param {
    const char *key;
    const char *help;         /* one phrase, with the unit */
    double def;               /* default; NAN: not set */
    double lo, hi;            /* what is accepted */
    bool whole;               /* whole numbers only */
    const char *const *words; /* instead of a number: one of these, the value is its index */
    const char *unset;        /* word that means "not set" (NAN), besides a number; or NULL */
};

enum { A4NN_MAX_PARAMS = 16 };

struct a4nn_values {
    double v[A4NN_MAX_PARAMS];
    bool percent[A4NN_MAX_PARAMS]; /* written with a % sign */
    bool given[A4NN_MAX_PARAMS];   /* not the default */
};

/* Length of the name at the start of a spec: up to the colon. */
size_t a4nn_spec_name(const char *spec);

/*
 * Reads the keys of a spec.  Returns 0, or -1 with *err naming what is wrong and what is accepted.
 */
int a4nn_spec_parse(const char *spec, const struct a4nn_param *params, size_t count,
                    struct a4nn_values *out, struct a4nn_err *err) A4NN_MUST_USE;

#endif
