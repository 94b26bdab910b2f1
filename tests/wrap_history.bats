# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-train-wrap -H: what is kept of a training, and that a database never harms it.

load lib

setup() {
    mark_processes
    export A4NN_HISTORY=$BATS_TEST_TMPDIR/history.db
    cat > train.sh << 'END'
#!/bin/bash
# train.sh END [PAUSE]: twenty epochs of a curve that rises to END.
for ((epoch = 1; epoch <= 20; epoch++)); do
    awk -v e=$epoch -v end="$1" 'BEGIN { printf "Epoch %d/20 val_acc=%.4f\n", e, end - 0.5 * exp(-e / 3) }'
    sleep "${2:-0}"
done
END
    chmod +x train.sh
}

teardown() { kill_left; }

# fact RUN MEMBER...: these members of a run, one a line.
facts() {
    local run=$1
    shift
    a4nn-history runs -o jsonl -r "$run" | jq -r "$(printf '.%s, ' "$@" | sed 's/, $//')"
}

@test "wrap -H: a training that ends is complete, with its curve, forecasts and configuration" {
    run -0 a4nn-train-wrap -q -H -t nas -r one --config '{"lr": 0.1, "net": {"depth": 3}}' --on-stop report -- ./train.sh 0.9
    [ "$(facts one status epochs observations last_value exit_status config.lr config.net.depth host task | paste -sd ' ')" = \
        "complete 20 20 0.8994 0 0.1 3 $(hostname) nas" ]
    [ "$(facts one command | jq -r 'join(" ")')" = "./train.sh 0.9" ]
    [ "$(facts one stop_reason)" = null ] # the verdict was only reported
    # what was forecast then is what the log gives
    ./train.sh 0.9 | a4nn-predict -q -r one -t nas -o jsonl | jq -c '[.epoch, .value, .forecast, .low, .high, .verdict]' > wanted
    a4nn-history export -r one | jq -c '[.epoch, .value, .forecast, .low, .high, .verdict]' | diff - wanted
    echo '{"lr": 0.2}' > config.json
    run -0 a4nn-train-wrap -q -H -t nas -r two --config config.json --on-stop report -- ./train.sh 0.8
    [ "$(facts two config.lr)" = 0.2 ]
    run -0 a4nn-history check
}

@test "wrap -H: every number of the log is kept, also one that comes behind the last epoch" {
    cat > all.sh << 'END'
for e in 1 2 3 4 5; do echo "Epoch $e/5 - loss: 0.$((9 - e)) - val_loss: 1.$((9 - e)) - val_acc: 0.5$e"; done
echo "Test accuracy: 0.25"
END
    numbers() {
        sqlite3 "$A4NN_HISTORY" "SELECT metric.name, count(*), max(value) FROM observation JOIN run ON run.id = run
            JOIN metric ON metric.id = observation.metric WHERE run.name = '$1' GROUP BY metric.name" | paste -sd ' '
    }
    a4nn-train-wrap -q --on-stop report --result without -- sh all.sh > /dev/null
    a4nn-train-wrap -q -H -t nas -r out --on-stop report --result with -- sh all.sh > /dev/null
    [ "$(numbers out)" = "Test_accuracy|1|0.25 loss|5|0.8 val_acc|5|0.55 val_loss|5|1.8" ]
    [ "$(jq -c '[.verdict, .epoch, .value, .forecast]' with)" = "$(jq -c '[.verdict, .epoch, .value, .forecast]' without)" ]
    a4nn-train-wrap -q -H -t nas -r log --log train.log --on-stop report -- sh -c 'sh all.sh > train.log'
    [ "$(numbers log)" = "$(numbers out)" ]
}

# repository FOLDER ID: what Git leaves of a commit that is checked out.
repository() {
    mkdir -p "$1/.git/refs/heads"
    echo 'ref: refs/heads/main' > "$1/.git/HEAD"
    echo "$2" > "$1/.git/refs/heads/main"
}

