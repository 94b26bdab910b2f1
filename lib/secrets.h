/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SECRETS_H
#define A4NN_SECRETS_H

#include <stdbool.h>

#include "buf.h"
#include "json.h"

/*
 * What should not leave the house with a publication, found by how it is named and by how it
 * looks, and left out.  Where something was left out stands "[left out]"; of a path its last
 * component stays.  Rather too much is taken than too little.
 */

/* What there is to leave out. */
enum a4nn_secret {
    A4NN_SECRET_TOKEN, /* keys, tokens, passwords, by name or by look */
    A4NN_SECRET_PATH,  /* folders of absolute paths */
    A4NN_SECRET_HOST,  /* names of machines */
    A4NN_SECRETS
};

struct a4nn_secrets {
    bool keep[A4NN_SECRETS];           /* these were asked for */
    unsigned long found[A4NN_SECRETS]; /* how often each was left out */
};

/* In words, for one and for many: "folder of a path", "folders of paths". */
const char *a4nn_secret_words(enum a4nn_secret what, unsigned long count);

/*
 * Appends the text without what is to be left out of it. `name` (may be NULL) is what it is called
 * (a member of a configuration, an option); when that is the name of a secret, nothing of it stays.
 */
void a4nn_secrets_text(struct a4nn_secrets *secrets, const char *name, const char *text,
                       struct a4nn_buf *out);

/* The same for every text within a value. Returns the new value, owned by the caller. */
struct a4nn_json *a4nn_secrets_json(struct a4nn_secrets *secrets, const char *name,
                                    const struct a4nn_json *value);

/*
 * The same for the words of a command line, a JSON array: also "--token", "x", "--token=x" and
 * "TOKEN=x".
 */
struct a4nn_json *a4nn_secrets_command(struct a4nn_secrets *secrets,
                                       const struct a4nn_json *command);

#endif
