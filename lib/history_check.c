/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_check.h"

#include <stdio.h>

/* Each finds (id of a run, what is wrong with it). */
static const char *const rules[] = {
    "SELECT run.id, 'has no task' FROM run "
    "WHERE NOT EXISTS (SELECT 1 FROM task WHERE id = run.task)",
    "SELECT DISTINCT run, 'has observations and is not there' FROM observation "
    "WHERE NOT EXISTS (SELECT 1 FROM run WHERE id = observation.run)",
    "SELECT DISTINCT run, 'has forecasts and is not there' FROM forecast "
    "WHERE NOT EXISTS (SELECT 1 FROM run WHERE id = forecast.run)",
    "SELECT DISTINCT run, 'has observations of no metric' FROM observation "
    "WHERE NOT EXISTS (SELECT 1 FROM metric WHERE id = observation.metric)",
    "SELECT run.id, 'is summed up wrongly' FROM run JOIN task ON task.id = run.task "
    "LEFT JOIN metric ON metric.name = task.metric LEFT JOIN "
    "(SELECT run, metric, count(*) AS n, max(epoch) AS last FROM observation "
    "GROUP BY run, metric) AS sum ON sum.run = run.id AND sum.metric = metric.id "
    "WHERE run.observations <> coalesce(sum.n, 0) "
    "OR run.last_epoch IS DISTINCT FROM sum.last",
    "SELECT id, 'is complete before its last epoch' FROM run "
    "WHERE status = 'complete' AND last_epoch < epochs AND exit_status IS NULL",
    "SELECT id, 'has a checkpoint whose SHA-256 is none' FROM run "
    "WHERE checkpoint_sha256 IS NOT NULL AND length(checkpoint_sha256) <> 64",
};

struct finder {
    void (*found)(void *arg, const char *defect);
    void *arg;
};

static int
take(void *arg, const struct a4nn_db_value *cells, size_t count)
{
    const struct finder *f = arg;
    char text[200];

    (void)count;
    snprintf(text, sizeof text, "run #%lld %s", (long long)a4nn_db_integer(&cells[0]),
             a4nn_db_string(&cells[1], ""));
    f->found(f->arg, text);
    return 0;
}

int
a4nn_history_check(struct a4nn_db *db, void (*found)(void *arg, const char *defect), void *arg,
                   struct a4nn_err *err)
{
    struct finder finder = {found, arg};
    int result = a4nn_db_check(db, found, arg, err);
    size_t i;

    for (i = 0; i < sizeof rules / sizeof *rules && result == 0; i++)
        result = a4nn_db_query(db, rules[i], NULL, 0, take, &finder, err);
    return result < 0 ? -1 : 0;
}
