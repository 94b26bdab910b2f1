# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016 # the scripts of trainings are expanded by their own shell
# a4nn-train-wrap: what it must never do is harm a training, leave a process, or lose a byte.

load lib

setup() { mark_processes; }

teardown() { kill_left; }

# A training: an epoch a line, as fast as may be; with "$1" its last epoch; then goes on or ends.
training() {
    local epoch last=${1:-40}
    for ((epoch = 1; epoch <= last; epoch++)); do
        awk -v e=$epoch 'BEGIN { printf "Epoch %d/40 - loss: %.4f - val_acc: %.4f\n", e, 2 / e, 0.9 - 0.5 / e ^ 2 }'
    done
}

# A script that trains as above and then does what is left to say.
script() {
    { echo '#!/bin/bash'; declare -f training; cat; } > "$1"
    chmod +x "$1"
}

ready() { [ -e ready ]; }

@test "wrap: the status is the command's" {
    run -0 a4nn-train-wrap -q -E 30 -- true
    run -1 a4nn-train-wrap -q -E 30 -- false
    run -77 a4nn-train-wrap -q sh -c 'exit 77'
    run -137 a4nn-train-wrap -q -- sh -c 'kill -KILL $$'
    run -143 a4nn-train-wrap -q -- sh -c 'kill -TERM $$'
    none_left
}

@test "wrap: a command that cannot be run gives 126, 127 where there is none" {
    run -127 --separate-stderr a4nn-train-wrap -- ./none
    [ "$stderr" = "a4nn-train-wrap: cannot run './none': No such file or directory" ]
    echo > file
    run -126 --separate-stderr a4nn-train-wrap -- ./file
    [ "$stderr" = "a4nn-train-wrap: cannot run './file': Permission denied" ]
    none_left
}

@test "wrap: trouble of its own gives 125" {
    run -125 --separate-stderr a4nn-train-wrap
    [ "$stderr" = "a4nn-train-wrap: no command to run" ]
    run -125 --separate-stderr a4nn-train-wrap -R nonesuch -- touch ran
    run -125 --separate-stderr a4nn-train-wrap --on-stop explode -- touch ran
    [ "$stderr" = "a4nn-train-wrap: --on-stop: not terminate, release, report, touch:FILE or exec:COMMAND: 'explode'" ]
    run -125 --separate-stderr a4nn-train-wrap --result fd:77 -- touch ran
    [ "$stderr" = "a4nn-train-wrap: --result: no open descriptor: 'fd:77'" ]
    run -125 --separate-stderr a4nn-train-wrap --if-orphaned maybe -- touch ran
    [ "$stderr" = "a4nn-train-wrap: --if-orphaned: not end or continue: 'maybe'" ]
    run -125 --separate-stderr a4nn-train-wrap --stop-signal NONE -- touch ran
    [ "$stderr" = "a4nn-train-wrap: --stop-signal: unknown: 'NONE'" ]
    run -125 a4nn-train-wrap --stop-signal 0 -- touch ran
    run -125 a4nn-train-wrap --stop-signal 12x -- touch ran
    run -125 a4nn-train-wrap --grace -1 -- touch ran
    [ ! -e ran ]
}

@test "wrap: arguments, input and environment are the command's" {
    run -0 --separate-stderr a4nn-train-wrap -q -- printf '<%s>' -E 'a b' '' --grace '*'
    [ "$output" = '<-E><a b><><--grace><*>' ]
    echo from stdin > in
    run -0 --separate-stderr a4nn-train-wrap -q cat < in
    [ "$output" = 'from stdin' ]
    [ "$(A4NN_X='a b' a4nn-train-wrap -q sh -c 'echo "$A4NN_X $PYTHONUNBUFFERED"')" = 'a b 1' ]
    [ "$(PYTHONUNBUFFERED='' a4nn-train-wrap -q sh -c 'echo "<$PYTHONUNBUFFERED>"')" = '<>' ]
}

@test "wrap: signals are ignored and blocked for the command as for the wrapper" {
    local plain
    plain=$(grep -E '^Sig(Blk|Ign)' /proc/self/status)
    [ "$(a4nn-train-wrap -q grep -E '^Sig(Blk|Ign)' /proc/self/status)" = "$plain" ]
    plain=$(trap '' HUP USR1; grep -E '^Sig(Blk|Ign)' /proc/self/status)
    [ "$(trap '' HUP USR1; a4nn-train-wrap -q grep -E '^Sig(Blk|Ign)' /proc/self/status)" = "$plain" ]
}

