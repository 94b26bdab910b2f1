/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SECRETS_LOOK_H
#define A4NN_SECRETS_LOOK_H

#include <stdbool.h>
#include <stddef.h>

/* How secrets look and what they are called: guesses, kept in one place. */

/* Is a member, option or variable of this name a secret ("API_KEY", "hfToken")? A password, which
 * may be a number? A machine ("master_addr")? The digest of something ("commit", "sha256")? */
bool a4nn_names_secret(const char *name);
bool a4nn_names_password(const char *name);
bool a4nn_names_host(const char *name);
bool a4nn_names_digest(const char *name);

/* 32 to 128 hexadecimal digits and nothing else. */
bool a4nn_is_digest(const char *text);

/*
 * Bytes at the beginning of `text` that look like a secret, else 0; `before` is the byte in front,
 * NUL when there is none.  Known are the tokens of services by what they begin with, JSON web
 * tokens, private keys, user and password in an address, and whatever long and random letters and
 * digits there are.
 */
size_t a4nn_looks_secret(const char *text, char before);

/* The same for an absolute path with a folder in it: /a/b, ~/a, C:\a, \\a\b. */
size_t a4nn_looks_like_path(const char *text, char before);

#endif
