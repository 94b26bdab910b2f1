# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016 # the scripts of trainings are expanded by their own shell
# What machines do to trainings: processes killed together, numbers used again, clocks set, disks
# full, processes that cannot be killed.  Asserted on processes and bytes.  It needs root.
load ../lib

setup() { mark_processes; }

teardown() { kill_left; }

# The other two of the wrapper's processes.
others() { pgrep -P "$pid" -x 'a4nn-(supervise|judge)'; }

result() { jq -r "$1" result | paste -sd ' '; }

# ---- processes ----

@test "faults: all of the wrapper killed at once, the training ends or goes on" {
    local i
    for ((i = 0; i < 20; i++)); do
        make_script train <<< 'echo $$ > leader; touch ready; exec sleep 1000'
        started a4nn-train-wrap -q -- ./train
        # shellcheck disable=SC2046 # two words
        kill -KILL "$pid" $(others)
        ended 137
        wait_for none_left
        # what goes on ends when it has finished, having written nothing that nobody could read
        make_script train <<< 'rm -f finished; touch ready; until [ -e go ]; do read -rt 0.01 <> <(:); done; touch finished'
        started a4nn-train-wrap -q --if-orphaned continue -- ./train
        # shellcheck disable=SC2046 # two words
        kill -KILL "$pid" $(others)
        ended 137
        touch go
        wait_for none_left
        [ -e finished ]
        rm go
    done
    echo "# $((2 * i)) times all three killed at once: 0 processes left" >&3
}

@test "faults: TSTP and CONT in quick succession leave nothing stopped" {
    make_script train <<< 'echo $$ > leader; touch ready; while :; do sleep 0.02; done'
    cat > pairs.py << 'END'
import os, signal, sys, time
pid = os.fork()
if pid == 0:
    os.setpgid(0, 0)
    os.execvp("a4nn-train-wrap", ["a4nn-train-wrap", "-q", "./train"])
while not os.path.exists("ready"):
    time.sleep(0.01)
leader = int(open("leader").read())
def stopped():
    return [p for p in (pid, leader) if open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()[0] == "T"]
stuck = 0
for i in range(6000):
    os.kill(pid, signal.SIGTSTP)
    then = time.monotonic() + i % 200 * 1e-6  # at all moments of its reaction
    while time.monotonic() < then:
        pass
    os.kill(pid, signal.SIGCONT)
    if i % 20 == 0:
        for look in range(100):  # it may be on its way
            if not stopped():
                break
            time.sleep(0.01)
        else:
            stuck += 1
            os.kill(pid, signal.SIGCONT)
os.kill(pid, signal.SIGTERM)
status = os.waitpid(pid, 0)[1]
print(f"# {i + 1} pairs of TSTP and CONT: {stuck} of 300 times stopped for good")
sys.exit(stuck > 0 or os.waitstatus_to_exitcode(status) != 143)
END
    setsid -w "$PYTHON" pairs.py >&3
    wait_for none_left
}

@test "faults: a process that cannot be killed is reported, and waited for only so long" {
    # root's, below a wrapper that is not: all that a wrapper sees of a process the kernel holds
    chmod 777 .
    install -m 4755 "$(command -v setpriv)" become
    make_script train <<< 'trap "" TERM; ./become --reuid=0 --clear-groups sleep 1000 & echo $! > stubborn
        (trap "" TERM; exec sleep 1000) & setsid sleep 1000 & touch ready; exec sleep 1000'
    chmod 755 train
    started setpriv --reuid=65534 --clear-groups "$(command -v a4nn-train-wrap)" -q --grace 0.2 --result result -- ./train
    wait_for eval '[ "$(stat -c %u "/proc/$(cat stubborn)")" -eq 0 ]'
    kill -INT "$pid"
    ended 130
    [ "$(left)" = "$(cat stubborn)" ]
    [ "$(cat err)" = "a4nn-train-wrap: process $(cat stubborn) cannot be killed" ]
    kill -KILL "$(cat stubborn)"
    wait_for none_left
}

