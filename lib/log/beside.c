/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/beside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "log/config.h"
#include "xalloc.h"
#include "yaml.h"

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static bool
same_folder(const char *folder, const char *path)
{
    size_t len = (size_t)(base_name(path) - path);

    return folder != NULL && strlen(folder) == len && strncmp(folder, path, len) == 0;
}

static void
set_folder(char **folder, const char *path)
{
    if (same_folder(*folder, path))
        return;
    free(*folder);
    *folder = a4nn_xstrndup(path, (size_t)(base_name(path) - path));
}

bool
a4nn_beside_is(const char *path)
{
    const char *name = base_name(path);

    return strcmp(name, "params.json") == 0 || strcmp(name, "config.yaml") == 0;
}

/* ---- Weights & Biases ---- */

/* Each setting is a mapping with its value; what it notes for itself begins with "_" or is its
 * version. */
static int
unwrap(void *arg, const char *name, struct a4nn_json *value)
{
    const struct a4nn_json *inner = a4nn_json_get(value, "value");

    if (name[0] != '_' && strcmp(name, "wandb_version") != 0 && inner != NULL)
        a4nn_json_set(arg, name, a4nn_json_copy(inner));
    return 0;
}

static struct a4nn_json *
read_yaml(const char *bytes, size_t len, struct a4nn_err *err)
{
    struct a4nn_json *all = a4nn_yaml_parse(bytes, len, err), *own;

    if (a4nn_json_get(all, "wandb_version") == NULL && a4nn_json_get(all, "_wandb") == NULL)
        return all;
    own = a4nn_json_object();
    a4nn_json_members(all, unwrap, own);
    a4nn_json_free(all);
    return own;
}

/* ---- settings ---- */

bool
a4nn_beside_take(struct a4nn_beside *b, const char *path, const char *bytes, size_t len,
                 struct a4nn_err *err)
{
    bool yaml = strcmp(base_name(path), "config.yaml") == 0;
    struct a4nn_json *v =
        yaml ? read_yaml(bytes, len, err) : a4nn_json_parse(bytes, len, NULL, err);

    if (v != NULL && a4nn_json_kind(v) != A4NN_JSON_OBJECT) {
        a4nn_json_free(v);
        a4nn_err_set(err, "not an object");
        v = NULL;
    }
    if (v == NULL)
        return false;
    a4nn_json_free(b->settings);
    b->settings = v;
    set_folder(&b->folder, path);
    return true;
}

static int
state(void *arg, const char *name, struct a4nn_json *value)
{
    const struct a4nn_log_at at = {
        .epoch = NAN, .step = NAN, .epochs = NAN, .time = NAN}; /* the input's own run */
    struct a4nn_buf text = {0};

    a4nn_json_dump(value, &text);
    if (name[0] != '\0')
        a4nn_select_fact(arg, &at, name, text.data);
    a4nn_buf_release(&text);
    return 0;
}

void
a4nn_beside_state(const struct a4nn_beside *b, const char *path, struct a4nn_select *select)
{
    if (b->settings != NULL && same_folder(b->folder, path))
        a4nn_json_members(b->settings, state, select);
}

/* ---- settings that come behind ---- */

void
a4nn_beside_remember(struct a4nn_beside *b, const char *path, const struct a4nn_record *record)
{
    static const enum a4nn_field texts[] = {A4NN_RUN, A4NN_TASK, A4NN_METRIC, A4NN_MODE},
                                 numbers[] = {A4NN_EPOCH, A4NN_VALUE, A4NN_EPOCHS, A4NN_TIME};
    size_t i;

    if (path == NULL) {
        free(b->last_folder);
        b->last_folder = NULL;
        return;
    }
    set_folder(&b->last_folder, path);
    b->last.set = 0;
    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        if (a4nn_record_has(record, texts[i]))
            a4nn_record_set_text(&b->last, texts[i], a4nn_record_text(record, texts[i], ""));
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (a4nn_record_has(record, numbers[i]))
            a4nn_record_set_num(&b->last, numbers[i], a4nn_record_num(record, numbers[i]));
}

bool
a4nn_beside_again(struct a4nn_beside *b, struct a4nn_record *record)
{
    if (b->folder == NULL || b->last_folder == NULL || strcmp(b->folder, b->last_folder) != 0)
        return false;
    a4nn_record_copy(record, &b->last);
    record->extra = a4nn_json_object();
    a4nn_log_config_state(b->settings, record->extra);
    a4nn_beside_remember(b, NULL, NULL);
    return true;
}

void
a4nn_beside_release(struct a4nn_beside *b)
{
    free(b->folder);
    free(b->last_folder);
    a4nn_json_free(b->settings);
    a4nn_record_release(&b->last);
    *b = (struct a4nn_beside){0};
}
