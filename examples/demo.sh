#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# From a training log to a verdict, and what the verdict would have saved.  Run by `make demo`; by
# hand with the commands on PATH: sh examples/demo.sh [log epochs-planned]
set -eu

here=$(dirname "$0")
log=${1:-$here/../tests/data/log/mxnet-cifar.log}
epochs=${2:-200}
schedule=
PATH=${BUILD:+$BUILD/bin:}$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ $# -eq 0 ]; then
    echo "A residual network that was trained on CIFAR-10 for $epochs epochs, by GluonCV."
    echo "Its learning rate falls at epochs 100 and 150, as the head of its log says."
    schedule="--schedule step:100,150"
fi
echo "The log as it was written:"
echo
echo "\$ tail -n 2 ${log##*/}"
tail -n 2 "$log"
echo
echo "What will the accuracy be after epoch $epochs, as seen from each epoch, with a 90 % interval and"
echo "the error expected; and when has that been below one point twice, so that it can stop?"
echo
echo "\$ a4nn-predict -E $epochs ${schedule:+$schedule }-u -o table ${log##*/} | (sed -n 1p; tail -n 8)"
# shellcheck disable=SC2086 # the schedule is two words or none
a4nn-predict -q -E "$epochs" $schedule -u -o table "$log" > "$work/until" || [ $? -eq 1 ]
sed -n 1p "$work/until"
[ "$(wc -l < "$work/until")" -le 9 ] || echo "..."
sed 1d "$work/until" | tail -n 8
echo

# The first stop of each run against what the run then did.
# shellcheck disable=SC2086
a4nn-predict -q -E "$epochs" $schedule -o csv "$log" | awk -F, '
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
        low[run] = $column["low"]
        high[run] = $column["high"]
    }
}
END {
    for (i = 1; i <= runs; i++) {
        run = name[i]
        if (!(run in stopped) || stopped[run] >= last[run]) {
            printf "%s: not sure before the end; all %d epochs were needed.\n", run, last[run]
            continue
        }
        saved = last[run] - stopped[run]
        printf "%s: could have stopped after epoch %d of %d, which saves %d epochs (%.0f %%).\n",
            run, stopped[run], last[run], saved, 100 * saved / last[run]
        printf "%*s  Forecast then: %.4g (%.4g to %.4g).  Where it ended: %.4g.\n", length(run), "",
            forecast[run], low[run], high[run], final[run]
    }
}'
[ $# -eq 0 ] || exit 0

echo
echo "How far is such a rule to be trusted?  Replayed on 20 networks of the method's authors: this"
echo "rule, the published one, the usual patience, and below each what the last value would have"
echo "said at the same cost (baseline).  Saved: percent of the epochs.  Error: of the forecasts, in"
echo "percent points, over the runs that were stopped; mae: over all."
echo

# Echoes a command, then runs it.
run() {
    printf '$ %s\n' "$1"
    eval "$1"
}
cd "$here/../tests/data"
run "a4nn-replay -q -E 25 -R converged -R a4nn -R patience:n=5 -o csv authors-1e16.csv |
    awk -F , 'NR == 1 { print \"saved%  error   mae  policy\" }
        /^collection/ { printf \"%6.1f  %5.2f %5.2f  %s %s\\n\", \$11, \$14, \$20, \$3, \$4 }'"