@test "faults: a PID that is another process's by now never gets a signal" {
    cat > leader.py << 'END'
import os, signal, subprocess
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
child = subprocess.Popen(["sleep", "1000"])
with open("child", "w") as file:
    file.write(str(child.pid))
signal.pause()
END
    cat > reuse << 'END'
#!/bin/bash
# In a PID namespace of our own, numbers can be had at will.
set -Eeu
trap 'echo "line $LINENO: $BASH_COMMAND"' ERR
mkdir run
next() { echo $(($1 - 1)) > /proc/sys/kernel/ns_last_pid; }
start_of() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20; }
again() { # the first one ends, and another one gets its number, a clock tick later at least
    kill -KILL "$old" && wait "$old" 2> /dev/null || true
    while sleep 0.02; [ -e "/proc/$old" ]; do :; done
    next "$old"
    sleep 1000 4>&- &
    new=$!
    [ "$new" -eq "$old" ] || { echo "no number used again: $old, $new"; exit 1; }
    reused=$((reused + 1))
}
verdict() { printf 'run,epoch,value,verdict\nrun,2,0.6,stop\n'; }
unharmed() { # neither ended nor stopped
    [[ $(sed 's/.*) //; s/ .*//' "/proc/$new/stat") = [RSD] ]]
    kill -KILL "$new"
    wait "$new" 2> /dev/null || [ $? -eq 137 ]
}
reused=0
for ((i = 0; i < ROUNDS; i++)); do
    # the file states when the process started
    next 20000
    sleep 1000 & old=$!
    echo "$old $(start_of "$old")" > run/pid
    again
    status=0
    verdict | a4nn-stop -q --grace 0 --pid-file '{run}/pid' > out 2>> err || status=$?
    grep -q ',signal,refused' out && [ "$status" -eq 2 ]
    unharmed
    # the process was seen before, and its number is used again while a4nn-stop runs
    next 21000
    sleep 1000 & old=$!
    echo "$old" > run/pid
    rm -f said
    mkfifo in
    a4nn-stop -q --grace 0 --pid-file '{run}/pid' --touch '{run}/touched' < in > out 2> said & stop=$!
    exec 4> in
    printf 'run,epoch,value,verdict\nrun,1,0.6,continue\nother,1,0.5,stop\n' >&4
    until grep -qs "run 'other'" said; do sleep 0.005; done
    again
    echo 'run,2,0.6,stop' >&4
    exec 4>&-
    status=0
    wait "$stop" || status=$?
    grep -q '^run,.*,signal,refused' out && [ "$status" -eq 2 ]
    unharmed
    rm in
    # the file is older than the process
    next 22000
    sleep 1000 & old=$!
    echo "$old" > run/pid
    touch -d '3 seconds ago' run/pid
    again
    status=0
    verdict | a4nn-stop -q --grace 0 --pid-file '{run}/pid' > out 2>> err || status=$?
    grep -q ',signal,refused' out && [ "$status" -eq 2 ]
    unharmed
    # it ends on TERM while another one takes the number of its child
    next 23000
    "$PYTHON" leader.py & leader=$!
    echo "$leader" > run/pid
    until [ -s child ]; do sleep 0.005; done
    old=$(cat child)
    again
    verdict | a4nn-stop -q --grace 20 --pid-file '{run}/pid' > out 2>> err
    grep -q ',signal,ended' out
    wait "$leader" || true
    unharmed
    rm child
done
echo "# $reused numbers used again: 0 of the new processes got a signal"
END
    ROUNDS=${ROUNDS:-50} unshare --pid --fork --mount-proc --kill-child bash reuse > told 2> errors 3>&- < /dev/null ||
        fail "$(cat told errors; tail -n 3 err; cat out)"
    cat told >&3
}

# ---- clocks ----

