# SPDX-License-Identifier: GPL-3.0-or-later
# A real training, examples/fashion-mnist, under the commands that watch and stop it.
# shellcheck disable=SC2016 # scripts are for inner shells
load ../lib

example=$project_root/examples/fashion-mnist
export PYTHONDONTWRITEBYTECODE=1

train() { timeout 120 "$PYTHON" "$example/train.py" --samples 2000 --val-samples 1000 "$@"; }

# A learning rate that comes down to nothing, so that the last value is no matter of luck.
cosine='{"schedule": "cosine"}'

seconds() { date +%s.%N; }

@test "train: a log that a4nn-log reads, by its console and its file, and forecasts from it" {
    train --epochs 6 a > console
    [ "$(wc -l < a/log.csv)" -eq 7 ]
    [ "$(head -n 1 a/log.csv)" = epoch,train_loss,val_loss,val_acc,lr ]
    a4nn-log -q -r a a/log.csv > file.csv
    a4nn-log -q -r a console > console.csv
    [ "$(column metric < file.csv | sort -u)" = val_acc ]
    diff <(column value < file.csv) <(column value < console.csv)
    diff <(column epoch < file.csv) <(seq 6)
    # it learns: guessing gives 10 %
    awk -F, 'NR == 7 { exit !($4 > 60) }' a/log.csv
    a4nn-log -q -E 6 a/log.csv | a4nn-predict -q -m val_acc > forecasts.csv
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["epoch"] >= 3 && !($at["forecast"] > 40 && $at["forecast"] <= 100) { exit 1 }' forecasts.csv
    [ "$(wc -l < forecasts.csv)" -eq 7 ]
}

@test "train: the configuration is what is trained" {
    train --epochs 1 --config '{"layers": 3, "filters": 4, "kernel": 5, "pooling": "average", "batch_norm": false,
        "dropout": 0.25, "optimiser": "adam", "lr": 0.002, "schedule": "step", "batch": 50}' a
    train --epochs 1 --config '{"optimiser": "rmsprop", "lr": 0.001, "pooling": "none", "layers": 1}' b
    [ "$(tail -n 1 a/log.csv | cut -d , -f 5)" = 0.0002 ] # a tenth, in the last third
    "$PYTHON" "$example/evaluate.py" --val-samples 1000 a/ckpt/epoch-1.pt > out
    # shellcheck disable=SC2034 # the value is read from the log
    IFS=, read -r epoch train_loss val_loss val_acc lr < <(tail -n 1 a/log.csv)
    [ "$(cat out)" = "val_loss=$val_loss val_acc=$val_acc" ]
    run -1 train --config '{"layer": 3}' c
    [ "$output" = "unknown in the configuration: layer" ]
}

@test "train: stopped by USR1 or killed, it resumes to the same log" {
    local pid
    train --epochs 5 --config '{"dropout": 0.2}' whole > whole.out
    # in the middle of the third epoch, in good order
    "$PYTHON" "$example/train.py" --samples 2000 --val-samples 1000 --epochs 5 --config '{"dropout": 0.2}' usr1 > usr1.out 3>&- &
    pid=$!
    wait_for test -e usr1/ckpt/epoch-2.pt
    kill -USR1 "$pid"
    wait "$pid"
    [ -e usr1/ckpt/stopped.pt ]
    grep -q '^stopped in epoch [3-5], before batch ' usr1.out
    [ "$(wc -l < usr1/log.csv)" -lt 6 ]
    train --epochs 5 --config '{"dropout": 0.2}' --resume usr1 >> usr1.out
    cmp usr1/log.csv whole/log.csv
    [ ! -e usr1/ckpt/stopped.pt ]
    diff <(grep -v ^stopped usr1.out) whole.out
    # at any moment, with no warning
    "$PYTHON" "$example/train.py" --samples 2000 --val-samples 1000 --epochs 5 --config '{"dropout": 0.2}' killed > killed.out 3>&- &
    pid=$!
    wait_for test -e killed/ckpt/epoch-3.pt
    kill -KILL "$pid"
    wait "$pid" || :
    printf '4,0.4' >> killed/log.csv
    train --epochs 5 --config '{"dropout": 0.2}' --resume killed > killed.out
    cmp killed/log.csv whole/log.csv
}

