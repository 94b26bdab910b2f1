#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Seconds and peak memory of a4nn-replay on made-up runs of 50 epochs (generate_runs), at RUNS/10
# and RUNS runs, with one thread and with two, and what reading alone takes; RUNS=1000000 is the
# full measurement.
set -eu
cd "$(dirname "$0")"
RUNS=${RUNS:-50000}
EPOCHS=${EPOCHS:-50}
RULE=${RULE:-converged}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/logs"
tar -xJf ../data/authors.tar.xz -C "$tmp/logs"
a4nn-log -q -E 25 -o csv "$tmp/logs" > "$tmp/real.csv"

# replay RUNS RULE JOBS: one line of figures, and the answer in a file of its own.
replay() {
    "$BUILD/bench/generate_runs" "$1" "$EPOCHS" < "$tmp/real.csv" |
        "$PYTHON" usage.py a4nn-replay -q --no-baseline -o csv -j "$3" -R "$2" \
            > "$tmp/$1-$2-$3" 2> "$tmp/usage"
    read -r seconds cpu memory < "$tmp/usage"
    printf '%9s  %-16s %d  %8.1f s  %8.1f s cpu  %7.1f MB\n' \
        "$1" "$2" "$3" "$seconds" "$cpu" "$memory"
}

echo "     runs  rule             -j"
for runs in $((RUNS / 10)) "$RUNS"; do
    replay "$runs" read:fraction=0 1
    for jobs in 1 2; do
        replay "$runs" "$RULE" "$jobs"
        eval "seconds_$jobs=$seconds memory_$jobs=$memory"
    done
    cmp "$tmp/$runs-$RULE-1" "$tmp/$runs-$RULE-2"
    [ "$runs" = "$RUNS" ] || eval "small=$seconds_1 small_memory=$memory_1"
done
eval "awk -v s=$seconds_1 -v t=$seconds_2 -v small=$small -v m=$memory_1 -v n=$small_memory \
    -v runs=$RUNS"' '\''BEGIN {
    printf "speed-up of two threads %.2f; ten times the runs take %.1f times the time, ", s / t, s / small
    printf "%.1f times the memory (%.0f bytes more a run)\n", m / n, (m - n) * 1e6 / (0.9 * runs)
}'\'
