#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What cluster.sh measures.  First what one training under a4nn-train-wrap -H writes, by the server's
# own counters and log: the difference of a long and a short one is that of so many epochs.  Then
# WRITERS writers at once (cluster.py), each with one connection, each of which writes the next epoch
# as soon as the last one is committed, on a server that waits for the disk and on one that does not;
# server and writers share the machine.
set -eu
WRITERS=${WRITERS:-"8 32 128"} SECONDS_EACH=${SECONDS_EACH:-8}
tmp=$(mktemp -d)
export TMPDIR=$tmp
chmod 755 "$tmp"
# shellcheck source=tests/real/postgres.bash
. ../real/postgres.bash

new_database() {
    psql -qX -c "CREATE DATABASE $1" postgres
    export A4NN_HISTORY="postgresql:///$1?host=$PGHOST&user=$PGUSER"
    printf 'run,epoch,value,metric\nfirst,1,1,other\n' | a4nn-history add -q # makes the tables
}

settings() { # word...: on, off
    psql -qX -c "ALTER SYSTEM SET max_connections = 200" -c "ALTER SYSTEM SET log_statement = '$1'" postgres
    PG_FSYNC=$2 pg_ctl restart > /dev/null
}

# Statements, rows that came, rows that changed, transactions and connections so far.
counters() {
    sleep 1.5 # backends that have ended report late
    grep -cE 'LOG:  (execute|statement)' "$PGHOST/log" || :
    psql -AtX -F ' ' -c "SELECT tup_inserted, tup_updated, xact_commit, sessions FROM pg_stat_database WHERE datname = current_database()" "$A4NN_HISTORY"
}

training() { # epochs
    counters > "$tmp/before"
    a4nn-train-wrap -q -H -t bench -r "run$1" -E 1000 --on-stop report --config '{"lr":0.01}' --log "$tmp/log$1" -- \
        "$PYTHON" -c '
import sys, time
with open(sys.argv[1], "w") as log:
    print("epoch,train_loss,val_loss,val_acc,lr", file=log, flush=True)
    for e in range(1, int(sys.argv[2]) + 1):
        print("%d,%.4f,%.4f,%.4f,0.01" % (e, 2 / e, 2 / e + 0.1, 80 - 50 / e + e % 3), file=log, flush=True)
        time.sleep(0.2)' "$tmp/log$1" "$1"
    counters > "$tmp/after"
    cat "$tmp/before" "$tmp/after" | paste -s -d ' '
}

pg_start
trap 'pg_stop; rm -rf "$tmp"' EXIT
settings all on
new_database one
training 5 > "$tmp/warm"
{ training 10; training 40; } | awk '
    { for (i = 1; i <= 5; i++) d[NR, i] = $(5 + i) - $i
      d[NR, 1] -= 2; d[NR, 4] -= 1; d[NR, 5] -= 1 } # those of counters itself
    END { split("statements,rows inserted,rows updated,transactions,connections", name, ",")
        print "a training under a4nn-train-wrap -H, a log of four numbers an epoch  per epoch  and at once"
        for (i = 1; i <= 5; i++) {
            each = (d[2, i] - d[1, i]) / 30
            printf "  %-66s %9.2f %10.1f\n", name[i], each, d[1, i] - 10 * each } }'

echo "fsync  writers   epochs/s     rows/s  transactions/s  ms an epoch: median  95 %  MB a connection"
for fsync in on off; do
    settings none $fsync
    for n in $WRITERS; do
        new_database "w${fsync}_$n"
        "$PYTHON" cluster.py "$n" "$SECONDS_EACH" > "$tmp/row"
        echo "$fsync $n $(cat "$tmp/row")" |
            awk '{ printf "%-5s  %7d  %9.0f  %9.0f  %14.0f  %19.1f  %4.0f  %15.1f\n", $1, $2, $3, $4, $5, $6, $7, $8 }'
    done
done
