/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_STEER_PRINT_H
#define A4NN_STEER_PRINT_H

#include "intake.h"

/* Prints n proposals as -o says; a candidate is its place among those not tried. */
void a4nn_steer_print(const struct a4nn_steer *s, const struct a4nn_proposal *p, size_t n);

/* The end of a verb that proposes: a note when there was nothing, releasing, the status. */
int a4nn_steer_end(struct a4nn_steer *s, size_t proposals);

#endif
