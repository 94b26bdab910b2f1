# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016 # the scripts of trainings are expanded by their own shell
# a4nn-train-wrap under 200 random attacks: no process left, no byte lost, no wrong status.

load ../lib

setup() { mark_processes; }

# A tree as in the manual, that writes numbered lines as long as it may, then ends with 5.
training() {
    cat > train << 'END'
#!/bin/bash
(trap '' TERM; exec sleep 1000) &
setsid sleep 1000 &
(setsid bash -c 'trap "" TERM; sleep 1000; exit' > /dev/null 2>&1 &) &
sleep 1000 &
echo started
for ((i = 1; i <= 60; i++)); do
    echo "$i"
    read -rt 0.01 <> <(:) || true
done
exit 5
END
    chmod +x train
    { echo started; seq 60; } > all
}

# attack SIGNAL PROCESS DELAY OPTION...: one run; sets $status and checks what is true of all.
attack() {
    local signal=$1 process=$2 delay=$3 pid target
    shift 3
    env --default-signal a4nn-train-wrap -q --grace 0.1 "$@" -- ./train > out 2> err < /dev/null 3>&- &
    pid=$!
    sleep "$delay"
    case $process in
    front) target=$pid ;;
    *) target=$(pgrep -P "$pid" -x "a4nn-$process") || true ;;
    esac
    if [ -n "$target" ]; then
        kill -"$signal" "$target" 2> /dev/null || true
        [ "$signal" != STOP ] || { sleep 0.05; kill -CONT "$target" 2> /dev/null || true; }
    fi
    status=0
    wait "$pid" || status=$?
    wait_for none_left
    # what came out is the beginning of what was written
    cmp -s <(head -c "$(stat -c %s out)" all) out || lost=$((lost + 1))
}

# Those that let the training go on must bring all of it out.
complete() { cmp -s all out || { lost=$((lost + 1)); echo "lost: $*"; }; }
wrong() { bad=$((bad + 1)); echo "status $status: $*"; }

@test "wrap: 200 random attacks" {
    local i delay lost=0 bad=0 runs=0 status
    training
    RANDOM=4711
    for ((i = 0; i < ${ROUNDS:-20}; i++)); do
        delay=$(printf '0.%03d' $((RANDOM % 700)))
        attack TERM front "$delay"
        [[ $status =~ ^(143|5)$ ]] || wrong TERM "$delay"
        attack INT front "$delay"
        [[ $status =~ ^(130|5)$ ]] || wrong INT "$delay"
        attack HUP front "$delay"
        [[ $status =~ ^(129|5)$ ]] || wrong HUP "$delay"
        attack KILL front "$delay"
        [[ $status =~ ^(137|5)$ ]] || wrong KILL "$delay"
        attack KILL front "$delay" --if-orphaned continue
        [[ $status =~ ^(137|5)$ ]] || wrong KILL continue "$delay"
        # before the supervisor was there, there was no training
        [ ! -s out ] || complete KILL continue "$delay"
        attack KILL supervise "$delay"
        [[ $status =~ ^(143|137|125|5)$ ]] || wrong KILL supervisor "$delay"
        attack KILL supervise "$delay" --if-orphaned continue
        [[ $status =~ ^(125|5)$ ]] || wrong KILL supervisor continue "$delay"
        [ ! -s out ] || complete KILL supervisor continue "$delay"
        attack KILL judge "$delay"
        [ "$status" -eq 5 ] || wrong KILL judge "$delay"
        complete KILL judge "$delay"
        attack STOP front "$delay"
        [ "$status" -eq 5 ] || wrong STOP "$delay"
        complete STOP "$delay"
        attack STOP supervise "$delay"
        [ "$status" -eq 5 ] || wrong STOP supervisor "$delay"
        complete STOP supervisor "$delay"
        runs=$((runs + 10))
    done
    echo "# $runs runs: 0 processes left, $lost with bytes lost, $bad wrong statuses" >&3
    [ "$lost" -eq 0 ]
    [ "$bad" -eq 0 ]
}

@test "wrap: 1 GB without a line end, and a flooded standard error" {
    head -c 1000000000 /dev/zero | a4nn-train-wrap -q -- cat | cmp -n 1000000000 - /dev/zero
    a4nn-train-wrap -q -- sh -c 'yes | head -c 300000000 >&2; echo end' 2> err > out
    yes | head -c 300000000 | cmp - err
    [ "$(cat out)" = end ]
    none_left
}
