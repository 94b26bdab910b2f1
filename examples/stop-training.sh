#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# stop-training.sh EPOCHS LOG COMMAND [ARGUMENT ...]
#
# Starts a training with its output in LOG, follows the log, and ends the training (SIGTERM) as
# soon as the forecast of its final accuracy is sure enough.  What was decided is shown as a table.
set -eu
[ $# -ge 3 ] || {
    echo "usage: ${0##*/} epochs log command [argument ...]" >&2
    exit 2
}
epochs=$1 log=$2
shift 2

: > "$log" # so that tail finds it, whoever is first
# Python keeps its output back when it goes to a file, unless told not to.
PYTHONUNBUFFERED=1 "$@" >> "$log" 2>&1 &
training=$!

# tail ends with the training (--pid), a4nn-predict with the first stop (-u).
if tail -n +1 -f --pid="$training" "$log" | a4nn-predict -E "$epochs" -u -o table; then
    kill "$training" 2> /dev/null || true
fi
status=0
wait "$training" || status=$?
[ "$status" -ne 143 ] || status=0 # 128 + SIGTERM: stopped as asked
exit "$status"
