/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_STEER_SPACE_H
#define A4NN_STEER_SPACE_H

#include "intake.h"

/* Where candidates come from when there is a space. */

/*
 * Takes the operands that are a space away from among n of them, and reads what --space or these
 * name; returns how many operands are left.  Trouble, also a space beside --candidates, ends the
 * program with 2.
 */
int a4nn_steer_space_read(struct a4nn_steer *s, char **operands, int n);

/* Makes candidates: points that fill the space and, with `near`, neighbours of the best results. */
void a4nn_steer_space_fill(struct a4nn_steer *s, bool near);

/* Adds neighbours of what the model proposes, and of what it then proposes, to the candidates. */
void a4nn_steer_space_refine(struct a4nn_steer *s);

#endif
