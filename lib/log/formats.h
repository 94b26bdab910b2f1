/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_FORMATS_H
#define A4NN_LOG_FORMATS_H

#include "log/format.h"

/* One declaration per format; the table in formats.c lists them. */

#endif
