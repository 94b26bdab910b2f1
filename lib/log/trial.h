/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_TRIAL_H
#define A4NN_LOG_TRIAL_H

#include "log/format.h"

/*
 * Sniffing by trying: reads the head with the format itself, so that what is recognised and what
 * is read can never differ.  Only for formats that take lines.
 */
struct a4nn_log_trial {
    unsigned long scalars; /* numbers stated in a known epoch or at a known step */
    unsigned long lines;   /* of the input: the ones numbers came from */
};

void a4nn_log_trial(const struct a4nn_log_format *format, const struct a4nn_log_head *head,
                    struct a4nn_log_trial *out);

/* `sure` when the format finds numbers in the head, else 0. */
int a4nn_log_trial_sniff(const struct a4nn_log_format *format, const struct a4nn_log_head *head,
                         int sure);

#endif