@test "wrap: 50 MB of random bytes come through on both streams" {
    head -c 50000000 /dev/urandom > bytes
    a4nn-train-wrap -q -- cat bytes | cmp - bytes
    a4nn-train-wrap -q -- cat bytes > copy
    cmp copy bytes
    printf 'before\n' > copy
    a4nn-train-wrap -q -- cat bytes >> copy
    { echo before; cat bytes; } | cmp - copy
    a4nn-train-wrap -q -- sh -c 'cat bytes >&2' 2>&1 > /dev/null | cmp - bytes
    a4nn-train-wrap -q --stderr -- sh -c 'cat bytes >&2' 2>&1 > /dev/null | cmp - bytes
    a4nn-train-wrap -q --stderr -- sh -c 'cat bytes; echo end >&2' 2> /dev/null | cmp - bytes
    a4nn-train-wrap -q --pty -- cat bytes | cmp - bytes
    none_left
}

@test "wrap: a slow reader gets every byte" {
    head -c 3000000 /dev/urandom > bytes
    a4nn-train-wrap -q -- cat bytes | { sleep 0.3; cat; } | cmp - bytes
    none_left
}

@test "wrap: a line without an end comes through" {
    head -c 60000000 /dev/zero | tr '\0' x > bytes
    a4nn-train-wrap -q -- cat bytes | cmp - bytes
    [ "$(a4nn-train-wrap -q printf 'no newline'; echo .)" = 'no newline.' ]
    none_left
}

@test "wrap: output comes at once" {
    mkfifo gate
    a4nn-train-wrap -q -- sh -c 'echo first; cat gate; echo second' > out 3>&- &
    wait_for grep -q first out
    [ "$(cat out)" = first ]
    echo > gate
    wait
    [ "$(tail -n 1 out)" = second ]
}

@test "wrap: --pty makes the command's output a terminal" {
    [ "$(a4nn-train-wrap -q --pty -- sh -c '[ -t 1 ] && echo terminal')" = terminal ]
    [ "$(a4nn-train-wrap -q --pty --stderr -- sh -c '[ -t 2 ] && echo terminal >&2' 2>&1)" = terminal ]
    [ "$(a4nn-train-wrap -q -- sh -c '[ -t 1 ] || echo none')" = none ]
}

@test "wrap: closed descriptors stay closed, and harm nothing" {
    a4nn-train-wrap -q -- sh -c '[ ! -e /proc/self/fd/0 ] && echo closed' <&- > out
    [ "$(cat out)" = closed ]
    a4nn-train-wrap -q -- sh -c 'echo x; touch ran; exit 5' >&- || [ $? -eq 5 ]
    [ -e ran ]
    a4nn-train-wrap -- sh -c '[ ! -e /proc/self/fd/2 ] && echo closed' 2>&- > out
    [ "$(cat out)" = closed ]
}

@test "wrap: a full disk is told and ends nothing" {
    run -125 --separate-stderr bash -c 'a4nn-train-wrap -- sh -c "echo a; sleep 0.1; echo b; touch ran" > /dev/full'
    [ "$(grep -c 'cannot write' <<< "$stderr")" -eq 1 ]
    grep -q "a4nn-train-wrap: cannot write standard output: No space left on device: the training goes on" <<< "$stderr"
    [ -e ran ]
    run -5 bash -c 'a4nn-train-wrap -q -- sh -c "echo a; exit 5" > /dev/full'
}

@test "wrap: a reader that goes away ends nothing" {
    a4nn-train-wrap -q -- sh -c 'yes | head -c 3000000; touch ran; exit 6' 2> err | head -n 1
    [ "${PIPESTATUS[0]}" -eq 6 ]
    [ -e ran ]
    none_left
}

@test "wrap: nothing is said of a metric, once, and the training goes on" {
    run -0 --separate-stderr a4nn-train-wrap --no-metric 100 -- seq 5000
    [ "$stderr" = "a4nn-train-wrap: no metric in 100 lines of output: nothing to stop it by (say -m or -f)" ]
    [ "$(tail -n 1 <<< "$output")" = 5000 ]
}

