/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQLite.  Writers queue for the one right to write from the beginning of their transaction, so
 * none ever finds in its middle that another was faster.  The journal is the write-ahead log, but
 * on network file systems, where it cannot be.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "db_store.h"
#include "remotefs.h"
#include "xalloc.h"

enum { APPLICATION = 0x61346e6e /* "a4nn", sqlite.org/pragma.html#pragma_application_id */ };

struct statement {
    const void *name; /* the address of its text, or of its struct a4nn_db_rows */
    sqlite3_stmt *prepared;
};

struct sqlite {
    struct a4nn_db db;
    sqlite3 *connection;
    char *name;
    double patience; /* seconds */
    double since;    /* the wait at hand began */
    uint32_t step;   /* of waiting, at random */
    struct statement *statement;
    size_t statements, cap;
};

/* ---- trouble ---- */

static int
failed(struct sqlite *s, int code, struct a4nn_err *err)
{
    int plain = code & 0xff;
    struct rlimit limit;

    /* the patience is used up; and since the right to write comes first, there are no conflicts */
    if (plain == SQLITE_BUSY || plain == SQLITE_LOCKED)
        return a4nn_err_set(err, "'%.300s' has been locked for longer than %g seconds", s->name,
                            s->patience);
    if (plain == SQLITE_NOTADB)
        return a4nn_err_set(err, "'%.300s' is no SQLite database", s->name);
    if (plain == SQLITE_READONLY)
        return a4nn_err_set(err, "'%.300s' cannot be written", s->name);
    if (plain == SQLITE_FULL)
        return a4nn_err_set(err, "'%.300s': the disk is full", s->name);
    if (plain == SQLITE_IOERR && getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
        limit.rlim_cur != RLIM_INFINITY)
        return a4nn_err_set(err, "'%.300s': %s (files may not grow beyond %ju bytes: ulimit -f)",
                            s->name, sqlite3_errstr(code), (uintmax_t)limit.rlim_cur);
    /* no room for the 32 KiB by which readers and writers of the journal know of each other */
    if (plain == SQLITE_IOERR && s->connection != NULL &&
        sqlite3_extended_errcode(s->connection) == SQLITE_IOERR_SHMSIZE)
        return a4nn_err_set(err, "'%.300s': the disk is full", s->name);
    return a4nn_err_set(err, "'%.300s': %s", s->name,
                        s->connection != NULL ? sqlite3_errmsg(s->connection)
                                              : sqlite3_errstr(code));
}

/* Called while another has the lock. The steps differ, so that many that wait do not march. */
static int
wait_a_little(void *arg, int times)
{
    struct sqlite *s = arg;

    if (times == 0)
        s->since = a4nn_now();
    if (a4nn_now() - s->since >= s->patience)
        return 0;
    s->step = s->step * 1664525U + 1013904223U; /* Numerical Recipes, 3rd edition, 7.1 */
    usleep(500 + (s->step >> 16) % 20000);
    return 1;
}

/* ---- opening ---- */

/* The folder of a file that is to be made is made too, for its owner alone, as is the file. */
static int
prepare_file(const char *name, struct a4nn_err *err)
{
    struct a4nn_buf path = {0};
    char *slash;
    int fd, error = 0;

    a4nn_buf_adds(&path, name);
    for (slash = strchr(path.data + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path.data, 0700) < 0 && errno != EEXIST)
            error = errno; /* shows below, unless the file can be reached all the same */
        *slash = '/';
    }
    a4nn_buf_release(&path);
    fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return a4nn_err_set(err, "cannot open '%.300s': %s", name,
                            strerror(errno == ENOENT && error != 0 ? error : errno));
    close(fd);
    return 0;
}

static struct sqlite *
make(const char *name, double patience)
{
    struct sqlite *s = a4nn_xcalloc(1, sizeof *s);

    s->db.store = &a4nn_db_sqlite;
    s->name = a4nn_xstrdup(name);
    s->patience = patience;
    s->step = (uint32_t)getpid();
    return s;
}

static void
sqlite_close(struct a4nn_db *db)
{
    struct sqlite *s = (struct sqlite *)db;
    size_t i;

    for (i = 0; i < s->statements; i++)
        sqlite3_finalize(s->statement[i].prepared);
    sqlite3_close(s->connection);
    free(s->statement);
    free(s->name);
    free(s);
}