@test "wrap -H: where, by whom and of which code it was trained is known from the first epoch on" {
    local id=0123456789abcdef0123456789abcdef01234567
    repository . $id
    mkdir -p deep/er
    (cd deep/er && PBS_JOBID=71.server exec a4nn-train-wrap -q -H -t nas -r one --config '{"seed": 42, "lr": 1}' \
        --on-stop report -- bash -c '../../train.sh 0.9; touch trained; exec sleep 600' > /dev/null) 3>&- &
    wait_for [ -e deep/er/trained ]
    known() { [ "$(facts one observations)" = 20 ]; }
    wait_for known
    [ "$(facts one host job seed code_version config.lr status | paste -sd ' ')" = "$(hostname) 71.server 42 $id 1 complete" ]
    [ "$(facts one command | jq -r '.[0]')" = bash ]
    [ "$(facts one started)" -gt 1700000000 ]
    kill $!
    wait
    [ "$(facts one status signal code_version | paste -sd ' ')" = "failed 15 $id" ]
}

@test "wrap -H: the code's version as it is said" {
    repository . 0123456789abcdef0123456789abcdef01234567
    version() { a4nn-train-wrap -q --on-stop report --result fd:5 "$@" 5>&1 > /dev/null -- true | jq -r .code_version; }
    [ "$(version)" = 0123456789abcdef0123456789abcdef01234567 ]
    [ "$(A4NN_CODE_VERSION=v1.2 version)" = v1.2 ]
    [ "$(A4NN_CODE_VERSION='' version)" = null ]
    [ "$(A4NN_CODE_VERSION=v1.2 version --code-version 'v3 of mine')" = 'v3 of mine' ]
}

@test "wrap -H: the newest checkpoint that was written, with its SHA-256, through publishing and export" {
    local sum
    mkdir out
    echo old > out/c-1.pt
    touch -d '1 day ago' out/c-1.pt
    # shellcheck disable=SC2016 # for the inner shell
    a4nn-train-wrap -q -H -t nas -r one --checkpoint 'out/c-*.pt' --on-stop report --result r.json -- \
        bash -c './train.sh 0.9; echo a > out/c-2.pt; touch -d "+1 minute" out/c-2.pt; echo b > out/c-10.pt; touch -d "+2 minutes" out/c-10.pt' > /dev/null
    sum=$(sha256sum < out/c-10.pt | cut -d ' ' -f 1)
    [ "$(facts one checkpoint checkpoint_sha256 | paste -sd ' ')" = "$PWD/out/c-10.pt $sum" ]
    [ "$(jq -c '[.checkpoint, .checkpoint_sha256]' r.json)" = "[\"$PWD/out/c-10.pt\",null]" ]
    # summing up takes no part in the time that the training took
    [ "$(facts one wall_seconds)" = "$(jq .wall_seconds r.json)" ]
    a4nn-history show one | grep -q "^checkpoint_sha256  $sum$"
    a4nn-history export > exported
    a4nn-history add -q -H again.db exported
    a4nn-history export -H again.db | cmp - exported
    a4nn-history publish -q pub
    [ "$(a4nn-history runs -H again.db -o jsonl -w "checkpoint_sha256 = $sum" | wc -l)" = 1 ]
    a4nn-history import -q -H third.db pub
    [ "$(a4nn-history runs -H third.db -o jsonl | jq -c '[.checkpoint, .checkpoint_sha256]')" = "[\"c-10.pt\",\"$sum\"]" ]
    # none was written, and a folder
    run -0 --separate-stderr a4nn-train-wrap -H -t nas -r two --checkpoint 'none*' --on-stop report -- ./train.sh 0.8
    [[ $stderr == *"a4nn-train-wrap: no checkpoint: the training has written no 'none*'"* ]]
    [ "$(facts two checkpoint)" = null ]
    a4nn-train-wrap -q -H -t nas -r three --checkpoint 'step-*' --on-stop report -- bash -c './train.sh 0.8; mkdir step-9' > /dev/null
    [ "$(facts three checkpoint checkpoint_sha256 | paste -sd ' ')" = "$PWD/step-9 null" ]
    run -0 a4nn-history check
}

