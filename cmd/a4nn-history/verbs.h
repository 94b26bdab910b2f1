/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef A4NN_VERBS_H
#define A4NN_VERBS_H

#include <stdbool.h>

#include "cli.h"
#include "db.h"
#include "history_read.h"
#include "stream.h"
#include "where.h"

/* The verbs of a4nn-history, and the options they share. */

extern const struct a4nn_cli a4nn_verb_add_cli, a4nn_verb_import_cli, a4nn_verb_list_cli,
    a4nn_verb_runs_cli, a4nn_verb_show_cli, a4nn_verb_export_cli, a4nn_verb_check_cli,
    a4nn_verb_compact_cli, a4nn_verb_similar_cli, a4nn_verb_publish_cli;

int a4nn_verb_add(int argc, char **argv);
int a4nn_verb_import(int argc, char **argv);
int a4nn_verb_list(int argc, char **argv);
int a4nn_verb_runs(int argc, char **argv);
int a4nn_verb_show(int argc, char **argv);
int a4nn_verb_export(int argc, char **argv);
int a4nn_verb_check(int argc, char **argv);
int a4nn_verb_compact(int argc, char **argv);
int a4nn_verb_similar(int argc, char **argv);
int a4nn_verb_publish(int argc, char **argv);

#define A4NN_VERB_HISTORY                                                                          \
    {                                                                                              \
        'H', "history", "NAME", "the database: a file, or postgresql://...", "file"                \
    }
#define A4NN_VERB_RUN                                                                              \
    {                                                                                              \
        'r', "run", "NAME", "only runs of this name", NULL                                         \
    }
#define A4NN_VERB_TASK                                                                             \
    {                                                                                              \
        't', "task", "NAME", "only runs of this task", NULL                                        \
    }
#define A4NN_VERB_WHERE                                                                            \
    {                                                                                              \
        'w', "where", "CONDITION", "only runs that meet it: 'last_value > 90 and lr <= 0.1'", NULL \
    }

/* What the verbs that read ask for. */
struct a4nn_verb_query {
    const char *history;
    struct a4nn_history_which which;
    struct a4nn_where *where; /* owned */
    enum a4nn_encoding encoding;
};

/* Takes an option if it is one of -H, -t, -w, -o, -q, -r; a bad value ends the program with 2. */
bool a4nn_verb_option(struct a4nn_verb_query *query, int code, const char *arg);

/* Which runs an operand names: those of that name, or the one of "#id". */
void a4nn_verb_name_run(struct a4nn_history_which *which, const char *run);

/* Says that there is no run of that name, and which ones an archive has put behind a folder's. */
void a4nn_verb_no_run(struct a4nn_db *db, const char *run);

/* Opens the database or ends the program with 2. */
struct a4nn_db *a4nn_verb_open(const char *history, enum a4nn_db_access access);

/* Ends the program with 2 when a reading failed; there are no operands here, or so it is said. */
void a4nn_verb_read(int result, const struct a4nn_err *err);
void a4nn_verb_no_operands(int argc, char **argv, int first);

#endif
