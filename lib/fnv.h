/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_FNV_H
#define A4NN_FNV_H

#include <stddef.h>
#include <stdint.h>

/*
 * The hash FNV-1a, 64 bits (Fowler, Noll, Vo): begins with A4NN_FNV_START and goes on piece by
 * piece.  For prints of bytes that come from the same hands, not against an adversary.
 */
#define A4NN_FNV_START UINT64_C(0xcbf29ce484222325)

uint64_t a4nn_fnv(uint64_t hash, const char *bytes, size_t len);

#endif
