/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_DB_STORE_H
#define A4NN_DB_STORE_H

#include "db.h"

/* What a store has to do for db.h; the meaning of each is that of the function there. */
struct a4nn_db_store {
    const char *name; /* for people: "SQLite" */
    bool server;      /* its names are URIs */
    struct a4nn_db_dialect dialect;
    struct a4nn_db *(*open)(const char *name, enum a4nn_db_access access, double patience,
                            struct a4nn_err *err);
    int (*begin)(struct a4nn_db *db, enum a4nn_db_intent intent, struct a4nn_err *err);
    int (*commit)(struct a4nn_db *db, struct a4nn_err *err);
    void (*rollback)(struct a4nn_db *db);
    int (*script)(struct a4nn_db *db, const char *sql, struct a4nn_err *err);
    int (*query)(struct a4nn_db *db, const char *sql, const struct a4nn_db_value *values, size_t n,
                 int (*row)(void *arg, const struct a4nn_db_value *cells, size_t count), void *arg,
                 struct a4nn_err *err);
    int (*put)(struct a4nn_db *db, const struct a4nn_db_rows *rows,
               const struct a4nn_db_value *values, struct a4nn_err *err);
    int (*version)(struct a4nn_db *db, struct a4nn_err *err);
    int (*set_version)(struct a4nn_db *db, int version, struct a4nn_err *err);
    int (*check)(struct a4nn_db *db, void (*found)(void *arg, const char *defect), void *arg,
                 struct a4nn_err *err);
    int (*compact)(struct a4nn_db *db, struct a4nn_err *err);
    double (*size)(struct a4nn_db *db);
    void (*close)(struct a4nn_db *db);
};

/* The first member of what a store's open returns. */
struct a4nn_db {
    const struct a4nn_db_store *store;
};

extern const struct a4nn_db_store a4nn_db_sqlite, a4nn_db_postgres;

/* The most cells a row has, and the most parameters a statement. */
enum { A4NN_DB_CELLS = 48 };

#endif
