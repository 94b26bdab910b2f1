# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-validate: checkpoints that appear, and commands that measure, fail, hang or leave things behind.
# shellcheck disable=SC2016 # scripts are for inner shells
load lib

setup() {
    mkdir ckpt
    : > started
}

teardown() { kill_started; }

# checkpoint EPOCH VALUE [NAME]: as trainings write them, beside it and then moved there.
checkpoint() {
    echo "$2" > "ckpt/.new"
    mv ckpt/.new "ckpt/${3:-model-$1.pt}"
}

gone() { ! running "$1"; }

# points: epoch and value of what was written.
points() { cut -d , -f 2,3 | sed 1d | paste -sd ' '; }

validate() { a4nn-validate -q --until-idle 0 "$@"; }

@test "validate: what is there, in the order of epochs" {
    checkpoint 10 0.9
    checkpoint 9 0.8
    checkpoint 1 0.1
    run -0 --separate-stderr a4nn-validate --until-idle 0 -E 10 -m val_acc ckpt -- cat
    [ "$(cut -d , -f 1-6 <<< "$output")" = "run,epoch,value,metric,mode,epochs
ckpt,1,0.1,val_acc,,10
ckpt,9,0.8,val_acc,,10
ckpt,10,0.9,val_acc,,10" ]
    run -0 --separate-stderr a4nn-validate --until-idle 0 -r mine -o jsonl ckpt cat
    [ "$(jq -c '[.run,.epoch,.value]' <<< "$output" | paste -sd ' ')" = '["mine",1,0.1] ["mine",9,0.8] ["mine",10,0.9]' ]
    [ -z "$stderr" ]
    [ "$(jq '.time|floor' <<< "${lines[2]}")" = "$(stat -c %Y ckpt/model-10.pt)" ]
    # the history knows the weights of the last one
    a4nn-history add -q -H h.db <<< "$output"
    [ "$(a4nn-history runs -H h.db -o jsonl | jq -r .checkpoint)" = "$(realpath ckpt/model-10.pt)" ]
}

@test "validate: what appears while it runs, until the training ends" {
    bash -c 'for e in 1 2 3 4 5; do sleep 0.1; echo "0.$e" > ckpt/x.tmp; mv ckpt/x.tmp "ckpt/epoch_$e.pt"; done' 3>&- &
    a4nn-validate --pid $! ckpt/ -- sh -c 'echo "accuracy: $(cat "$1")"' sh > out.csv 2> err
    [ "$(points < out.csv)" = "1,0.1 2,0.2 3,0.3 4,0.4 5,0.5" ]
    [ ! -s err ]
    run -0 a4nn-validate -q --pid $! ckpt cat # it has ended
    [ "${#lines[@]}" -eq 6 ]
}

@test "validate: ends at the last epoch, and what is written can be stopped at" {
    (for e in 1 2 3 4 5 6 7 8 9; do sleep 0.1; checkpoint $e 50; done) 3>&- &
    echo $! >> started
    run -0 a4nn-validate -q --last 3 ckpt cat
    [ "$(points <<< "$output")" = "1,50 2,50 3,50" ]
    piped "141 0" "a4nn-validate -q -m val_acc --max ckpt -- sh -c 'echo val_acc 50; sleep 600 & echo \$! >> started' | a4nn-predict -q -u -M last -R patience:n=2"
    [[ $output == *,stop,patience ]]
    local pid
    sed 1d started > left
    [ -s left ]
    while read -r pid; do wait_for gone "$pid"; done < left
}

@test "validate: a file is not read before it is complete" {
    # two writers, one of which has it open when we begin
    exec 5> ckpt/m-1.pt
    printf 0. >&5
    a4nn-validate -q --last 2 ckpt -- sh -c 'cat "$1"; echo "$1" >> seen' sh > out.csv 3>&- 5>&- &
    local validate=$!
    checkpoint 2 0.2 m-2.pt
    wait_for grep -q m-2 seen
    run -1 grep m-1 seen
    sleep 0.5
    run -1 grep m-1 seen
    echo 75 >&5
    exec 5>&-
    wait "$validate"
    run -0 a4nn-validate -q --until-idle 0 ckpt cat
    [ "$(points <<< "$output")" = "1,0.75 2,0.2" ]
}

@test "validate: hidden and temporary files, empty folders, pipes and other names are no checkpoints" {
    checkpoint 1 0.1
    echo 0 > ckpt/.model-2.pt
    echo 0 > ckpt/model-3.pt.tmp
    echo 0 > ckpt/model-4.part
    echo 0 > ckpt/model-5.pt~
    mkdir ckpt/model-6.pt
    mkfifo ckpt/model-7.pt
    echo 0 > ckpt/last.pt
    echo 0 > ckpt/best.pt
    echo 0 > ckpt/optim-8.bin
    ln -s /nonexistent ckpt/model-9.pt
    run -0 --separate-stderr a4nn-validate --until-idle 0 ckpt -- cat
    [ "$(points <<< "$output")" = "1,0.1 8,0" ]
    [[ $stderr == "a4nn-validate: '"*".pt' and the like are passed over: no epoch in the name" ]]
    run -0 --separate-stderr a4nn-validate --until-idle 0 --pattern 'model-*' ckpt -- cat
    [ "$(points <<< "$output")" = "1,0.1" ]
    [ -z "$stderr" ]
}

@test "validate: a folder is a checkpoint, when it is complete" {
    mkdir -p ckpt/old-1/part parts
    echo 0.1 > ckpt/old-1/part/value
    a4nn-validate -q --last 4 ckpt -- sh -c 'cat "$1"/*/value && echo "$1" >> seen' sh > out.csv 3>&- &
    local validate=$!
    wait_for grep -q old-1 seen
    # renamed into place: at once, though it changes again
    mkdir -p ckpt/new-2.tmp/part
    echo 0.2 > ckpt/new-2.tmp/part/value
    mv ckpt/new-2.tmp ckpt/new-2
    until grep -q new-2 seen; do
        echo "$RANDOM" > ckpt/new-2/noise
        sleep 0.05
    done
    # made in place: not while it changes, nor while a file in it is open for writing
    mkdir ckpt/new-3 ckpt/new-3/part
    exec 5> ckpt/new-3/part/value
    printf 0. >&5
    for i in {1..30}; do
        echo "$i" > ckpt/new-3/step
        sleep 0.1
    done
    run -1 grep new-3 seen
    sleep 2.5
    run -1 grep new-3 seen
    echo 3 >&5
    exec 5>&-
    wait_for grep -q new-3 seen
    mkdir parts/new-4 parts/new-4/part
    echo 0.4 > parts/new-4/part/value
    mv parts/new-4 ckpt
    wait "$validate"
    [ "$(points < out.csv)" = "1,0.1 2,0.2 3,0.3 4,0.4" ]
    [ "$(wc -l < seen)" -eq 4 ]
}

@test "validate: a folder that is there, or filled while nobody tells" {
    mkdir -p ckpt/epoch-1
    echo 0.1 > ckpt/epoch-1/value
    ln -s / ckpt/epoch-1/root
    ln -s "$PWD/ckpt" ckpt/epoch-1/loop
    run -0 a4nn-validate -q --until-idle 0 -o jsonl ckpt -- sh -c 'cat "$1/value"' sh
    [ "$(jq -c '[.epoch, .value]' <<< "$output")" = "[1,0.1]" ]
    # the newest time of what is in it, links apart
    [ "$(jq '.time | floor' <<< "$output")" -ge "$(stat -c %Y ckpt/epoch-1/value)" ]
    [ "$(jq '.time | floor' <<< "$output")" -le "$(stat -c %Y ckpt/epoch-1)" ]
    for poll in '' '--poll 0.1'; do
        rm -rf ckpt/*
        # shellcheck disable=SC2086 # none or two words
        a4nn-validate -q --last 2 $poll ckpt -- sh -c 'cat "$1/value"' sh > out.csv 3>&- &
        mkdir ckpt/epoch-2
        sleep 0.3
        echo 0.2 > ckpt/epoch-2/value
        wait $!
        [ "$(points < out.csv)" = "2,0.2" ]
    done
}

@test "validate: a process that had ended before is over, whatever else is said, in any order" {
    true &
    local pid=$!
    wait "$pid"
    checkpoint 1 0.1
    run -0 a4nn-validate -q --pid "$pid" --until-idle 600 ckpt cat
    [ "$(points <<< "$output")" = "1,0.1" ]
    run -0 a4nn-validate -q --until-idle 600 --pid "$pid" ckpt cat
    [ "$(points <<< "$output")" = "1,0.1" ]
    # it is the last one said
    run -0 a4nn-validate -q --until-idle 0 --pid "$pid" --pid $$ ckpt cat
    [ "$(points <<< "$output")" = "1,0.1" ]
}

@test "validate: the epoch in a name" {
    local name
    while read -r name epoch; do
        rm -f ckpt/*
        checkpoint 0 1 "$name"
        run -0 validate ckpt cat
        [ "$(points <<< "$output")" = "$epoch,1" ] || fail "$name: $output"
    done << 'NAMES'
model-3.pt 3
model-3.h5 3
epoch=3-step=1200.ckpt 3
weights.07-0.32.hdf5 7
ckpt_epoch_12_best_0.91.pth 12
checkpoint-500 500
net.12 12
model_v2_0042.pt 42
Epoch-4.pt2 4
NAMES
    rm -f ckpt/*
    checkpoint 0 1 resnet50-e3-s7.pt
    run -0 validate --epoch-regex '-e([0-9]+)' ckpt cat
    [ "$(points <<< "$output")" = 3,1 ]
    run -0 validate --epoch-regex '-e([0-9]+)' --from-zero ckpt cat
    [ "$(points <<< "$output")" = 4,1 ]
    run -1 validate --epoch-regex '-x([0-9]+)' ckpt cat
    for regex in '(' 'x' ''; do
        run -2 --separate-stderr validate --epoch-regex "$regex" ckpt cat
        [ "$stderr" = "a4nn-validate: --epoch-regex: not an extended regular expression with a group: '$regex'" ]
    done
}

@test "validate: the metric is what a log says, a name says, or the last number" {
    checkpoint 5 x
    says() { # OUTPUT WANTED [OPTION...]
        local text=$1 wanted=$2
        shift 2
        printf '%b' "$text" > text
        run -0 validate -o jsonl "$@" ckpt -- sh -c 'cat text'
        [ "$(jq -c '[.epoch,.value,.metric]' <<< "$output")" = "$wanted" ] || fail "$text: $output"
    }
    says 'loading 12 files\n0.25\n' '[5,0.25,null]'
    says 'result (0.5)' '[5,0.5,null]'
    says 'finance 3 nano\n' '[5,3,null]'
    says 'val_loss: 0.4 val_acc: 0.91 time: 12\n' '[5,0.91,"val_acc"]'
    says 'val_loss: 0.4 val_acc: 0.91 time: 12\n' '[5,0.4,"val_loss"]' -m val_loss
    says 'my score = 3.5\ntime 9' '[5,3.5,"my_score"]' -m my_score --max
    says 'Test set: Average loss: 0.0300, Accuracy: 9912/10000 (99%)\n' '[5,99.12,"Accuracy"]'
    says 'epoch,val_acc\n1,0.5\n2,0.75\n' '[5,0.75,"val_acc"]'
    says '{"epoch":3,"val_acc":0.5}\n{"epoch":4,"val_acc":0.625}\n' '[5,0.625,"val_acc"]'
    says 'val_acc: nan\n' '[5,null,"val_acc"]'
    run -2 --separate-stderr validate -m other ckpt -- sh -c 'echo val_acc 3'
    [ "$stderr" = "a4nn-validate: epoch 5 is missing: ckpt/model-5.pt: no other in its output" ]
    run -2 --separate-stderr validate ckpt -- echo nothing
}

@test "validate: a validation that fails leaves a gap, no blank value, and the others go on" {
    for e in 1 2 3 4; do checkpoint $e "0.$e"; done
    run -2 --separate-stderr validate ckpt -- sh -c 'case $1 in *-2.pt) exit 7 ;; *-3.pt) kill -SEGV $$ ;; esac; cat "$1"' sh
    [ "$(points <<< "$output")" = "1,0.1 4,0.4" ]
    [ "$stderr" = "a4nn-validate: epoch 2 is missing: ckpt/model-2.pt: ended with status 7
a4nn-validate: epoch 3 is missing: ckpt/model-3.pt: ended by SIGSEGV" ]
    run -2 --separate-stderr validate ckpt -- ./none
    [ "$(points <<< "$output")" = "" ]
    [[ ${stderr_lines[0]} == "a4nn-validate: epoch 1 is missing: ckpt/model-1.pt: "*"No such file or directory"* ]]
}

@test "validate: --retries" {
    checkpoint 1 0.5
    run -0 --separate-stderr a4nn-validate --until-idle 0 --retries 2 ckpt -- sh -c 'echo x >> tries; [ "$(wc -l < tries)" -eq 3 ] && cat "$1"' sh
    [ "$(points <<< "$output")" = 1,0.5 ]
    [ "${stderr_lines[0]}" = "a4nn-validate: epoch 1: model-1.pt: ended with status 1, trying again" ]
    [ "${#stderr_lines[@]}" -eq 2 ]
    rm tries
    run -2 --separate-stderr validate --retries 1 ckpt -- sh -c 'echo x >> tries; exit 1'
    [ "$(wc -l < tries)" -eq 2 ]
}

@test "validate: --timeout ends all of a validation's processes" {
    checkpoint 1 0.5
    checkpoint 2 0.6
    run -2 --separate-stderr validate --timeout 0.3 ckpt -- sh -c '
        case $1 in *-2.pt) cat "$1"; exit ;; esac
        trap "" TERM
        setsid sh -c "echo \$\$ >> started; exec sleep 600" &
        sh -c "trap \"\" TERM; echo \$\$ >> started; sleep 600; :" &
        echo $$ >> started
        wait; wait' sh
    [ "$(points <<< "$output")" = 2,0.6 ]
    [ "$stderr" = "a4nn-validate: epoch 1 is missing: ckpt/model-1.pt: not done in time, killed" ]
    [ "$(wc -l < started)" -eq 3 ]
    local pid
    while read -r pid; do gone "$pid"; done < started
}

@test "validate: leaves no process behind, however it ends" {
    local sig validate pid
    checkpoint 1 0.5
    for sig in TERM HUP; do
        : > started
        env --default-signal a4nn-validate -q ckpt -- sh -c '
            (setsid sh -c "echo \$\$ >> started; exec sleep 600" &)
            echo $$ >> started; exec sleep 600' 3>&- &
        validate=$!
        wait_for sh -c '[ "$(wc -l < started)" -eq 2 ]'
        kill -"$sig" "$validate"
        wait "$validate" && fail "not ended by $sig"
        while read -r pid; do gone "$pid" || fail "$sig: $pid is left"; done < started
    done
}

@test "validate: at most -j at once, and all of them at work" {
    for e in 1 2 3 4 5 6; do checkpoint $e "0.$e"; done
    run -0 validate -j 3 ckpt -- sh -c '
        echo + >> log; n=0
        until [ "$(grep -c + log)" -ge 3 ] || [ $n -gt 200 ]; do sleep 0.05; n=$((n + 1)); done
        cat "$1"; echo - >> log' sh
    [ "$(points <<< "$output")" = "1,0.1 2,0.2 3,0.3 4,0.4 5,0.5 6,0.6" ]
    awk '{ n += $1 == "+" ? 1 : -1; if (n > most) most = n } END { exit most != 3 }' log
    rm log
    run -0 validate ckpt -- sh -c 'echo + >> log; cat "$1"; echo - >> log' sh
    awk '{ n += $1 == "+" ? 1 : -1; if (n > most) most = n } END { exit most != 1 }' log
}

@test "validate: results that come out of order are written in order" {
    for e in 1 2 3; do checkpoint $e "0.$e"; done
    run -0 validate -j 3 ckpt -- sh -c '
        case $1 in *-1.pt) n=0; until [ -e two ] || [ $n -gt 200 ]; do sleep 0.05; n=$((n + 1)); done ;; *-2.pt) touch two ;; esac
        cat "$1"' sh
    [ "$(points <<< "$output")" = "1,0.1 2,0.2 3,0.3" ]
}

@test "validate: --latest-only skips what is outdated" {
    for e in 1 2 3 4; do checkpoint $e "0.$e"; done
    run -0 --separate-stderr a4nn-validate --until-idle 0 --latest-only ckpt cat
    [ "$(points <<< "$output")" = "4,0.4" ]
    [ "${stderr_lines[0]}" = "a4nn-validate: epoch 1 is skipped: 4 is there" ]
}

@test "validate: a checkpoint that is taken away is no failure" {
    checkpoint 1 0.1
    checkpoint 2 0.2
    run -0 --separate-stderr a4nn-validate --until-idle 0 ckpt -- sh -c 'rm -f ckpt/model-2.pt; cat "$1"' sh
    [ "$(points <<< "$output")" = 1,0.1 ]
    [ "$stderr" = "a4nn-validate: epoch 2 is missing: ckpt/model-2.pt: the file was taken away" ]
}

@test "validate: the folder may come late, go, and come back; with and without inotify" {
    local how validate
    for how in "" "--poll 0.1"; do
        rm -rf ckpt
        : > err
        # shellcheck disable=SC2086 # words
        a4nn-validate --last 3 $how ckpt cat 2> err 3>&- | cat > out.csv 3>&- &
        validate=$!
        wait_for grep -qx "a4nn-validate: cannot open 'ckpt': No such file or directory, waiting for it" err
        mkdir ckpt
        checkpoint 1 0.1
        wait_for grep -q '^ckpt,1,0.1' out.csv
        mv ckpt old
        mkdir ckpt
        checkpoint 2 0.2
        wait_for grep -q '^ckpt,2,0.2' out.csv
        checkpoint 3 0.3
        wait "$validate"
        [ "$(points < out.csv)" = "1,0.1 2,0.2 3,0.3" ]
        rm -rf old
    done
}

@test "validate: the path is where the braces are, or last; --nice lowers the priority" {
    checkpoint 1 0.5 'm 1.pt'
    run -0 --separate-stderr validate ckpt -- sh -c 'echo "$@" >&2; cat "$1"' sh {} '<{}>'
    [ "$stderr" = "ckpt/m 1.pt <ckpt/m 1.pt>" ]
    run -0 --separate-stderr validate ckpt/ -- sh -c 'echo "$@" >&2; cat "$2"' sh -x
    [ "$stderr" = "-x ckpt/m 1.pt" ]
    run -0 validate --nice 7 ckpt -- sh -c 'nice'
    [ "$(points <<< "$output")" = 1,7 ]
    [ "$(cd ckpt && validate . cat | cut -d , -f 1 | tail -n 1)" = ckpt ]
}

@test "validate: an output without end is cut off" {
    checkpoint 1 0.5
    run -2 --separate-stderr validate ckpt -- yes
    [ "$stderr" = "a4nn-validate: epoch 1 is missing: ckpt/model-1.pt: too much output, killed" ]
}

@test "validate: usage" {
    run -2 --separate-stderr a4nn-validate ckpt
    [ "$stderr" = "a4nn-validate: a folder and a command are needed" ]
    run -2 --separate-stderr a4nn-validate ckpt --
    [ "$stderr" = "a4nn-validate: a folder and a command are needed" ]
    run -1 validate ckpt cat
    run -2 --separate-stderr validate /dev/full/x cat
    [ "${stderr_lines[0]}" = "a4nn-validate: cannot open '/dev/full/x': Not a directory" ]
}
