/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PUBLISH_H
#define A4NN_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db.h"
#include "history_read.h"
#include "secrets.h"
#include "where.h"

/*
 * The runs of a model database as a folder that can be handed on, cited and read without a4nn:
 * tables in CSV, metadata as a Frictionless Data Package (version 1) and as Croissant 1.0,
 * checksums, a README and a web page.  a4nn-history(1) describes it as a public format; package.h
 * reads it back.  The same runs give the same bytes.
 */

struct a4nn_publish_opts {
    const struct a4nn_history_which *which;
    const struct a4nn_where *where; /* or NULL */
    const char *folder;
    bool replace; /* a publication that is there already */
    /* what is said of it; NULL: nothing */
    const char *title, *description, *licence, *doi, *url;
    const char *const *creator;
    size_t creators;
    double date; /* of the publication, seconds since 1970; NAN: the newest of the data */
    bool (*interrupted)(void); /* asked for each run: true ends it; NULL: nothing does */
};

struct a4nn_publish_counts {
    int64_t tasks, runs, observations, forecasts;
    int64_t shown; /* runs that are on the page, too */
    bool dated;    /* a date of the publication is known */
};

/*
 * Publishes.  `secrets` says what may stay, and counts what was left out.  Reads the database in
 * one transaction, twice, a run at a time.  0; 1 when no run meets the condition, with nothing
 * written; -1 with *err filled, and nothing left behind, also when it was interrupted.
 */
int a4nn_publish(struct a4nn_db *db, const struct a4nn_publish_opts *opts,
                 struct a4nn_secrets *secrets, struct a4nn_publish_counts *counts,
                 struct a4nn_err *err) A4NN_MUST_USE;

#endif