# clocks COMMAND...: runs it while the clock of the day goes ten days back, and forth, and so on.
clocks() {
    local fake status=0 day
    fake=$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)
    echo +0 > clock
    LD_PRELOAD=$fake FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_NO_CACHE=1 FAKETIME_TIMESTAMP_FILE=$PWD/clock "$@" 3>&- &
    local pid=$!
    while kill -0 "$pid" 2> /dev/null; do
        for day in -10d +10d -400d +0; do
            echo "$day" > clock.new
            mv clock.new clock
            sleep 0.05
        done
    done
    wait "$pid" || status=$?
    return "$status"
}

@test "faults: a clock that is set changes no decision, and no time of grace" {
    script_epochs 60
    # that the clock is another one for them
    clocks bash -c 'for i in {1..30}; do date +%F; sleep 0.02; done' > days
    [ "$(sort -u days | wc -l)" -ge 3 ]
    make_script train <<< './epochs 1 20; trap "" TERM; exec sleep 1000'
    a4nn-train-wrap -q -E 60 --settle 0.5 --grace 0.5 --result result -- ./train > plain
    mv result plain.json
    clocks a4nn-train-wrap -q -E 60 --settle 0.5 --grace 0.5 --result result -- ./train > out
    cmp plain out
    diff <(jq 'del(.begun, .wall_seconds, .user_seconds, .system_seconds, .max_rss_bytes)' plain.json) \
        <(jq 'del(.begun, .wall_seconds, .user_seconds, .system_seconds, .max_rss_bytes)' result)
    jq -e '.wall_seconds >= 1 and .wall_seconds < 30' result
    # a log that is written to is not idle, and one that is not, is
    mkdir logs
    (for i in {1..30}; do echo "$i,0.$((50 + i))"; sleep 0.1; done | { echo epoch,val_acc; cat; } >> logs/a.csv) 3>&- &
    clocks a4nn-watch -q --until-idle 1 logs > watched
    [ "$(column epoch < watched | paste -sd ' ')" = "$(seq 30 | paste -sd ' ')" ]
    # checkpoints
    mkdir ckpt
    (for i in 1 2 3; do echo "0.$i" > ckpt/.new; mv ckpt/.new "ckpt/e-$i.pt"; sleep 0.3; done) 3>&- &
    clocks a4nn-validate -q --until-idle 1 --timeout 20 ckpt cat > validated
    [ "$(column value < validated | paste -sd ' ')" = '0.1 0.2 0.3' ]
    # a process that ignores TERM has its time of grace
    (trap '' TERM; exec sleep 1000) 3>&- &
    echo "$! $(sed 's/.*) //' "/proc/$!/stat" | cut -d ' ' -f 20)" > pid
    printf 'run,epoch,value,verdict\nr,2,0.6,stop\n' > verdicts
    clocks a4nn-stop --grace 1 --pid-file pid verdicts > stopped 2> err
    grep -q ',signal,killed$' stopped
    grep -qE 'ended 1\.[0-9] s after TERM, by KILL$' err
    wait_for none_left
}

# ---- bytes ----

@test "faults: a disk that is full takes what it can, and the training goes on" {
    mkdir disk
    cat > full << 'END'
mount -t tmpfs -o size=64k none disk || exit 1
status=0
a4nn-train-wrap -q --result result -- bash -c 'head -c 300000 all; touch ran; exit '"$1" > disk/out 2> err || status=$?
cp disk/out out
exit "$status"
END
    seq 100000 > all
    run -125 unshare -m bash full 0
    [ -e ran ]
    [ "$(stat -c %s out)" -eq 65536 ]
    cmp -n 65536 out all
    [ "$(cat err)" = "a4nn-train-wrap: cannot write standard output: No space left on device: the training goes on" ]
    [ "$(result '.outcome, .exit_status, .output_lost')" = 'ended 0 true' ]
    rm ran
    run -5 unshare -m bash full 5
    [ -e ran ]
    [ "$(result '.outcome, .exit_status, .output_lost')" = 'ended 5 true' ]
}

