# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016 # the scripts of jobs and trainings are expanded by their own shell
# a4nn-train-wrap and a4nn-stop in jobs and steps of a real Slurm.
load ../lib
load slurm

setup_file() { slurm_start "$BATS_FILE_TMPDIR/slurm"; }

teardown_file() { slurm_stop "$BATS_FILE_TMPDIR/slurm"; }

setup() {
    export SLURM_CONF=$BATS_FILE_TMPDIR/slurm/slurm.conf PATH=$PATH:/usr/sbin
    mark_processes
}

teardown() {
    scancel -u "$(id -un)" || true
    kill_left
}

# submit OPTION... SCRIPT: a batch job; its number goes to $job.
submit() { job=$(sbatch --parsable --output=%x-%j.out "$@"); }

over() { states='COMPLETED FAILED CANCELLED TIMEOUT' job_state "$@"; }

exit_code() { scontrol -o show job "$1" | sed -n 's/.* ExitCode=\([0-9:]*\).*/\1/p'; }

# A training up to epoch $1 (8), which exits with status $2; without, it waits to be stopped.  It goes
# on after its checkpoint, which it writes when it gets USR1.
script_training() {
    script_epochs 40
    make_script train << 'END'
saved() { echo "$last" > checkpoint; echo "saved $last"; exit 3; }
trap saved USR1
last=$(cat checkpoint 2> /dev/null || echo 0)
./epochs $((last + 1)) ${1:-8} | tee -a log
last=${1:-8}
[ -z "$2" ] || exit "$2"
touch ready
while :; do sleep 0.05; done
END
}

@test "slurm: the status comes back through srun, and out of a batch job" {
    run -0 srun -Q a4nn-train-wrap -q -- true
    run -7 srun -Q a4nn-train-wrap -q -- sh -c 'exit 7'
    run -137 srun -Q a4nn-train-wrap -q -- sh -c 'kill -KILL $$'
    run -143 srun -Q a4nn-train-wrap -q -- sh -c 'kill -TERM $$'
    run -127 srun -Q a4nn-train-wrap -q -- ./none
    script_training
    run -0 srun -Q a4nn-train-wrap -q -E 60 --settle 0 --grace 0.2 -- ./train 20
    run -143 srun -Q a4nn-train-wrap -q -E 60 --settle 0 --grace 0.2 --preserve-status -- ./train 20
    make_script batch <<< 'exec a4nn-train-wrap -q -- sh -c "exit 9"'
    submit batch
    wait_for over "$job"
    [ "$(exit_code "$job")" = 9:0 ]
    make_script batch <<< 'a4nn-train-wrap -q -- sh -c "kill -TERM \$\$"'
    submit batch
    wait_for over "$job"
    [ "$(exit_code "$job")" = 0:15 ] || [ "$(exit_code "$job")" = 143:0 ]
    none_left
}

@test "slurm: every byte comes through srun, and the result says which job it was" {
    seq 200000 > all
    srun -Q a4nn-train-wrap -q --result step.json -- cat all | cmp - all
    [ "$(jq -r '.slurm.step_id, .slurm.procid, .slurm.ntasks' step.json | paste -sd ' ')" = '0 0 1' ]
    make_script batch <<< 'exec a4nn-train-wrap -q --result result-$SLURM_ARRAY_TASK_ID.json -- cat all'
    submit --array=3,5 batch
    wait_for test -s result-3.json
    wait_for test -s result-5.json
    [ "$(jq -r '.slurm | .array_job_id, .array_task_id, .cluster_name' result-5.json | paste -sd ' ')" = "$job 5 a4nn" ]
    [ "$(jq -r .slurm.submit_dir result-3.json)" = "$PWD" ]
    [ "$(jq -r .slurm.job_id result-3.json)" != "$(jq -r .slurm.job_id result-5.json)" ]
    wait_for none_left
    cat batch-*.out | cmp - <(cat all all)
}

