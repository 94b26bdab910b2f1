/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The columns of the tables: one description for the header lines, the metadata and the README. */
#include <string.h>

#include "publish_parts.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const struct a4nn_pub_column tasks[] = {
    {"task", A4NN_PUB_INTEGER, "number of the task, from 1"},
    {"name", A4NN_PUB_STRING, "data set and problem, as its user names it"},
    {"metric", A4NN_PUB_STRING, "what the value of its runs is"},
    {"mode", A4NN_PUB_STRING, "max when a larger value is better, min when a smaller one is"},
    {"epochs", A4NN_PUB_NUMBER, "planned total of epochs that its runs stated last"},
    {"runs", A4NN_PUB_INTEGER, "runs published here"},
    {"complete", A4NN_PUB_INTEGER, "of these, trained to the end"},
    {"stopped", A4NN_PUB_INTEGER, "of these, stopped by a verdict"},
    {"failed", A4NN_PUB_INTEGER, "of these, ended by an error"},
    {"observations", A4NN_PUB_INTEGER, "observations of the metric"},
    {"best", A4NN_PUB_NUMBER, "final value of the best complete run"},
    {"started", A4NN_PUB_NUMBER, "begin of the first run, seconds since 1970-01-01 UTC"},
    {"ended", A4NN_PUB_NUMBER, "end of the last run, seconds since 1970-01-01 UTC"},
};

/* From `config` on in the order of enum a4nn_fact. */
static const struct a4nn_pub_column runs[] = {
    {"run", A4NN_PUB_INTEGER, "number of the run, from 1"},
    {"task", A4NN_PUB_INTEGER, "number of its task"},
    {"name", A4NN_PUB_STRING, "name of the run"},
    {"epochs", A4NN_PUB_NUMBER, "planned total of epochs"},
    {"observations", A4NN_PUB_INTEGER, "observations of the metric"},
    {"last_epoch", A4NN_PUB_NUMBER, "last epoch observed"},
    {"last_value", A4NN_PUB_NUMBER, "value of the metric there"},
    {"best_value", A4NN_PUB_NUMBER, "best value of the metric"},
    {"config", A4NN_PUB_OBJECT, "configuration that was trained, a JSON object"},
    {"parameters", A4NN_PUB_NUMBER, "trainable parameters"},
    {"flops", A4NN_PUB_NUMBER, "operations of one forward pass, in the unit of its user"},
    {"seed", A4NN_PUB_STRING, "seed of the random numbers"},
    {"host", A4NN_PUB_STRING, "machine it ran on"},
    {"job", A4NN_PUB_STRING, "id in a batch system"},
    {"command", A4NN_PUB_ARRAY, "words of the command line, a JSON array"},
    {"started", A4NN_PUB_NUMBER, "seconds since 1970-01-01 UTC"},
    {"ended", A4NN_PUB_NUMBER, "seconds since 1970-01-01 UTC"},
    {"status", A4NN_PUB_STRING, "open, complete, stopped, released or failed"},
    {"stop_reason", A4NN_PUB_STRING, "rule that had it stopped"},
    {"exit_status", A4NN_PUB_NUMBER, "exit status of the training"},
    {"signal", A4NN_PUB_NUMBER, "signal that ended it"},
    {"wall_seconds", A4NN_PUB_NUMBER, "duration in seconds"},
    {"user_seconds", A4NN_PUB_NUMBER, "processor time of the training, in seconds"},
    {"system_seconds", A4NN_PUB_NUMBER, "processor time of the system for it, in seconds"},
    {"max_rss_bytes", A4NN_PUB_NUMBER, "largest memory, in bytes"},
    {"code_version", A4NN_PUB_STRING, "version of the training code"},
    {"checkpoint", A4NN_PUB_STRING, "file of the trained weights"},
    {"checkpoint_sha256", A4NN_PUB_STRING, "SHA-256 of that file"},
};

static const struct a4nn_pub_column observations[] = {
    {"run", A4NN_PUB_INTEGER, "number of the run"},
    {"metric", A4NN_PUB_STRING, "what was measured"},
    {"epoch", A4NN_PUB_NUMBER, "1 is after the first epoch; may be fractional"},
    {"value", A4NN_PUB_NUMBER, "in the unit of the metric; NaN where the training diverged"},
    {"time", A4NN_PUB_NUMBER, "seconds since 1970-01-01 UTC"},
};

static const struct a4nn_pub_column forecasts[] = {
    {"run", A4NN_PUB_INTEGER, "number of the run"},
    {"epoch", A4NN_PUB_NUMBER, "last epoch the forecast knew"},
    {"forecast", A4NN_PUB_NUMBER, "value of the metric expected at the last planned epoch"},
    {"low", A4NN_PUB_NUMBER, "lower end of its 90 % credible interval"},
    {"high", A4NN_PUB_NUMBER, "upper end of its 90 % credible interval"},
    {"expected_error", A4NN_PUB_NUMBER, "expected absolute error of the forecast"},
    {"p_beat", A4NN_PUB_NUMBER, "probability that the final value beats the target"},
    {"verdict", A4NN_PUB_STRING, "continue or stop"},
    {"reason", A4NN_PUB_STRING, "rule that says stop"},
};

static const struct a4nn_pub_table tables[A4NN_PUB_TABLES] = {
    {"tasks", "what runs have in common", tasks, COUNT_OF(tasks), {"task"}, {NULL, NULL}},
    {"runs", "every training", runs, COUNT_OF(runs), {"run"}, {"task", "tasks"}},
    {"observations",
     "every number that was measured during a training",
     observations,
     COUNT_OF(observations),
     {"run", "metric", "epoch"},
     {"run", "runs"}},
    {"forecasts",
     "what was forecast and decided, as given at the time",
     forecasts,
     COUNT_OF(forecasts),
     {"run", "epoch"},
     {"run", "runs"}},
};

const struct a4nn_pub_table *
a4nn_pub_table(size_t i)
{
    return &tables[i];
}

static enum a4nn_pub_type
type_of(unsigned kinds)
{
    if (kinds == 1U << A4NN_JSON_NUMBER)
        return A4NN_PUB_NUMBER;
    return kinds == 1U << A4NN_JSON_BOOL ? A4NN_PUB_BOOLEAN : A4NN_PUB_STRING;
}

void
a4nn_pub_columns(const struct a4nn_pub *pub, size_t table,
                 void (*each)(void *arg, const struct a4nn_pub_column *column), void *arg)
{
    struct a4nn_buf name = {0};
    size_t i;

    for (i = 0; i < tables[table].columns; i++)
        each(arg, &tables[table].column[i]);
    for (i = 0; table == A4NN_PUB_RUNS && i < pub->members.n; i++) {
        struct a4nn_pub_column column = {NULL, type_of(pub->member_kinds[i]),
                                         "member of the configuration, as in config"};
        a4nn_buf_reset(&name);
        a4nn_buf_addf(&name, "config.%s", pub->members.key[i]);
        column.name = name.data;
        each(arg, &column);
    }
    a4nn_buf_release(&name);
}
