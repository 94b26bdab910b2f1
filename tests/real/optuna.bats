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

@test "optuna: its distributions become a space, whose configurations it takes" {
    cat > distributions.py << 'END'
import json, sys, warnings
import optuna
from optuna.distributions import *
warnings.simplefilter("ignore")
space = {
    "lr": FloatDistribution(1e-5, 0.1, log=True), "drop": FloatDistribution(0, 0.5, step=0.1),
    "flat": FloatDistribution(-3, 3), "fixed": FloatDistribution(2, 2), "odd": FloatDistribution(0, 1, step=0.3),
    "n": IntDistribution(1, 8), "width": IntDistribution(8, 256, log=True), "step": IntDistribution(8, 250, step=8),
    "one": IntDistribution(5, 5), "opt": CategoricalDistribution(["sgd", "adam", None, True, 3, 0.5]),
    "u": UniformDistribution(0, 1), "lu": LogUniformDistribution(0.1, 1), "du": DiscreteUniformDistribution(0, 1, 0.25),
    "iu": IntUniformDistribution(0, 7, 2), "ilu": IntLogUniformDistribution(1, 9),
}
if sys.argv[1] == "print":
    print(json.dumps({name: distribution_to_json(d) for name, d in space.items()}))
else:
    seen = {name: set() for name in space}
    for line in sys.stdin:
        config = json.loads(line)["config"]
        assert list(config) == list(space), line
        for name, d in space.items():
            assert d._contains(d.to_internal_repr(config[name])), (name, config[name])
            seen[name].add(str(config[name]))
    for name, count in (("drop", 6), ("odd", 4), ("n", 8), ("opt", 6), ("du", 5), ("iu", 4), ("ilu", 9), ("step", 31)):
        assert len(seen[name]) == count, (name, sorted(seen[name]))
END
    "$PYTHON" distributions.py print > optuna.json
    run -0 --separate-stderr a4nn-steer convert optuna.json
    [ -z "$stderr" ]
    printf '%s\n' "$output" > space.json
    a4nn-steer next -n 400 space.json > configs
    "$PYTHON" distributions.py check < configs
}
