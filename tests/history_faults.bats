# SPDX-License-Identifier: GPL-3.0-or-later
# a4nn-history when many write at once, writers are killed, disks are full and files are not what
# they should be.
load lib
load history

setup() { new_history; }

# records RUN EPOCHS [TASK]
records() {
    awk -v run="$1" -v n="$2" -v task="${3:-t}" 'BEGIN {
        for (e = 1; e <= n; e++)
            printf "{\"run\":\"%s\",\"task\":\"%s\",\"epoch\":%d,\"value\":%d,\"metric\":\"acc\",\"val_loss\":%d,\"forecast\":1,\"verdict\":\"continue\"}\n", run, task, e, e, e
    }'
}

# passes_on MESSAGE [OPTION...]: add fails with the message, and passes all records on all the same.
passes_on() {
    local message=$1
    shift
    records p 3 > in.jsonl
    run -2 --separate-stderr a4nn-history add "$@" in.jsonl
    [ "${stderr_lines[0]}" = "a4nn-history: $message" ] || fail "$stderr"
    [ -z "$output" ]
    run -2 --separate-stderr a4nn-history add --pass "$@" in.jsonl
    [ "$stderr" = "a4nn-history: $message
a4nn-history: from here on nothing is kept, all is passed on" ] || fail "$stderr"
    cmp in.jsonl <(printf '%s\n' "$output")
}

@test "history: 64 writers at once, on a database that was not there, lose nothing" {
    local i pids=() failed=0
    for i in {1..64}; do
        records "run$i" 200 > "$i.in"
        records all "$i" shared >> "$i.in" # the same run, from all of them
        (sleep 0.2 && a4nn-history add < "$i.in" > "$i.out" 2>&1) 3>&- &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i" || failed=$((failed + 1)); done
    cat ./*.out
    [ "$failed" -eq 0 ]
    [ "$(sql "SELECT count(*), sum(n), min(n) FROM (SELECT count(*) AS n FROM observation
        JOIN run ON run.id = observation.run WHERE run.name <> 'all' GROUP BY run) AS x")" = "64|25600|400" ]
    [ "$(sql "SELECT count(*) FROM forecast")" -eq $((64 * 200 + 64)) ]
    [ "$(fact observations,last_value all)" = "64|64" ]
    whole
}

@test "history: writers that keep writing to one task, and to one run" {
    local i pids=() failed=0
    mkfifo gate
    for i in {1..12}; do
        (for e in {1..15}; do echo "run,task,epoch,value,metric"; echo "r,t,$e,$e,acc"; echo "own$i,t,$e,$e,acc"; sleep 0.05; done |
            grep -vx 'run,task,epoch,value,metric' | sed '1i run,task,epoch,value,metric' |
            a4nn-history add > "$i.out" 2>&1) 3>&- &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i" || failed=$((failed + 1)); done
    cat ./*.out
    [ "$failed" -eq 0 ]
    [ "$(fact observations,last_epoch)" = "15|15" ]
    [ "$(sql "SELECT count(*) FROM run WHERE observations = 15")" -eq 13 ]
    whole
}

@test "history: what was acknowledged survives a writer that is killed at any moment of 500 runs" {
    local i run part reader
    for run in 1 2 3 4 5; do records "RUN.$run" 40; done | jq -c . > all
    for part in 1 2 3 4; do jq -c "select((.epoch - 1) / 10 | floor == $part - 1)" all > "part.$part"; done
    mkfifo acknowledgements
    exec 9<> acknowledgements
    cat acknowledgements > passed 3>&- 9>&- &
    reader=$!
    for ((i = 1; i <= 100; i++)); do
        # with pauses, so that there are several transactions
        a4nn-history add --pass >&9 2> /dev/null 3>&- < <(for part in 1 2 3 4; do
            sed "s/RUN/k$i/" "part.$part"
            sleep 0.01
        done 2> /dev/null) &
        sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
        kill -KILL $! || :
        wait $! || :
    done
    exec 9>&-
    wait $reader
    # a line that was cut off is none
    jq -rR 'fromjson? | [.run, .epoch] | join(" ")' passed | sort > acknowledged
    sql "SELECT run.name || ' ' || CAST(epoch AS BIGINT) FROM observation JOIN run ON run.id = observation.run
         WHERE observation.metric = (SELECT id FROM metric WHERE name = 'acc')" | sort > kept
    [ "$(wc -l < acknowledged)" -gt 1000 ]
    [ -z "$(comm -23 acknowledged kept)" ]
    whole
}

@test "history: a locked database is waited for, and then given up" {
    records a 1 | a4nn-history add
    mkfifo hold
    if [ "$STORE" = postgres ]; then
        (echo 'BEGIN; LOCK TABLE run IN EXCLUSIVE MODE;'; echo "SELECT 'locked';"; cat hold) | psql -qAtX "$A4NN_HISTORY" > locked 3>&- &
    else
        (echo 'BEGIN IMMEDIATE;'; echo "SELECT 'locked';"; cat hold) | sqlite3 "$A4NN_HISTORY" > locked 3>&- &
    fi
    exec 8> hold
    wait_for grep -q locked locked
    A4NN_HISTORY_PATIENCE=0.2 passes_on "'$A4NN_HISTORY' has been locked for longer than 0.2 seconds"
    # readers are let in
    [ "$(a4nn-history list -o csv | column runs)" = 1 ]
    records b 1 | a4nn-history add 3>&- 8>&- &
    sleep 0.3
    exec 8>&-
    wait $! # it had the patience
    [ "$(fact observations b)" -eq 1 ]
}

@test "history: a bad patience" {
    A4NN_HISTORY_PATIENCE=long run -2 --separate-stderr a4nn-history list
    [ "$stderr" = "a4nn-history: A4NN_HISTORY_PATIENCE is not a number of seconds: 'long'" ]
}
