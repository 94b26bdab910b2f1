/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_FORMATS_H
#define A4NN_LOG_FORMATS_H

#include "log/format.h"

/* One declaration per format; the table in formats.c lists them. */

/* Console output: keras.c, hf.c, pytorch.c, timm.c, boost.c, mlperf.c, torch7.c, mmlab.c,
 * mxnet.c, printed.c, console.c */
extern const struct a4nn_log_format a4nn_log_keras_console;
extern const struct a4nn_log_format a4nn_log_hf_console;
extern const struct a4nn_log_format a4nn_log_pytorch_console;
extern const struct a4nn_log_format a4nn_log_timm_console;
extern const struct a4nn_log_format a4nn_log_xgboost_console;
extern const struct a4nn_log_format a4nn_log_lightgbm_console;
extern const struct a4nn_log_format a4nn_log_catboost_console;
extern const struct a4nn_log_format a4nn_log_mlperf;
extern const struct a4nn_log_format a4nn_log_torch7;
extern const struct a4nn_log_format a4nn_log_mmlab_text;
extern const struct a4nn_log_format a4nn_log_mxnet;
extern const struct a4nn_log_format a4nn_log_fastai_console;
extern const struct a4nn_log_format a4nn_log_ultralytics_console;
extern const struct a4nn_log_format a4nn_log_console;

extern const struct a4nn_log_format a4nn_log_tensorboard; /* tfevents.c */
extern const struct a4nn_log_format a4nn_log_optuna;      /* optuna.c */
extern const struct a4nn_log_format a4nn_log_mlflow;      /* mlflow.c */
extern const struct a4nn_log_format a4nn_log_wandb;       /* wandb.c */
extern const struct a4nn_log_format a4nn_log_wandb_summary;

/* tabular.c */
extern const struct a4nn_log_format a4nn_log_history;
extern const struct a4nn_log_format a4nn_log_penguin;
extern const struct a4nn_log_format a4nn_log_ultralytics;
extern const struct a4nn_log_format a4nn_log_algoperf;
extern const struct a4nn_log_format a4nn_log_ray;
extern const struct a4nn_log_format a4nn_log_timm;
extern const struct a4nn_log_format a4nn_log_fastai;
extern const struct a4nn_log_format a4nn_log_catboost;
extern const struct a4nn_log_format a4nn_log_dawnbench;
extern const struct a4nn_log_format a4nn_log_lightning;
extern const struct a4nn_log_format a4nn_log_keras;
extern const struct a4nn_log_format a4nn_log_csv;

/* jsonlines.c */
extern const struct a4nn_log_format a4nn_log_ray_json;
extern const struct a4nn_log_format a4nn_log_mm;
extern const struct a4nn_log_format a4nn_log_wandb_json;
extern const struct a4nn_log_format a4nn_log_deit;
extern const struct a4nn_log_format a4nn_log_jsonl;

/* jsondoc.c */
extern const struct a4nn_log_format a4nn_log_trainer_state;
extern const struct a4nn_log_format a4nn_log_catboost_json;
extern const struct a4nn_log_format a4nn_log_json;

#endif
