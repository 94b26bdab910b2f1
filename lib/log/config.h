/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_CONFIG_H
#define A4NN_LOG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "record.h"

/*
 * The configuration of one run, setting by setting as its log states it, on its way to a record:
 * all of it is the member `config`.  What says by its name that it is a fact of the run that
 * a4nn-history(5) knows is a member of its own as well: flops, parameters, seed.
 *
 * Zero-initialise it ({0}), release it in the end.
 */
struct a4nn_log_config {
    struct a4nn_json *settings; /* an object, or NULL when there are none */
    size_t bytes;               /* of their names and texts */
    bool news;                  /* no record has had them as they are now */
};

/*
 * A setting, as format.h has it.  A number is kept as one, JSON as what it means, True and False
 * of Python as booleans, all else as text.  False, and nothing kept, when there is no room: a log
 * is untrusted, and so a configuration has no more than 1000 settings and 1 MiB.
 */
bool a4nn_log_config_put(struct a4nn_log_config *config, const char *name,
                         const char *text) A4NN_MUST_USE;

/* Gives an object such members of a configuration, which is an object. */
void a4nn_log_config_state(const struct a4nn_json *settings, struct a4nn_json *members);

/* Gives the record the members, if they are news. */
void a4nn_log_config_attach(struct a4nn_log_config *config, struct a4nn_record *record);

void a4nn_log_config_release(struct a4nn_log_config *config);

#endif
