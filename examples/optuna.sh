#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# optuna.sh EPOCHS STUDY.db: the trials of an Optuna study as curves, and which of them the rules
# median (Optuna's MedianPruner) and a4nn would have stopped.  The database is only read.
set -eu
[ $# -eq 2 ] || {
    echo "usage: ${0##*/} epochs study.db" >&2
    exit 2
}
for rule in median:startup=1 a4nn; do
    echo "rule $rule"
    a4nn-predict -q -E "$1" -R "$rule" -o csv "$2" |
        awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
            { last[$column["run"]] = $column["epoch"] }
            $column["verdict"] == "stop" && !($column["run"] in stop) {
                stop[$column["run"]] = $column["epoch"]; why[$column["run"]] = $column["reason"] }
            END { for (run in last)
                print "  " run ": " last[run] " epochs, " \
                    (run in stop ? "may stop after " stop[run] " (" why[run] ")" : "no stop") }' |
        sort
done
