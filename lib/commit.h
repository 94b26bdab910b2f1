/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_COMMIT_H
#define A4NN_COMMIT_H

#include <stdbool.h>

/*
 * The commit that is checked out in the Git working tree that a folder lies in, by its object id
 * (40 or 64 hexadecimal digits) in out.  False when there is none, or when it cannot be told.
 *
 * Nothing is run, and nothing but a few small files is read: .git, HEAD, commondir, the reference
 * and packed-refs, as gitrepository-layout(5) describes them.  Whether files of the tree were
 * changed since is not looked at: that takes a look at each of them.
 */
bool a4nn_commit_find(const char *folder, char out[65]);

#endif
