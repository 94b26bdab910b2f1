#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# From a training log to a verdict, and what the verdict would have saved.  Run by `make demo`; by
# hand with the commands on PATH: sh examples/demo.sh [log [epochs planned]]
set -eu

here=$(dirname "$0")
log=${1:-$here/../tests/data/log/a4nn-history.csv}
epochs=${2:-25}
PATH=${BUILD:+$BUILD/bin:}$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ $# -gt 0 ] || echo "Two networks that the method's authors trained for $epochs epochs, early stopping switched off."
echo "The log as it was written:"
echo
echo "\$ head -n 3 ${log##*/}"
head -n 3 "$log"
echo
echo "What will the accuracy be after epoch $epochs, as seen from each epoch, and when is that sure"
echo "enough to stop?  By the published rule (three forecasts within half a point):"
echo
echo "\$ a4nn-log ${log##*/} | a4nn-predict -E $epochs -M a4nn -R a4nn -o table"
a4nn-log "$log" > "$work/observations.csv"
a4nn-predict -E "$epochs" -M a4nn -R a4nn -o csv "$work/observations.csv" > "$work/forecasts.csv"
a4nn-predict -q -E "$epochs" -M a4nn -R a4nn -o table "$work/observations.csv"
echo

# The first stop of each run against what the run then did.
awk -F, '
NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
{
    run = $column["run"]
    if (!(run in last))
        name[++runs] = run
    last[run] = $column["epoch"]
    final[run] = $column["value"]
    if ($column["verdict"] == "stop" && !(run in stopped)) {
        stopped[run] = $column["epoch"]
        forecast[run] = $column["forecast"]
    }
}
END {
    for (i = 1; i <= runs; i++) {
        run = name[i]
        all += last[run]
        if (!(run in stopped) || stopped[run] >= last[run]) {
            printf "%s: not sure before the end; all %d epochs were needed.\n", run, last[run]
            continue
        }
        saved = last[run] - stopped[run]
        total += saved
        printf "%s: could have stopped after epoch %d of %d, which saves %d epochs (%.0f %%).\n",
            run, stopped[run], last[run], saved, 100 * saved / last[run]
        printf "%*s  Forecast then: %.2f.  Where it ended: %.2f.\n", length(run), "",
            forecast[run], final[run]
    }
    printf "Together: %d of %d epochs saved (%.0f %%).\n", total, all, 100 * total / all
}' "$work/forecasts.csv"
[ $# -eq 0 ] || exit 0

echo
echo "How far is such a rule to be trusted?  Replayed on 20 more of the authors' networks: the"
echo "published rule, the usual patience, and below each what the last value would have said at"
echo "the same cost (baseline).  Saved: percent of the epochs.  Error: of the forecasts, in percent"
echo "points, over the runs that were stopped; mae: over all."
echo

# Echoes a command, then runs it.
run() {
    printf '$ %s\n' "$1"
    eval "$1"
}
cd "$here/../tests/data"
run "a4nn-replay -q -E 25 -R a4nn -R patience:n=5 -o csv authors-1e16.csv |
    awk -F , 'NR == 1 { print \"saved%  error   mae  policy\" }
        /^collection/ { printf \"%6.1f  %5.2f %5.2f  %s %s\\n\", \$11, \$14, \$20, \$3, \$4 }'"
