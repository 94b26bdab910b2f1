# SPDX-License-Identifier: GPL-3.0-or-later
# examples/slurm on a real Slurm of one node, and GNU parallel with several hosts; all trainings
# write to one PostgreSQL.
# shellcheck disable=SC2016 # scripts are for inner shells
load ../lib
load ../history
load slurm
load postgres
load search

setup_file() {
    export STORE=postgres
    slurm_start "$BATS_FILE_TMPDIR/slurm"
    pg_start
}

teardown_file() {
    slurm_stop "$BATS_FILE_TMPDIR/slurm"
    pg_stop
}

setup() {
    export SLURM_CONF=$BATS_FILE_TMPDIR/slurm/slurm.conf PATH=$PATH:/usr/sbin
    mark_processes
    new_history
    unset A4NN_RUN A4NN_CONFIG
    export PAUSE=0.1
}

teardown() {
    scancel -u "$(id -un)" || true
    kill_left
}

# All that runs in jobs.
in_jobs() {
    local pid
    for pid in $(left); do
        ! grep -qsz '^SLURM_JOB_ID=' "/proc/$pid/environ" || echo "$pid"
    done
}

# The machine loses its power: what runs on it ends at once and says nothing to anybody.
node_fails() {
    local pid stepds pids
    kill -KILL "$(< "$BATS_FILE_TMPDIR/slurm/slurmd.pid")"
    pids=$(in_jobs)
    stepds=$(for pid in $pids; do
        pid=$(ps -o ppid= -p "$pid" | tr -d ' ')
        ! grep -qsx slurmstepd "/proc/$pid/comm" || echo "$pid"
    done | sort -u)
    [ -n "$stepds" ]
    # shellcheck disable=SC2086 # several words
    kill -KILL $stepds $pids 2> /dev/null || true
    scontrol update "nodename=$(hostname -s)" state=down reason=test
}

node_returns() {
    env -u A4NN_TEST_MARK slurmd -f "$SLURM_CONF" -N "$(hostname -s)" 3>&- # teardown leaves it
    scontrol update "nodename=$(hostname -s)" state=resume 2> /dev/null || true # or it is by itself
}

running_tasks() { [ "$(squeue -h -r -t RUNNING -o %i | wc -l)" -eq "$1" ]; }

# Slurm would let those that it has put back wait for two minutes.  A node takes a job for the one that
# was killed before when its credential is of the same second.
start_now() {
    local job
    sleep 2
    for job in $(squeue -h -r -t PENDING -o %i); do scontrol update "jobid=$job" StartTime=now; done
}

# held N: N trainings have come to the epoch at which they wait.
held() { [ "$(grep -ls '^4,' S/runs/*/log.csv | wc -l)" -eq "$1" ]; }

# Restarts of the task in line $1 of the first generation.
restarts() { find "S/runs/$(sed -n "$1p" S/generation-1.jsonl | jq -r .run)" -name 'result-*.json' | sed 's/.*result-//; s/\.json//' | sort -n | tail -n 1; }

