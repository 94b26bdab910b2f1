/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "db_store.h"

struct a4nn_db_value
a4nn_db_int(int64_t v)
{
    return (struct a4nn_db_value){.type = A4NN_DB_INT, .integer = v};
}

struct a4nn_db_value
a4nn_db_real(double v)
{
    /* -0, which SQLite does not keep, is 0 */
    return (struct a4nn_db_value){.type = isnan(v) ? A4NN_DB_NULL : A4NN_DB_REAL, .real = v + 0.0};
}

struct a4nn_db_value
a4nn_db_text(const char *v)
{
    return (struct a4nn_db_value){.type = v != NULL ? A4NN_DB_TEXT : A4NN_DB_NULL, .text = v};
}

double
a4nn_db_number(const struct a4nn_db_value *cell)
{
    switch (cell->type) {
    case A4NN_DB_INT: return (double)cell->integer;
    case A4NN_DB_REAL: return cell->real;
    case A4NN_DB_NULL:
    case A4NN_DB_TEXT: break;
    }
    return NAN;
}

int64_t
a4nn_db_integer(const struct a4nn_db_value *cell)
{
    return cell->type == A4NN_DB_INT ? cell->integer : 0;
}

const char *
a4nn_db_string(const struct a4nn_db_value *cell, const char *otherwise)
{
    return cell->type == A4NN_DB_TEXT ? cell->text : otherwise;
}

bool
a4nn_db_is_server(const char *name)
{
    return strncmp(name, "postgresql://", 13) == 0 || strncmp(name, "postgres://", 11) == 0;
}

/* ":password" before the last @ of the place, "password=..." (and "sslpassword=...") behind "?". */
void
a4nn_db_show_name(const char *name, struct a4nn_buf *out)
{
    const char *place, *query, *at, *colon;
    size_t n;

    if (!a4nn_db_is_server(name)) {
        a4nn_buf_adds(out, name);
        return;
    }
    place = strstr(name, "://") + 3;
    query = place + strcspn(place, "?");
    at = memrchr(place, '@', (size_t)(query - place));
    colon = at != NULL ? memchr(place, ':', (size_t)(at - place)) : NULL;
    a4nn_buf_add(out, name, (size_t)((colon != NULL ? colon : query) - name));
    if (colon != NULL) {
        a4nn_buf_adds(out, ":***");
        a4nn_buf_add(out, at, (size_t)(query - at));
    }
    for (; *query != '\0'; query += n) {
        n = 1 + strcspn(query + 1, "&");
        at = memchr(query, '=', n);
        if (at != NULL && at - query >= 8 && strncasecmp(at - 8, "password", 8) == 0)
            a4nn_buf_addf(out, "%.*s=***", (int)(at - query), query);
        else
            a4nn_buf_add(out, query, n);
    }
}

struct a4nn_db *
a4nn_db_open(const char *name, enum a4nn_db_access access, double patience, struct a4nn_err *err)
{
    static const struct a4nn_db_store *const stores[] = {&a4nn_db_sqlite, &a4nn_db_postgres};
    size_t i;

    for (i = 0; i < sizeof stores / sizeof *stores; i++)
        if (stores[i]->server == a4nn_db_is_server(name))
            return stores[i]->open(name, access, patience, err);
    return NULL;
}

bool
a4nn_db_on_server(const struct a4nn_db *db)
{
    return db->store->server;
}

const struct a4nn_db_dialect *
a4nn_db_dialect(const struct a4nn_db *db)
{
    return &db->store->dialect;
}

int
a4nn_db_begin(struct a4nn_db *db, enum a4nn_db_intent intent, struct a4nn_err *err)
{
    return db->store->begin(db, intent, err);
}

int
a4nn_db_commit(struct a4nn_db *db, struct a4nn_err *err)
{
    return db->store->commit(db, err);
}

void
a4nn_db_rollback(struct a4nn_db *db)
{
    db->store->rollback(db);
}

int
a4nn_db_script(struct a4nn_db *db, const char *sql, struct a4nn_err *err)
{
    return db->store->script(db, sql, err);
}

int
a4nn_db_query(struct a4nn_db *db, const char *sql, const struct a4nn_db_value *values, size_t n,
              int (*row)(void *arg, const struct a4nn_db_value *cells, size_t count), void *arg,
              struct a4nn_err *err)
{
    return db->store->query(db, sql, values, n, row, arg, err);
}

int
a4nn_db_put(struct a4nn_db *db, const struct a4nn_db_rows *rows, const struct a4nn_db_value *values,
            struct a4nn_err *err)
{
    return db->store->put(db, rows, values, err);
}

int
a4nn_db_version(struct a4nn_db *db, struct a4nn_err *err)
{
    return db->store->version(db, err);
}

int
a4nn_db_set_version(struct a4nn_db *db, int version, struct a4nn_err *err)
{
    return db->store->set_version(db, version, err);
}

int
a4nn_db_check(struct a4nn_db *db, void (*found)(void *arg, const char *defect), void *arg,
              struct a4nn_err *err)
{
    return db->store->check(db, found, arg, err);
}

int
a4nn_db_compact(struct a4nn_db *db, struct a4nn_err *err)
{
    return db->store->compact(db, err);
}

double
a4nn_db_size(struct a4nn_db *db)
{
    return db->store->size(db);
}

void
a4nn_db_close(struct a4nn_db *db)
{
    if (db != NULL)
        db->store->close(db);
}