@test "slurm: only rank 0 is judged and stopped" {
    srun -Q -n 2 a4nn-train-wrap -q -- sh -c 'echo "$SLURM_PROCID $(cat /proc/$PPID/comm)"' | sort > ranks
    run -0 head -n 1 ranks
    [ "$output" = '0 a4nn-supervise' ]
    run -1 grep '^1 a4nn-supervise' ranks
    [ "$(wc -l < ranks)" -eq 2 ]
    # rank 1, which would be stopped alike, goes on to its end
    script_epochs 40
    make_script train <<< './epochs 1 20; [ "$SLURM_PROCID" -eq 1 ] || exec sleep 1000; sleep 0.5; touch finished'
    run -0 srun -Q -n 2 --wait=0 a4nn-train-wrap -q -E 60 --settle 0 --result result.json -- ./train
    [ -e finished ]
    [ "$(jq -r '.outcome + .slurm.procid' result.json)" = stopped0 ]
    none_left
}

@test "slurm: the signal before the time limit reaches the training, in a job and in a step" {
    local e batch step
    script_training
    mkdir batch step
    cp train epochs batch
    cp train epochs step
    make_script exec.sh <<< 'exec a4nn-train-wrap -q --result result.json -- ./train'
    make_script srun.sh <<< 'srun -Q a4nn-train-wrap -q --result result.json -- ./train'
    # Slurm looks at time limits twice a minute, and signals up to a minute early
    submit --time=2 --signal=B:USR1@100 --chdir=batch --output=out exec.sh
    batch=$job
    submit --time=2 --signal=USR1@100 --chdir=step --output=out srun.sh
    step=$job
    for ((e = 0; e < 3; e++)); do
        wait_for over "$batch" "$step" > waiting && break
    done
    [ "$(exit_code "$batch") $(exit_code "$step")" = '3:0 3:0' ]
    for e in batch step; do
        [ "$(cat $e/checkpoint)" = 8 ]
        # srun and the shell have their say of it, too
        diff <(grep -E '^(Epoch|saved)' $e/out) <(./epochs 1 8; echo saved 8)
        jq -c . "$e/result.json" # for whoever reads why this failed
        [ "$(jq -r '.outcome, .exit_status, .epoch' $e/result.json | paste -sd ' ')" = 'ended 3 8' ]
    done
    none_left
}

@test "slurm: a requeued job goes on where it was, and its log says what an undisturbed one says" {
    script_training
    make_script batch << 'END'
#SBATCH --requeue --open-mode=append
trap 'kill -USR1 $!; wait $!; scontrol requeue "$SLURM_JOB_ID"; sleep 1000 & wait' USR1
n=${SLURM_RESTART_COUNT:-0}
a4nn-train-wrap -q --log log --result "result-$n.json" -E 60 --on-stop report -- \
    ./train $([ "$n" -eq 0 ] || echo 20 0) &
wait
END
    submit --output=out batch
    wait_for test -e ready
    wait_for eval '[ "$(grep -c Epoch out)" -eq 8 ]'
    scancel --batch --signal=USR1 "$job"
    states=PENDING wait_for job_state "$job"
    [ "$(cat checkpoint)" = 8 ]
    # Slurm would wait two minutes, and refuses a credential of the same second
    sleep 2
    scontrol update "jobid=$job" StartTime=now
    states=COMPLETED wait_for job_state "$job"
    wait_for none_left
    [ "$(jq -r '.outcome, .exit_status, (.slurm.restart_count // "none")' result-0.json | paste -sd ' ')" = "ended 3 none" ]
    [ "$(jq -r '.outcome, .exit_status, .slurm.restart_count' result-1.json | paste -sd ' ')" = "ended 0 1" ]
    [ "$(jq -r '.slurm.job_id' result-[01].json | paste -sd ' ')" = "$job $job" ]
    # no line is lost or doubled
    ./epochs 1 20 > whole
    grep Epoch out | cmp - whole
    cmp log whole
    # the verdict is that of a training that was not disturbed
    a4nn-train-wrap -q --result whole.json -r log -E 60 --on-stop report -- cat whole > copy
    jq -e '.verdict == "stop" and .stop_epoch > 8' whole.json
    decision='[.run, .verdict, .reason, .stop_epoch, .forecast, .low, .high, .epoch, .value]'
    [ "$(jq -c "$decision" result-1.json)" = "$(jq -c "$decision" whole.json)" ]
}

