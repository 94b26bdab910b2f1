/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_CKPTNAME_H
#define A4NN_CKPTNAME_H

#include <stdbool.h>

/*
 * The epoch in the name of a checkpoint: the whole number behind the word "epoch"
 * ("epoch=3-step=1200.ckpt", "model_epoch_12.pt"), else the last whole number of the name without
 * its suffix ("weights.07.h5", "ckpt-12"; "0.32" is none).  False when there is none.
 */
bool a4nn_ckptname_epoch(const char *name, double *epoch);

#endif
