#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Seconds and peak memory of a4nn-replay on made-up runs of 50 epochs (generate_runs), at RUNS/10
# and RUNS runs, with one thread and with two, and what reading alone takes; RUNS=1000000 is the
# full measurement.  The rule is one that looks at each run by itself; RULE=converged, which learns
# from the other runs, holds all of them in memory.
set -eu
cd "$(dirname "$0")"
RUNS=${RUNS:-50000}
EPOCHS=${EPOCHS:-50}
RULE=${RULE:-converged@ensemble}
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
    replay "$runs" "$RULE" 1
    seconds_1=$seconds cpu_1=$cpu memory_1=$memory
    [ "$runs" = "$RUNS" ] || small_cpu=$cpu small_memory=$memory
    replay "$runs" "$RULE" 2
    cmp "$tmp/$runs-$RULE-1" "$tmp/$runs-$RULE-2"
done
echo "$seconds_1 $seconds $cpu_1 $small_cpu $memory_1 $small_memory" | awk -v runs="$RUNS" '{
    printf "speed-up of two threads %.2f; ten times the runs take %.1f times the processor time and ",
        $1 / $2, $3 / $4
    printf "%.1f times the memory (%.0f bytes more a run)\n", $5 / $6, ($5 - $6) * 1e6 / (0.9 * runs)
}'
