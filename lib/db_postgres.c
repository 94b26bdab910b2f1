/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PostgreSQL.  Statements without rows are sent without waiting for what the server says to them
 * (libpq's pipeline mode): a flush of many rows costs few trips.  Numbers travel as they lie in
 * memory, so none loses a digit.
 */
#include <endian.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "db_store.h"
#include "libpq_load.h"
#include "utf8.h"
#include "xalloc.h"

static const struct a4nn_libpq *pq; /* NULL before the first is opened */

enum {
    PENDING = 1024,   /* statements under way at most */
    BATCH = 8192,     /* rows in one of them at most */
    LOCK = 0x61346e6e /* of A4NN_DB_ALONE: "a4nn" */
};

/* Types in the catalogue pg_type, which never change. */
enum { BOOL = 16, INT8 = 20, INT4 = 23, TEXT = 25, FLOAT8 = 701 };

#define OUR_TABLES "('task', 'metric', 'run', 'observation', 'forecast')"

struct statement {
    const void *key; /* the address of its text, or of its struct a4nn_db_rows */
    char name[24];   /* on the server */
    Oid type[A4NN_DB_CELLS];
};

/* Rows that wait for others of their kind, column by column. */
struct batch {
    const struct a4nn_db_rows *rows;
    size_t n;                              /* 0: there are none */
    struct a4nn_buf column[A4NN_DB_CELLS]; /* elements as an array has them on the wire */
};

struct postgres {
    struct a4nn_db db;
    PGconn *connection;
    char *name;  /* as it was given */
    char *shown; /* without passwords */
    double patience;
    bool read_only;
    struct statement *statement;
    size_t statements, cap;
    size_t pending; /* statements whose results have not been read */
    struct batch batch;
};

/* ---- trouble ---- */

/* The server's own words on one line, with the state that VERBOSE puts before them taken out. */
static void
first_line(const char *text, char *out, size_t size)
{
    snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
}

static bool
has_state(const char *state, const char *list)
{
    return state != NULL && strlen(state) == 5 && strstr(list, state) != NULL;
}

static int
lost(struct postgres *s, const char *words, struct a4nn_err *err)
{
    char line[500];

    first_line(words, line, sizeof line);
    a4nn_err_set(err, "'%.300s': the connection was lost: %s", s->shown, line);
    return A4NN_DB_AGAIN;
}

static int
failed(struct postgres *s, const PGresult *result, struct a4nn_err *err)
{
    const char *state = pq->PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = pq->PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    char line[500];

    if (state == NULL || has_state(state, "57P01 57P02 57P03"))
        return lost(s, message != NULL ? message : pq->PQerrorMessage(s->connection), err);
    first_line(message != NULL ? message : "", line, sizeof line);
    if (has_state(state, "40001 40P01")) {
        a4nn_err_set(err, "'%.300s': others were in the way: %s", s->shown, line);
        return A4NN_DB_AGAIN;
    }
    if (has_state(state, "55P03"))
        return a4nn_err_set(err, "'%.300s' has been locked for longer than %g seconds", s->shown,
                            s->patience);
    if (has_state(state, "25006"))
        return a4nn_err_set(err, "'%.300s' cannot be written: %s", s->shown, line);
    if (has_state(state, "53100"))
        return a4nn_err_set(err, "'%.300s': the disk is full: %s", s->shown, line);
    return a4nn_err_set(err, "'%.300s': %s", s->shown, line);
}

/* ---- connecting ---- */

/*
 * Takes the state out of a message of a connection that was refused, "... FATAL:  53300: sorry",
 * which libpq tells in no other way, and gives it.
 */
static void
take_state(char *line, char state[6])
{
    char *at;

    state[0] = '\0';
    for (at = strstr(line, ":  "); at != NULL; at = strstr(at + 1, ":  "))
        if (strspn(at + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5 &&
            strncmp(at + 8, ": ", 2) == 0) {
            memcpy(state, at + 3, 5);
            state[5] = '\0';
            memmove(at + 2, at + 10, strlen(at + 10) + 1);
            return;
        }
}

/* Waits until the connection stands or does not; false when `deadline` came first. */
static bool
shake_hands(PGconn *connection, double deadline)
{
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;

    if (pq->PQstatus(connection) == CONNECTION_BAD)
        return true;
    while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
        struct pollfd fd = {.fd = pq->PQsocket(connection), .events = POLLIN};
        double left = deadline - a4nn_now();
        if (status == PGRES_POLLING_WRITING)
            fd.events = POLLOUT;
        if (left <= 0)
            return false;
        if (poll(&fd, 1, (int)(left * 1000) + 1) > 0)
            status = pq->PQconnectPoll(connection);
    }
    return true;
}

static PGconn *
start(const struct postgres *s)
{
    /* What stands before the name can be overruled by it, what stands behind it cannot. */
    const char *key[] = {"fallback_application_name",
                         "keepalives_idle",
                         "keepalives_interval",
                         "keepalives_count",
                         "dbname",
                         "client_encoding",
                         NULL};
    const char *value[] = {"a4nn", "30", "10", "3", s->name, "UTF8", NULL};

    return pq->PQconnectStartParams(key, value, 1);
}

static void
keep_quiet(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

/* One try. A4NN_DB_AGAIN when a later one may do better. */
static int
try_to_connect(struct postgres *s, double deadline, struct a4nn_err *err)
{
    char line[600], state[6] = "";

    pq->PQfinish(s->connection);
    s->connection = start(s);
    s->statements = s->pending = 0;
    s->batch.n = 0;
    if (s->connection == NULL)
        return a4nn_err_set(err, "out of memory");
    pq->PQsetErrorVerbosity(s->connection, PQERRORS_VERBOSE);
    if (!shake_hands(s->connection, deadline))
        return a4nn_err_set(err, "'%.300s' did not answer within %g seconds", s->shown,
                            s->patience);
    if (pq->PQstatus(s->connection) == CONNECTION_OK) {
        pq->PQsetErrorVerbosity(s->connection, PQERRORS_DEFAULT);
        pq->PQsetNoticeProcessor(s->connection, keep_quiet, NULL);
        return 0;
    }
    first_line(pq->PQerrorMessage(s->connection), line, sizeof line);
    take_state(line, state);
    a4nn_err_set(err, "cannot open '%.300s': %s", s->shown, line);
    return has_state(state, "53300 57P03") ? A4NN_DB_AGAIN : -1;
}

/* Commands that are given in words, outside of the pipeline. */
static int
execute(struct postgres *s, const char *sql, struct a4nn_err *err)
{
    PGresult *result = pq->PQexec(s->connection, sql);
    ExecStatusType status = pq->PQresultStatus(result);
    int code = 0;

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        code = failed(s, result, err);
    pq->PQclear(result);
    return code;
}

/* What is committed is to be on the disk, whatever the server does by itself. */
static int
set_up(struct postgres *s, struct a4nn_err *err)
{
    char sql[400];

    snprintf(sql, sizeof sql,
             "SET lock_timeout = %.0f; SET default_transaction_read_only = %s; "
             "SELECT set_config('synchronous_commit', 'on', false) "
             "WHERE current_setting('synchronous_commit') = 'off'",
             s->patience * 1000 + 1, s->read_only ? "on" : "off");
    return execute(s, sql, err);
}

/* Full servers and those that are starting are waited for; when it was there `before`, any is. */
static int
connect_patiently(struct postgres *s, bool before, struct a4nn_err *err)
{
    double deadline = a4nn_now() + s->patience;
    int code, steps = 0;

    while ((code = try_to_connect(s, deadline, err)) != 0) {
        if ((code != A4NN_DB_AGAIN && !before) || a4nn_now() >= deadline)
            return -1;
        usleep((useconds_t)(100000 + ((unsigned)getpid() * 7919U + (unsigned)steps++) % 100000));
    }
    return set_up(s, err) < 0 ? -1 : 0;
}

static void
postgres_close(struct a4nn_db *db)
{
    struct postgres *s = (struct postgres *)db;
    size_t i;

    for (i = 0; i < A4NN_DB_CELLS; i++)
        a4nn_buf_release(&s->batch.column[i]);
    pq->PQfinish(s->connection);
    free(s->statement);
    free(s->name);
    free(s->shown);
    free(s);
}

/* Says why a name is no URI; the words of libpq end before they quote it, or its password. */
static bool
is_uri(const char *name, const char *shown, struct a4nn_err *err)
{
    char *why = NULL;
    PQconninfoOption *options = pq->PQconninfoParse(name, &why);
    bool good = options != NULL;

    if (!good)
        a4nn_err_set(err, "'%.300s' is no URI of PostgreSQL: %.*s", shown,
                     why != NULL ? (int)strcspn(why, ":\"(\n") : 0, why != NULL ? why : "");
    pq->PQconninfoFree(options);
    pq->PQfreemem(why);
    return good;
}

static struct a4nn_db *
postgres_open(const char *name, enum a4nn_db_access access, double patience, struct a4nn_err *err)
{
    struct a4nn_buf shown = {0};
    struct postgres *s;

    if ((pq = a4nn_libpq_load(err)) == NULL)
        return NULL;
    s = a4nn_xcalloc(1, sizeof *s);
    a4nn_db_show_name(name, &shown);
    *s = (struct postgres){.db.store = &a4nn_db_postgres,
                           .name = a4nn_xstrdup(name),
                           .shown = shown.data,
                           .patience = patience,
                           .read_only = access == A4NN_DB_READ};
    if (is_uri(name, s->shown, err) && connect_patiently(s, false, err) == 0)
        return &s->db;
    postgres_close(&s->db);
    return NULL;
}

/* ---- statements under way ---- */

/* The result of one statement of the pipeline, and the NULL behind it. */
static int
take_result(struct postgres *s, struct a4nn_err *err)
{
    PGresult *result = pq->PQgetResult(s->connection);
    ExecStatusType status = pq->PQresultStatus(result);
    int code = 0;

    if (result == NULL)
        return lost(s, pq->PQerrorMessage(s->connection), err);
    if (status == PGRES_PIPELINE_ABORTED) /* of an earlier one, which was seen */
        code = a4nn_err_set(err, "'%.300s': the transaction has failed", s->shown);
    else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        code = failed(s, result, err);
    while (result != NULL && pq->PQstatus(s->connection) == CONNECTION_OK) {
        pq->PQclear(result);
        result = pq->PQgetResult(s->connection);
    }
    pq->PQclear(result);
    return code;
}

/* Those of all that is pending; the first failure is the answer. */
static int
take_pending(struct postgres *s, struct a4nn_err *err)
{
    int code = 0, one;

    for (; s->pending > 0; s->pending--) {
        one = take_result(s, code == 0 ? err : NULL);
        if (code == 0)
            code = one;
        if (pq->PQstatus(s->connection) != CONNECTION_OK)
            s->pending = 1;
    }
    return code;
}

static void
take_sync(struct postgres *s)
{
    PGresult *result;
    bool synced = false;

    while (!synced && pq->PQstatus(s->connection) == CONNECTION_OK) {
        result = pq->PQgetResult(s->connection);
        synced = pq->PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        pq->PQclear(result);
    }
}

static int
settle(struct postgres *s, struct a4nn_err *err)
{
    int code;

    if (s->pending == 0)
        return 0;
    if (!pq->PQpipelineSync(s->connection)) {
        s->pending = 0;
        return lost(s, pq->PQerrorMessage(s->connection), err);
    }
    code = take_pending(s, err);
    take_sync(s);
    return code;
}

/* Commands in words need the pipeline to be closed. */
static int
leave_pipeline(struct postgres *s, struct a4nn_err *err)
{
    int code = settle(s, err);

    if (code == 0 && pq->PQpipelineStatus(s->connection) != PQ_PIPELINE_OFF &&
        !pq->PQexitPipelineMode(s->connection))
        code = lost(s, pq->PQerrorMessage(s->connection), err);
    return code;
}

/* ---- parameters ---- */

struct parameters {
    const char *value[A4NN_DB_CELLS];
    int length[A4NN_DB_CELLS], format[A4NN_DB_CELLS];
    uint64_t number[A4NN_DB_CELLS];
    struct a4nn_buf repaired[A4NN_DB_CELLS];
};

static void
bind_text(struct parameters *p, size_t i, const char *text)
{
    if (!a4nn_utf8_valid(text)) {
        a4nn_utf8_repair(&p->repaired[i], text);
        text = p->repaired[i].data;
    }
    p->value[i] = text;
}

static void
bind_number(struct parameters *p, size_t i, Oid type, const struct a4nn_db_value *v)
{
    double real = a4nn_db_number(v);
    int64_t integer = v->type == A4NN_DB_INT ? v->integer : (int64_t)v->real;

    memcpy(&p->number[i], type == FLOAT8 ? (void *)&real : (void *)&integer, 8);
    p->number[i] = htobe64(p->number[i]);
    p->value[i] = (const char *)&p->number[i];
    p->length[i] = 8;
    p->format[i] = 1;
}

/* The server has said which type each is to have. */
static int
bind(struct postgres *s, struct parameters *p, const struct statement *statement,
     const struct a4nn_db_value *values, size_t n, struct a4nn_err *err)
{
    size_t i;

    memset(p->repaired, 0, n * sizeof *p->repaired);
    for (i = 0; i < n; i++) {
        bool number = statement->type[i] == INT8 || statement->type[i] == FLOAT8;
        p->value[i] = NULL;
        p->length[i] = p->format[i] = 0;
        if (values[i].type == A4NN_DB_NULL)
            continue;
        if (number == (values[i].type == A4NN_DB_TEXT))
            return a4nn_err_set(err, "'%.300s': parameter %zu has another type", s->shown, i + 1);
        if (number)
            bind_number(p, i, statement->type[i], &values[i]);
        else
            bind_text(p, i, values[i].text);
    }
    return 0;
}

/* Reads the types of the parameters that the server gave a statement. */
static int
describe(struct postgres *s, struct statement *statement, const char *sql, struct a4nn_err *err)
{
    PGresult *result = pq->PQprepare(s->connection, statement->name, sql, 0, NULL);
    int code = 0, i;

    if (pq->PQresultStatus(result) == PGRES_COMMAND_OK) {
        pq->PQclear(result);
        result = pq->PQdescribePrepared(s->connection, statement->name);
    }
    if (pq->PQresultStatus(result) != PGRES_COMMAND_OK)
        code = failed(s, result, err);
    for (i = 0; i < pq->PQnparams(result) && i < A4NN_DB_CELLS; i++)
        statement->type[i] = pq->PQparamtype(result, i);
    pq->PQclear(result);
    return code;
}

static const struct statement *
known(const struct postgres *s, const void *key)
{
    size_t i;

    for (i = 0; i < s->statements; i++)
        if (s->statement[i].key == key)
            return &s->statement[i];
    return NULL;
}

static int
prepare(struct postgres *s, const void *key, const char *sql, const struct statement **out,
        struct a4nn_err *err)
{
    struct statement *made;
    int code = leave_pipeline(s, err);

    if (code < 0)
        return code;
    s->statement = a4nn_xgrow(s->statement, s->statements, &s->cap, sizeof *s->statement);
    made = &s->statement[s->statements];
    *made = (struct statement){.key = key};
    snprintf(made->name, sizeof made->name, "a4nn_%zu", s->statements);
    if ((code = describe(s, made, sql, err)) < 0)
        return code;
    s->statements++;
    *out = made;
    return 0;
}

static int
dispatch(struct postgres *s, const struct statement *statement, const struct parameters *p,
         size_t n, struct a4nn_err *err)
{
    if (pq->PQpipelineStatus(s->connection) == PQ_PIPELINE_OFF &&
        !pq->PQenterPipelineMode(s->connection))
        return lost(s, pq->PQerrorMessage(s->connection), err);
    if (!pq->PQsendQueryPrepared(s->connection, statement->name, (int)n, p->value, p->length,
                                 p->format, 1))
        return lost(s, pq->PQerrorMessage(s->connection), err);
    return 0;
}

static int
put_off(struct postgres *s, struct a4nn_err *err)
{
    return ++s->pending < PENDING ? 0 : settle(s, err);
}

/* ---- many rows in one statement ---- */

enum { HEADER = 20 /* bytes before the elements of an array on the wire */ };

static void
add_word(struct a4nn_buf *out, int32_t v)
{
    uint32_t big = htobe32((uint32_t)v);

    a4nn_buf_add(out, &big, sizeof big);
}

/* An element: its length, -1 for NULL, and its bytes. */
static void
add_element(struct a4nn_buf *out, char type, const struct a4nn_db_value *v)
{
    double real = a4nn_db_number(v);
    uint64_t bits;

    if (v->type == A4NN_DB_NULL) {
        add_word(out, -1);
    } else if (type == 't') {
        size_t length = out->len;
        add_word(out, 0);
        a4nn_utf8_repair(out, a4nn_db_string(v, ""));
        bits = htobe32((uint32_t)(out->len - length - 4));
        memcpy(out->data + length, &bits, 4);
    } else {
        memcpy(&bits, type == 'r' ? (const void *)&real : (const void *)&v->integer, 8);
        bits = htobe64(bits);
        add_word(out, 8);
        a4nn_buf_add(out, &bits, 8);
    }
}

/* "c1, c2, c3" */
static void
number_columns(struct a4nn_buf *out, size_t n)
{
    size_t i;

    a4nn_buf_adds(out, "c1");
    for (i = 2; i <= n; i++)
        a4nn_buf_addf(out, ", c%zu", i);
}

static int
prepare_rows(struct postgres *s, const struct a4nn_db_rows *rows, const struct statement **out,
             struct a4nn_err *err)
{
    size_t i, n = strlen(rows->types);
    struct a4nn_buf sql = {0}, columns = {0}, key = {0};
    int code;

    number_columns(&columns, n);
    number_columns(&key, rows->keys);
    a4nn_buf_addf(&sql, "INSERT INTO %s SELECT DISTINCT ON (%s) %s FROM unnest(", rows->into,
                  key.data, columns.data);
    for (i = 0; i < n; i++)
        a4nn_buf_addf(&sql, "%s$%zu::%s[]", i > 0 ? ", " : "", i + 1,
                      rows->types[i] == 'i'   ? "bigint"
                      : rows->types[i] == 'r' ? "double precision"
                                              : "text");
    a4nn_buf_addf(&sql, ") WITH ORDINALITY AS u(%s, n) ORDER BY %s, n DESC ON CONFLICT (%s) %s",
                  columns.data, key.data, rows->key, rows->otherwise);
    code = prepare(s, rows, sql.data, out, err);
    a4nn_buf_release(&sql);
    a4nn_buf_release(&columns);
    a4nn_buf_release(&key);
    return code;
}

/* What is collected goes out before anything else does. */
static int
send_batch(struct postgres *s, struct a4nn_err *err)
{
    struct batch *b = &s->batch;
    const struct a4nn_db_rows *rows = b->rows;
    const size_t n = b->n;
    const struct statement *statement;
    struct parameters p;
    int code = 0;
    size_t i;

    if (n == 0)
        return 0;
    b->n = 0;
    if ((statement = known(s, rows)) == NULL)
        code = prepare_rows(s, rows, &statement, err);
    for (i = 0; code == 0 && rows->types[i] != '\0'; i++) {
        Oid type = rows->types[i] == 'i' ? INT8 : rows->types[i] == 'r' ? FLOAT8 : TEXT;
        const uint32_t header[] = {htobe32(1), htobe32(1), htobe32(type), htobe32((uint32_t)n),
                                   htobe32(1)}; /* dimensions, NULLs, type, length, from */
        memcpy(b->column[i].data, header, HEADER);
        p.value[i] = b->column[i].data;
        p.length[i] = (int)b->column[i].len;
        p.format[i] = 1;
    }
    if (code == 0)
        code = dispatch(s, statement, &p, i, err);
    return code == 0 ? put_off(s, err) : code;
}

static int
postgres_put(struct a4nn_db *db, const struct a4nn_db_rows *rows,
             const struct a4nn_db_value *values, struct a4nn_err *err)
{
    struct postgres *s = (struct postgres *)db;
    struct batch *b = &s->batch;
    int code = 0;
    size_t i;

    if (b->rows != rows || b->n == BATCH)
        code = send_batch(s, err);
    if (code < 0)
        return code;
    for (i = 0; b->n == 0 && rows->types[i] != '\0'; i++) {
        a4nn_buf_reset(&b->column[i]);
        a4nn_buf_add(&b->column[i], (const char[HEADER]){0}, HEADER);
    }
    b->rows = rows;
    b->n++;
    for (i = 0; rows->types[i] != '\0'; i++)
        add_element(&b->column[i], rows->types[i], &values[i]);
    return 0;
}

/* ---- rows ---- */

static uint64_t
big_endian(const char *bytes, int length)
{
    uint64_t v = 0;
    int i;

    for (i = 0; i < length; i++)
        v = v << 8 | (unsigned char)bytes[i];
    return v;
}

static struct a4nn_db_value
read_cell(const PGresult *result, int i)
{
    const char *bytes = pq->PQgetvalue(result, 0, i);
    double real;
    uint64_t bits;

    if (pq->PQgetisnull(result, 0, i))
        return (struct a4nn_db_value){0};
    switch (pq->PQftype(result, i)) {
    case BOOL: return a4nn_db_int((int64_t)big_endian(bytes, 1));
    case INT4: return a4nn_db_int((int32_t)big_endian(bytes, 4));
    case INT8: return a4nn_db_int((int64_t)big_endian(bytes, 8));
    case FLOAT8:
        bits = big_endian(bytes, 8);
        memcpy(&real, &bits, sizeof real);
        return a4nn_db_real(real);
    default: return a4nn_db_text(bytes);
    }
}

struct reading {
    int (*row)(void *arg, const struct a4nn_db_value *cells, size_t count);
    void *arg;
    bool enough;
};

static void
hand_over(struct reading *r, const PGresult *result)
{
    struct a4nn_db_value cell[A4NN_DB_CELLS];
    int i, n = pq->PQnfields(result);

    if (n > A4NN_DB_CELLS)
        n = A4NN_DB_CELLS;
    for (i = 0; i < n; i++)
        cell[i] = read_cell(result, i);
    r->enough = r->enough || r->row(r->arg, cell, (size_t)n) != 0;
}

/* Row by row, as they come: there may be more than memory holds. */
static int
read_rows(struct postgres *s, struct reading *r, struct a4nn_err *err)
{
    PGresult *result;
    int code = 0;

    if (!pq->PQsetSingleRowMode(s->connection))
        return lost(s, pq->PQerrorMessage(s->connection), err);
    while ((result = pq->PQgetResult(s->connection)) != NULL) {
        ExecStatusType status = pq->PQresultStatus(result);
        if (status == PGRES_SINGLE_TUPLE)
            hand_over(r, result);
        else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            code = failed(s, result, err);
        pq->PQclear(result);
        if (pq->PQstatus(s->connection) != CONNECTION_OK)
            break;
    }
    return code;
}

static int
transmit(struct postgres *s, const char *sql, const struct a4nn_db_value *values, size_t n,
         struct a4nn_err *err)
{
    const struct statement *statement = known(s, sql);
    struct parameters p;
    int code = 0;
    size_t i;

    if (statement == NULL && (code = prepare(s, sql, sql, &statement, err)) < 0)
        return code;
    code = bind(s, &p, statement, values, n, err);
    if (code == 0)
        code = dispatch(s, statement, &p, n, err);
    for (i = 0; i < n; i++)
        a4nn_buf_release(&p.repaired[i]);
    return code;
}

static int
postgres_query(struct a4nn_db *db, const char *sql, const struct a4nn_db_value *values, size_t n,
               int (*row)(void *arg, const struct a4nn_db_value *cells, size_t count), void *arg,
               struct a4nn_err *err)
{
    struct postgres *s = (struct postgres *)db;
    struct reading reading = {row, arg, false};
    int code = send_batch(s, err);

    if (code == 0)
        code = transmit(s, sql, values, n, err);
    if (code < 0 || row == NULL)
        return code < 0 ? code : put_off(s, err);
    if (!pq->PQpipelineSync(s->connection))
        return lost(s, pq->PQerrorMessage(s->connection), err);
    if ((code = take_pending(s, err)) < 0)
        take_result(s, NULL);
    else
        code = read_rows(s, &reading, err);
    take_sync(s);
    return code;
}

/* ---- transactions ---- */

/* In words, when all that came before is done. */
static int
command(struct postgres *s, const char *sql, struct a4nn_err *err)
{
    int code = send_batch(s, err);

    if (code == 0)
        code = leave_pipeline(s, err);
    return code == 0 ? execute(s, sql, err) : code;
}

static int
postgres_script(struct a4nn_db *db, const char *sql, struct a4nn_err *err)
{
    return command((struct postgres *)db, sql, err);
}

/* That the server went away since the last transaction shows in the first try. */
static int
postgres_begin(struct a4nn_db *db, enum a4nn_db_intent intent, struct a4nn_err *err)
{
    static const char *const begin[] = {
        [A4NN_DB_TO_READ] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        [A4NN_DB_TO_WRITE] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        [A4NN_DB_ALONE] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    };
    struct postgres *s = (struct postgres *)db;
    char lock[100];
    int code = command(s, begin[intent], err);

    if (code == A4NN_DB_AGAIN || pq->PQstatus(s->connection) != CONNECTION_OK) {
        code = connect_patiently(s, true, err);
        if (code == 0)
            code = execute(s, begin[intent], err);
    }
    if (code == 0 && intent == A4NN_DB_ALONE) {
        snprintf(lock, sizeof lock, "SELECT pg_advisory_xact_lock(%d)", LOCK);
        code = execute(s, lock, err);
    }
    return code;
}

static int
postgres_commit(struct a4nn_db *db, struct a4nn_err *err)
{
    return command((struct postgres *)db, "COMMIT", err);
}

static void
postgres_rollback(struct a4nn_db *db)
{
    struct postgres *s = (struct postgres *)db;

    s->batch.n = 0;
    (void)settle(s, NULL);
    if (pq->PQstatus(s->connection) == CONNECTION_OK &&
        pq->PQtransactionStatus(s->connection) != PQTRANS_IDLE)
        (void)command(s, "ROLLBACK", NULL);
}

/* ---- the whole of it ---- */

/* A number that a query answers with, -1 when it has none; *code is 0 or the failure. */
static double
ask(struct postgres *s, const char *sql, int *code, struct a4nn_err *err)
{
    PGresult *result = NULL;
    double v = -1;

    if ((*code = leave_pipeline(s, err)) < 0)
        return v;
    result = pq->PQexec(s->connection, sql);
    if (pq->PQresultStatus(result) != PGRES_TUPLES_OK)
        *code = failed(s, result, err);
    else if (pq->PQntuples(result) > 0 && !pq->PQgetisnull(result, 0, 0))
        v = strtod(pq->PQgetvalue(result, 0, 0), NULL);
    pq->PQclear(result);
    return v;
}

/*
 * What is asked for is what lies in the schema where new tables come to lie.  Our mark is a table
 * of its own; tables with names of ours and without it are somebody else's, all others are no
 * matter.  It is one question: between two, another may have made them.
 */
static int
postgres_version(struct a4nn_db *db, struct a4nn_err *err)
{
    enum { NO_SCHEMA = -1, NOTHING, NOT_OURS, OURS };
    struct postgres *s = (struct postgres *)db;
    int code = 0;
    double v = ask(s,
                   "SELECT CASE WHEN (SELECT count(*) FROM pg_catalog.pg_attribute JOIN "
                   "pg_catalog.pg_class AS c ON c.oid = attrelid WHERE c.relnamespace = n.oid "
                   "AND c.relname = 'a4nn_history' AND attnum > 0 "
                   "AND attname IN ('application', 'version')) = 2 THEN 2 "
                   "WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relnamespace = n.oid "
                   "AND (relname = 'a4nn_history' OR relname IN " OUR_TABLES ")) THEN 1 "
                   "ELSE 0 END FROM pg_catalog.pg_namespace AS n WHERE nspname = current_schema()",
                   &code, err);

    if (code == 0 && v == NO_SCHEMA)
        code = a4nn_err_set(err, "'%.300s': no schema of the search path is there", s->shown);
    if (code == 0 && v == OURS)
        v = ask(s, "SELECT max(version) FROM a4nn_history WHERE application = 'a4nn'", &code, err);
    else
        v = v == NOT_OURS ? -1 : 0;
    return code < 0 ? -2 : (int)v;
}

static int
postgres_set_version(struct a4nn_db *db, int version, struct a4nn_err *err)
{
    char sql[400];

    snprintf(sql, sizeof sql,
             "CREATE TABLE IF NOT EXISTS a4nn_history ("
             "application TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL);"
             "INSERT INTO a4nn_history VALUES ('a4nn', %d) "
             "ON CONFLICT (application) DO UPDATE SET version = excluded.version",
             version);
    return command((struct postgres *)db, sql, err);
}

struct finder {
    void (*found)(void *arg, const char *defect);
    void *arg;
};

static int
take_defect(void *arg, const struct a4nn_db_value *cells, size_t count)
{
    const struct finder *f = arg;

    (void)count;
    f->found(f->arg, a4nn_db_string(&cells[0], ""));
    return 0;
}

/* Its pages are the server's to check (pg_amcheck); here: what it says it does not rely on. */
static int
postgres_check(struct a4nn_db *db, void (*found)(void *arg, const char *defect), void *arg,
               struct a4nn_err *err)
{
    struct finder finder = {found, arg};

    return postgres_query(
        db,
        "SELECT 'index ' || CAST(indexrelid::regclass AS TEXT) || ' is not valid' "
        "FROM pg_catalog.pg_index WHERE NOT (indisvalid AND indisready) AND indrelid IN "
        "(SELECT to_regclass(quote_ident(current_schema()) || '.' || t) FROM unnest(ARRAY["
        "'task', 'metric', 'run', 'observation', 'forecast']) AS t) "
        "UNION ALL SELECT 'constraint ' || CAST(conname AS TEXT) || ' has not been checked' "
        "FROM pg_catalog.pg_constraint WHERE NOT convalidated AND conrelid IN "
        "(SELECT to_regclass(quote_ident(current_schema()) || '.' || t) FROM unnest(ARRAY["
        "'task', 'metric', 'run', 'observation', 'forecast']) AS t)",
        NULL, 0, take_defect, &finder, err);
}

static int
postgres_compact(struct a4nn_db *db, struct a4nn_err *err)
{
    return command((struct postgres *)db,
                   "VACUUM (FULL, ANALYZE) task, metric, run, observation, forecast", err);
}

static double
postgres_size(struct a4nn_db *db)
{
    int code;
    double v = ask((struct postgres *)db,
                   "SELECT sum(pg_total_relation_size(oid)) FROM pg_catalog.pg_class "
                   "WHERE relkind = 'r' AND relname IN " OUR_TABLES " AND relnamespace = "
                   "(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema())",
                   &code, NULL);

    return code == 0 && v >= 0 ? v : (double)NAN;
}

const struct a4nn_db_store a4nn_db_postgres = {
    .name = "PostgreSQL",
    .server = true,
    .dialect = {.id = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", .clustered = ""},
    .open = postgres_open,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .script = postgres_script,
    .query = postgres_query,
    .put = postgres_put,
    .version = postgres_version,
    .set_version = postgres_set_version,
    .check = postgres_check,
    .compact = postgres_compact,
    .size = postgres_size,
    .close = postgres_close,
};