@test "faults: a training that ends before its first epoch, or closes its output, or floods it" {
    local status
    run -3 a4nn-train-wrap -q --result result -E 30 -- sh -c 'exit 3'
    [ "$(result '.outcome, .exit_status, .verdict, .epoch')" = 'ended 3 null null' ]
    run -139 a4nn-train-wrap -q --result result -E 30 -- sh -c 'echo Epoch 1/; kill -SEGV $$'
    [ "$(result '.outcome, .signal')" = 'ended 11' ]
    # nothing to read any more is not the end, and nothing to be busy with
    make_script train <<< 'echo first; exec >&- 2>&-; touch ready; until [ -e go ]; do sleep 0.02; done; exit 7'
    started a4nn-train-wrap -q -- ./train
    sleep 1
    running "$pid"
    for process in "$pid" $(others); do
        [ "$(sed 's/.*) //' "/proc/$process/stat" | awk '{ print $12 + $13 }')" -lt 20 ] # hundredths of a second
    done
    touch go
    ended 7
    [ "$(cat out)" = first ]
    # both streams relayed, one flooded
    status=0
    a4nn-train-wrap -q --on-stop release --stderr -- sh -c 'yes | head -c 200000000 >&2; seq 100; exit 4' 2> err > out || status=$?
    [ "$status" -eq 4 ]
    yes | head -c 200000000 | cmp - err
    seq 100 | cmp - out
    none_left
}

@test "faults: trainings that end at all moments of being stopped" {
    local i status lost=0 runs=0 seen=''
    script_epochs 60
    make_script train << 'END'
(trap '' TERM; exec sleep 1000) &
trap 'sleep "$1"; exit 3' USR1
while read -r line; do
    echo "$line" >> wrote
    echo "$line"
done < all
read -rt "$2" <> <(:)
exit 0
END
    ./epochs 1 20 > all
    RANDOM=815
    for ((i = 0; i < 60; i++)); do
        status=0
        rm -f wrote
        a4nn-train-wrap -q -E 60 --settle 0.03 --stop-signal USR1 --grace 0.05 --preserve-status --result result -- \
            ./train "$(printf '0.%03d' $((RANDOM % 100)))" "$(printf '0.%03d' $((RANDOM % 120)))" > out || status=$?
        none_left || fail "left: $(left)"
        [[ $status =~ ^(0|3|143|137)$ ]] || fail "status $status"
        # its end may have come between the two
        cmp -s out wrote || cmp -s out <(sed '$d' wrote) || lost=$((lost + 1))
        [[ $(result .outcome) =~ ^(ended|stopped)$ ]]
        seen="$seen $status"
        runs=$((runs + 1))
    done
    # they did end in several ways
    [ "$(tr ' ' '\n' <<< "$seen" | sort -u | grep -c .)" -ge 2 ]
    echo "# $runs ends while being stopped: 0 processes left, $lost with bytes lost" >&3
    [ "$lost" -eq 0 ]
}

@test "faults: a log that is cut off in the middle of a line" {
    printf 'epoch,val_acc\n1,0.5\n2,0.6\n3,0.7' > log.csv
    a4nn-watch -q log.csv > out 2> err 3>&- &
    pid=$!
    wait_for grep -q ',2,' out
    truncate -s -2 log.csv # "3,0"
    sleep 0.3
    printf '.75\n4,0.8\n5,0.' >> log.csv
    wait_for grep -q ',4,' out
    truncate -s -4 log.csv # the row is gone
    sleep 0.3
    printf '5,0.85\n' >> log.csv
    wait_for grep -q ',5,' out
    kill -TERM "$pid"
    wait "$pid" || true
    [ "$(cut -d , -f 2,3 out | sed 1d | paste -sd ' ')" = '1,0.5 2,0.6 3,0.75 4,0.8 5,0.85' ]
}
