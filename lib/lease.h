/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LEASE_H
#define A4NN_LEASE_H

/*
 * Does nobody have the regular file open for writing?  The kernel tells by granting a lease on it:
 * 1 nobody has, 0 someone has, -1 it does not say (another owner's, network file systems).  The
 * process must ignore SIGIO, which a writer that opens the file in that moment sends it.
 */
int a4nn_lease_unwritten(int fd);

#endif