@test "wrap: stops a training, with a result" {
    script train <<< 'training 40; touch finished'
    run -0 --separate-stderr a4nn-train-wrap -E 1000 --settle 0 --result result -- ./train
    script train <<< 'training 20; exec sleep 1000'
    run -0 --separate-stderr a4nn-train-wrap -E 60 --settle 0 --result result -- ./train
    [ "$(jq -r '[.outcome, .verdict, .reason, .metric, .epochs, .signal] | @csv' result)" = '"stopped","stop","converged","val_acc",60,15' ]
    jq -e '.forecast > 0.85 and .low < .forecast and .forecast < .high and .saved > 0.5 and .exit_status == null' result
    jq -e '.wall_seconds > 0 and .user_seconds > 0 and .max_rss_bytes > 100000 and .command == ["./train"]' result
    jq -e '.log_lost == false and .output_lost == false' result
    [ "$(ls result*)" = result ]
    none_left
}

@test "wrap: stops where the log read afterwards says so" {
    local log e live epoch field
    for log in penguin.txt:40 keras-verbose2.log:50 console-squeezenet.log:50 torch7-nin.log:200 mxnet-cifar.log:200; do
        e=${log#*:} log=$(data "log/${log%:*}")
        a4nn-train-wrap -q -E "$e" --on-stop report --result result -- cat "$log" | cmp - "$log"
        live=$(jq -r '.stop_epoch // "none"' result)
        epoch=$(a4nn-log -q "$log" | a4nn-predict -q -E "$e" -o jsonl |
            jq -rn --argjson e "$e" '[inputs | select(.verdict == "stop" and .epoch < $e) | .epoch][0] // "none"')
        [ "$live" = "$epoch" ] || fail "$log: $live live, $epoch afterwards"
        echo "$log $live" >> seen
        a4nn-log -q "$log" | a4nn-predict -q -E "$e" -o jsonl > afterwards
        for field in forecast low high expected_error; do # the same digits
            grep -o "\"$field\": [^,]*" result | tr -d ' ' | grep -qFf - afterwards || fail "$log: another $field"
        done
    done
    grep -qv none seen
}

@test "wrap: a stopped training's status, when asked for" {
    script train <<< 'trap "exit 9" TERM; training 20; sleep 1000 & wait'
    run -9 a4nn-train-wrap -q -E 60 --settle 0 --preserve-status -- ./train
    run -0 a4nn-train-wrap -q -E 60 --settle 0 -- ./train
    none_left
}

@test "wrap: a training that ends by itself is not stopped" {
    script train <<< 'training 20; exit 4'
    run -4 a4nn-train-wrap -q -E 60 --settle 30 --result result -- ./train
    [ "$(jq -r '.outcome, .exit_status, .verdict' result | paste -sd ' ')" = 'ended 4 stop' ]
    none_left
}

@test "wrap: never stops at the last epoch" {
    script train <<< 'training 40; sleep 0.5; touch saved'
    run -0 a4nn-train-wrap -q -E 40 --settle 0 -R budget:epochs=40 --result result -- ./train
    [ -e saved ]
    [ "$(jq -r .outcome result)" = ended ]
}

@test "wrap: --settle and --busy-glob let a checkpoint be written" {
    script train <<< 'for i in {1..30}; do echo $i >> ckpt.part; sleep 0.05; done && mv ckpt.part ckpt & training 20; sleep 1000'
    run -0 a4nn-train-wrap -q -E 60 --settle 1 --busy-glob '*.part' -- ./train
    [ "$(wc -l < ckpt)" -eq 30 ]
    none_left
}

@test "wrap: --stop-signal lets a training save itself" {
    script train <<< 'trap "touch saved; exit 3" USR1; trap "touch termed" TERM; training 20; while :; do sleep 0.05; done'
    run -3 a4nn-train-wrap -q -E 60 --settle 0 --preserve-status --stop-signal USR1 -- ./train
    [ -e saved ]
    [ ! -e termed ]
    # one that does not listen gets the others
    script train <<< 'trap "" USR1; training 20; exec sleep 1000'
    run -143 a4nn-train-wrap -q -E 60 --settle 0 --preserve-status --stop-signal SIGUSR1 --grace 0.2 -- ./train
    none_left
}

@test "wrap: --on-stop touch, exec and report leave the training alone" {
    script train <<< 'training 20; sleep 0.5; touch finished; exit 3'
    run -3 a4nn-train-wrap -q -E 60 --settle 0 --on-stop touch:stop.it -- ./train
    [ -e stop.it ] && rm finished
    run -3 a4nn-train-wrap -q -E 60 --settle 0 --on-stop 'exec:echo "$A4NN_RUN $A4NN_REASON $A4NN_EPOCH" > told' -r '$(touch evil)' -- ./train
    grep -qE '^\$\(touch evil\) converged [0-9]+$' told
    [ ! -e evil ] && rm finished
    run -3 a4nn-train-wrap -q -E 60 --settle 0 --on-stop report --result result -- ./train
    [ "$(jq -r '.outcome + " " + .verdict' result)" = 'ended stop' ]
    [ -e finished ]
    none_left
}

@test "wrap: --on-stop release answers at once, and records the end" {
    mkfifo gate
    script train <<< 'training 20; cat gate; echo after; touch finished; exit 3'
    # whoever reads the output gets its end with the release
    a4nn-train-wrap -q -E 60 --settle 0 --on-stop release --result result -- ./train 2>&1 3>&- | cat > out
    [ "${PIPESTATUS[0]}" -eq 0 ]
    [ "$(jq -r '[.outcome, .exit_status] | @csv' result)" = '"released",' ]
    [ ! -e finished ]
    [ -n "$(left)" ]
    echo > gate
    wait_for none_left
    [ -e finished ]
    [ "$(jq -r '[.outcome, .verdict, .exit_status] | @csv' result)" = '"ended","stop",3' ]
}

@test "wrap: --result fd:N" {
    a4nn-train-wrap -q --result fd:7 -- true 7> result
    [ "$(jq -r .outcome result)" = ended ]
    [ "$(wc -l < result)" -eq 1 ]
}

@test "wrap: signals reach the command, and their status comes back" {
    local signal
    for signal in TERM HUP QUIT USR1 USR2; do
        script train <<< "trap 'echo got $signal; exit 7' $signal; touch ready; while :; do sleep 0.02; done"
        started a4nn-train-wrap -q -- ./train
        kill -$signal "$pid"
        ended 7
        [ "$(cat out)" = "got $signal" ]
        none_left
    done
    script train <<< 'touch ready; exec sleep 1000'
    started a4nn-train-wrap -q -- ./train
    kill -TERM "$pid"
    ended 143
    none_left
}

@test "wrap: the second INT kills" {
    script train <<< 'trap "touch interrupted" INT; trap "" TERM; setsid sleep 1000 & touch ready; while :; do sleep 0.02; done'
    started a4nn-train-wrap -q -- ./train
    kill -INT "$pid"
    wait_for test -e interrupted
    kill -INT "$pid"
    ended 137
    none_left
}

state() { [ "$(sed -n 's/^State:	\(.\).*/\1/p' "/proc/$1/status")" = "$2" ]; }

# in_session [-m] COMMAND...: as `started`, in a session of its own; with -m as the job of a shell
# there, without in a process group that nobody watches over: an orphaned one.
in_session() {
    local how=$1
    [ "$how" != -m ] || shift
    rm -f ready wrapper
    if [ "$how" = -m ]; then
        setsid -w bash -c 'set -m; "$@" & echo $! > wrapper; set +m; wait $!' - "$@" \
            > out 2> err < /dev/null 3>&- &
    else
        setsid -w bash -c 'echo $$ > wrapper; exec "$@"' - "$@" > out 2> err < /dev/null 3>&- &
    fi
    pid=$!
    wait_for ready
    wrapper=$(cat wrapper)
}

@test "wrap: TSTP stops the wrapper and the command, CONT lets both go on" {
    script train <<< 'echo $$ > leader; touch ready; while [ ! -e go ]; do sleep 0.02; done; exit 8'
    in_session -m a4nn-train-wrap -q -- ./train
    kill -TSTP "$wrapper"
    wait_for state "$wrapper" T
    wait_for state "$(cat leader)" T
    touch go
    kill -CONT "$wrapper"
    ended 8
}

@test "wrap: TSTP stops neither where nobody could let them go on" {
    script train <<< 'touch ready; exec sleep 1000'
    in_session a4nn-train-wrap -q -- ./train
    kill -TSTP "$wrapper"
    kill -TERM "$wrapper"
    wait_for none_left
    ended 143
}

@test "wrap: no process of a stopped training is left" {
    # one ignores TERM, one has left the session, one is a daemon that ignores TERM, one is plain
    script train << 'END'
(trap '' TERM; exec sleep 1000) &
setsid sleep 1000 &
sleep 1000 &
(setsid bash -c 'trap "" TERM; sleep 1000; exit' > /dev/null 2>&1 &) &
training 20
exec sleep 1000
END
    run -0 a4nn-train-wrap -q -E 60 --settle 0 --grace 0.2 -- ./train
    none_left
}

@test "wrap: no process is left of a command that ends and leaves some" {
    script train << 'END'
trap '' TERM
setsid sleep 1000 &
(setsid sleep 1000 > /dev/null 2>&1 &) &
echo out
exit 6
END
    run -6 a4nn-train-wrap -q --grace 0.2 -- ./train
    none_left
}

@test "wrap: a storm of forks is ended" {
    script train << 'END'
trap '' TERM
storm() { while :; do (exec setsid sleep 1000) & sleep 0.01; done; }
for i in 1 2 3 4 5; do storm > /dev/null 2>&1 & done
sleep 0.3
training 20
wait
END
    run -0 a4nn-train-wrap -q -E 60 --settle 0 --grace 0.1 -- ./train
    none_left
}

@test "wrap: a training that ends while it is being stopped" {
    local i
    for i in 1 2 3 4 5; do
        script train <<< "training 15; sleep 0.0$i; exit 0"
        run -0 a4nn-train-wrap -q -E 60 --settle 0.03 --grace 0.1 --result result -- ./train
        [[ $(jq -r .outcome result) =~ ^(ended|stopped)$ ]]
        none_left
    done
}

@test "wrap: killed, it leaves nothing unless it is to" {
    script train <<< 'setsid sleep 1000 & touch ready; for i in {1..40}; do echo $i; sleep 0.02; done; touch finished; exit 0'
    started a4nn-train-wrap -q --grace 0.2 --result result -- ./train
    kill -KILL "$pid"
    ended 137
    wait_for none_left
    [ ! -e finished ]
    [ "$(jq -r .outcome result)" = orphaned ]
    started a4nn-train-wrap -q --grace 0.2 --if-orphaned continue --result result -- ./train
    kill -KILL "$pid"
    ended 137
    wait_for none_left
    [ -e finished ]
    seq 40 | cmp - out
    [ "$(jq -r '.outcome, .exit_status' result | paste -sd ' ')" = 'ended 0' ]
}

@test "wrap: its supervisor killed, it leaves nothing unless it is to" {
    supervisor() { pgrep -P "$pid" -x a4nn-supervise; }
    script train <<< 'setsid sleep 1000 & touch ready; for i in {1..40}; do echo $i; sleep 0.02; done; touch finished; exit 5'
    started a4nn-train-wrap --grace 0.2 --result result -- ./train
    kill -KILL "$(supervisor)"
    ended 143
    none_left
    [ ! -e finished ]
    grep -qx 'a4nn-train-wrap: the supervisor was killed: the training is ended' err
    started a4nn-train-wrap --grace 0.2 --if-orphaned continue --result result -- ./train
    kill -KILL "$(supervisor)"
    ended 5
    none_left
    seq 40 | cmp - out
    grep -qx 'a4nn-train-wrap: the supervisor was killed: the training goes on without verdicts' err
}

@test "wrap: a signal that comes when all is over changes nothing" {
    local line cpu judge
    # what runs only when that processor has nothing else to do
    cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
    taskset -c "$cpu" bash -c 'while :; do :; done' 3>&- &
    # its supervisor is held up while it writes the result: into a pipe that is full
    mkfifo result
    exec 5<> result
    head -c 65536 /dev/zero >&5
    script train <<< 'touch ready; while [ ! -e go ]; do sleep 0.02; done; exit 3'
    started a4nn-train-wrap --result fd:5 -- ./train
    judge=$(pgrep -P "$pid" -x a4nn-judge)
    gone() { ! running "$1"; }
    touch go
    wait_for gone "$judge"
    sleep 0.2 # a signal that is read proves nothing
    kill -USR1 "$pid"
    taken() { grep -qx 'ShdPnd:	0*' "/proc/$pid/status"; }
    wait_for taken
    # ... and over before the wrapper sees what it has told last
    taskset -cp "$cpu" "$pid" > none
    chrt --idle -p 0 "$pid"
    head -c 65536 <&5 > zeros
    ended 3
    read -r line <&5
    run jq -r '.outcome, .exit_status' <<< "$line"
    [ "${lines[*]}" = 'ended 3' ]
    run -1 grep 'supervisor' err
}

@test "wrap: its judge killed or stopped, the training goes on" {
    judge() { pgrep -P "$pid" -x a4nn-judge; }
    script train <<< 'touch ready; for i in {1..40}; do echo $i; sleep 0.02; done; exit 5'
    started a4nn-train-wrap --result result -- ./train
    kill -KILL "$(judge)"
    ended 5
    grep -qx 'a4nn-train-wrap: the output is not judged any more: its reader has failed' err
    seq 40 | cmp - out
    [ "$(jq .log_lost result)" = true ]
    script train <<< 'touch ready; while [ ! -e go ]; do sleep 0.02; done; yes | head -c 9000000; exit 5'
    started a4nn-train-wrap --result result -- ./train
    kill -STOP "$(judge)"
    touch go
    ended 5
    yes | head -c 9000000 | cmp - out
    [ "$(jq .log_lost result)" = true ]
    none_left
}

@test "wrap: other ranks of a distributed training run without it" {
    [ "$(RANK=1 a4nn-train-wrap -- sh -c 'cat /proc/$PPID/comm')" != a4nn-supervise ]
    [ "$(SLURM_PROCID=3 a4nn-train-wrap -- sh -c 'cat /proc/$PPID/comm')" != a4nn-supervise ]
    [ "$(RANK=0 a4nn-train-wrap -q -- sh -c 'cat /proc/$PPID/comm')" = a4nn-supervise ]
    [ "$(RANK=1 a4nn-train-wrap -q --all-ranks -- sh -c 'cat /proc/$PPID/comm')" = a4nn-supervise ]
    RANK=1 run -127 a4nn-train-wrap -- ./none
    RANK=1 run -9 a4nn-train-wrap -- sh -c 'exit 9'
}

@test "wrap: children that were there before are not its own" {
    bash -c 'sleep 1000 & echo $! > other; exec a4nn-train-wrap -q -- true' 3>&-
    kill -0 "$(cat other)"
    bash -c 'sleep 1000 & echo $! > other; exec a4nn-train-wrap -q --grace 0.1 -- sh -c "kill -KILL \$PPID; exec sleep 1000"' 3>&- || [ $? -eq 125 ]
    kill -0 "$(cat other)"
}

@test "wrap: --result goes into a pipe or through a link, and does not take their place" {
    mkfifo pipe
    exec 5<> pipe
    a4nn-train-wrap -q --result pipe -- true
    [ -p pipe ]
    IFS= read -rt 10 -u 5 line && echo "$line" > got
    exec 5>&-
    [ "$(jq -r .exit_status got)" = 0 ]
    echo old > file
    ln -s file link
    a4nn-train-wrap -q --result link -- true
    [ -L link ]
    [ "$(jq -r .exit_status file)" = 0 ]
    # one that nobody reads holds nothing up
    run -0 a4nn-train-wrap --result pipe -- true
    [[ $output == *"cannot write 'pipe': No such device or address"* ]]
}

# Where cgroups of version 2 cannot be made, or not be killed by, the training must be ended
# without, and that be told.
cgroups_work() {
    local place own
    place=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
    own=$(sed -n 's/^0:://p' /proc/self/cgroup)
    [ -n "$place" ] && mkdir "$place${own%/}/a4nn-test-$$" 2> /dev/null || return 1
    [ -e "$place${own%/}/a4nn-test-$$/cgroup.kill" ]
    local status=$?
    rmdir "$place${own%/}/a4nn-test-$$"
    return $status
}

@test "wrap: --cgroup puts the command in a group of its own, of which nothing is left" {
    script train.sh <<- 'END'
		trap '' TERM
		cat /proc/self/cgroup > group
		(trap '' TERM; exec setsid sleep 987) &
		training 40
		wait
	END
    run -0 --separate-stderr a4nn-train-wrap --cgroup -E 40 --settle 0 --grace 0.2 -- ./train.sh
    [[ $stderr == *"is stopped after epoch"* ]]
    none_left
    if cgroups_work; then
        [[ $(grep ^0:: group) =~ /a4nn-[0-9]+$ ]]
        [[ $stderr != *cgroup* ]]
        place=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
        [ ! -e "$place$(sed -n 's/^0:://p' group)" ]
    else
        [[ $stderr == *"cgroup"*": the training is ended without"* ]]
    fi
}
