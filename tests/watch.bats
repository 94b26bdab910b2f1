# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-watch: logs that grow, under all that happens to logs, by real processes.
load lib

teardown() {
    [ -z "${watch-}" ] || kill -9 "$watch" 2> /dev/null || true
    [ ! -e closed ] || chmod u+r closed
}

# watch ARG...: starts one in the background, into `out` and `err`.
watch() {
    a4nn-watch "$@" > out 2> err 3>&- &
    watch=$!
}

# finish: ends it by a signal; leaves its status in $status.
finish() {
    kill -TERM "$watch"
    status=0
    wait "$watch" || status=$?
    watch=
}

# What it has given: RUN,EPOCH,VALUE ...
given() { [ ! -s out ] || tail -n +2 out | cut -d, -f1-3 | paste -sd ' '; }
gives() { [ "$(given)" = "$1" ]; }
expect() { wait_for gives "$1" || fail "given: $(given)
wanted: $1
$(cat err)"; }

# Names, epochs, values and metrics, in the order of runs.
records() { tail -n +2 | cut -d, -f1-4 | sort; }

has_ended() { ! kill -0 "$1" 2> /dev/null; }

@test "watch: a finished folder gives what a4nn-log gives, and the same names" {
    cp -R "$project_root/tests/data/log" runs
    a4nn-log -q runs 2> log.err | records > wanted
    [ "$(wc -l < wanted)" -gt 700 ]
    a4nn-watch -q --until-idle 1 runs 2> watch.err | records > got || true
    diff -u wanted got
    a4nn-watch -q --poll 0.1 --until-idle 1 runs 2> watch.err | records > got || true
    diff -u wanted got
}

@test "watch: every sample grows line by line to what it is" {
    local file
    mkdir runs
    for file in keras.csv penguin.txt keras-verbose2.log torch7-nin.log deit.txt wandb-history.jsonl \
        mxnet-cifar.log xgboost-cv.log trainer_state.json; do
        cp "$(data "log/$file")" .
    done
    for file in *.*; do
        : > "runs/$file"
    done
    watch -q runs
    for file in *.*; do
        "$PYTHON" - "$file" "runs/$file" << 'END'
import random, sys
random.seed(1)
text = open(sys.argv[1], 'rb').read()
with open(sys.argv[2], 'ab', buffering=0) as out:
    at = 0
    while at < len(text):
        n = random.randint(1, max(1, len(text) // 20))
        out.write(text[at:at + n])
        at += n
END
    done
    wait_for test -s out # it takes signals
    # the last epoch of a console log is over when the log is
    finish
    [ "$status" -eq 0 ]
    a4nn-log -q runs 2> /dev/null | records > wanted
    records < out > got
    diff -u wanted got
}

@test "watch: of a document whose writer pauses nothing is taken before it is complete, or all is over" {
    local state part
    state=$(data log/trainer_state.json)
    part=$(grep -b -m 1 -o '"eval_' "$state" | cut -d : -f 1) # only training losses before it
    mkdir a b
    for dir in a b; do
        head -c "$part" "$state" > $dir/trainer_state.json
        cp "$(data log/keras.csv)" $dir
    done
    run a4nn-log -q a
    grep ,loss <<< "$output" # there is something to be taken
    watch -q a
    wait_for grep keras out
    tail -c +$((part + 1)) "$state" >> a/trainer_state.json
    finish
    [ "$status" -eq 0 ] || fail "$(cat err)"
    a4nn-log -q a | records > wanted
    records < out > got
    diff -u wanted got
    # the writer is gone for good
    watch -q b
    wait_for grep keras out
    finish
    a4nn-log -q b 2> /dev/null | records > wanted
    records < out > got
    diff -u wanted got
    grep -q 'not JSON' err || fail "$(cat err)"
}

@test "watch: with all metrics the history knows of a growing log what it knows of the whole" {
    local file
    numbers() {
        sqlite3 "$1" "SELECT run.name, metric.name, epoch, value FROM observation JOIN run ON run.id = run
            JOIN metric ON metric.id = observation.metric ORDER BY run.name, metric.name, epoch"
    }
    mkdir whole runs
    for file in keras.csv keras-verbose2.log deit.txt wandb-history.jsonl torch7-nin.log; do
        cp "$(data "log/$file")" whole
        : > "runs/$file"
    done
    a4nn-history import -q -H whole.db whole
    a4nn-watch -q --all-metrics -o jsonl --until-idle 1 runs 3>&- | a4nn-history add -q -H live.db 3>&- &
    for file in whole/*; do
        split -l 3 --filter="cat >> runs/${file#whole/}" "$file"
    done
    wait $!
    numbers whole.db > wanted
    numbers live.db | diff - wanted
    [ "$(cut -d '|' -f 1,2 wanted | uniq | wc -l)" -gt 20 ]
    # a number that is stated behind the last value
    printf 'Epoch 1/1 - val_acc: 0.5\nTest accuracy: 0.25\n' > late.log
    run -0 a4nn-watch -q --all-metrics -o jsonl --until-idle 1 late.log
    [ "$(jq -s -c 'map(.metrics // {} | keys) | add' <<< "$output")" != '[]' ]
    run -2 a4nn-watch --all-metrics late.log
    [ "$output" = "a4nn-watch: --all-metrics: CSV and tables have no room for them: say -o jsonl" ]
}

@test "watch: an observation is given when its line is complete, and a run that appears late" {
    mkdir runs
    watch runs
    printf 'epoch,val_acc\n1,10\n2,2' > runs/a.csv
    expect "a,1,10"
    printf '0\n' >> runs/a.csv
    expect "a,1,10 a,2,20"
    mkdir runs/b
    printf 'epoch,val_acc\n1,11\n2,22\n' > runs/b/metrics.csv
    expect "a,1,10 a,2,20 b,1,11 b,2,22"
    finish
    [ "$status" -eq 0 ]
}

@test "watch: rotated, copied and truncated, deleted, linked: each row once" {
    local i wanted=
    printf 'epoch,val_acc\n' > log.csv
    watch log.csv
    row() { printf '%s,%s0\n' "$1" "$1" >> log.csv; wanted+="${wanted:+ }log,$1,$1""0"; expect "$wanted"; }
    row 1
    row 2
    # by name, the writer going on without its header
    mv log.csv log.csv.1
    row 3
    # by a copy
    cp log.csv log.csv.2
    : > log.csv
    row 4
    # with its header
    mv log.csv log.csv.3
    printf 'epoch,val_acc\n' > log.csv
    row 5
    # deleted, and there again
    rm log.csv
    row 6
    # a link now, swapped
    mkdir far
    printf 'epoch,val_acc\n7,70\n' > far/a.csv
    ln -sf far/a.csv log.csv
    wanted+=" log,7,70"
    expect "$wanted"
    row 8
    printf 'epoch,val_acc\n9,90\n' > far/b.csv
    ln -s far/b.csv new
    mv -T new log.csv
    wanted+=" log,9,90"
    expect "$wanted"
    finish
    [ "$status" -eq 0 ]
}

@test "watch: what is written anew, longer or with another column, is not given again" {
    printf 'epoch,step,val_acc\n0,1,10\n1,2,20\n' > metrics.csv
    printf '{"epoch":[1,2],"val_acc":[1,2]}' > history.json
    watch -q metrics.csv history.json
    as_many() { [ "$(records < out | wc -l)" -eq "$1" ]; }
    wait_for as_many 4
    printf 'epoch,step,val_acc,val_loss\n0,1,10,3\n1,2,20,2\n2,3,30,1\n' > metrics.csv
    wait_for as_many 5
    printf '{"epoch":[1,2,3],"val_acc":[1,2,3]}' > new.tmp
    mv new.tmp history.json
    wait_for as_many 6
    finish
    [ "$(records < out | paste -sd ' ')" = "history,1,1,val_acc history,2,2,val_acc history,3,3,val_acc metrics,1,10,val_acc metrics,2,20,val_acc metrics,3,30,val_acc" ]
}

@test "watch: TensorBoard's events, cut anywhere" {
    local source=$project_root/tests/data/log/tensorboard/algoperf
    mkdir -p runs/a
    watch -q runs
    split -b 777 "$source"/* part.
    for part in part.*; do
        cat "$part" >> runs/a/events.out.tfevents.1.host
    done
    a4nn-log -q "$source" | records | cut -d, -f2- > wanted
    enough() { records < out | cut -d, -f2- | cmp -s - wanted; }
    wait_for enough
}

@test "watch: a FIFO, a folder without rights, what is no log: nothing waits, all is said" {
    mkfifo pipe
    printf 'hello\nworld\n' > notes.txt
    printf 'epoch,val_acc\n1,10\n' > log.csv
    run -2 --separate-stderr timeout 20 a4nn-watch -q --until-idle 0.3 pipe notes.txt log.csv
    [ "$(records <<< "$output")" = log,1,10,val_acc ]
    [[ $stderr == *"a4nn-watch: pipe: not a regular file"* ]]
    [[ $stderr == *"a4nn-watch: notes.txt: no known kind of training log"* ]]
    run -2 --separate-stderr a4nn-watch
    [ "$stderr" = "a4nn-watch: nothing to watch: name a file, a folder or a pattern" ]
    run -1 a4nn-watch --until-idle 0.1 nothing
}

@test "watch: ends with the process of --pid, having read what it wrote last" {
    (for i in 1 2 3; do echo "epoch $i val_acc $i"; sleep 0.1; done > log.txt; printf 'epoch 4 val_acc 4' >> log.txt) 3>&- &
    run -0 a4nn-watch -q --pid $! log.txt
    [ "$(records <<< "$output" | cut -d, -f2,3 | paste -sd ' ')" = "1,1 2,2 3,3 4,4" ]
    run -0 a4nn-watch -q --pid $! log.txt # it is gone
    [ "${#lines[@]}" -eq 5 ]
}

@test "watch: patterns and --files-from, before there is anything" {
    printf '%s\n' x/one.csv two.csv > list
    watch -q --files-from list 'y*/*.csv'
    mkdir x y1
    printf 'epoch,val_acc\n1,1\n' | tee x/one.csv two.csv y1/three.csv > /dev/null
    three_runs() { [ "$(records < out | cut -d, -f1 | paste -sd ' ')" = "one three two" ]; }
    wait_for three_runs
}

@test "watch: killed at random moments, it resumes without loss or repetition" {
    local i writer
    "$PYTHON" - << 'END' 3>&- &
import os, random, time
random.seed(2)
os.mkdir('runs')
logs = [open(f'runs/{i}.csv', 'w', buffering=1) for i in range(5)]
for log in logs:
    log.write('epoch,val_acc\n')
for epoch in range(1, 301):
    for i, log in enumerate(logs):
        log.write(f'{epoch},{epoch + i / 10}\n')
    time.sleep(0.01)
END
    writer=$!
    i=0
    until has_ended $writer; do
        a4nn-watch -q --state state runs >> out 3>&- &
        watch=$!
        sleep "0.0$((RANDOM % 90 + 10))"
        kill -9 $watch
        wait $watch || true
        i=$((i + 1))
    done
    a4nn-watch -q --until-idle 0.5 --state state runs >> out
    echo "killed $i times"
    [ "$i" -ge 10 ]
    [ "$(head -n 1 out)" = run,epoch,value,metric,mode,epochs,time ]
    a4nn-log -q runs | records > wanted
    records < out > got
    [ "$(wc -l < got)" -eq 1500 ]
    diff wanted got
    run -2 a4nn-watch --state out runs
    [ "$output" = "a4nn-watch: 'out' is no state of a4nn-watch" ]
}

@test "watch: killed just before, in and just after a write, it finds out by the output" {
    local cut
    printf 'epoch,val_acc\n1,10\n' > log.csv
    again() { a4nn-watch -q --state state --until-idle 0.1 log.csv >> out; }
    again
    printf '2,20\n3,30\n' >> log.csv
    again
    gives "log,1,10 log,2,20 log,3,30"
    [ "$(tail -n 1 state)" = '{"done":true}' ]
    cp out whole
    head -n -1 state > noted
    for cut in 0 1 20 40; do # bytes of the batch that are missing
        cp noted state
        head -c -$cut whole > out
        again
        cmp out whole
    done
    # half a line of the state is as if it was not there
    head -n -1 noted > state
    printf '{"at":1' >> state
    head -n 2 whole > out
    again
    cmp out whole
}

@test "watch: a signal leaves the last line to the watch that resumes" {
    printf 'epoch,val_acc\n1,10\n2,2' > log.csv
    a4nn-watch -q --state state log.csv > out 3>&- &
    watch=$!
    expect "log,1,10"
    run -2 a4nn-watch -q --state state log.csv
    [ "$output" = "a4nn-watch: 'state' is in use by another a4nn-watch" ]
    finish
    [ "$status" -eq 0 ]
    gives "log,1,10"
    printf '5\n' >> log.csv
    a4nn-watch -q --state state --until-idle 0.2 log.csv >> out
    gives "log,1,10 log,2,25"
    # into a pipe, the header comes again
    printf '3,30\n' >> log.csv
    [ "$(a4nn-watch -q --state state --until-idle 0.2 log.csv | paste -sd ' ')" = "run,epoch,value,metric,mode,epochs,time log,3,30,val_acc,,," ]
    # without a state the logs have ended
    printf 'epoch,val_acc\n1,10\n2,2' > log.csv
    watch -q log.csv
    expect "log,1,10"
    finish
    gives "log,1,10 log,2,2"
}

@test "watch: a closed pipe ends it quietly, a full disk is trouble" {
    local i
    for i in {1..9}; do echo "epoch $i val_acc $i"; done > log.txt
    (while sleep 0.05; do echo "epoch $((++i)) val_acc $i" >> log.txt; done) 3>&- &
    writer=$!
    piped "141 0" "timeout 20 a4nn-watch -q log.txt | head -n 3"
    kill $writer
    [ "$(wc -l <<< "$output")" -eq 3 ]
    [ -z "$stderr" ]
    run -2 bash -c 'a4nn-watch -q --until-idle 1 log.txt > /dev/full'
    [ "$output" = "a4nn-watch: cannot write: No space left on device" ]
}

@test "watch: without inotify it looks, which is said" {
    mkdir closed
    printf 'epoch,val_acc\n1,10\n' > closed/log.csv
    # what may not be listed may not be watched
    chmod u-r closed
    "${bound[@]}" a4nn-watch closed/log.csv closed/new.csv > out 2> err 3>&- &
    watch=$!
    expect "closed,1,10"
    printf '2,20\n' >> closed/log.csv
    expect "closed,1,10 closed,2,20"
    printf 'epoch,val_acc\n1,30\n' > closed/new.csv
    expect "closed,1,10 closed,2,20 new,1,30"
    finish
    [ "$(grep 'no inotify' err)" = "a4nn-watch: closed/: no inotify watch (Permission denied): looking every 1 s" ]
}

@test "watch: 500 logs, new and old" {
    local i
    mkdir runs
    for i in {1..250}; do printf 'epoch,val_acc\n1,%s\n' "$i" > runs/"$i".csv; done
    watch -q runs
    for i in {251..500}; do printf 'epoch,val_acc\n1,%s\n' "$i" > runs/"$i".csv; done
    for i in {1..500}; do printf '2,%s\n' "$i" >> runs/"$i".csv; done
    all() { [ "$(wc -l < out)" -eq 1001 ]; }
    wait_for all
    [ "$(records < out | sort -u | wc -l)" -eq 1000 ]
    # far fewer descriptors than logs, one watch
    [ "$(find /proc/$watch/fd -type l | wc -l)" -lt 300 ]
    [ "$(cat /proc/$watch/fdinfo/* 2> /dev/null | grep -c '^inotify wd')" -eq 1 ]
}

@test "watch: its output is the next one's input, live" {
    printf 'epoch,val_acc\n' > log.csv
    (a4nn-watch -q log.csv & echo $! > pid; wait $!) 3>&- |
        a4nn-predict -q -E 9 -M last -R patience:n=1 -u > verdicts 3>&- &
    printf '1,10\n2,9\n' >> log.csv
    ended() { grep -q ',stop,patience' verdicts; }
    wait_for ended
    # which ends the watch, although nothing is written any more
    wait_for has_ended "$(< pid)"
}
