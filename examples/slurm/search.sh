#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# search.sh FOLDER: the search of ../nas-fashion-mnist on a Slurm cluster.  A generation is one job
# array, a training (train.sh) is one task of it, and all write to one PostgreSQL.  Killed at any
# point, or with jobs cancelled, the same command goes on where it was.
#
# FOLDER is one that all nodes see; A4NN_HISTORY is postgresql://..., with the password, if there is
# one, in ~/.pgpass.  What sbatch has to know is told by its own variables: SBATCH_PARTITION,
# SBATCH_ACCOUNT, SBATCH_TIMELIMIT.  Nodes need PyTorch and the data of dataset-fashion-mnist.
set -eu
[ $# -eq 1 ] || {
    echo "usage: ${0##*/} folder" >&2
    exit 2
}
: "${A4NN_HISTORY:?has to name a PostgreSQL}"
: "${GENERATIONS:=8}" "${SIZE:=32}" "${EPOCHS:=15}" "${SAMPLES:=4000}" "${RULE:=hopeless}" "${POLL:=10}"
export A4NN_HISTORY EPOCHS SAMPLES RULE
here=$(cd "$(dirname "$0")" && pwd)
space=$here/../nas-fashion-mnist/space.json
mkdir -p "$1/runs"
cd "$1"
exec 9> lock
flock -n 9 || {
    echo "${0##*/}: another search is at work in $1" >&2
    exit 1
}

steer() { a4nn-steer "$@" -H -t fashion-mnist "$space" < /dev/null; }

# The lines of the proposals whose trainings have not come to an end, as --array takes them.
missing() {
    a4nn-history runs -t fashion-mnist -o csv | awk -F , -v epochs="$EPOCHS" '
        NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
        NR == FNR { if ($c["status"] ~ /stopped|failed/ || $c["last_epoch"] >= epochs) over[$c["run"]]; next }
        match($0, /"run":"[^"]*"/) && !(substr($0, RSTART + 7, RLENGTH - 8) in over) { list = list "," FNR }
        END { print substr(list, 2) }' - "$proposals"
}

# A controller that does not answer says nothing about the jobs.
queued() { ! jobs=$(squeue -h -u "$(id -un)" -n "$name" -o %i 2> /dev/null) || [ -n "$jobs" ]; }

finish() { while queued; do sleep "$POLL"; done; }

for generation in $(seq "$GENERATIONS"); do
    proposals=generation-$generation.jsonl
    name=$(pwd | cksum | cut -d ' ' -f 1)-$generation # of the job: how an earlier one is found again
    if [ ! -e "$proposals" ]; then
        [ "$generation" -eq 1 ] && verb=init || verb=next
        steer "$verb" -q -n "$SIZE" --seed "$generation" > "$proposals.new"
        mv "$proposals.new" "$proposals"
    fi
    finish
    # what ended without leaving anything gets a second chance, and no third
    for _ in 1 2; do
        lines=$(missing)
        [ -n "$lines" ] || break
        sbatch --parsable --job-name="$name" --array="$lines" "$here/train.sh" \
            "$here/../fashion-mnist/train.py" "$proposals" >> "generation-$generation.jobs"
        finish
    done
    "$here/../nas-fashion-mnist/progress.sh" "$generation"
done
steer explain > explained.txt || : # of a few networks there is nothing to tell
a4nn-history export -t fashion-mnist | a4nn-plot -q -o curves.svg
a4nn-history publish -q --force -t fashion-mnist package
