/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Optuna's studies in SQLite: each trial is a run, its intermediate values are the curve, and the
 * study says which way is better.  Schemas changed over time:
 *
 *   before 2.4  trial_values(trial_id, step, value), studies.direction
 *   since 2.4   trial_intermediate_values(trial_id, step, intermediate_value),
 *               study_directions(study_id, direction, objective)
 *   since 3.0   trial_intermediate_values.intermediate_value_type: FINITE, INF_POS, INF_NEG, NAN
 *
 * The database is read from memory, so it may come from a pipe or an archive, and the file is
 * never locked.  It is as untrusted as any input: only plain tables are read, no view, trigger or
 * function of its schema runs, and the work is bounded.
 */
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "log/formats.h"
#include "xalloc.h"

enum {
    MAX_BYTES = 1 << 30,
    MAX_TEXT = 1 << 20,    /* bytes of one value in the database */
    OPS_PER_CALL = 100000, /* SQLite's operations between two looks at the bound */
    OPS_SPARE = 10000000,  /* operations allowed, besides ... */
    OPS_PER_BYTE = 16      /* ... so many per byte of the file */
};

static const char magic[16] = "SQLite format 3"; /* with its NUL */

struct optuna {
    const struct a4nn_log_sink *sink;
    struct a4nn_buf bytes;
    int too_long;
    sqlite3 *db;
    long long calls_left; /* of the progress handler */
    int several;          /* studies */
};

/* ---- the database ---- */

static int
count_down(void *arg)
{
    struct optuna *s = arg;

    return --s->calls_left < 0;
}

static void
complain(struct optuna *s)
{
    if (s->calls_left < 0)
        a4nn_diag(s->sink->diag, A4NN_ERROR, s->sink->file, 0,
                  "cannot read the database: it asks for more work than its size explains");
    else
        a4nn_diag(s->sink->diag, A4NN_ERROR, s->sink->file, 0, "cannot read the database: %s",
                  sqlite3_errmsg(s->db));
}

/* In-memory databases know no write-ahead log; bytes 18 and 19 say that there is one. */
static void
leave_wal(struct optuna *s)
{
    if (s->bytes.len < 100 || (s->bytes.data[18] != 2 && s->bytes.data[19] != 2))
        return;
    s->bytes.data[18] = s->bytes.data[19] = 1;
    a4nn_diag(s->sink->diag, A4NN_NOTE, s->sink->file, 0,
              "what still lies in its -wal file is not read");
}

static unsigned long
big_endian(const char *bytes, size_t len)
{
    unsigned long v = 0;

    for (; len > 0; len--, bytes++)
        v = v << 8 | (unsigned char)*bytes;
    return v;
}

/*
 * SQLite would take zeros for what is missing of the last page.  Bytes 16 and 17 hold the size of
 * a page, bytes 28 to 31 their number, valid when the changes counted at 24 and 92 agree.
 */
static int
is_cut_off(const struct a4nn_buf *bytes)
{
    unsigned long page, pages;

    if (bytes->len < 100)
        return 0;
    page = big_endian(bytes->data + 16, 2);
    page = page == 1 ? 65536 : page;
    pages =
        memcmp(bytes->data + 24, bytes->data + 92, 4) == 0 ? big_endian(bytes->data + 28, 4) : 0;
    return page != 0 && (bytes->len % page != 0 || bytes->len / page < pages);
}

