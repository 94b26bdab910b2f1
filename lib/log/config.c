/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/config.h"

#include <string.h>

enum { MAX_SETTINGS = 1000, MAX_BYTES = 1 << 20 };

/* Names that are sure, and the fact they state. */
static const struct {
    const char *name, *fact;
} facts[] = {
    {"flops", "flops"},
    {"n_parameters", "parameters"},
    {"parameters", "parameters"},
    {"random_seed", "seed"},
    {"seed", "seed"},
};

bool
a4nn_log_config_put(struct a4nn_log_config *config, const char *name, const char *text)
{
    const struct a4nn_json *old = a4nn_json_get(config->settings, name);
    struct a4nn_json *v = text != NULL && strlen(text) <= MAX_BYTES ? a4nn_json_meant(text) : NULL;
    size_t others = a4nn_json_size(config->settings) - (old != NULL), bytes = config->bytes;
    struct a4nn_buf before = {0}, after = {0};
    bool fits, same;

    if (old != NULL) {
        a4nn_json_dump(old, &before);
        bytes -= strlen(name) + before.len;
    }
    if (v != NULL) {
        a4nn_json_dump(v, &after);
        bytes += strlen(name) + after.len;
    }
    fits = text == NULL || (v != NULL && bytes <= MAX_BYTES && others < MAX_SETTINGS);
    same = (old != NULL) == (v != NULL) && before.len == after.len &&
           (old == NULL || strcmp(before.data, after.data) == 0);
    if (fits && !same) {
        if (config->settings == NULL)
            config->settings = a4nn_json_object();
        a4nn_json_set(config->settings, name, v);
        config->bytes = bytes;
        config->news = true;
    } else {
        a4nn_json_free(v);
    }
    a4nn_buf_release(&before);
    a4nn_buf_release(&after);
    return fits;
}

void
a4nn_log_config_state(const struct a4nn_json *settings, struct a4nn_json *members)
{
    size_t i;

    a4nn_json_set(members, "config", a4nn_json_copy(settings));
    for (i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const struct a4nn_json *v = a4nn_json_get(settings, facts[i].name);
        if (a4nn_json_kind(v) == A4NN_JSON_NUMBER)
            a4nn_json_set(members, facts[i].fact, a4nn_json_copy(v));
    }
}

void
a4nn_log_config_attach(struct a4nn_log_config *config, struct a4nn_record *record)
{
    if (!config->news)
        return;
    config->news = false;
    if (record->extra == NULL)
        record->extra = a4nn_json_object();
    a4nn_log_config_state(config->settings, record->extra);
}

void
a4nn_log_config_release(struct a4nn_log_config *config)
{
    a4nn_json_free(config->settings);
    *config = (struct a4nn_log_config){0};
}
