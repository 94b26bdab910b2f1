# SPDX-License-Identifier: GPL-3.0-or-later
# The rule median against Optuna's own MedianPruner, record by record.
load ../lib

@test "optuna: median stops just where MedianPruner does" {
    local seed=0 stops=0
    for options in "max 5 0 1 1" "min 5 0 1 1" "max 0 0 1 1" "max 3 4 1 1" "min 2 3 3 1" "max 1 0 4 1" "min 4 0 1 3"; do
        seed=$((seed + 1))
        # shellcheck disable=SC2086 # a list
        "$PYTHON" "$project_root/tests/real/optuna_pruner.py" $seed 40 12 $options > study.csv
        read -r mode startup warmup interval least <<< "$options"
        a4nn-predict -q "--$mode" -M last -R no-diverged \
            -R "median:startup=$startup,warmup=$warmup,interval=$interval,min=$least" study.csv > answer.csv
        [ "$(column epoch < answer.csv | wc -l)" -eq "$(column pruned < study.csv | wc -l)" ]
        paste -d, <(column run < study.csv) <(column epoch < study.csv) <(column pruned < study.csv) > theirs
        paste -d, <(column run < answer.csv) <(column epoch < answer.csv) \
            <(column verdict < answer.csv | sed 's/continue/0/; s/stop/1/') > ours
        diff theirs ours || fail "with: $options"
        stops=$((stops + $(grep -c ',1$' theirs || :)))
    done
    [ "$stops" -gt 100 ]
}
