#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#SBATCH --requeue --open-mode=append --signal=B:USR1@120 --output=runs/slurm-%A_%a.out
# train.sh PROGRAM PROPOSALS: the training of one line of the proposals, the one that the task of
# the job array says.  It goes on from its checkpoint where it was: after the failure of a node,
# for which Slurm puts it back into the queue, and at the end of its time, for which it does so
# itself.  The log is a file, so that the verdict is that of a training that was not disturbed.
proposals=$PWD/$2
cd runs || exit
proposal=$(sed -n "${SLURM_ARRAY_TASK_ID}p" "$proposals")
run=$(printf '%s\n' "$proposal" | sed 's/.*"run":"\([^"]*\)".*/\1/')
mkdir -p "$run"
# not SLURM_JOB_ID, which for one of the tasks is that of the whole array
task=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
echo "$task" > "$run/job" # for a4nn-stop --scancel --job-file

trap 'kill -USR1 $training; wait $training; scontrol requeue "$task"' USR1
a4nn-train-wrap -q -H -t fashion-mnist -E "$EPOCHS" -R "$RULE" --config "$proposal" \
    --log "$run/log.csv" --checkpoint "$run/ckpt/*" --result "$run/result-${SLURM_RESTART_COUNT:-0}.json" -- \
    "$1" --resume --epochs "$EPOCHS" --samples "$SAMPLES" "$run" &
training=$!
wait $training
