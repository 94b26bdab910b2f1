# SPDX-License-Identifier: GPL-3.0-or-later
load lib

@test "demo: a forecast for every epoch of the log, and what stopping would have saved" {
    local epochs stops saved
    run -0 --separate-stderr sh "$project_root/examples/demo.sh"
    [ "${stderr_lines[*]}" = "a4nn-log: $project_root/examples/../tests/data/log/a4nn-history.csv: a4nn-history log, metric 'val_accs' (larger is better)" ]
    epochs=$(grep -cE '^[0-9]+,' "$(data log/a4nn-history.csv)")
    [ "$(grep -cE '(continue|stop  *a4nn) *$' <<< "$output")" -eq "$epochs" ]
    # the sum says what the table shows: per run, the epochs after its first stop
    stops=$(awk '
        $1 == "run" { for (i = 1; i <= NF; i++) if ($i == "verdict") verdict = i }
        verdict && $verdict == "stop" { saved += seen[$1]++ > 0 }
        END { print saved }' <<< "$output")
    saved=$(sed -n 's/^Together: \([0-9]*\) of '"$epochs"' epochs saved.*/\1/p' <<< "$output")
    [ "$saved" -gt 0 ]
    [ "$saved" -eq "$stops" ]
}
