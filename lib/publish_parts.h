/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_PUBLISH_PARTS_H
#define A4NN_PUBLISH_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"
#include "pubfolder.h"
#include "publish.h"
#include "strmap.h"

/* What the files of a publication share; internal to the library. */

/* ---- what is in it ---- */

/* A task, numbered from 1 in the order in which its first run came, and its published runs. */
struct a4nn_pub_task {
    char *name, *metric; /* as published; owned */
    enum a4nn_mode mode;
    double epochs; /* planned total its runs stated last, NAN: none */
    int64_t runs, complete, stopped, failed, observations;
    double best;        /* final value of the best complete run, NAN: none */
    double first, last; /* seconds since 1970, NAN: not known */
    /* the page's */
    int64_t seen;           /* runs so far */
    struct a4nn_buf curves; /* of some of them, in JavaScript */
};

struct a4nn_pub_page;

struct a4nn_pub {
    struct a4nn_db *db;
    const struct a4nn_publish_opts *opts;
    struct a4nn_secrets *secrets;
    struct a4nn_publish_counts *counts;
    struct a4nn_pubfolder *folder;
    struct a4nn_pub_task *task;
    size_t tasks, task_cap;
    struct a4nn_strmap task_ids;   /* ids in the database, numbered as in `task` */
    struct a4nn_strmap task_names; /* names with metrics, to keep them apart */
    struct a4nn_strmap members;    /* of configurations, that have a column */
    unsigned *member_kinds;        /* bits of enum a4nn_json_kind */
    size_t member_cap;
    bool members_cut; /* there are more */
    char *prefix;     /* folder that all names of runs share that are absolute paths; owned */
    double newest;    /* time in the data, seconds since 1970, NAN: none */
    struct a4nn_pub_page *page;
};

/* Has the user had enough? */
bool a4nn_pub_interrupted(const struct a4nn_pub *pub);

/* ---- first reading: what is there (publish_survey.c) ---- */

/* Fills tasks, members, prefix, newest and counts->runs. */
int a4nn_pub_survey(struct a4nn_pub *pub, struct a4nn_err *err);

/* The task of a run, by its index. */
size_t a4nn_pub_task_of(const struct a4nn_pub *pub, const struct a4nn_history_run *run);

/*
 * A run as it is published under this number: without what is left out.  *out has to be released;
 * its configuration comes parsed in *config (owned, may be NULL).
 */
void a4nn_pub_clean(const struct a4nn_pub *pub, struct a4nn_secrets *secrets,
                    const struct a4nn_history_run *run, int64_t number,
                    struct a4nn_history_run *out, struct a4nn_json **config);
void a4nn_pub_clean_release(struct a4nn_history_run *run, struct a4nn_json *config);

/* ---- tables (publish_schema.c) ---- */

enum a4nn_pub_type {
    A4NN_PUB_INTEGER,
    A4NN_PUB_NUMBER,
    A4NN_PUB_STRING,
    A4NN_PUB_BOOLEAN,
    A4NN_PUB_OBJECT, /* JSON */
    A4NN_PUB_ARRAY   /* JSON */
};

struct a4nn_pub_column {
    const char *name;
    enum a4nn_pub_type type;
    const char *about;
};

struct a4nn_pub_key { /* a column that names a row of another table */
    const char *column, *table;
};

struct a4nn_pub_table {
    const char *name, *about;
    const struct a4nn_pub_column *column;
    size_t columns;
    const char *key[4]; /* that tell a row; NULL-terminated */
    struct a4nn_pub_key foreign;
};

enum { A4NN_PUB_TASKS, A4NN_PUB_RUNS, A4NN_PUB_OBSERVATIONS, A4NN_PUB_FORECASTS, A4NN_PUB_TABLES };

/* What every publication has: in the table of runs the columns of configurations follow. */
const struct a4nn_pub_table *a4nn_pub_table(size_t i);

/* Columns, those of configurations included. `each` must not keep the column. */
void a4nn_pub_columns(const struct a4nn_pub *pub, size_t table,
                      void (*each)(void *arg, const struct a4nn_pub_column *column), void *arg);

/* ---- writing (publish_tables.c, publish_page.c, publish_meta.c, publish_text.c) ---- */

int a4nn_pub_tables(struct a4nn_pub *pub, struct a4nn_err *err);

void a4nn_pub_page_begin(struct a4nn_pub *pub);
void a4nn_pub_page_run(struct a4nn_pub *pub, int64_t number, const struct a4nn_history_run *run,
                       const struct a4nn_json *config);
void a4nn_pub_page_point(struct a4nn_pub *pub, const struct a4nn_history_point *point);
void a4nn_pub_page_forecast(struct a4nn_pub *pub, const struct a4nn_history_forecast *forecast);
void a4nn_pub_page_run_end(struct a4nn_pub *pub);
void a4nn_pub_page_end(struct a4nn_pub *pub);

void a4nn_pub_metadata(struct a4nn_pub *pub); /* datapackage.json, croissant.json, CITATION.cff */
void a4nn_pub_croissant(const struct a4nn_pub *pub, struct a4nn_buf *out);
void a4nn_pub_texts(struct a4nn_pub *pub); /* README.md, LICENSE */
void a4nn_pub_html(struct a4nn_pub *pub);  /* index.html and what does not depend on the data */

/* Words they share. */
const char *a4nn_pub_title(const struct a4nn_pub *pub);
const char *a4nn_pub_description(const struct a4nn_pub *pub, struct a4nn_buf *out);
bool a4nn_pub_date(const struct a4nn_pub *pub, char out[32]); /* 2026-11-25; false: not known */
void a4nn_pub_citation(const struct a4nn_pub *pub, struct a4nn_buf *out);
void a4nn_pub_left_out(const struct a4nn_pub *pub, struct a4nn_buf *out); /* empty: nothing */

/* Creates a file with what is in the buffer, which is released. */
void a4nn_pub_write(struct a4nn_pub *pub, const char *name, struct a4nn_buf *text);

#endif