@test "cluster: a search with a requeue, a cancelled job, a failure of the node, and itself killed" {
    local run job
    pretend slurm nas-fashion-mnist
    mkdir -p S/runs
    touch S/runs/hold
    export GENERATIONS=2 SIZE=4 EPOCHS=10 POLL=0.2
    setsid slurm/search.sh S > out 2>&1 3>&- &
    pid=$!
    wait_for held 4
    # the search is killed, and started again: no training is started twice
    kill -KILL -- -$pid
    wait $pid || true
    wait_for flock -n S/lock true
    slurm/search.sh S > out 2>&1 3>&- &
    pid=$!
    # the time of one is up
    job=$(cat "S/runs/$(sed -n 1p S/generation-1.jsonl | jq -r .run)/job")
    scancel --batch --signal=USR1 "$job"
    states=PENDING wait_for job_state "$job"
    start_now
    states=RUNNING wait_for job_state "$job"
    # a verdict cancels another
    run=$(sed -n 2p S/generation-1.jsonl | jq -r .run)
    job=$(cat "S/runs/$run/job")
    printf 'task,run,metric,epoch,value,verdict,reason\nfashion-mnist,%s,val_acc,4,50,stop,by hand\n' "$run" |
        a4nn-stop -q --scancel --job-file 'S/runs/{run}/job' -o jsonl > stopped
    [ "$(jq -r .result stopped)" = "done" ]
    wait_for test -e "S/runs/$run/result-0.json"
    states=CANCELLED wait_for job_state "$job"
    a4nn-history add -q stopped
    # the node fails under the three others
    running_tasks 3
    node_fails
    wait_for running_tasks 0
    rm S/runs/hold
    node_returns
    wait_for slurm_idle
    start_now
    wait "$pid" || fail "$(cat out)"
    [[ $(tail -n 1 out) == "generation 2: 8 networks, "* ]] || fail "$(cat out)"
    # every proposal has one run, which has ended, and they are the only ones
    diff <(cat S/generation-?.jsonl | jq -r .run | sort) <(a4nn-history runs -o csv | column run | sort)
    [ "$(cat S/generation-?.jsonl | wc -l)" -eq 8 ]
    [ "$(a4nn-history runs -o csv | column status | grep -cx -e complete -e stopped)" -eq 8 ]
    [ "$(sql "SELECT status, stop_reason FROM run WHERE name = '$run'")" = "stopped|by hand" ]
    a4nn-history check
    # one array a generation, and restarts where they were to be
    [ "$(cat S/generation-?.jobs | wc -l)" -eq 2 ]
    [ "$(restarts 1) $(restarts 2) $(restarts 3) $(restarts 4)" = "2 0 1 1" ]
    # no epoch of a log is lost or doubled
    for run in S/runs/*/log.csv; do
        cut -d , -f 1 "$run" | sed 1d | cmp - <(seq "$(($(wc -l < "$run") - 1))")
    done
    [ -s S/curves.svg ] && grep -q '^lr ' S/explained.txt
    # what is published, of the task in the shared database, is the same runs
    [ -s S/package/index.html ]
    A4NN_HISTORY=$PWD/back.db a4nn-history import -q S/package
    diff <(A4NN_HISTORY=$PWD/back.db a4nn-history runs -o csv | column run | sort) <(a4nn-history runs -o csv | column run | sort)
    # nothing is left to do, and what was published takes the place of itself
    run -0 --separate-stderr slurm/search.sh S
    [ "$(cat S/generation-?.jobs | wc -l)" -eq 2 ]
    [ -s S/package/index.html ]
}

@test "cluster: a replay as an array of parts prints what one machine prints" {
    local c r policies=(-E 30 -R converged -R a4nn -R median -R patience:n=5)
    for c in {1..7}; do
        mkdir -p "archive/task$c"
        for r in {1..4}; do
            awk -v c="$c" -v r="$r" 'BEGIN {
                print "epoch,val_acc"
                for (e = 1; e <= 30; e++) printf "%d,%.3f\n", e, 60 + 4 * c + r - (50 + r) * exp(-e / (2 + r * c / 6)) + sin(e * c + r) }' > "archive/task$c/$r.csv"
        done
    done
    "$project_root/examples/slurm/replay.sh" parts 3 archive -q "${policies[@]}" > merged
    a4nn-replay -q "${policies[@]}" archive > whole
    [ "$(find parts -name 'part-*' | wc -l)" -eq 3 ]
    grep -q '^TOTAL' whole
    cmp merged whole
    a4nn-replay --merge --per-run -o csv parts/part-* | cmp - <(a4nn-replay -q --per-run -o csv "${policies[@]}" archive)
    # a part that is lost is made again, and no other
    touch -d 2001-01-01 parts/part-[13]
    rm parts/part-2
    "$project_root/examples/slurm/replay.sh" parts 3 archive -q "${policies[@]}" | cmp - whole
    [ "$(find parts -name 'part-?' -newermt 2002-01-01)" = parts/part-2 ]
    # an option that is none: no table
    run --separate-stderr "$project_root/examples/slurm/replay.sh" other 3 archive -R nonsense
    [ "$status" -ne 0 ]
    [ -z "$output" ]
}

@test "cluster: GNU parallel on three hosts" {
    pretend slurm nas-fashion-mnist
    # like sshd's: a login shell's variables, and the command begins in the home folder, which
    # --workdir is relative to when it lies below
    export HOME=$PWD
    make_script ssh << 'END'
export SHELL=/bin/sh
cd
while [[ $1 == -* ]]; do shift; done
export PRETENDED_HOST=$1
shift
[ "$1" != -- ] || shift
exec sh -c "$*"
END
    sed -i '2i echo "$PRETENDED_HOST" >> hosts' fashion-mnist/train.py
    a4nn-steer init -q -n 9 -H -t fashion-mnist nas-fashion-mnist/space.json > proposals
    parallel -q --ssh "$PWD/ssh" -S 2/a,1/b,3/c --joblog jobs --workdir . -a proposals a4nn-train-wrap -q -H -t fashion-mnist \
        -E 10 -R hopeless --config {} --log '{#}/log.csv' -- env "A4NN_RUN={#}" fashion-mnist/train.py 3>&-
    [ "$(sort -u hosts | paste -sd ' ')" = 'a b c' ]
    diff <(jq -r .run proposals | sort) <(a4nn-history runs -o csv | column run | sort)
    [ "$(a4nn-history runs -o csv | column status | grep -cx -e complete -e stopped)" -eq 9 ]
    whole
}