/* A number that a pragma answers with; 0 when it does not. */
static int64_t
pragma(struct sqlite *s, const char *sql, int *code)
{
    sqlite3_stmt *statement = NULL;
    int64_t v = 0;

    *code = sqlite3_prepare_v2(s->connection, sql, -1, &statement, NULL);
    if (*code == SQLITE_OK && (*code = sqlite3_step(statement)) == SQLITE_ROW)
        v = sqlite3_column_int64(statement, 0);
    if (*code == SQLITE_ROW || *code == SQLITE_DONE)
        *code = SQLITE_OK;
    sqlite3_finalize(statement);
    return v;
}

/*
 * Changing the journal does not wait for others as all else does, so the waiting is done here.
 */
static int
set_journal(struct sqlite *s)
{
    const char *sql =
        a4nn_remote_path(s->name) ? "PRAGMA journal_mode=DELETE" : "PRAGMA journal_mode=WAL";
    int code, times = 0;

    while ((code = sqlite3_exec(s->connection, sql, NULL, NULL, NULL)) == SQLITE_BUSY)
        if (!wait_a_little(s, times++))
            break;
    return code;
}

/* One that may be read but lies where no lock can be made, and that nobody is writing. */
static bool
frozen(const char *name)
{
    struct a4nn_buf wal = {0};
    bool alone;

    a4nn_buf_addf(&wal, "%s-wal", name);
    alone = access(wal.data, F_OK) < 0;
    a4nn_buf_release(&wal);
    return alone && access(name, R_OK) == 0;
}

