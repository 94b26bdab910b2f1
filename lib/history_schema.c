/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_schema.h"

#include <string.h>

#include "buf.h"

/*
 * <ID> and <CLUSTERED> are spelled by the store.  The tables with many rows state no references:
 * PostgreSQL takes twice as long when it looks each up, and locks the row of the metric for
 * everyone; nothing deletes runs or metrics, and a4nn-history check looks.
 */
static const char *const steps[] = {
    "CREATE TABLE task ("
    "id <ID>, name TEXT NOT NULL, metric TEXT NOT NULL, mode TEXT, epochs DOUBLE PRECISION, "
    "UNIQUE (name, metric));"
    "CREATE TABLE metric (id <ID>, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE run ("
    "id <ID>, task BIGINT NOT NULL REFERENCES task (id), name TEXT NOT NULL, "
    "epochs DOUBLE PRECISION, config TEXT, parameters DOUBLE PRECISION, flops DOUBLE PRECISION, "
    "seed TEXT, host TEXT, job TEXT, command TEXT, started DOUBLE PRECISION, "
    "ended DOUBLE PRECISION, status TEXT NOT NULL, stop_reason TEXT, "
    "exit_status DOUBLE PRECISION, signal DOUBLE PRECISION, wall_seconds DOUBLE PRECISION, "
    "user_seconds DOUBLE PRECISION, system_seconds DOUBLE PRECISION, "
    "max_rss_bytes DOUBLE PRECISION, code_version TEXT, checkpoint TEXT, checkpoint_sha256 TEXT, "
    "observations BIGINT NOT NULL DEFAULT 0, last_epoch DOUBLE PRECISION, "
    "last_value DOUBLE PRECISION, best_value DOUBLE PRECISION, UNIQUE (task, name));"
    "CREATE TABLE observation ("
    "run BIGINT NOT NULL, metric BIGINT NOT NULL, epoch DOUBLE PRECISION NOT NULL, value DOUBLE "
    "PRECISION, time DOUBLE PRECISION, "
    "PRIMARY KEY (run, metric, epoch))<CLUSTERED>;"
    "CREATE TABLE forecast ("
    "run BIGINT NOT NULL, epoch DOUBLE PRECISION NOT NULL, "
    "forecast DOUBLE PRECISION, low DOUBLE PRECISION, high DOUBLE PRECISION, "
    "expected_error DOUBLE PRECISION, p_beat DOUBLE PRECISION, verdict TEXT, reason TEXT, "
    "PRIMARY KEY (run, epoch))<CLUSTERED>;",
};

int
a4nn_history_schema(void)
{
    return (int)(sizeof steps / sizeof *steps);
}

static void
spell(const struct a4nn_db_dialect *dialect, const char *script, struct a4nn_buf *out)
{
    const char *at;

    for (; (at = strchr(script, '<')) != NULL; script = strchr(at, '>') + 1) {
        a4nn_buf_add(out, script, (size_t)(at - script));
        a4nn_buf_adds(out, at[1] == 'I' ? dialect->id : dialect->clustered);
    }
    a4nn_buf_adds(out, script);
}

/* What is there was looked at before the right to write was there; others may have been faster. */
static int
climb(struct a4nn_db *db, struct a4nn_err *err)
{
    struct a4nn_buf sql = {0};
    int version = a4nn_db_version(db, err), result = version == -2 ? -1 : 0;

    if (version < 0 || version >= a4nn_history_schema())
        return result;
    for (; version < a4nn_history_schema() && result == 0; version++) {
        a4nn_buf_reset(&sql);
        spell(a4nn_db_dialect(db), steps[version], &sql);
        result = a4nn_db_script(db, sql.data, err);
    }
    a4nn_buf_release(&sql);
    return result == 0 ? a4nn_db_set_version(db, version, err) : result;
}

static int
migrate(struct a4nn_db *db, struct a4nn_err *err)
{
    int result = a4nn_db_begin(db, A4NN_DB_ALONE, err);

    if (result == 0 && (result = climb(db, err)) == 0)
        result = a4nn_db_commit(db, err);
    if (result < 0)
        a4nn_db_rollback(db);
    return result < 0 ? -1 : 0;
}

int
a4nn_history_schema_ensure(struct a4nn_db *db, const char *name, bool wanted, struct a4nn_err *err)
{
    int version = a4nn_db_version(db, err), known = a4nn_history_schema();

    if (version >= 0 && version < known && wanted) {
        if (migrate(db, err) < 0)
            return -1;
        version = a4nn_db_version(db, err);
    }
    if (version == -2)
        return -1;
    if (version == -1)
        return a4nn_err_set(err, "'%.300s' is a database, but no history of a4nn", name);
    if (version > known)
        return a4nn_err_set(err, "'%.300s' has schema %d, this a4nn knows %d: update a4nn", name,
                            version, known);
    if (version < known)
        return version == 0 ? a4nn_err_set(err, "'%.300s' is empty", name)
                            : a4nn_err_set(err, "'%.300s' has the old schema %d: write to it once",
                                           name, version);
    return 0;
}
