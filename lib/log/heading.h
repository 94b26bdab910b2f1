/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_LOG_HEADING_H
#define A4NN_LOG_HEADING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where a line of no particular format says which epoch it is about: "Epoch 3/50", "epoch=3",
 * "[Epoch: 3]", "2024-01-02 INFO Train Epoch 3 of 50", "===== EPOCH 3 =====".  Not: "best epoch
 * 3", "checkpoint (epoch 3)", "epoch_3.pt", which look back or elsewhere.
 */
struct a4nn_heading {
    double epoch;
    double epochs;     /* of "3/50" the 50, else NAN */
    size_t begin, end; /* its place in the line */
    const char *part;  /* "Train", "val", ...: word before the epoch, or NULL */
    size_t part_len;
    bool part_of_line; /* "valid | epoch 3 | loss 1 | ppl 2": the part speaks for all columns */
    bool assigned;     /* "epoch=3", one of several pairs */
};

bool a4nn_heading_find(const char *line, size_t len, struct a4nn_heading *out);

/* Whether the word names a part of the data: "train", "Validation", "TEST", ... */
bool a4nn_heading_is_part(const char *word, size_t len);

#endif