static int
connect(struct sqlite *s, enum a4nn_db_access access)
{
    int flags = access == A4NN_DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, code;
    struct a4nn_buf uri = {0};
    bool unwritable;

    code = sqlite3_open_v2(s->name, &s->connection, flags, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_busy_handler(s->connection, wait_a_little, s);
    if (code != SQLITE_OK)
        return code;
    pragma(s, "SELECT count(*) FROM sqlite_schema", &code);
    unwritable = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY;
    if (!unwritable || access != A4NN_DB_READ || !frozen(s->name))
        return code;
    sqlite3_close(s->connection);
    a4nn_buf_adds(&uri, "file:");
    for (const char *c = s->name; *c != '\0'; c++)
        a4nn_buf_addf(&uri, strchr("%?#", *c) != NULL ? "%%%02x" : "%c", (unsigned char)*c);
    a4nn_buf_adds(&uri, "?immutable=1");
    code = sqlite3_open_v2(uri.data, &s->connection, flags | SQLITE_OPEN_URI, NULL);
    a4nn_buf_release(&uri);
    return code;
}

static struct a4nn_db *
sqlite_open(const char *name, enum a4nn_db_access access, double patience, struct a4nn_err *err)
{
    static const char setup[] = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                                "PRAGMA trusted_schema=OFF; PRAGMA cache_size=-65536;"
                                "PRAGMA temp_store=MEMORY";
    struct sqlite *s;
    struct stat st;
    int code;

    if (access == A4NN_DB_CREATE && prepare_file(name, err) < 0)
        return NULL;
    if (stat(name, &st) < 0 || (S_ISDIR(st.st_mode) && (errno = EISDIR) != 0)) {
        a4nn_err_set(err, "cannot open '%.300s': %s", name, strerror(errno));
        return NULL;
    }
    s = make(name, patience);
    code = connect(s, access);
    if (code == SQLITE_OK && access != A4NN_DB_READ)
        code = set_journal(s);
    if (code == SQLITE_OK)
        code = sqlite3_exec(s->connection, setup, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return &s->db;
    failed(s, code, err);
    sqlite_close(&s->db);
    return NULL;
}

/* ---- statements ---- */

static int
prepared(struct sqlite *s, const void *name, const char *sql, sqlite3_stmt **out)
{
    sqlite3_stmt *made;
    size_t i;
    int code;

    for (i = 0; i < s->statements; i++)
        if (s->statement[i].name == name) {
            *out = s->statement[i].prepared;
            return SQLITE_OK;
        }
    code = sqlite3_prepare_v3(s->connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL);
    if (code != SQLITE_OK)
        return code;
    s->statement = a4nn_xgrow(s->statement, s->statements, &s->cap, sizeof *s->statement);
    s->statement[s->statements++] = (struct statement){name, made};
    *out = made;
    return SQLITE_OK;
}

static int
bind(sqlite3_stmt *statement, const struct a4nn_db_value *values, size_t n)
{
    int code = SQLITE_OK, i;

    for (i = 0; i < (int)n && code == SQLITE_OK; i++)
        switch (values[i].type) {
        case A4NN_DB_NULL: code = sqlite3_bind_null(statement, i + 1); break;
        case A4NN_DB_INT: code = sqlite3_bind_int64(statement, i + 1, values[i].integer); break;
        case A4NN_DB_REAL: code = sqlite3_bind_double(statement, i + 1, values[i].real); break;
        case A4NN_DB_TEXT:
            code = sqlite3_bind_text(statement, i + 1, values[i].text, -1, SQLITE_STATIC);
            break;
        }
    return code;
}

static size_t
read_row(sqlite3_stmt *statement, struct a4nn_db_value cell[A4NN_DB_CELLS])
{
    int i, n = sqlite3_column_count(statement);

    if (n > A4NN_DB_CELLS)
        n = A4NN_DB_CELLS;
    for (i = 0; i < n; i++)
        switch (sqlite3_column_type(statement, i)) {
        case SQLITE_INTEGER: cell[i] = a4nn_db_int(sqlite3_column_int64(statement, i)); break;
        case SQLITE_FLOAT: cell[i] = a4nn_db_real(sqlite3_column_double(statement, i)); break;
        case SQLITE_NULL: cell[i] = (struct a4nn_db_value){0}; break;
        default: cell[i] = a4nn_db_text((const char *)sqlite3_column_text(statement, i)); break;
        }
    return (size_t)n;
}

struct reading {
    int (*row)(void *arg, const struct a4nn_db_value *cells, size_t count); /* NULL: not wanted */
    void *arg;
};

static int
run(struct sqlite *s, sqlite3_stmt *statement, const struct a4nn_db_value *values, size_t n,
    const struct reading *r, struct a4nn_err *err)
{
    struct a4nn_db_value cell[A4NN_DB_CELLS];
    int code = bind(statement, values, n);

    if (code == SQLITE_OK) {
        while ((code = sqlite3_step(statement)) == SQLITE_ROW)
            if (r->row != NULL && r->row(r->arg, cell, read_row(statement, cell)) != 0)
                break;
        if (code == SQLITE_ROW || code == SQLITE_DONE)
            code = SQLITE_OK;
    }
    if (code != SQLITE_OK)
        code = failed(s, code, err);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code;
}

static int
sqlite_query(struct a4nn_db *db, const char *sql, const struct a4nn_db_value *values, size_t n,
             int (*row)(void *arg, const struct a4nn_db_value *cells, size_t count), void *arg,
             struct a4nn_err *err)
{
    struct sqlite *s = (struct sqlite *)db;
    const struct reading reading = {row, arg};
    sqlite3_stmt *statement;
    int code = prepared(s, sql, sql, &statement);

    return code == SQLITE_OK ? run(s, statement, values, n, &reading, err) : failed(s, code, err);
}

static int
prepare_rows(struct sqlite *s, const struct a4nn_db_rows *rows, sqlite3_stmt **out)
{
    struct a4nn_buf sql = {0};
    size_t i, n = strlen(rows->types);
    int code;

    a4nn_buf_addf(&sql, "INSERT INTO %s VALUES (", rows->into);
    for (i = 1; i <= n; i++)
        a4nn_buf_addf(&sql, "%s$%zu", i > 1 ? ", " : "", i);
    a4nn_buf_addf(&sql, ") ON CONFLICT (%s) %s", rows->key, rows->otherwise);
    code = prepared(s, rows, sql.data, out);
    a4nn_buf_release(&sql);
    return code;
}

static int
sqlite_put(struct a4nn_db *db, const struct a4nn_db_rows *rows, const struct a4nn_db_value *values,
           struct a4nn_err *err)
{
    struct sqlite *s = (struct sqlite *)db;
    const struct reading nothing = {NULL, NULL};
    sqlite3_stmt *statement = NULL;
    size_t i;
    int code;

    for (i = 0; i < s->statements && statement == NULL; i++)
        if (s->statement[i].name == rows)
            statement = s->statement[i].prepared;
    code = statement == NULL ? prepare_rows(s, rows, &statement) : SQLITE_OK;
    if (code != SQLITE_OK)
        return failed(s, code, err);
    return run(s, statement, values, strlen(rows->types), &nothing, err);
}

static int
execute(struct sqlite *s, const char *sql, struct a4nn_err *err)
{
    int code = sqlite3_exec(s->connection, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? 0 : failed(s, code, err);
}

static int
sqlite_script(struct a4nn_db *db, const char *sql, struct a4nn_err *err)
{
    return execute((struct sqlite *)db, sql, err);
}

static int
sqlite_begin(struct a4nn_db *db, enum a4nn_db_intent intent, struct a4nn_err *err)
{
    return execute((struct sqlite *)db, intent == A4NN_DB_TO_READ ? "BEGIN" : "BEGIN IMMEDIATE",
                   err);
}

static int
sqlite_commit(struct a4nn_db *db, struct a4nn_err *err)
{
    return execute((struct sqlite *)db, "COMMIT", err);
}

static void
sqlite_rollback(struct a4nn_db *db)
{
    struct sqlite *s = (struct sqlite *)db;

    if (!sqlite3_get_autocommit(s->connection))
        sqlite3_exec(s->connection, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- the whole of it ---- */

static int
sqlite_version(struct a4nn_db *db, struct a4nn_err *err)
{
    struct sqlite *s = (struct sqlite *)db;
    bool own = sqlite3_get_autocommit(s->connection);
    int64_t application = 0, tables = 0;
    int code = SQLITE_OK, version = 0;

    /* in one transaction: between two questions another may make the tables */
    if (own)
        code = sqlite3_exec(s->connection, "BEGIN", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        application = pragma(s, "PRAGMA application_id", &code);
    if (code == SQLITE_OK)
        version = (int)pragma(s, "PRAGMA user_version", &code);
    if (code == SQLITE_OK)
        tables = pragma(s, "SELECT count(*) FROM sqlite_schema", &code);
    if (code != SQLITE_OK)
        failed(s, code, err);
    if (own)
        sqlite_rollback(db);
    if (code != SQLITE_OK)
        return -2;
    if (application == APPLICATION)
        return version;
    return application == 0 && tables == 0 ? 0 : -1;
}

static int
sqlite_set_version(struct a4nn_db *db, int version, struct a4nn_err *err)
{
    char sql[100];

    snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION,
             version);
    return execute((struct sqlite *)db, sql, err);
}

static int
sqlite_check(struct a4nn_db *db, void (*found)(void *arg, const char *defect), void *arg,
             struct a4nn_err *err)
{
    struct sqlite *s = (struct sqlite *)db;
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(s->connection, "PRAGMA integrity_check", -1, &statement, NULL);

    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        if (text != NULL && strcmp(text, "ok") != 0)
            found(arg, text);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? 0 : failed(s, code, err);
}

static int
sqlite_compact(struct a4nn_db *db, struct a4nn_err *err)
{
    return execute((struct sqlite *)db, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize",
                   err);
}

static double
sqlite_size(struct a4nn_db *db)
{
    struct sqlite *s = (struct sqlite *)db;
    int code;
    double pages = (double)pragma(s, "PRAGMA page_count", &code);

    return code == SQLITE_OK ? pages * (double)pragma(s, "PRAGMA page_size", &code) : (double)NAN;
}

const struct a4nn_db_store a4nn_db_sqlite = {
    .name = "SQLite",
    .dialect = {.id = "INTEGER PRIMARY KEY", .clustered = " WITHOUT ROWID"},
    .open = sqlite_open,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .script = sqlite_script,
    .query = sqlite_query,
    .put = sqlite_put,
    .version = sqlite_version,
    .set_version = sqlite_set_version,
    .check = sqlite_check,
    .compact = sqlite_compact,
    .size = sqlite_size,
    .close = sqlite_close,
};
