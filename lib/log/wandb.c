/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights & Biases' binary run files: recognised, so that what to do instead can be said. */
#include <stdlib.h>
#include <string.h>

#include "log/formats.h"
#include "xalloc.h"

/* Identification, 0xBEE1 little endian, version 0; then a LevelDB log. */
static int
sniff(const struct a4nn_log_head *head)
{
    return head->len >= 7 && memcmp(head->bytes, ":W&B\xe1\xbe\0", 7) == 0 ? 100 : 0;
}

static void *
open_wandb(const struct a4nn_log_sink *sink)
{
    a4nn_diag(sink->diag, A4NN_ERROR, sink->file, 0,
              "wandb's binary run files are not read; export the history as JSON lines");
    return a4nn_xcalloc(1, 1);
}

static void
feed(void *state, const char *bytes, size_t len)
{
    (void)state;
    (void)bytes;
    (void)len;
}

static void
close_wandb(void *state)
{
    free(state);
}

const struct a4nn_log_format a4nn_log_wandb = {
    .name = "wandb-binary",
    .title = "Weights & Biases run files (recognised, not read)",
    .count = A4NN_COUNT_STEPS,
    .sniff = sniff,
    .open = open_wandb,
    .feed = feed,
    .close = close_wandb,
};
