#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# search.sh FOLDER: searches small networks for Fashion-MNIST.  A generation is proposed by what is
# known by then, trained side by side, and stopped where it cannot come to more than the best so
# far.  Killed at any point, the same command goes on where it was.
#
# Needs GNU parallel, PyTorch and the data of Debian's package dataset-fashion-mnist.
set -eu
[ $# -eq 1 ] || {
    echo "usage: ${0##*/} folder" >&2
    exit 2
}
: "${GENERATIONS:=8}" "${SIZE:=8}" "${JOBS:=2}" "${EPOCHS:=15}" "${SAMPLES:=4000}" "${RULE:=hopeless:p=0.2,startup=1}"
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/runs"
cd "$1/runs"
export A4NN_HISTORY="$PWD/../history.db"

# whatever a killed search has left running still holds the lock
exec 9> ../lock
flock -n 9 || {
    echo "${0##*/}: trainings of an earlier search are running in $1" >&2
    exit 1
}

steer() { a4nn-steer "$@" -H -t fashion-mnist "$here/space.json" < /dev/null; }

for generation in $(seq "$GENERATIONS"); do
    proposals=../generation-$generation.jsonl
    if [ ! -e "$proposals" ]; then
        set -- next --cost wall_seconds
        [ "$generation" -gt 1 ] || set -- init
        steer "$@" -q -n "$SIZE" --seed "$generation" > "$proposals.new"
        mv "$proposals.new" "$proposals"
    fi
    # the status is the number of trainings that failed, which teach as well
    # shellcheck disable=SC2016 # the pattern is Perl's
    parallel -q -j "$JOBS" --joblog "$proposals.log" --resume -a "$proposals" --rpl '{run} s/.*?"run":"(\w+)".*/$1/' \
        a4nn-train-wrap -q -H -t fashion-mnist -E "$EPOCHS" -R "$RULE" --config {} \
        --log '{run}/log.csv' --checkpoint '{run}/ckpt/*' -- \
        "$here/../fashion-mnist/train.py" --resume --epochs "$EPOCHS" --samples "$SAMPLES" '{run}' >> "$proposals.out" 2>&1 || :
    "$here/../nas-fashion-mnist/progress.sh" "$generation"
done
cd ..
steer explain > explained.txt || : # of a few networks there is nothing to tell
a4nn-history export -t fashion-mnist | a4nn-plot -q -o curves.svg
a4nn-history runs -t fashion-mnist -o csv > runs.csv
a4nn-plot -q -k search -o search.svg runs.csv
a4nn-history publish -q --force -t fashion-mnist package
