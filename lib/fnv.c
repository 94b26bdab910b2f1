/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fnv.h"

uint64_t
a4nn_fnv(uint64_t hash, const char *bytes, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}
