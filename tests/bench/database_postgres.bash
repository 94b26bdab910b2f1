#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# database_postgres.bash FOLDER: the part of database.sh that is PostgreSQL's.  The yardstick is COPY
# of the same rows into a table with the same key.
set -eu
tmp=$1
# shellcheck source=tests/bench/database_rows.bash
. ./database_rows.bash
# shellcheck source=tests/real/postgres.bash
. ../real/postgres.bash
pg_start
trap pg_stop EXIT

postgres() {
    psql -qX -c "CREATE DATABASE runs$1" postgres
    export A4NN_HISTORY="postgresql:///runs$1?host=$PGHOST&user=$PGUSER"
    "$BUILD/bench/generate_runs" "$1" "$EPOCHS" < "$tmp/real.csv" > "$tmp/runs.csv"
    import=$(seconds a4nn-history import -q -t bench "$tmp/runs.csv")
    answers
    size=$(psql -AtX -c "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN ('run', 'observation')" "$A4NN_HISTORY")
    psql -qX -c "COPY observation TO STDOUT" "$A4NN_HISTORY" > "$tmp/rows"
    psql -qX -c "CREATE TABLE copied (LIKE observation INCLUDING ALL)" "$A4NN_HISTORY"
    copy=$(seconds psql -qX -c "\\copy copied FROM '$tmp/rows'" "$A4NN_HISTORY")
    row postgres "$1" "$import" "$copy" "$size"
}

for n in $((PG_RUNS / 10)) "$PG_RUNS"; do
    postgres "$n"
done
