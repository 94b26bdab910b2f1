/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Weights & Biases leaves in a run's folder: recognised, so that can be said what to do. */
#include <string.h>

#include "json.h"
#include "log/formats.h"

/* Identification, 0xBEE1 little endian, version 0; then a LevelDB log. */
static int
sniff_binary(const struct a4nn_log_head *head)
{
    return head->len >= 7 && memcmp(head->bytes, ":W&B\xe1\xbe\0", 7) == 0 ? 100 : 0;
}

/*
 * The file's name, or what stands in no row of a history: "_wandb" beside the counters of the last
 * one.  The counters alone could be a history that has just begun.
 */
static int
sniff_summary(const struct a4nn_log_head *head)
{
    const char *slash = strrchr(head->path, '/'), *name = slash != NULL ? slash + 1 : head->path;
    size_t len = head->complete ? head->len : strcspn(head->bytes, "\n");
    struct a4nn_json *v = NULL;
    struct a4nn_err err;
    int sure = 0;

    if (strcmp(name, "wandb-summary.json") == 0)
        return 97;
    if (head->bytes[0] == '{' && strstr(head->bytes, "\"_wandb\"") != NULL)
        v = a4nn_json_parse(head->bytes, len, NULL, &err);
    if (a4nn_json_kind(a4nn_json_get(v, "_wandb")) == A4NN_JSON_OBJECT &&
        a4nn_json_get(v, "_step") != NULL)
        sure = 97;
    a4nn_json_free(v);
    return sure;
}

const struct a4nn_log_format a4nn_log_wandb = {
    .name = "wandb-binary",
    .title = "Weights & Biases run files (recognised, not read)",
    .count = A4NN_COUNT_STEPS,
    .sniff = sniff_binary,
    .unread = "wandb's binary run files are not read; export the history as JSON lines",
};

/* By default the last value of each metric, but the least, the best or whatever a script set. */
const struct a4nn_log_format a4nn_log_wandb_summary = {
    .name = "wandb-summary",
    .title = "Weights & Biases run summaries (recognised, not read)",
    .text = 1,
    .count = A4NN_COUNT_STEPS,
    .sniff = sniff_summary,
    .unread = "wandb's summary has one value of each metric, which is no curve; export the history "
              "as JSON lines",
    .aside = true,
};
