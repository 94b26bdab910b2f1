#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tensorboard.sh FOLDER: the best value of every run below a TensorBoard log folder, the epochs it
# has run, and its metric.
set -eu
[ $# -eq 1 ] || {
    echo "usage: ${0##*/} folder" >&2
    exit 2
}
a4nn-log -q "$1" | a4nn-predict -q -M best -R budget:epochs=1e9 -o jsonl |
    jq -rs 'group_by(.run)[] | last | [.metric, .run, .epoch, .forecast] | @tsv' | sort
