/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_SPOKEN_H
#define A4NN_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "log/reader.h"
#include "record.h"

/*
 * The one value in what a command has printed, as an evaluation does.  Taken is, the first that
 * there is: the number that is all it printed; the last observation of the metric, where the output
 * is a training log of any known kind; the number stated last under the metric's name ("val_acc:
 * 0.91"), by -m or the best known one; without -m, the last number.
 */

/*
 * `fd` holds the output from its beginning, and is not moved.  Sets value, and metric and mode
 * where they are known, of *record.  False when there is no number.
 */
bool a4nn_spoken(int fd, const struct a4nn_select_opts *select,
                 const struct a4nn_log_format *format, struct a4nn_record *record);

#endif
