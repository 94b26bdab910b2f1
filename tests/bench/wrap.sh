#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a4nn-train-wrap costs: its relay beside cat, its start, its processor time at 100 lines/s.
set -eu
PATH=$BUILD/bin:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
now() { date +%s.%N; }
# of COMMAND...: the best of five, in seconds
best() {
    for _ in 1 2 3 4 5; do
        t=$(now)
        "$@"
        echo "$t $(now)"
    done | awk '{ d = $2 - $1; if (NR == 1 || d < m) m = d } END { print m }'
}
bytes=$((2 << 30))
plain() { head -c $bytes /dev/zero | cat > /dev/null; }
piped() { head -c $bytes /dev/zero | cat | cat > /dev/null; }
wrapped() { a4nn-train-wrap -q -- head -c $bytes /dev/zero 2> /dev/null | cat > /dev/null; }
# 6.5 million lines: an epoch in every hundredth, the rest of it said by batches
awk 'BEGIN { for (i = 1; i <= 1300000; i++)
    if (i % 100) printf "batch %d/100, loss %.4f, 3.5 MB/s of data read\n", i % 100, 2 / i
    else printf "Epoch %d/20000 - loss: %.4f - val_acc: %.4f\n", i / 100, 2 / i, 0.9 - 0.5 / i }' > "$work/part"
for _ in 1 2 3 4 5; do cat "$work/part"; done > "$work/log"
size=$(wc -c < "$work/log")
lines() { a4nn-train-wrap -q --on-stop report -- cat "$work/log" | cat > /dev/null; }
# shellcheck disable=SC2002 # as the wrapper's command does
lines_cat() { cat "$work/log" | cat | cat > /dev/null; }

echo "relay of $((bytes >> 20)) MiB of zeros, and of $((size >> 20)) MiB of log lines, by a pipe; best of 5, MB/s"
for what in plain piped wrapped; do
    printf '  %-10s %8.0f\n' $what "$(awk -v b=$bytes -v t="$(best $what)" 'BEGIN { print b / t / 1e6 }')"
done
for what in lines_cat lines; do
    printf '  %-10s %8.0f\n' $what "$(awk -v b="$size" -v t="$(best $what)" 'BEGIN { print b / t / 1e6 }')"
done

hundred() { i=0; while [ $i -lt 100 ]; do "$@" < /dev/null > /dev/null 2>&1; i=$((i + 1)); done; }
echo "start and end of /bin/true, mean of 100, ms; best of 5"
printf '  %-10s %8.2f\n' alone "$(awk -v t="$(best hundred /bin/true)" 'BEGIN { print t * 10 }')"
printf '  %-10s %8.2f\n' wrapped "$(awk -v t="$(best hundred a4nn-train-wrap -q -E 9 /bin/true)" 'BEGIN { print t * 10 }')"

cat > "$work/train.py" << 'END'
import sys, time
for i in range(1, 1001):
    if sys.argv[1] == "epochs":
        print("Epoch %d/2000 - loss: %.4f - val_acc: %.4f" % (i, 1 / i, 1 - 0.5 / i), flush=True)
    else:
        print("loading shard", i, "of many", flush=True)
    time.sleep(0.01)
END
echo "processor time of all of the wrapper at 100 lines/s, epochs or chatter, % of a core"
for mode in epochs chatter; do
    a4nn-train-wrap -q -E 2000 --on-stop report -- python3 "$work/train.py" $mode > /dev/null &
    pid=$!
    sleep 9
    tck=$(getconf CLK_TCK)
    {
        cat "/proc/$pid/stat"
        for p in $(pgrep -P $pid); do cat "/proc/$p/stat"; done
    } | sed 's/.*) //' | awk -v tck="$tck" -v mode="$mode" '{ t += $12 + $13 } END { printf "  %-10s %8.2f\n", mode, t / tck / 9 * 100 }'
    wait $pid
done