static int
open_database(struct optuna *s)
{
    static const int off[] = {SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
                              SQLITE_DBCONFIG_TRUSTED_SCHEMA,
                              SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION};
    size_t i;

    s->calls_left =
        OPS_SPARE / OPS_PER_CALL + (long long)s->bytes.len * OPS_PER_BYTE / OPS_PER_CALL;
    if (sqlite3_open_v2(":memory:", &s->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        return -1;
    for (i = 0; i < sizeof off / sizeof off[0]; i++)
        sqlite3_db_config(s->db, off[i], 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, MAX_TEXT);
    sqlite3_progress_handler(s->db, OPS_PER_CALL, count_down, s);
    leave_wal(s);
    if (sqlite3_deserialize(s->db, "main", (unsigned char *)s->bytes.data,
                            (sqlite3_int64)s->bytes.len, (sqlite3_int64)s->bytes.len,
                            SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
        return -1;
    return sqlite3_exec(s->db, "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY", NULL, NULL,
                        NULL) == SQLITE_OK
               ? 0
               : -1;
}

/* The number that a query with at most one parameter or two gives, or -1 after an error. */
static int
ask(struct optuna *s, const char *sql, const char *first, const char *second)
{
    sqlite3_stmt *q = NULL;
    int r = -1;

    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK) {
        if (first != NULL)
            sqlite3_bind_text(q, 1, first, -1, SQLITE_STATIC);
        if (second != NULL)
            sqlite3_bind_text(q, 2, second, -1, SQLITE_STATIC);
        if (sqlite3_step(q) == SQLITE_ROW)
            r = sqlite3_column_int(q, 0);
    }
    sqlite3_finalize(q);
    return r;
}

/* Whether there is a table of that name that is no view and no virtual table. */
static int
has_table(struct optuna *s, const char *table)
{
    return ask(s,
               "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1 "
               "AND sql LIKE 'CREATE TABLE%'",
               table, NULL) == 1;
}

static int
has_column(struct optuna *s, const char *table, const char *column)
{
    return has_table(s, table) &&
           ask(s, "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2", table, column) == 1;
}

/* ---- what it says ---- */

/* Writes the query for: trial, step, value, type of value, study, direction. */
static int
write_query(struct optuna *s, struct a4nn_buf *sql)
{
    int current = has_column(s, "trial_intermediate_values", "intermediate_value");
    int old = !current && has_column(s, "trial_values", "step");
    int directions = has_column(s, "study_directions", "objective");

    if ((!current && !old) || !has_table(s, "trials") || !has_table(s, "studies"))
        return -1;
    a4nn_buf_addf(
        sql,
        "SELECT t.%s, v.step, v.%s, %s, s.study_name, %s FROM %s v "
        "LEFT JOIN trials t ON t.trial_id = v.trial_id "
        "LEFT JOIN studies s ON s.study_id = t.study_id %s ORDER BY v.trial_id, v.step",
        has_column(s, "trials", "number") ? "number" : "trial_id",
        current ? "intermediate_value" : "value",
        has_column(s, "trial_intermediate_values", "intermediate_value_type")
            ? "v.intermediate_value_type"
            : "NULL",
        directions                              ? "d.direction"
        : has_column(s, "studies", "direction") ? "s.direction"
                                                : "NULL",
        current ? "trial_intermediate_values" : "trial_values",
        directions ? "LEFT JOIN study_directions d ON d.study_id = t.study_id AND d.objective = 0"
                   : "");
    return 0;
}

static int
is_text(sqlite3_stmt *q, int column, const char *text)
{
    const unsigned char *got = sqlite3_column_text(q, column);

    return got != NULL && strcmp((const char *)got, text) == 0;
}

/* Infinities and NaN are kept as NULL or as the largest finite number, with a word beside. */
static double
value_of(sqlite3_stmt *q)
{
    if (is_text(q, 3, "INF_POS"))
        return HUGE_VAL;
    if (is_text(q, 3, "INF_NEG"))
        return -HUGE_VAL;
    if (is_text(q, 3, "NAN") || sqlite3_column_type(q, 2) == SQLITE_NULL)
        return NAN;
    return sqlite3_column_double(q, 2);
}

/* The name of a trial's run, from the columns with its number and its study. */
static void
name_run(const struct optuna *s, sqlite3_stmt *q, int number, int study, struct a4nn_buf *out)
{
    const unsigned char *text = sqlite3_column_text(q, study);

    if (s->several && text != NULL)
        a4nn_buf_addf(out, "%s/", (const char *)text);
    a4nn_buf_addf(out, "trial_%lld", (long long)sqlite3_column_int64(q, number));
}

static void
report_row(struct optuna *s, sqlite3_stmt *q, unsigned long number)
{
    struct a4nn_log_at at = {.line = number, .epoch = NAN, .epochs = NAN, .time = NAN};
    struct a4nn_buf run = {0};

    name_run(s, q, 0, 4, &run);
    at.run = run.data;
    at.step = sqlite3_column_double(q, 1);
    if (is_text(q, 5, "MAXIMIZE"))
        at.mode = A4NN_MAX;
    else if (is_text(q, 5, "MINIMIZE"))
        at.mode = A4NN_MIN;
    s->sink->scalar(s->sink->arg, &at, "intermediate_value", value_of(q));
    a4nn_buf_release(&run);
}

/*
 * A parameter's value is a number; that of a categorical one is the index of its choice, and the
 * choices are in the description of its distribution.
 */
static void
report_param(struct optuna *s, sqlite3_stmt *q)
{
    struct a4nn_log_at at = {.epoch = NAN, .step = NAN, .epochs = NAN, .time = NAN};
    const char *name = (const char *)sqlite3_column_text(q, 1);
    const char *distribution = (const char *)sqlite3_column_text(q, 3);
    double value = sqlite3_column_double(q, 2);
    struct a4nn_json *about = NULL, *choices;
    struct a4nn_buf run = {0}, text = {0};
    struct a4nn_err err;

    if (distribution != NULL)
        about = a4nn_json_parse(distribution, strlen(distribution), NULL, &err);
    choices = a4nn_json_get(a4nn_json_get(about, "attributes"), "choices");
    if (choices == NULL)
        a4nn_json_add_number(&text, value);
    else if (value >= 0 && value < (double)a4nn_json_size(choices))
        a4nn_json_dump(a4nn_json_at(choices, (size_t)value), &text);
    name_run(s, q, 0, 4, &run);
    at.run = run.data;
    if (name != NULL && text.len > 0)
        a4nn_log_fact(s->sink, &at, name, text.data);
    a4nn_json_free(about);
    a4nn_buf_release(&run);
    a4nn_buf_release(&text);
}

/* The parameters of the trials that have a curve. */
static int
report_params(struct optuna *s)
{
    struct a4nn_buf sql = {0};
    sqlite3_stmt *q = NULL;
    int r = SQLITE_ERROR;

    if (!has_column(s, "trial_params", "distribution_json"))
        return SQLITE_DONE;
    a4nn_buf_addf(&sql,
                  "SELECT t.%s, p.param_name, p.param_value, p.distribution_json, s.study_name "
                  "FROM trial_params p JOIN trials t ON t.trial_id = p.trial_id "
                  "LEFT JOIN studies s ON s.study_id = t.study_id "
                  "WHERE p.trial_id IN (SELECT trial_id FROM %s) ORDER BY p.rowid",
                  has_column(s, "trials", "number") ? "number" : "trial_id",
                  has_column(s, "trial_intermediate_values", "intermediate_value")
                      ? "trial_intermediate_values"
                      : "trial_values");
    if (sqlite3_prepare_v2(s->db, sql.data, -1, &q, NULL) == SQLITE_OK)
        while ((r = sqlite3_step(q)) == SQLITE_ROW)
            report_param(s, q);
    sqlite3_finalize(q);
    a4nn_buf_release(&sql);
    return r;
}

static void
report_all(struct optuna *s)
{
    struct a4nn_buf sql = {0};
    sqlite3_stmt *q = NULL;
    unsigned long rows = 0;
    int r = SQLITE_ERROR;

    /* The first look at the schema also finds out whether this is a database at all. */
    if (ask(s, "SELECT count(*) FROM sqlite_master", NULL, NULL) < 0) {
        complain(s);
        return;
    }
    if (write_query(s, &sql) < 0) {
        /* In a folder it may well be there for another reason. */
        a4nn_diag(s->sink->diag,
                  strcmp(s->sink->name, s->sink->file) == 0 ? A4NN_ERROR : A4NN_WARNING,
                  s->sink->file, 0, "an SQLite database, but it holds no Optuna study");
        a4nn_buf_release(&sql);
        return;
    }
    s->several = ask(s, "SELECT count(*) FROM studies", NULL, NULL) != 1;
    if (sqlite3_prepare_v2(s->db, sql.data, -1, &q, NULL) == SQLITE_OK)
        while ((r = sqlite3_step(q)) == SQLITE_ROW)
            report_row(s, q, ++rows);
    if (r == SQLITE_DONE && rows > 0)
        r = report_params(s);
    if (r != SQLITE_DONE)
        complain(s);
    else if (rows == 0)
        a4nn_diag(s->sink->diag, A4NN_WARNING, s->sink->file, 0,
                  "no intermediate values: its trials report final values only");
    sqlite3_finalize(q);
    a4nn_buf_release(&sql);
}

/* ---- the format ---- */

/* Other programs keep SQLite files too, but the names of the tables may lie anywhere in them. */
static int
sniff(const struct a4nn_log_head *head)
{
    return head->len >= sizeof magic && memcmp(head->bytes, magic, sizeof magic) == 0 ? 90 : 0;
}

static void *
open_optuna(const struct a4nn_log_sink *sink)
{
    struct optuna *s = a4nn_xcalloc(1, sizeof *s);

    s->sink = sink;
    return s;
}

static void
feed(void *state, const char *bytes, size_t len)
{
    struct optuna *s = state;

    if (s->too_long)
        return;
    if (len > MAX_BYTES - s->bytes.len) {
        s->too_long = 1;
        a4nn_diag(s->sink->diag, A4NN_ERROR, s->sink->file, 0,
                  "a database of more than 1 GiB is not read");
        a4nn_buf_release(&s->bytes);
        return;
    }
    a4nn_buf_add(&s->bytes, bytes, len);
}

static void
finish(void *state)
{
    struct optuna *s = state;

    if (s->too_long || s->bytes.len == 0)
        return;
    if (is_cut_off(&s->bytes))
        a4nn_diag(s->sink->diag, A4NN_ERROR, s->sink->file, 0, "the database is cut off");
    else if (open_database(s) < 0)
        complain(s);
    else
        report_all(s);
}

static void
close_optuna(void *state)
{
    struct optuna *s = state;

    sqlite3_close(s->db);
    a4nn_buf_release(&s->bytes);
    free(s);
}

const struct a4nn_log_format a4nn_log_optuna = {
    .name = "optuna",
    .title = "Optuna studies in SQLite (intermediate values)",
    .count = A4NN_COUNT_STEPS,
    .sniff = sniff,
    .open = open_optuna,
    .whole = 1,
    .feed = feed,
    .finish = finish,
    .close = close_optuna,
};
