#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# archive.sh EPOCHS ARCHIVE [...]: what would rules have saved on trainings that are over, and
# which forecasts would have been wrong by most?  An archive may be a tar, a zip, a folder, a log.
set -eu
[ $# -ge 2 ] || {
    echo "usage: ${0##*/} epochs archive ..." >&2
    exit 2
}
epochs=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

a4nn-log "$@" > "$work/runs.csv" || [ $? -eq 2 ] # 2: some inputs could not be read; said so
a4nn-replay -E "$epochs" -R converged -R a4nn -R patience:n=5 -R budget:epochs="$((epochs / 2))" "$work/runs.csv"
echo
echo "Worst five decisions of the rule converged: error, run, stopped after epoch"
a4nn-replay -q -E "$epochs" -R converged --per-run -o csv "$work/runs.csv" |
    awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["stop"] != "" { print $column["error"], $column["run"], $column["stop"] }' |
    sort -gr | head -n 5
