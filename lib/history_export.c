/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_export.h"

#include <math.h>
#include <string.h>

#include "history_records.h"

/* ---- JSON ---- */

/* A text that holds JSON, as that; a text that does not, as it is. */
static struct a4nn_json *
parsed(const char *text)
{
    struct a4nn_err err;
    struct a4nn_json *v = a4nn_json_parse(text, strlen(text), NULL, &err);

    return v != NULL ? v : a4nn_json_from_string(text);
}

void
a4nn_history_add_facts(struct a4nn_json *object, const struct a4nn_facts *facts)
{
    int i;

    for (i = 0; i < A4NN_FACTS; i++) {
        const char *name = a4nn_fact_name((enum a4nn_fact)i), *text = facts->text[i];
        bool json = i == A4NN_FACT_CONFIG || i == A4NN_FACT_COMMAND;

        if (text != NULL)
            a4nn_json_set(object, name, json ? parsed(text) : a4nn_json_from_string(text));
        else if (!isnan(facts->num[i]))
            a4nn_json_set(object, name, a4nn_json_from_number(facts->num[i]));
    }
}

struct a4nn_json *
a4nn_history_run_object(const struct a4nn_history_run *run)
{
    struct a4nn_json *o = a4nn_json_object();

    a4nn_json_set(o, "id", a4nn_json_from_number((double)run->id));
    a4nn_json_set(o, "task", a4nn_json_from_string(run->task));
    a4nn_json_set(o, "metric", a4nn_json_from_string(run->metric));
    if (run->mode != A4NN_MODE_UNKNOWN)
        a4nn_json_set(o, "mode", a4nn_json_from_string(a4nn_mode_name(run->mode)));
    a4nn_json_set(o, "run", a4nn_json_from_string(run->name));
    a4nn_json_set(o, "epochs", a4nn_json_from_number(run->epochs));
    a4nn_json_set(o, "observations", a4nn_json_from_number((double)run->observations));
    a4nn_json_set(o, "last_epoch", a4nn_json_from_number(run->last_epoch));
    a4nn_json_set(o, "last_value", a4nn_json_from_number(run->last_value));
    a4nn_json_set(o, "best_value", a4nn_json_from_number(run->best_value));
    a4nn_history_add_facts(o, &run->facts);
    return o;
}

/* ---- records ---- */

static int
take_point(void *arg, const struct a4nn_history_point *point)
{
    a4nn_run_records_point(arg, point);
    return 0;
}

static int
take_forecast(void *arg, const struct a4nn_history_forecast *forecast)
{
    a4nn_run_records_forecast(arg, forecast);
    return 0;
}

int
a4nn_history_export(struct a4nn_db *db, const struct a4nn_history_run *run,
                    int (*each)(void *arg, struct a4nn_record *record), void *arg,
                    struct a4nn_err *err)
{
    struct a4nn_run_records *records = a4nn_run_records_new();
    int result;

    a4nn_run_records_begin(records, run);
    result = a4nn_history_points(db, run->id, take_point, records, err);
    if (result == 0)
        result = a4nn_history_forecasts(db, run->id, take_forecast, records, err);
    if (result == 0)
        a4nn_run_records_give(records, each, arg);
    a4nn_run_records_free(records);
    return result;
}