@test "train: a4nn-stop ends it with a checkpoint, from which it goes on" {
    local pid
    mkdir -p runs/net
    : > console # so that tail finds it, whoever is first
    "$PYTHON" "$example/train.py" --samples 2000 --val-samples 1000 --epochs 200 runs/net >> console 3>&- &
    pid=$!
    echo "$pid" > runs/net/pid
    tail -n +1 -f --pid="$pid" console 3>&- | a4nn-predict -q -r net -m val_acc -M last -R budget:epochs=3 |
        a4nn-stop -q --signal USR1 --grace 60 --pid-file 'runs/{run}/pid' > actions.csv
    wait "$pid" # ends with 0: it was not killed
    [ "$(column action < actions.csv),$(column result < actions.csv)" = signal,ended ]
    [ -e runs/net/ckpt/stopped.pt ]
    [ "$(wc -l < runs/net/log.csv)" -lt 50 ]
    train --epochs 5 --resume runs/net || train --epochs 50 --resume runs/net
}

@test "train: validated in the background, the values are those of validating inline, and nobody waits" {
    local begin inline beside all pid large='{"layers": 3, "filters": 24}'
    begin=$(seconds)
    timeout 120 "$PYTHON" "$example/train.py" --samples 4000 --val-samples 10000 --epochs 4 --config "$large" inline > /dev/null
    inline=$(awk "BEGIN { print $(seconds) - $begin }")
    begin=$(seconds)
    timeout 120 "$PYTHON" "$example/train.py" --samples 4000 --no-validation --epochs 4 --config "$large" beside > /dev/null 3>&- &
    pid=$!
    (wait_for test -e beside/ckpt; exec a4nn-validate -q --pid "$pid" --nice 10 -m val_acc beside/ckpt -- \
        "$PYTHON" "$example/evaluate.py" --val-samples 10000) > validated.csv 3>&- &
    wait "$pid"
    beside=$(awk "BEGIN { print $(seconds) - $begin }")
    wait
    all=$(awk "BEGIN { print $(seconds) - $begin }")
    diff <(column value < validated.csv) <(a4nn-log -q inline/log.csv | column value)
    [ "$(column epoch < validated.csv | wc -l)" -eq 4 ]
    echo "# training: $inline s validating inline, $beside s beside a4nn-validate; all validated after $all s" >&3
}

@test "train: stopped early, the interval of the forecast holds what the whole training reaches" {
    local low high last
    train --epochs 20 --samples 4000 --val-samples 2000 --config "$cosine" whole > whole.out
    a4nn-log -q -E 20 whole.out | a4nn-predict -q -u > until.csv
    [ "$(column verdict < until.csv | tail -n 1)" = stop ]
    [ "$(wc -l < until.csv)" -lt 20 ]
    low=$(column low < until.csv | tail -n 1)
    high=$(column high < until.csv | tail -n 1)
    last=$(tail -n 1 whole/log.csv | cut -d , -f 4)
    echo "# stopped after epoch $(column epoch < until.csv | tail -n 1) of 20: $low to $high, reached $last" >&3
    awk "BEGIN { exit !($low <= $last && $last <= $high) }"
}

@test "train: under a4nn-train-wrap: stopped with a checkpoint, a true interval, and nothing lost" {
    local whole last
    whole=(train --epochs 20 --samples 4000 --val-samples 2000 --config "$cosine")
    "${whole[@]}" whole > whole.out
    a4nn-train-wrap -q -E 20 --settle 0 --stop-signal USR1 --grace 60 --result result.json -- \
        "$PYTHON" "$example/train.py" --epochs 20 --samples 4000 --val-samples 2000 --config "$cosine" net > net.out
    [ "$(jq -r '[.outcome, .verdict, .exit_status] | @csv' result.json)" = '"stopped","stop",0' ]
    [ -e net/ckpt/stopped.pt ]
    # the same verdict as from the log of the whole training
    a4nn-log -q -E 20 whole.out | a4nn-predict -q -u > until.csv
    [ "$(jq .stop_epoch result.json)" = "$(column epoch < until.csv | tail -n 1)" ]
    last=$(tail -n 1 whole/log.csv | cut -d , -f 4)
    jq -e --argjson last "$last" '.low <= $last and $last <= .high and .epoch < 20' result.json
    # what was stopped can be taken up, and was not harmed
    "${whole[@]}" --resume net >> net.out
    cmp net/log.csv whole/log.csv
    diff <(grep -v ^stopped net.out) whole.out
}

@test "train: under a4nn-train-wrap: released, the search goes on and so does the training" {
    a4nn-train-wrap -q -E 20 --settle 0 --on-stop release --result result.json -- \
        "$PYTHON" "$example/train.py" --epochs 20 --samples 4000 --val-samples 2000 --config "$cosine" net > net.out
    [ "$(wc -l < net/log.csv)" -lt 21 ] # it has come back before the training has ended
    [ "$(jq -r .verdict result.json)" = stop ]
    wait_for test -e net/ckpt/epoch-20.pt
    [ "$(wc -l < net/log.csv)" -eq 21 ]
    jq -e --argjson last "$(tail -n 1 net/log.csv | cut -d , -f 4)" '.low <= $last and $last <= .high' result.json
}
