/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "history_schema.h"
#include "number.h"

int
a4nn_history_name(const char *given, struct a4nn_buf *out, struct a4nn_err *err)
{
    const char *value;

    if (given != NULL && given[0] != '\0')
        a4nn_buf_adds(out, given);
    else if ((value = getenv("A4NN_HISTORY")) != NULL && value[0] != '\0')
        a4nn_buf_adds(out, value);
    else if ((value = getenv("XDG_DATA_HOME")) != NULL && value[0] == '/')
        a4nn_buf_addf(out, "%s/a4nn/history.db", value);
    else if ((value = getenv("HOME")) != NULL && value[0] != '\0')
        a4nn_buf_addf(out, "%s/.local/share/a4nn/history.db", value);
    else
        return a4nn_err_set(err, "no history: neither A4NN_HISTORY nor HOME is set");
    return 0;
}

static bool
ask_patience(double *patience, struct a4nn_err *err)
{
    const char *text = getenv("A4NN_HISTORY_PATIENCE");

    if (text == NULL || text[0] == '\0')
        return true;
    if (a4nn_number_parse(text, strlen(text), patience) && *patience >= 0 && *patience <= 1e6)
        return true;
    a4nn_err_set(err, "A4NN_HISTORY_PATIENCE is not a number of seconds: '%.100s'", text);
    return false;
}

struct a4nn_db *
a4nn_history_open(const char *name, enum a4nn_db_access access, double patience,
                  struct a4nn_err *err)
{
    struct a4nn_buf full = {0}, shown = {0};
    struct a4nn_db *db = NULL;

    if (ask_patience(&patience, err) && a4nn_history_name(name, &full, err) == 0)
        db = a4nn_db_open(full.data, access, patience, err);
    if (db != NULL)
        a4nn_db_show_name(full.data, &shown);
    if (db != NULL && a4nn_history_schema_ensure(db, shown.data, access != A4NN_DB_READ, err) < 0) {
        a4nn_db_close(db);
        db = NULL;
    }
    a4nn_buf_release(&full);
    a4nn_buf_release(&shown);
    return db;
}
