/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_DB_H
#define A4NN_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

/*
 * A relational database as the model database (history.h) needs one: SQLite in a file, or
 * PostgreSQL on a server.  Both take the same SQL: parameters are $1, $2, ... in the order in which
 * they first appear, conflicts are settled by ON CONFLICT.  What differs is a word in the schema,
 * which a store spells out (struct a4nn_db_dialect).
 */

enum a4nn_db_type { A4NN_DB_NULL, A4NN_DB_INT, A4NN_DB_REAL, A4NN_DB_TEXT };

/* A parameter or a cell. A text belongs to whoever made it; that of a cell lives as long as its
 * row. */
struct a4nn_db_value {
    enum a4nn_db_type type;
    int64_t integer;
    double real;
    const char *text;
};

/* Making parameters. NaN, which SQL has no common word for, is NULL; so is no text. */
struct a4nn_db_value a4nn_db_int(int64_t v);
struct a4nn_db_value a4nn_db_real(double v);
struct a4nn_db_value a4nn_db_text(const char *v);

/* A cell as a number: NAN for NULL and what is none; as an integer: 0 there; as a text, or
 * `otherwise` for NULL and numbers. */
double a4nn_db_number(const struct a4nn_db_value *cell);
int64_t a4nn_db_integer(const struct a4nn_db_value *cell);
const char *a4nn_db_string(const struct a4nn_db_value *cell, const char *otherwise);

/* How an operation can end, besides 0. */
enum {
    A4NN_DB_FAILED = -1, /* *err says why */
    A4NN_DB_AGAIN = -2   /* another writer was in the way; the transaction is void, and may be
                          * tried again as a whole */
};

/* How a store spells what SQL has no common word for. */
struct a4nn_db_dialect {
    const char *id;        /* a whole number that the database counts up, as the primary key */
    const char *clustered; /* behind the table whose rows lie in the order of its key */
};

enum a4nn_db_access {
    A4NN_DB_READ,  /* it must be there; nothing is written */
    A4NN_DB_WRITE, /* it must be there */
    A4NN_DB_CREATE /* made when it is not there */
};

struct a4nn_db;

/*
 * Opens "postgresql://..." (or postgres://) on its server, any other name as a file.  Waits up to
 * `patience` seconds, here and in every transaction, for others that are writing.  NULL with *err
 * filled.
 */
struct a4nn_db *a4nn_db_open(const char *name, enum a4nn_db_access access, double patience,
                             struct a4nn_err *err) A4NN_MUST_USE;
bool a4nn_db_is_server(const char *name);

/* Appends a name as people and logs may see it: without the passwords a URI can hold. */
void a4nn_db_show_name(const char *name, struct a4nn_buf *out);

const struct a4nn_db_dialect *a4nn_db_dialect(const struct a4nn_db *db);

/* Whether it is a connection to a server, of which there are not many. */
bool a4nn_db_on_server(const struct a4nn_db *db);

enum a4nn_db_intent {
    A4NN_DB_TO_READ,  /* sees all that was committed before it began, and nothing later */
    A4NN_DB_TO_WRITE, /* other writers may be let in at the same time */
    A4NN_DB_ALONE     /* the only one of its kind at a time */
};

/* A transaction. */
int a4nn_db_begin(struct a4nn_db *db, enum a4nn_db_intent intent,
                  struct a4nn_err *err) A4NN_MUST_USE;
int a4nn_db_commit(struct a4nn_db *db, struct a4nn_err *err) A4NN_MUST_USE; /* it is on the disk */
void a4nn_db_rollback(struct a4nn_db *db);

/* Several statements without parameters and results. */
int a4nn_db_script(struct a4nn_db *db, const char *sql, struct a4nn_err *err) A4NN_MUST_USE;

/*
 * One statement.  `sql` is prepared once and known by its address from then on: it has to be a
 * constant.  `row` (may be NULL) gets each row; nonzero ends the reading, which is no failure; it
 * must not use the database.  A statement without `row` may be put off, and its failure shows in a
 * later call or the commit.
 */
int a4nn_db_query(struct a4nn_db *db, const char *sql, const struct a4nn_db_value *values, size_t n,
                  int (*row)(void *arg, const struct a4nn_db_value *cells, size_t count), void *arg,
                  struct a4nn_err *err) A4NN_MUST_USE;

/*
 * How rows come into a table: "observation (run, metric, epoch, value)" with one letter for the
 * type of each column, i, r or t; the first `keys` of them are what tells rows apart, and
 * `otherwise` says what becomes of a row that is there: "DO UPDATE SET value = excluded.value".
 */
struct a4nn_db_rows {
    const char *into, *types,
        *key; /* `key`: the names of the key's columns, "run, metric, epoch" */
    size_t keys;
    const char *otherwise;
};

/*
 * One row, of as many values as there are types.  `rows` is known by its address, as a statement
 * is, and so is the failure put off: a store may collect what comes one after the other.  Of rows
 * with the same key the later one counts.
 */
int a4nn_db_put(struct a4nn_db *db, const struct a4nn_db_rows *rows,
                const struct a4nn_db_value *values, struct a4nn_err *err) A4NN_MUST_USE;

/*
 * The schema's number: 0 for an empty database, -1 for one that is somebody else's, -2 with *err
 * filled on trouble.  Setting it belongs into the transaction that changes the schema.
 */
int a4nn_db_version(struct a4nn_db *db, struct a4nn_err *err) A4NN_MUST_USE;
int a4nn_db_set_version(struct a4nn_db *db, int version, struct a4nn_err *err) A4NN_MUST_USE;

/* Looks the store's own structures over; `found` gets each defect.  Whole file, takes its time. */
int a4nn_db_check(struct a4nn_db *db, void (*found)(void *arg, const char *defect), void *arg,
                  struct a4nn_err *err) A4NN_MUST_USE;

/* Gives back what deleted rows took, and puts the rest in order. Outside of transactions. */
int a4nn_db_compact(struct a4nn_db *db, struct a4nn_err *err) A4NN_MUST_USE;

/* Bytes it takes on the disk; NAN when not known. */
double a4nn_db_size(struct a4nn_db *db);

void a4nn_db_close(struct a4nn_db *db);

#endif