@test "wrap -H: a checkpoint that takes too long to sum up is left when one is asked to end" {
    # a file of 40 GB without a block takes longer than the 10 seconds
    a4nn-train-wrap -H -t nas -r one --checkpoint big --on-stop report -- \
        bash -c './train.sh 0.9; truncate -s 40G big' > /dev/null 2> err 3>&- &
    ended() { [ "$(facts one status 2> none)" = complete ] && [ "$(facts one exit_status)" = 0 ]; }
    wait_for ended
    kill $!
    wait $!
    [ "$(facts one checkpoint checkpoint_sha256 | paste -sd ' ')" = "$PWD/big null" ]
    run ! grep -q 'longer than' err
    rm big
}

@test "wrap -H: a training that is stopped, released, killed or fails is kept as that" {
    run -0 a4nn-train-wrap -q -H -t nas -r stopped --settle 0 -- ./train.sh 0.9 0.1
    [ "$(facts stopped status stop_reason signal | paste -sd ' ')" = "stopped converged 15" ]
    [ "$(facts stopped last_epoch)" -lt 20 ]
    run -0 a4nn-train-wrap -q -H -t nas -r released --settle 0 --on-stop release -- ./train.sh 0.8 0.1
    [ "$(facts released status)" != complete ]
    complete() { [ "$(facts released status last_epoch | paste -sd ' ')" = "complete 20" ]; }
    wait_for complete
    run -7 a4nn-train-wrap -q -H -t nas -r failed -- bash -c './train.sh 0.7 | head -n 3; exit 7'
    [ "$(facts failed status exit_status observations | paste -sd ' ')" = "failed 7 3" ]
    run -137 a4nn-train-wrap -q -H -t nas -r killed -- bash -c './train.sh 0.6 | head -n 4; kill -KILL $$'
    [ "$(facts killed status signal observations | paste -sd ' ')" = "failed 9 4" ]
    run -0 a4nn-history check
    wait_for none_left
}

@test "wrap --config: a candidate names the run, and the command finds what it is to train" {
    local line='{"run": "c7", "config": {"lr": 0.1, "seed": 4}, "predicted": 90, "why": "it\u2019s new", "flops": 12000, "status": "complete"}'
    make_script told.sh <<'END'
echo "$A4NN_RUN $A4NN_CONFIG" > told
exec ./train.sh "$@"
END
    run -0 a4nn-train-wrap -q -H -t nas --config "$line" --on-stop report -- ./told.sh 0.9
    [ "$(cat told)" = 'c7 {"lr":0.1,"seed":4}' ]
    [ "$(facts c7 config.lr config.seed flops status seed predicted | paste -sd ' ')" = '0.1 4 12000 complete 4 null' ]
    # the members of a flat one are its parameters, but for what names it and what is known of it
    echo '{"run": "c8", "lr": 0.2, "parameters": 800, "predicted": 90}' > flat.json
    run -0 a4nn-train-wrap -q -H -t nas --config flat.json -r mine --on-stop report -- ./told.sh 0.8
    [ "$(cat told)" = 'mine {"lr":0.2}' ]
    [ "$(facts mine config.lr config.run parameters | paste -sd ' ')" = '0.2 null 800' ]
    # without a name all of it is the configuration, and no history is needed
    run -0 env -u A4NN_RUN a4nn-train-wrap -q --config ' {"seed": 5, "low": 1}' -- env
    [[ $'\n'$output$'\n' == *$'\nA4NN_CONFIG={"seed":5,"low":1}\n'* ]]
    [[ $output != *A4NN_RUN=* ]]
    run -125 a4nn-train-wrap --config '{"config": 3}' -- true
    [ "$output" = "a4nn-train-wrap: --config: 'config' is not an object" ]
}

