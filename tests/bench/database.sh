#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The model database at RUNS/100, RUNS/10 and RUNS runs of EPOCHS epochs (generate_runs): how fast
# import is, beside the sqlite3 shell's .import of the same rows into the same table in one run,
# and what the database takes on the disk, and how long the answers take.  RUNS=1000000 is the full
# measurement (50 million rows, 6 GB of room).  The same in a private PostgreSQL at up to PG_RUNS
# runs, beside COPY.
set -eu
cd "$(dirname "$0")"
RUNS=${RUNS:-100000}
PG_RUNS=${PG_RUNS:-20000}
EPOCHS=${EPOCHS:-50}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/logs"
tar -xJf ../data/authors.tar.xz -C "$tmp/logs"
a4nn-log -q -E 25 -o csv "$tmp/logs" > "$tmp/real.csv"

# shellcheck source=tests/bench/database_rows.bash
. ./database_rows.bash

sqlite() {
    export A4NN_HISTORY="$tmp/history.db"
    "$BUILD/bench/generate_runs" "$1" "$EPOCHS" < "$tmp/real.csv" > "$tmp/runs.csv"
    import=$(seconds a4nn-history import -q -t bench "$tmp/runs.csv")
    answers
    size=$(sqlite3 "$A4NN_HISTORY" 'SELECT page_count * page_size FROM pragma_page_count, pragma_page_size')
    # the numbers that import has found, so that both write the same
    awk -F, 'NR > 1 { if ($1 != last) { run++; last = $1 } print run ",1," $2 "," $3 "," }' \
        "$tmp/runs.csv" > "$tmp/rows.csv"
    {
        echo 'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;'
        sqlite3 "$A4NN_HISTORY" '.schema observation'
        echo 'BEGIN;'
        echo ".import --csv $tmp/rows.csv observation"
        echo 'COMMIT;'
    } > "$tmp/import.sql"
    shell=$(seconds sqlite3 -init "$tmp/import.sql" "$tmp/shell.db" .exit)
    row sqlite "$1" "$import" "$shell" "$size"
    rm -f "$tmp"/history.db* "$tmp"/shell.db* "$tmp/runs.csv" "$tmp/rows.csv"
}

echo "                   import, rows/s                 bytes   seconds of"
echo "store          runs       ours  yardstick  ratio   a run    list    runs    show similar   check"
for n in $((RUNS / 100)) $((RUNS / 10)) "$RUNS"; do
    sqlite "$n"
done
PG_RUNS=$PG_RUNS EPOCHS=$EPOCHS bash database_postgres.bash "$tmp"
