/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FLATCONFIG_H
#define A4NN_FLATCONFIG_H

#include <stddef.h>

#include "json.h"
#include "strmap.h"

/*
 * A configuration as a list of members, those of objects within it under names joined by dots, so
 * that configurations can be compared.
 */
struct a4nn_flat_member {
    size_t name;   /* its number in the map of names */
    double number; /* NAN: it is none */
    char *text;    /* as JSON writes it, strings without their quotes; owned */
};

struct a4nn_flat_config {
    struct a4nn_flat_member *member;
    size_t n, cap;
};

/* Fills *out, which is zero or released, from an object; nothing when it is NULL or none. */
void a4nn_flat_config_of(const struct a4nn_json *config, struct a4nn_strmap *names,
                         struct a4nn_flat_config *out);

/* The same from the text of one. */
void a4nn_flat_config_read(const char *json, struct a4nn_strmap *names,
                           struct a4nn_flat_config *out);

void a4nn_flat_config_release(struct a4nn_flat_config *config);

#endif