@test "wrap -H: twenty at once, without names, are twenty runs" {
    local i
    for ((i = 0; i < 20; i++)); do
        a4nn-train-wrap -q -H -t nas --on-stop report -- ./train.sh "0.$((50 + i))" > /dev/null 3>&- &
    done
    wait
    run -0 a4nn-history list -o csv
    [ "$(column runs <<< "$output") $(column complete <<< "$output") $(column observations <<< "$output")" = "20 20 400" ]
    a4nn-history export | jq -r .value | sort > got
    for ((i = 0; i < 20; i++)); do ./train.sh "0.$((50 + i))"; done | sed 's/.*=//; s/0*$//' | sort > wanted
    diff got wanted
    [ "$(a4nn-history runs -o jsonl | jq -r .run | sort -u | wc -l)" = 20 ]
}

@test "wrap -H: runs under Slurm are named after their job, which lasts through a requeue" {
    SLURM_JOB_ID=71 SLURM_ARRAY_JOB_ID=70 SLURM_ARRAY_TASK_ID=3 \
        a4nn-train-wrap -q -H -t nas --on-stop report -- bash -c './train.sh 0.9 | head -n 7; kill -TERM $$' > /dev/null || true
    SLURM_JOB_ID=75 SLURM_ARRAY_JOB_ID=70 SLURM_ARRAY_TASK_ID=3 \
        a4nn-train-wrap -q -H -t nas --on-stop report -- bash -c './train.sh 0.9' > /dev/null
    [ "$(a4nn-history runs -o jsonl | jq -r '"\(.run) \(.status) \(.observations) \(.job)"')" = "bash-70_3 complete 20 75" ]
}

@test "wrap -H: what the history knows makes the verdict come sooner, and only that" {
    local i without with
    without=$(a4nn-train-wrap -q -r new --on-stop report --result fd:5 5>&1 > /dev/null -- ./train.sh 0.83 | jq .stop_epoch)
    for ((i = 0; i < 30; i++)); do
        a4nn-train-wrap -q -H -t nas -r "past$i" --on-stop report -- ./train.sh "0.$((60 + i))" > /dev/null
    done
    with=$(a4nn-train-wrap -q -H -t nas -r new --on-stop report --result fd:5 5>&1 > /dev/null -- ./train.sh 0.83 | jq .stop_epoch)
    echo "stop at $with with a history, at $without without"
    [ "$with" -lt "$without" ]
    # the same as a4nn-predict says of the same log
    [ "$(./train.sh 0.83 | a4nn-predict -q -H -t nas -r new -o jsonl | jq -r 'select(.verdict == "stop") | .epoch' | head -n 1)" = "$with" ]
}

@test "wrap -H: a database that fails costs the training nothing" {
    run -3 --separate-stderr a4nn-train-wrap -H/dev/null/x -r one -- bash -c './train.sh 0.9; exit 3'
    [ "$output" = "$(./train.sh 0.9)" ]
    [[ $stderr == *"a4nn-train-wrap: no history: cannot open '/dev/null/x': Not a directory"* ]]
    echo no database at all, but a text that is long enough to be one, at least in its first hundred bytes, or so > text
    run -0 --separate-stderr a4nn-train-wrap -Htext -r one --on-stop report -- ./train.sh 0.9
    [ "$output" = "$(./train.sh 0.9)" ]
    [[ $stderr == *"no history: 'text' is no SQLite database"* ]]
    # locked all the time
    a4nn-train-wrap -q -H -t nas -r first --on-stop report -- ./train.sh 0.9 > /dev/null
    mkfifo lock
    sqlite3 "$A4NN_HISTORY" < lock > locked 3>&- &
    exec 5> lock
    echo 'BEGIN IMMEDIATE; SELECT 1;' >&5
    wait_for [ -s locked ]
    run -0 --separate-stderr a4nn-train-wrap -H -t nas -r second --settle 0 -- ./train.sh 0.8 0.1 5>&-
    [[ $stderr == *"run 'second' is stopped after epoch"* ]]
    [[ $stderr == *"not all is in the history"* ]]
    exec 5>&-
    wait
    run -0 a4nn-history check
    [ "$(facts first status)" = complete ]
    echo '[]' > config.json
    run -125 a4nn-train-wrap -H --config config.json -- true
    [ "$output" = "a4nn-train-wrap: --config: not a JSON object" ]
}
