/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libmd behind a wall: the smallest library that has just this, with an interface that has not
 * changed since the BSDs made it. */
#include "sha256.h"

#include <sys/types.h>

#include <sha2.h>
#include <stdint.h>
#include <stdlib.h>

#include "xalloc.h"

static SHA2_CTX *
raw(struct a4nn_sha256 *sum)
{
    return (SHA2_CTX *)(void *)sum;
}

struct a4nn_sha256 *
a4nn_sha256_new(void)
{
    SHA2_CTX *context = a4nn_xcalloc(1, sizeof *context);

    SHA256Init(context);
    return (struct a4nn_sha256 *)(void *)context;
}

void
a4nn_sha256_add(struct a4nn_sha256 *sum, const void *bytes, size_t len)
{
    SHA256Update(raw(sum), bytes, len);
}

void
a4nn_sha256_finish(struct a4nn_sha256 *sum, char out[65])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_LENGTH];
    size_t i;

    SHA256Final(digest, raw(sum));
    for (i = 0; i < sizeof digest; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[64] = '\0';
    free(sum);
}
