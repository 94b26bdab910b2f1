# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# For tests of the model database: an empty one for each test, in the store that STORE names, sqlite
# (the default) or postgres (tests/real/postgres.sh), whose server's socket lies in PGHOST.

STORE=${STORE:-sqlite}

# Sets A4NN_HISTORY, the name of a new database that is not there yet (a file) or empty.
new_history() {
    if [ "$STORE" = postgres ]; then
        database=t_${BATS_ROOT_PID-0}_${BATS_SUITE_TEST_NUMBER}_$((++databases))
        psql -qX -c "CREATE DATABASE $database" postgres
        export A4NN_HISTORY="postgresql:///$database?host=$PGHOST&user=$PGUSER"
    else
        export A4NN_HISTORY=$BATS_TEST_TMPDIR/h$((++databases))/history.db
    fi
}

# sql STATEMENT: in the present database, by its own client. Whole numbers have no ".0".
sql() {
    if [ "$STORE" = postgres ]; then
        psql -AtqX -F '|' -v ON_ERROR_STOP=1 -c "$1" "$A4NN_HISTORY"
    else
        sqlite3 "$A4NN_HISTORY" "$1" | sed -E ':a s/(^|\|)(-?[0-9]+)\.0($|\|)/\1\2\3/; ta'
    fi
}

# All that the database holds, as text, but the direction of a task: an export states it even where
# it was only told by the name of the metric.
dump() {
    local table
    sql "SELECT id, name, metric, epochs FROM task" | sort
    for table in metric run observation forecast; do
        echo "$table"
        sql "SELECT * FROM $table" | sort
    done
}

# points [METRIC]: epoch and value of the run r.
points() {
    sql "SELECT epoch, value FROM observation JOIN metric ON metric.id = metric
         JOIN run ON run.id = observation.run WHERE run.name = 'r' AND metric.name = '${1-acc}'
         ORDER BY epoch" | paste -sd ' '
}

# fact COLUMN [RUN]: a column of the table run.
fact() { sql "SELECT $1 FROM run WHERE name = '${2:-r}'"; }

# A database that is whole says nothing.
whole() {
    run -0 --separate-stderr a4nn-history check
    [ -z "$output$stderr" ]
}
