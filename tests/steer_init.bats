# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-steer init: what to train first.

load lib

setup() {
    export A4NN_HISTORY=$BATS_TEST_TMPDIR/history.db
    cat > space.json << 'END'
{"parameters": [{"name": "lr", "type": "real", "low": 1e-5, "high": 1, "log": true},
 {"name": "layers", "type": "integer", "low": 1, "high": 6},
 {"name": "pool", "type": "categorical", "values": ["max", "mean"]}], "constraints": ["layers > 1 or pool = 'max'"]}
END
}

# past TASK RATE METRIC: 30 complete runs whose final value is best at 10^RATE, 4 layers, max.
past() {
    awk -v task="$1" -v best="$2" -v metric="$3" 'BEGIN {
        for (i = 0; i < 30; i++) {
            lr = 10 ^ (-5 + 5 * (i * 7 % 30) / 29); layers = 1 + i % 6; pool = int(i / 6) % 2 ? "max" : "mean"
            v = 90 - 4 * (log(lr) / log(10) - best) ^ 2 - (layers - 4) ^ 2 - 3 * (pool != "max")
            if (metric ~ /loss/) v = (100 - v) / 10
            for (e = 1; e <= 2; e++)
                printf "{\"run\":\"%s%d\",\"task\":\"%s\",\"epoch\":%d,\"value\":%.5g,\"metric\":\"%s\",\"epochs\":2,\"config\":{\"lr\":%.4g,\"layers\":%d,\"pool\":\"%s\"}}\n",
                    task, i, task, e, v * e / 2, metric, lr, layers, pool
        } }' | a4nn-history add -q
}

# What has nothing to do with it.
trees() {
    awk 'BEGIN { for (i = 0; i < 9; i++) printf "{\"run\":\"t%d\",\"task\":\"trees\",\"epoch\":1,\"value\":%d,\"metric\":\"val_acc\",\"epochs\":1,\"config\":{\"trees\":%d}}\n", i, i, i }' |
        a4nn-history add -q
}

# worth RATE: what the mean of the proposals on standard input comes to.
worth() {
    "$PYTHON" -c '
import json, math, sys
values = []
for line in sys.stdin:
    c = json.loads(line)["config"]
    values.append(90 - 4 * (math.log10(c["lr"]) - float(sys.argv[1])) ** 2 - (c["layers"] - 4) ** 2 - 3 * (c["pool"] != "max"))
print(sum(values) / len(values))' "$1"
}

less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }' || fail "not less: $1, $2"; }

names() { sed 's/.*"run":"\([^"]*\)".*/\1/'; }

@test "init: without a history the first points that fill the space" {
    run -0 --separate-stderr a4nn-steer init -n 5 space.json
    [ -z "$stderr" ]
    [[ ${lines[0]} == *'"predicted":null,"low":null,"high":null,"why":"to fill the space: no model database is named"}' ]]
    a4nn-steer next -n 5 space.json | names | cmp - <(printf '%s\n' "$output" | names)
    run -0 a4nn-steer init space.json
    [ "${#lines[@]}" -eq 8 ]
    trees
    run -0 a4nn-steer init -H -n 1 space.json
    [[ $output == *'"to fill the space: no similar task in the model database"}' ]]
    run -2 --separate-stderr a4nn-steer init -H
    [ "$stderr" = "a4nn-steer: nothing to choose from: name --space or --candidates" ]
    run -2 --separate-stderr a4nn-steer init -Hspace.json/none.db space.json
    [ "$stderr" = "a4nn-steer: cannot open 'space.json/none.db': Not a directory" ]
}

@test "init: with a history what did well in similar tasks, and something else in case" {
    past cifar -3 val_acc
    trees
    run -0 --separate-stderr a4nn-steer init -H -t new -n 8 space.json
    [ -z "$stderr" ]
    printf '%s\n' "$output" > first
    [ "$(names < first | sort -u | wc -l)" -eq 8 ]
    [ "$(grep -c '"why":"should do well, by 30 runs of task '"'cifar'"' (similarity 1.00)"' first)" -eq 6 ]
    [ "$(grep -c '"why":"to fill the space: one in four, in case this task is different"' first)" -eq 2 ]
    grep 'should do well' first > good
    # all values from 40 to 90: the mean of space fillers is about 77
    less "$(a4nn-steer init -n 200 space.json | worth -3)" 80
    less 85 "$(worth -3 < good)"
    # and spread: they are not the same but for the rate
    [ "$(sed 's/.*"layers":\([0-9]\).*/\1/' good | sort -u | wc -l)" -ge 3 ]
    # the same again is the same
    a4nn-steer init -H -t new -n 8 space.json | cmp - first
}

@test "init: a history of losses; of two tasks, the more similar one counts more" {
    past svhn -1.5 val_loss
    run -0 a4nn-steer init -H -n 8 space.json
    less 85 "$(printf '%s\n' "$output" | grep 'should do well' | worth -1.5)"
    # of the task itself its own runs are not proposed again, and similarity is told by its curves, too
    past imagenet -1.5 val_loss
    run -0 a4nn-steer init -H -t svhn -n 4 space.json
    [[ ${lines[0]} == *"should do well, by 30 runs of task 'imagenet' (similarity 1.00)"* ]]
}

@test "init: what the task has tried is not proposed again" {
    a4nn-steer init -n 4 space.json > first
    sed 's/"predicted.*/"task":"own","epoch":1,"value":5,"metric":"val_acc","epochs":1}/' first | a4nn-history add -q
    run -0 a4nn-steer init -H -t own -n 4 space.json
    [ "$(printf '%s\n' "$output" | names | cat - <(names < first) | sort -u | wc -l)" -eq 8 ]
    # nor what a stream says that it has
    sed 's/"predicted.*/"epoch":1,"value":5,"metric":"val_acc"}/' first > results
    a4nn-steer init -n 4 space.json results | names | cmp - <(printf '%s\n' "$output" | names)
}

@test "init: of candidates those far from each other, or those that should do well" {
    for ((i = 0; i <= 100; i++)); do echo "{\"run\":\"r$i\",\"x\":$i,\"lr\":0.1}"; done > line
    run -0 a4nn-steer init -n 5 --candidates line
    [[ ${lines[0]} == '{"run":"r'*'"predicted":null,"low":null,"high":null,"why":"to fill the space: no model database is named"}' ]]
    # from 17 on: the far end, what is in between, and so on; no two nearer than a sixth
    printf '%s\n' "$output" | names | tr -d r | sort -n > places
    [ "$(sed -n '2s/[^0-9]*//gp' <<< "$(printf '%s\n' "$output" | names)")" -eq 100 ]
    awk 'NR > 1 && $1 - last < 17 { exit 1 } { last = $1 }' places
    [ "$(a4nn-steer init -n 5 --seed 1 --candidates line | names | sort)" != "$(printf '%s\n' "$output" | names | sort)" ]
    past cifar -3 val_acc
    a4nn-steer next -n 300 space.json > list
    run -0 a4nn-steer init -H -n 8 --candidates list
    less 85 "$(printf '%s\n' "$output" | grep 'should do well' | worth -3)"
    # until there is none left
    head -3 list > few
    run -0 a4nn-steer init -H -n 8 --candidates few
    [ "${#lines[@]}" -eq 3 ]
    sed 's/"predicted.*/"epoch":1,"value":5,"metric":"val_acc"}/' few > results
    run -1 --separate-stderr a4nn-steer init --candidates few results
    [ "$output$stderr" = "a4nn-steer: no candidate is left" ]
}
