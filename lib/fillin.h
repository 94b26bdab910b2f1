/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FILLIN_H
#define A4NN_FILLIN_H

#include <stddef.h>

#include "err.h"
#include "record.h"

/*
 * The command that is to be run for a record: its words, in which {run}, {epoch}, {value},
 * {forecast} and {reason} stand for the record's fields, empty where it has none.  The words go to
 * execve(2), not to a shell.
 */

/*
 * Checks the words of a command before there is a record: texts of a log must not become part of
 * a script, so no {...} may stand in what follows the -c of a shell.  0, or -1 with *err.
 */
int a4nn_fillin_check(char *const *words, size_t count, struct a4nn_err *err) A4NN_MUST_USE;

/*
 * The words filled in, NULL-terminated, owned by the caller (a4nn_fillin_free); or NULL with *err
 * where a text would be taken for an option: it begins with a dash, and so does the word, with no
 * word "--" before it.
 */
char **a4nn_fillin_words(char *const *words, size_t count, const struct a4nn_record *record,
                         struct a4nn_err *err) A4NN_MUST_USE;

/* The environment, with A4NN_RUN, A4NN_EPOCH, A4NN_VALUE, A4NN_FORECAST and A4NN_REASON. */
char **a4nn_fillin_environment(const struct a4nn_record *record);

void a4nn_fillin_free(char **words);

#endif
