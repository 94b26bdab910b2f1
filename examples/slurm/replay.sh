#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#SBATCH --requeue
# replay.sh FOLDER PARTS ARCHIVE [OPTION ...]: a4nn-replay OPTION ... ARCHIVE, as a Slurm job array of
# so many parts.  It prints what one machine would, byte for byte.  ARCHIVE is a folder; each of its
# entries goes to one part as a whole, since rules and forecasters that compare runs need all of a
# collection.  FOLDER, which all nodes have to see, keeps the parts: a second time only those that
# are missing are made, and a4nn-replay --merge FOLDER/part-* prints them in other ways.
set -eu
if [ -n "${SLURM_ARRAY_TASK_ID-}" ]; then # one of the parts
    folder=$1
    shift
    a4nn-replay --partial "$@" "$folder/in-$SLURM_ARRAY_TASK_ID" > "$folder/new-$SLURM_ARRAY_TASK_ID"
    mv "$folder/new-$SLURM_ARRAY_TASK_ID" "$folder/part-$SLURM_ARRAY_TASK_ID"
    exit
fi
[ $# -ge 3 ] || {
    echo "usage: ${0##*/} folder parts archive [option ...]" >&2
    exit 2
}
mkdir -p "$1"
folder=$(realpath "$1") parts=$2 archive=$(realpath "$3")
shift 3
i=0
for entry in "$archive"/*; do
    mkdir -p "$folder/in-$((i % parts + 1))"
    ln -sfn "$entry" "$folder/in-$((i % parts + 1))"
    i=$((i + 1))
done
[ "$i" -ge "$parts" ] || parts=$i
missing=
for i in $(seq "$parts"); do
    [ -e "$folder/part-$i" ] || missing=$missing,$i
done
[ -z "$missing" ] || sbatch -Q --wait --array="${missing#,}" --output="$folder/log-%a" "$0" "$folder" "$@"
cd "$folder"
# shellcheck disable=SC2046 # one word a part
exec a4nn-replay --merge $(seq -f part-%g "$parts")
