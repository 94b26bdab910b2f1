/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log/formats.h"

#include <string.h>

#include "log/format.h"

/* Equals win in this order, so the particular come before the general. */
static const struct a4nn_log_format *const all[] = {
    &a4nn_log_tensorboard,
    &a4nn_log_optuna,
    &a4nn_log_wandb,
    &a4nn_log_wandb_summary,
    &a4nn_log_mlflow,
    &a4nn_log_history,
    &a4nn_log_penguin,
    &a4nn_log_ultralytics,
    &a4nn_log_algoperf,
    &a4nn_log_ray,
    &a4nn_log_timm,
    &a4nn_log_fastai,
    &a4nn_log_catboost,
    &a4nn_log_dawnbench,
    &a4nn_log_lightning,
    &a4nn_log_keras,
    &a4nn_log_ray_json,
    &a4nn_log_mm,
    &a4nn_log_wandb_json,
    &a4nn_log_deit,
    &a4nn_log_trainer_state,
    &a4nn_log_catboost_json,
    &a4nn_log_keras_console,
    &a4nn_log_hf_console,
    &a4nn_log_pytorch_console,
    &a4nn_log_timm_console,
    &a4nn_log_xgboost_console,
    &a4nn_log_lightgbm_console,
    &a4nn_log_catboost_console,
    &a4nn_log_mlperf,
    &a4nn_log_torch7,
    &a4nn_log_mmlab_text,
    &a4nn_log_mxnet,
    &a4nn_log_fastai_console,
    &a4nn_log_ultralytics_console,
    &a4nn_log_csv,
    &a4nn_log_jsonl,
    &a4nn_log_json,
    &a4nn_log_console, /* anything with "epoch" in it: the last resort */
    NULL,
};

const struct a4nn_log_format *const *
a4nn_log_formats(size_t *count)
{
    *count = sizeof all / sizeof all[0] - 1;
    return all;
}

const struct a4nn_log_format *
a4nn_log_format_find(const char *name)
{
    size_t i, count;
    const struct a4nn_log_format *const *formats = a4nn_log_formats(&count);

    for (i = 0; i < count; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}

const struct a4nn_log_format *
a4nn_log_sniff(const struct a4nn_log_head *head, int *confidence)
{
    const struct a4nn_log_format *best = NULL;
    size_t i, count;
    const struct a4nn_log_format *const *formats = a4nn_log_formats(&count);
    struct a4nn_log_memo memo = {0};
    struct a4nn_log_head shared = *head;

    shared.memo = &memo;
    *confidence = 0;
    for (i = 0; i < count; i++) {
        int sure = formats[i]->sniff(&shared);
        if (sure > *confidence) {
            *confidence = sure;
            best = formats[i];
        }
    }
    if (memo.release != NULL)
        memo.release(memo.table);
    return best;
}
