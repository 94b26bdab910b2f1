# SPDX-License-Identifier: GPL-3.0-or-later
# The figures of a4nn-replay against NumPy and SciPy, from the verdicts of a4nn-predict.

load ../lib

# agree RULE FORECASTER: on the authors' trainings, in two collections.
agree() {
    a4nn-log -q -E 25 "$(data authors-1e16.csv)" |
        awk -F, -v OFS=, 'NR > 1 { if ($1 != last) n++; last = $1; $1 = (n % 3 ? "big/" : "small/") $1 } { print }' > in
    a4nn-predict -R "$1" -M "$2" -o csv in > verdicts
    "$PYTHON" "$project_root/tests/real/replay_scipy.py" in verdicts > wanted
    a4nn-replay -R "$1@$2" -o csv in |
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
            $1 != "total" { printf "%s,%s", $at["collection"], $at["kind"]
                for (i = at["saved_pct"]; i <= at["regret"]; i++) printf ",%s", $i
                print "" }' > got
    [ "$(wc -l < got)" -eq 5 ]
    same_files got wanted 1e-7
}

@test "replay: the published rule's figures and its baseline's are those of NumPy and SciPy" {
    agree a4nn a4nn
}

@test "replay: so are those of patience, with three forecasters" {
    agree patience:n=3 last
    agree patience:n=3 best
    agree patience:n=4 curve:family=pow3
}

@test "replay: so are those of a fixed epoch, where the baseline is the policy" {
    agree budget:epochs=7 last
    cut -d, -f3- got | awk 'NR % 2 == 0 { policy = $0 } NR % 2 && NR > 1 && $0 != policy { exit 1 }'
}
