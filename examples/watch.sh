#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# watch.sh EPOCHS [LOG]: one short line per epoch, as the training writes (LOG or standard input):
#
#     tail -n +1 -f train.log | examples/watch.sh 50
#
# jq reads the stream, as any program can.
set -eu
[ $# -ge 1 ] || {
    echo "usage: ${0##*/} epochs [log]" >&2
    exit 2
}
epochs=$1
shift
a4nn-log -o jsonl "$@" | a4nn-predict -E "$epochs" | jq --unbuffered -r '
    "\(.run) epoch \(.epoch): \(.value)" +
    (if .forecast then ", at the end \(.forecast * 100 | round / 100)" else "" end) +
    (if .verdict == "stop" then ", may stop (\(.reason))" else "" end)'
