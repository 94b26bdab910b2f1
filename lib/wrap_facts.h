/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_WRAP_FACTS_H
#define A4NN_WRAP_FACTS_H

#include "json.h"

/* What is known of a training before it begins, for the model database. */

/* The id that a batch system gave this job, or NULL. */
const char *a4nn_wrap_job(void);

/*
 * The version of the training code: $A4NN_CODE_VERSION, where it is set, even to nothing; else the
 * commit checked out in the working directory (commit.h).  Owned by the caller; NULL: not known.
 */
char *a4nn_wrap_code_version(void);

/*
 * An object with the members that history_facts.h names: host, job, command, started, code_version
 * (may be NULL) and, of a configuration (an object, or NULL), config and what it says of the seed
 * and the like (log/config.h).  Owned by the caller.
 */
struct a4nn_json *a4nn_wrap_facts(char *const *argv, const char *code_version,
                                  const struct a4nn_json *config);

#endif