# sleeping N: N of the processes of the tree below are there.
sleeping() {
    local n=0 pid
    for pid in $(left); do
        [ "$(cat "/proc/$pid/comm" 2> /dev/null)" != sleep ] || n=$((n + 1))
    done
    [ "$n" -eq "$1" ]
}

@test "slurm: scancel leaves nothing of a training that was wrapped" {
    make_script tree << 'END'
(trap '' TERM; exec sleep 901) &
setsid sleep 902 &
(setsid bash -c 'trap "" TERM; sleep 903; exit' > /dev/null 2>&1 &) &
touch ready
exec sleep 904
END
    make_script plain <<< './tree'
    make_script wrapped <<< 'a4nn-train-wrap -q --grace 1 -- ./tree'
    submit plain
    wait_for test -e ready
    wait_for sleeping 4
    scancel "$job"
    wait_for over "$job"
    wait_for slurm_empty
    wait_for sleeping 2 # Slurm has done all that it does
    # shellcheck disable=SC2046 # several words
    kill -KILL $(left) || true
    wait_for none_left
    rm ready
    submit wrapped
    wait_for test -e ready
    wait_for sleeping 4
    scancel "$job"
    wait_for none_left
    wait_for over "$job"
    # and in a step, whose srun is killed
    rm ready
    srun -Q a4nn-train-wrap -q --grace 1 -- ./tree 3>&- &
    wait_for test -e ready
    wait_for sleeping 4
    kill -TERM $!
    wait_for none_left
    echo "# left of 4 after scancel: 2 without, 0 with a4nn-train-wrap" >&3
}

@test "slurm: a4nn-stop --scancel cancels the job, or the one task, at most once" {
    local a b array verdict=run,epoch,value,verdict
    mkdir bin
    make_script bin/scancel << 'END'
echo "$*" >> cancelled
exec /usr/bin/scancel "$@"
END
    make_script sleeper <<< 'sleep 1000'
    submit sleeper; a=$job
    submit sleeper; b=$job
    submit --array=1-3 --output=slurm-%A_%a.out sleeper; array=$job
    for job in "$a" "$b" "${array}_1" "${array}_2" "${array}_3"; do
        states=RUNNING wait_for job_state "$job"
    done
    {
        echo "$verdict"
        echo "slurm-$a.out,3,0.5,stop"
        echo "slurm-$a.out,4,0.5,stop"
        echo "$b,4,0.5,continue"
        echo "slurm-${array}_2.out,7,0.5,stop"
    } > verdicts
    PATH=$PWD/bin:$PATH
    sed 's/\.out//' verdicts > named
    run -0 a4nn-stop -q --state state --scancel named
    [ "$(column result <<< "$output" | paste -sd ' ')" = 'done done' ]
    states=CANCELLED wait_for job_state "$a" "${array}_2"
    states=RUNNING job_state "$b" "${array}_1" "${array}_3"
    run -1 a4nn-stop -q --state state --scancel named
    diff <(sort cancelled) <(printf '%s\n' "$a" "${array}_2" | sort)
    # Slurm takes one that it does not know for one that is over
    echo "slurm-99999999,3,0.5,stop" >> named
    run -0 a4nn-stop -q --state state --scancel named
    states=RUNNING job_state "$b" "${array}_1" "${array}_3"
}
